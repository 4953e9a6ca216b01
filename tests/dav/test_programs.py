"""Programs that people use, over the real program: rclone synchronises both ways, cadaver plays a session."""

import os
import subprocess
import unicodedata
from functools import partial
from pathlib import Path

import pytest

from .program import USER, Running, needs, running

ODD = [
    "a b", "été", "e\u0301te\u0301 2", "100%", "a&b", "x'y", 'quote"', "semi;colon", "#hash", "question?", "[square]", "{curly}", "plus+plus",
    "equals=", "comma,", "at@", "名前", "🏡", "UPPER", "upper", ".hidden", "trailing.", "~tilde", "$dollar", "!bang", "(round)", "back`tick",
    "50%25", "long " + "x" * 200,
]  # fmt: skip


def tree(folder: Path) -> None:
    """More than a hundred files, in folders of odd names."""
    for name in ODD:
        (folder / name).mkdir(parents=True)
        for number in range(4):
            (folder / name / f"{number} {name[:60]}.txt").write_text(f"{name} {number}\n" * (number * 50))
    (folder / "large.bin").write_bytes(os.urandom(5_000_000))
    (folder / "empty.txt").touch()
    for number, path in enumerate(sorted(folder.rglob("*.txt"))):
        os.utime(path, (1_500_000_000 + number, 1_500_000_000 + number))


def held(folder: Path) -> dict[str, bytes]:
    """What files hold, by their paths; two ways to write a letter are one."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {unicodedata.normalize("NFC", str(path.relative_to(folder))): path.read_bytes() for path in found}


# How rclone speaks to a home, and where: as to any owner of checksums, or as to a Nextcloud, large files in parts.
# Of a Nextcloud it asks for SHA-1 alone, which is not kept here: it compares the contents then.
OWNCLOUD = {"VENDOR": "owncloud", "URL": "/dav/files/"}
NEXTCLOUD = {"VENDOR": "nextcloud", "URL": f"/remote.php/dav/files/{USER}/", "NEXTCLOUD_CHUNK_SIZE": "2Mi"}


def rclone(home: Running, folder: Path, *args: str, dialect: dict[str, str]) -> str:
    """Run it without any setting of the person who runs the tests."""
    secret = subprocess.run(
        ["rclone", "obscure", home.password], capture_output=True, text=True, check=True
    ).stdout
    env = {
        **os.environ, "RCLONE_CONFIG": str(folder / "rclone.conf"), "RCLONE_CONFIG_HOME_TYPE": "webdav",
        **{f"RCLONE_CONFIG_HOME_{name}": value for name, value in dialect.items()},
        "RCLONE_CONFIG_HOME_URL": f"{home.origin}{dialect['URL']}", "RCLONE_CONFIG_HOME_USER": USER, "RCLONE_CONFIG_HOME_PASS": secret.strip(),
    }  # fmt: skip
    done = subprocess.run(
        ["rclone", *args], env=env, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stderr + done.stdout


@pytest.mark.slow
def test_rclone_synchronises_both_ways_and_finds_no_difference(tmp_path, postgres):
    needs("rclone")
    here, back = tmp_path / "here", tmp_path / "back"
    tree(here)
    with running(tmp_path, postgres) as home:
        ask = partial(rclone, home, tmp_path, dialect=NEXTCLOUD if postgres else OWNCLOUD)
        check = ("check", "--download") if postgres else ("check",)
        ask("sync", str(here), "home:Tree")
        said = ask(*check, str(here), "home:Tree")
        assert "0 differences found" in said
        assert "hashes could not be checked" not in said
        ask("sync", "home:Tree", str(back))
        assert held(back) == held(here)
        (here / "large.bin").unlink()
        (here / "ete.txt").write_text("new")
        (here / "empty.txt").write_text("no longer")
        (here / "名前").rename(here / "別の名前")
        ask("sync", str(here), "home:Tree")
        assert "0 differences found" in ask(*check, str(here), "home:Tree")
        again = ask("sync", "-v", "--stats-one-line", str(here), "home:Tree")
        assert "There was nothing to transfer" in again


SESSION = """\
mkcol trips
cd trips
put {file} report.txt
propset report.txt mood happy
propget report.txt mood
copy report.txt copy.txt
move copy.txt moved.txt
lock report.txt
discover report.txt
put {file} report.txt
unlock report.txt
ls
get moved.txt {got}
delete moved.txt
cd ..
rmcol trips
ls
quit
"""


@pytest.mark.slow
def test_cadaver_plays_a_session(tmp_path, postgres):
    needs("cadaver")
    file, got = tmp_path / "report.txt", tmp_path / "got.txt"
    file.write_text("It was sunny.\n")
    with running(tmp_path, postgres) as home:
        (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login {USER} password {home.password}\n")
        (tmp_path / ".netrc").chmod(0o600)
        done = subprocess.run(
            ["cadaver", home.url], input=SESSION.format(file=file, got=got), capture_output=True, text=True, check=False,
            env={**os.environ, "HOME": str(tmp_path)}, cwd=tmp_path, timeout=120,
        )  # fmt: skip
    assert got.read_text() == "It was sunny.\n", done.stdout
    assert "failed" not in done.stdout, done.stdout
    assert "Value of mood is: happy" in done.stdout, done.stdout
    assert done.stdout.count("succeeded") >= 12, done.stdout
