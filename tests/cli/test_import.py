"""`cozy files import` and `export`: odd trees, second runs, interruptions."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
import unicodedata
from pathlib import Path

import pytest

from cozy.rooms.files.cli.importing import AT_ONCE
from tests.files.photos import photo
from tests.program import Cozy, Server, left_behind, make_home


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, by its path there, with the hash of what it holds."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def left_out(done) -> dict[str, str]:
    """What a copy left out, by the last part of its path, with the reason."""
    return {item["path"].rpartition("/")[2]: item["why"] for item in done.json["left_out"]}


def imported(cozy, tree, *more):
    """An import that leaves nothing out."""
    done = cozy("files", "import", tree, "/in", "--json", *more)
    assert done.code == 0, done
    return done.json


@pytest.fixture
def exported(cozy, tmp_path):
    """Copies `/in` out and returns where."""

    def exporting(name: str = "out") -> Path:
        done = cozy("files", "export", tmp_path / name, "/in")
        assert done.code == 0, done.err
        return tmp_path / name

    return exporting


def test_a_tree_comes_back_byte_for_byte(cozy, tree, exported):
    for number in range(60):
        path = tree / f"d{number % 7}" / f"e{number % 3}" / f"file {number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number * 3000))
    assert imported(cozy, tree)["copied"] == 60
    out = exported()
    assert subprocess.run(["diff", "-r", tree, out], capture_output=True, check=False).stdout == b""
    assert not list(out.rglob("*.partial"))


def test_empty_folders_and_empty_files_are_kept(cozy, tree, exported):
    (tree / "empty" / "inner").mkdir(parents=True)
    (tree / "nothing").touch()
    imported(cozy, tree)
    assert (exported() / "empty" / "inner").is_dir()
    assert (exported() / "nothing").read_bytes() == b""


def test_dates_are_kept_to_the_microsecond_before_1970_too(cozy, tree, exported):
    stamps = {
        "moon.jpg": -14_182_940_123_456_000,
        "year-9.txt": -61_880_000_000_000_001_000,
        "now.txt": 1_789_000_000_654_321_000,
    }
    for name, stamp in stamps.items():
        (tree / name).write_text(name)
        os.utime(tree / name, ns=(stamp, stamp))
    kept = {name: (tree / name).stat().st_mtime_ns for name in stamps}  # a file system may not reach that far
    imported(cozy, tree)
    out = exported()
    assert {name: (out / name).stat().st_mtime_ns for name in stamps} == kept


def test_a_date_that_no_calendar_has_is_no_reason_to_stop(cozy, tree):
    (tree / "a").write_text("a")
    os.utime(tree / "a", ns=(2**62, 2**62))
    try:
        os.utime(tree / "a", (2**38, 2**38))
    except OverflowError:
        pytest.fail("this Python cannot set such dates")
    assert imported(cozy, tree)["copied"] == 1


def test_the_executable_bit_goes_in_and_comes_out(cozy, tree, exported):
    for name, mode in {"run.sh": 0o755, "plain.txt": 0o644}.items():
        (tree / name).write_text(name)
        (tree / name).chmod(mode)
    imported(cozy, tree)
    assert {path.name: os.access(path, os.X_OK) for path in exported().iterdir()} == {
        "run.sh": True,
        "plain.txt": False,
    }
    (tree / "run.sh").chmod(0o644)
    (tree / "plain.txt").chmod(0o755)
    assert imported(cozy, tree) == {"copied": 0, "already": 2, "bytes": 0, "left_out": []}
    assert {path.name: path.stat().st_mode & 0o100 for path in exported().iterdir()} == {
        "run.sh": 0,
        "plain.txt": 0o100,
    }


def test_what_is_no_file_is_named_and_the_rest_is_copied(cozy, tree):
    (tree / "good.txt").write_text("good")
    os.mkfifo(tree / "pipe")
    (tree / "to-nothing").symlink_to("nowhere")
    (tree / "to-itself").symlink_to("to-itself")
    (tree / "unreadable").symlink_to("/proc/self/mem")
    done = cozy("files", "import", tree, "/in", "--json")
    assert done.code == 1
    assert done.json["copied"] == 1
    assert set(left_out(done)) == {"pipe", "to-nothing", "to-itself", "unreadable"}
    assert cozy("files", "ls", "/in").out.split()[-1] == "good.txt"


def test_what_is_left_out_is_one_line_each(cozy, tree):
    (tree / "bad\nname").write_text("x")
    os.mkfifo(tree / "pipe\x1b[31m")
    done = cozy("files", "import", tree, "/in")
    assert (done.code, done.out) == (1, "0 copied in, 0 already there, 2 left out.\n")
    lines = done.err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("left out: ") for line in lines)
    assert "bad\\nname" in done.err
    assert "\x1b" not in done.err


def test_names_that_no_home_can_hold_are_left_out(cozy, tree):
    odd = [b"caf\xe9", b"two\nlines", "\u0958".encode() * 85]
    for name in odd:
        Path(os.fsdecode(os.fsencode(tree) + b"/" + name)).write_text("x")
    Path(os.fsdecode(os.fsencode(tree) + b"/fold\xe9r")).mkdir()
    (tree / "ok").write_text("ok")
    done = cozy("files", "import", tree, "/in", "--json")
    assert (done.code, done.json["copied"], len(left_out(done))) == (1, 1, 4)
    assert {"caf\\xe9", "two\\nlines", "fold\\xe9r"} <= set(left_out(done))
    assert "too long" in left_out(done)["\u0958" * 85]


def test_links_to_folders_are_followed_but_never_round(cozy, tree, tmp_path):
    for name in ("a", "b"):
        (tree / name).mkdir()
        (tree / name / f"{name}.txt").write_text(name)
    (tree / "a" / "to-b").symlink_to("../b")
    (tree / "b" / "to-a").symlink_to("../a")
    (tree / "a" / "up").symlink_to("..")
    (tree / "here").symlink_to(".")
    done = cozy("files", "import", tree, "/in", "--json")
    assert done.code == 1
    assert set(left_out(done).values()) == {"this link leads back to a folder around it"}
    assert cozy("files", "export", tmp_path / "out", "/in").code == 0
    assert set(contents(tmp_path / "out")) == {
        "a/a.txt", "b/b.txt", "a/to-b/b.txt", "b/to-a/a.txt",
    }  # fmt: skip


def test_one_name_in_two_spellings_gives_one_file_at_every_run(cozy, tree, exported):
    composed, apart = (unicodedata.normalize(form, "été.txt") for form in ("NFC", "NFD"))
    (tree / composed).write_text("composed")
    (tree / apart).write_text("apart")
    for name in (composed, apart):
        (tree / f"d-{name}").mkdir()
        (tree / f"d-{name}" / "x").write_text(name)
    reports = [cozy("files", "import", tree, "/in", "--json") for _ in range(2)]
    assert [report.code for report in reports] == [1, 1]
    assert [(r.json["copied"], r.json["already"], len(r.json["left_out"])) for r in reports] == [
        (2, 0, 2),
        (0, 2, 2),
    ]
    assert len(list(exported().rglob("*"))) == 3


def test_a_second_run_copies_what_changed_as_a_version(cozy, tree, tmp_path, exported):
    (tree / "same").write_text("same")
    (tree / "letter").write_text("draft")
    imported(cozy, tree)
    (tree / "letter").write_text("final")
    os.utime(tree / "letter", (2_000_000_000, 2_000_000_000))
    assert imported(cozy, tree) == {"copied": 1, "already": 1, "bytes": 5, "left_out": []}
    assert imported(cozy, tree) == {"copied": 0, "already": 2, "bytes": 0, "left_out": []}
    assert contents(exported()) == contents(tree)
    with Server(cozy, tmp_path / "log") as server:
        client = server.client(cozy.token())
        listing = client.children(client("GET", "/files/metadata", Path="/in").data["id"])
        versions = client.show(listing["letter"]["id"]).data["relationships"]["old_versions"]["data"]
    assert len(versions) == 1


def test_a_file_where_a_folder_should_be_is_left_out_on_both_ways(cozy, tree, tmp_path):
    (tree / "thing").write_text("a file")
    imported(cozy, tree)
    (tree / "thing").unlink()
    (tree / "thing").mkdir()
    (tree / "thing" / "inner").write_text("x")
    done = cozy("files", "import", tree, "/in", "--json")
    assert (done.code, list(left_out(done))) == (1, ["thing"])
    out = tmp_path / "out"
    (out / "thing").mkdir(parents=True)
    done = cozy("files", "export", out, "/in", "--json")
    assert (done.code, list(left_out(done))) == (1, ["thing"])
    shutil.rmtree(out)
    out.write_text("a file")
    done = cozy("files", "export", out, "/in", "--json")
    assert (done.code, list(left_out(done))) == (1, ["out"])


@pytest.mark.one_process("gives up the right to open the socket of PostgreSQL, too")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is missing")
def test_what_may_not_be_read_is_named_and_the_rest_is_copied(cozy, tree):
    for name in ("secret.txt", "open.txt"):
        (tree / name).write_text(name)
    (tree / "secret.txt").chmod(0)
    (tree / "closed").mkdir(mode=0)
    if os.geteuid() == 0:  # root reads everything, unless it gives that up
        without = "-dac_override,-dac_read_search"
        cozy = Cozy(cozy.data, ("setpriv", f"--bounding-set={without}", f"--inh-caps={without}"))
    done = cozy("files", "import", tree, "/in", "--json")
    (tree / "closed").chmod(0o700)
    assert (done.code, done.json["copied"]) == (1, 1)
    assert left_out(done) == {"secret.txt": "Permission denied", "closed": "Permission denied"}


def test_a_long_name_is_copied_out(cozy, tree, exported):
    (tree / ("漢" * 85)).write_text("255 bytes")
    imported(cozy, tree)
    assert contents(exported()) == contents(tree)


def test_our_own_data_is_not_copied_into_itself(cozy, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = cozy("files", "import", tmp_path, "/in", "--json")
    assert (done.json["copied"], list(left_out(done))) == (1, ["data"])


def test_a_home_that_fills_up_ends_the_run_with_one_line_and_keeps_what_fitted(tree, tmp_path):
    make_home(tmp_path / "data", quota=1_000_000)
    cozy = Cozy(tmp_path / "data")
    for number in range(3 * AT_ONCE):
        (tree / f"{number:03}").write_bytes(os.urandom(30_000))
    done = cozy("files", "import", tree, "/in")
    assert (done.code, done.err) == (1, "cozy: There is not enough space left in this home.\n")
    assert 10 <= len(cozy("files", "ls", "/in").out.splitlines()) <= 33


def test_exporting_twice_writes_nothing_the_second_time(cozy, tree, tmp_path):
    for number in range(5):
        (tree / str(number)).write_bytes(os.urandom(100_000))
    imported(cozy, tree)
    reports = [cozy("files", "export", tmp_path / "out", "/in", "--json").json for _ in range(2)]
    assert reports == [
        {"copied": 5, "already": 0, "bytes": 500_000, "left_out": []},
        {"copied": 0, "already": 5, "bytes": 0, "left_out": []},
    ]


def test_exporting_mends_what_was_changed_there(cozy, tree, exported):
    (tree / "a").write_text("right")
    imported(cozy, tree)
    (exported() / "a").write_text("wrong")
    assert (exported() / "a").read_text() == "right"


@pytest.mark.one_process("damages contents as they lie in a folder")
def test_a_damaged_content_is_named_and_the_rest_is_copied(cozy, tree, tmp_path):
    for name in ("gone", "rotten", "fine"):
        (tree / name).write_bytes(name.encode() * 50_000)
    imported(cozy, tree)
    hashes = {name: hashlib.sha256((tree / name).read_bytes()).hexdigest() for name in ("gone", "rotten")}
    blobs = {name: next(cozy.data.glob(f"homes/*/contents/*/{sha}-*")) for name, sha in hashes.items()}
    blobs["gone"].unlink()
    with blobs["rotten"].open("r+b") as blob:
        blob.write(b"!")
    done = cozy("files", "export", tmp_path / "out", "/in", "--json")
    assert (done.code, done.json["copied"], set(left_out(done))) == (1, 1, {"gone", "rotten"})
    assert set(contents(tmp_path / "out")) == {"rotten", "fine"}


@pytest.mark.one_process("sees in a folder how far it is")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_import_goes_on_at_the_next_run(cozy, tree, exported, number):
    for i in range(1_500):
        (tree / f"small {i}").write_bytes(os.urandom(2_000))
    for i in range(20):
        (tree / f"large {i}").write_bytes(os.urandom(2_000_000))
    endless = tree / "zzz"  # it comes last, and keeps the import from ending before we see it
    with endless.open("wb") as sparse:
        sparse.truncate(3_000_000_000)
    process = Cozy(cozy.data, ("nice", "-n", "19")).started("files", "import", tree, "/in")
    while not list(cozy.data.glob("homes/*/contents/*/*")):
        time.sleep(0.01)
        assert process.poll() is None, "it ended before it could be interrupted"
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert b"Traceback" not in errors
    if number == signal.SIGINT:
        assert left_behind(cozy.data) == []
    endless.unlink()
    report = imported(cozy, tree)
    assert report["copied"] + report["already"] == 1_520
    assert contents(exported()) == contents(tree)


def test_copying_in_and_out_while_the_server_runs(cozy, tree, tmp_path, exported):
    for number in range(300):
        (tree / f"f{number}").write_bytes(os.urandom(1_000 + number * 500))
    with Server(cozy, tmp_path / "log") as server:
        client = server.client(cozy.token())
        process = cozy.started("files", "import", tree, "/in")
        uploaded = 0
        while process.poll() is None:
            assert client.upload(f"by-http-{uploaded}", os.urandom(2_000)).status == 201
            uploaded += 1
        assert process.communicate()[1] == b""
        assert process.returncode == 0
        assert contents(exported()) == contents(tree)
        assert len([name for name in client.children() if name.startswith("by-http-")]) == uploaded > 0
        assert "f299" in client.children(client.children()["in"]["id"])
        assert server.stop() == 0
    assert server.errors() == ""


def test_photos_keep_their_dates_and_the_server_reads_them_once_it_runs(cozy, tree, exported, tmp_path):
    (tree / "a.jpg").write_bytes(photo("2016:09:18 20:38:04"))
    os.utime(tree / "a.jpg", (1_400_000_000,) * 2)  # 2014, before the camera says that it was taken
    (tree / "b.jpg").write_bytes(photo("2012:01:01 00:00:00", colour="red"))
    os.utime(tree / "b.jpg", (1_400_000_000,) * 2)
    imported(cozy, tree)
    with Server(cozy, tmp_path / "log"):
        until = time.monotonic() + 120
        while True:
            lines = [json.loads(line) for line in cozy("files", "ls", "/in", "--json").out.splitlines()]
            if all("metadata" in line for line in lines):
                break
            assert time.monotonic() < until
            time.sleep(0.1)
    assert [line["metadata"]["datetime"][:4] for line in lines] == ["2016", "2012"]
    assert [line["created_at"][:4] for line in lines] == ["2014", "2012"]
    out = exported()
    assert [(out / name).stat().st_mtime for name in ("a.jpg", "b.jpg")] == [1_400_000_000] * 2
    assert imported(cozy, tree)["already"] == 2
