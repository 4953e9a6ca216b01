"""Principle 7: a home is one folder; whoever takes it has everything, and needs no help from the host."""

import shutil

import pytest

from tests.program import Cozy, make_home


@pytest.mark.one_process("several have no folder that could be copied")
def test_a_copied_folder_is_the_whole_home(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    big = tmp_path / "film.bin"
    big.write_bytes(bytes(range(256)) * 2000)
    assert cozy("files", "put", big, "/").code == 0

    shutil.copytree(tmp_path / "data", tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "data")

    there = Cozy(tmp_path / "elsewhere")
    assert there("files", "get", "/film.bin", tmp_path / "back.bin").code == 0
    assert (tmp_path / "back.bin").read_bytes() == big.read_bytes()
    assert there("check", "--scrub").code == 0


@pytest.mark.one_process("looks at what is left in a folder")
def test_a_destroyed_home_leaves_nothing_behind_and_others_alone(tmp_path):
    make_home(tmp_path / "data")
    make_home(tmp_path / "data", "bob.localhost")
    cozy = Cozy(tmp_path / "data")
    assert cozy("homes", "destroy", "alice.localhost", "--yes").code == 0
    assert len(list((tmp_path / "data" / "homes").iterdir())) == 1
    assert cozy("files", "ls", "/", "--home", "bob.localhost").code == 0
