"""Numbered SQL files: `host/` for the list of homes, `home/` for what one home holds."""

from __future__ import annotations

from importlib.resources import files

from cozy.backends.migrate import Migration


def of(family: str) -> list[Migration]:
    """The migrations of `host` or `home`, in order."""
    folder = files(__name__) / family
    named = sorted(
        (entry.name, entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".sql")
    )
    return [Migration(int(name[:4]), name[5:-4], sql) for name, sql in named]
