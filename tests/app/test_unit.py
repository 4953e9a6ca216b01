"""`cozy service`: the unit that it prints."""

import configparser
import shlex
import sys

import pytest

from cozy.app.unit import unit
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
    assert "AmbientCapabilities" not in service


def test_ports_of_https_are_had_only_when_they_are_needed():
    assert read(unit(Settings(public="example.org"), "cozy"))["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"


@pytest.mark.parametrize("name", ["my homes", "100%", 'a"b', "a$b"])
def test_a_folder_of_any_name_is_read_back_as_it_is(name, tmp_path):
    data = tmp_path / name
    start = read(unit(Settings(data=str(data)), "cozy"))["ExecStart"]
    assert shlex.split(start.replace("%%", "%").replace("$$", "$"))[2] == str(data)
