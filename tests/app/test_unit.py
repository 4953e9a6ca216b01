"""`cozy service`: the unit that it prints."""

import configparser
import shlex
import shutil
import subprocess
import sys

import pytest

from cozy.app.unit import missing, once, timer, unit
from cozy.kernel.settings import Settings


def read(text: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    assert parser.sections() == ["Unit", "Service", "Install"]
    return parser["Service"]


def test_it_starts_this_very_program_on_this_very_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["/opt/cozy/bin/cozy"])
    service = read(unit(Settings(data="data"), "alice"))
    assert service["ExecStart"] == f"/opt/cozy/bin/cozy --data {tmp_path}/data serve"
    assert (service["User"], service["ReadWritePaths"]) == ("alice", f"{tmp_path}/data")
    assert service["WorkingDirectory"] == str(tmp_path)
    assert service["EnvironmentFile"] == f"-{tmp_path}/cozy.env"
    assert service["AmbientCapabilities"] == service["CapabilityBoundingSet"] == ""


def test_ports_of_https_are_had_only_when_they_are_needed():
    assert read(unit(Settings(public="example.org"), "cozy"))["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"


@pytest.mark.parametrize("name", ["my homes", "100%", 'a"b', "a$b"])
def test_a_folder_of_any_name_is_read_back_as_it_is(name, tmp_path):
    data = tmp_path / name
    service = read(unit(Settings(data=str(data)), "cozy", [str(tmp_path / "live")]))
    assert shlex.split(service["ExecStart"].replace("%%", "%").replace("$$", "$"))[2] == str(data)
    assert shlex.split(service["ReadWritePaths"].replace("%%", "%")) == [str(data), str(tmp_path / "live")]


def test_what_has_to_be_made_before_it_can_start_is_told(tmp_path):
    settings = Settings(data=str(tmp_path / "data"))
    assert missing(settings, "alice").endswith(f"install -d -o alice -m 700 {tmp_path}/data")
    (tmp_path / "data").mkdir()
    assert not missing(settings, "alice")


def test_a_command_runs_by_the_clock_and_systemd_understands_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [sys.executable])
    place = tmp_path / "a disk"
    text = once(Settings(data="data"), "root", f"backup '{place}' --keep 7d")
    start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    assert shlex.split(start)[-4:] == ["backup", str(place), "--keep", "7d"]
    (tmp_path / "cozy-backup.service").write_text(text)
    (tmp_path / "cozy-backup.timer").write_text(timer("Sun 03:00"))
    (tmp_path / "cozy-backup-server.service").write_text(
        unit(Settings(public="example.org"), "root", [str(place)])
    )
    if shutil.which("systemd-analyze"):
        read_ = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *tmp_path.glob("cozy-backup.*")],
            capture_output=True,
            check=False,
        )
        assert b"cozy-backup" not in read_.stderr, read_.stderr.decode()
