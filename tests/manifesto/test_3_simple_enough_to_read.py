"""Principle 3: trusting Cozy by reading it is realistic."""

import ast
from pathlib import Path

import pytest

import cozy

SOURCES = Path(cozy.__file__).parent
ROOMS = sorted(path for path in (SOURCES / "rooms").iterdir() if (path / "__init__.py").exists())


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_is_introduced_on_one_screen(room):
    lines = (room / "README.md").read_text().splitlines()
    assert 5 <= len(lines) <= 60


def test_every_module_begins_with_a_line_that_says_what_it_holds():
    silent = [
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
