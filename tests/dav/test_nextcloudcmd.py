"""The desktop client of Nextcloud, over the real program: two folders, as on two computers, of which nothing may get lost."""

import os
import subprocess
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from .program import DOMAIN, USER, Running, needs, running
from .test_programs import held

ODD = [
    "a b", "été", "100%", "a&b", "x'y", "semi;colon", "#hash", "[square]", "{curly}", "plus+plus", "equals=", "comma,", "at@", "名前",
    "🏡", "UPPER", "upper", "~tilde", "$dollar", "!bang", "(round)", "back`tick", "50%25", "long " + "x" * 180,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Computer:
    """A folder that the client keeps as the home has it."""

    home: Running
    folder: Path

    def sync(self) -> str:
        """Run the client once, without any setting of the person who runs the tests; what it says."""
        self.folder.mkdir(exist_ok=True)
        settings = self.folder.with_name(f"{self.folder.name} settings")
        settings.mkdir(exist_ok=True)
        env = {
            **os.environ,
            "HOME": str(settings),
            "XDG_CONFIG_HOME": str(settings),
            "QT_QPA_PLATFORM": "offscreen",
        }
        done = subprocess.run(
            ["nextcloudcmd", "--non-interactive", "-u", USER, "-p", self.home.password, str(self.folder),
             f"http://{DOMAIN}:{self.home.server.port}"],
            env=env, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 0, said[-4000:]
        return said

    def held(self) -> dict[str, bytes]:
        """What its files hold, by their paths, without the client's own."""
        return {path: data for path, data in held(self.folder).items() if not path.startswith(".sync_")}

    def folders(self) -> set[str]:
        """The folders."""
        return {
            unicodedata.normalize("NFC", str(each.relative_to(self.folder)))
            for each in self.folder.rglob("*")
            if each.is_dir()
        }


@pytest.fixture
def computers(tmp_path, postgres):
    needs("nextcloudcmd", package="nextcloud-desktop-cmd")
    with running(tmp_path, postgres) as home:
        yield Computer(home, tmp_path / "desk"), Computer(home, tmp_path / "lap")


@pytest.mark.slow
def test_two_computers_come_to_hold_the_same(computers):
    desk, lap = computers
    desk.folder.mkdir()
    for name in ODD:
        (desk.folder / "Odd" / name).mkdir(parents=True)
        (desk.folder / "Odd" / name / f"{name[:60]}.txt").write_text(f"{name}\n" * 50)
    (desk.folder / "empty.txt").touch()
    (desk.folder / "deep" / "er" / "est").mkdir(parents=True)
    (desk.folder / "deep" / "er" / "est" / "report.txt").write_text("one")
    (desk.folder / "large.bin").write_bytes(os.urandom(24_000_000))
    os.utime(desk.folder / "empty.txt", (1_500_000_000, 1_500_000_000))
    desk.sync()
    lap.sync()
    assert lap.held() == desk.held()
    assert lap.folders() == desk.folders()
    assert (lap.folder / "empty.txt").stat().st_mtime == 1_500_000_000

    (lap.folder / "deep" / "er" / "est" / "report.txt").write_text("another text")
    (lap.folder / "Odd" / "été").rename(lap.folder / "hiver")
    (lap.folder / "large.bin").rename(lap.folder / "deep" / "moved.bin")
    (lap.folder / "empty.txt").unlink()
    (lap.folder / "new.txt").write_text("new")
    lap.sync()
    said = desk.sync()
    assert desk.held() == lap.held()
    assert desk.folders() == lap.folders()
    assert (desk.folder / "deep" / "er" / "est" / "report.txt").read_text() == "another text"
    assert "moved.bin" not in [path.name for path in desk.folder.iterdir()]
    assert said.count("by OCC::PropagateLocalRename") >= 2  # what was moved is not sent again

    quiet = desk.sync()
    assert " FINISHED WITH STATUS" in quiet
    assert not [line for line in quiet.splitlines() if "networkjob.put" in line or "networkjob.mkcol" in line]


@pytest.mark.slow
def test_what_both_changed_is_kept_twice(computers):
    desk, lap = computers
    desk.folder.mkdir()
    (desk.folder / "plan.txt").write_text("at first")
    (desk.folder / "gone.txt").write_text("at first")
    desk.sync()
    lap.sync()
    (desk.folder / "plan.txt").write_text("from the desk")
    (lap.folder / "plan.txt").write_text("from the lap, which is longer")
    (desk.folder / "gone.txt").unlink()
    (lap.folder / "gone.txt").write_text("still needed")
    desk.sync()
    lap.sync()
    lap.sync()
    desk.sync()
    assert desk.folder.joinpath("plan.txt").read_text() == "from the desk"
    copies = {data for path, data in lap.held().items() if path.startswith("plan") and "conflict" in path}
    assert copies == {b"from the lap, which is longer"}
    assert (desk.folder / "gone.txt").read_text() == (lap.folder / "gone.txt").read_text() == "still needed"
