"""`cozy live-folder`."""

from pathlib import Path

import pytest

from tests.program import DOMAIN, Cozy, make_home


@pytest.fixture
def cozy(tmp_path: Path) -> Cozy:
    """The command, over a data folder with Alice's home."""
    make_home(tmp_path / "data")
    return Cozy(tmp_path / "data")


@pytest.mark.one_process("a live folder goes with SQLite alone")
def test_it_goes_on_says_how_it_is_and_goes_off(cozy, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    assert cozy("files", "put", tmp_path / "a.txt", "/Papers/").code == 0
    assert "no live folder" in cozy("live-folder", "status").out
    done = cozy("live-folder", "on", tmp_path / "live")
    assert done.out.startswith(f"{tmp_path}/live/Files shows 1 file in "), done
    assert (tmp_path / "live" / "Files" / "Papers" / "a.txt").read_text() == "a"
    status = cozy("live-folder", "status", "--json").json
    assert (status["path"], status["files"], status["waiting"]) == (str(tmp_path / "live"), 1, 0)
    assert f"live folder: {tmp_path}/live" in cozy("homes", "show", DOMAIN).out
    assert cozy("check").code == 0
    assert cozy("live-folder", "off").out == f"{tmp_path}/live shows this home no more.\n"
    assert not (tmp_path / "live").exists()


@pytest.mark.one_process("a live folder goes with SQLite alone")
def test_a_home_that_is_destroyed_says_where_its_files_still_stand(cozy, tmp_path):
    assert cozy("live-folder", "on", tmp_path / "live").code == 0
    assert f"Its files still stand in {tmp_path}/live" in cozy("homes", "destroy", DOMAIN, "--yes").out


def test_it_does_not_go_with_postgresql(cozy, tmp_path):
    (tmp_path / "cozy.toml").write_text('postgres = "postgresql://nowhere.invalid/cozy"\n')
    done = cozy("--config", tmp_path / "cozy.toml", "live-folder", "on", tmp_path / "live")
    assert done.code == 1
    assert "not with PostgreSQL" in done.err
