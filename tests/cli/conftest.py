"""A home on this machine, and the command `cozy` over it."""

from pathlib import Path

import pytest

from tests.program import Cozy, make_home


@pytest.fixture
def cozy(tmp_path: Path) -> Cozy:
    """The command, over a data folder with Alice's home."""
    make_home(tmp_path / "data")
    return Cozy(tmp_path / "data")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An empty folder of this machine, to be filled and imported."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder
