"""Numbered SQL files: `host/` for the list of homes, `home/` for what one home holds.

`0023_search.sql` is in the dialect that both engines share; `0023_search.sqlite.sql` and `0023_search.postgres.sql`, where
there are any, are what one of them needs beside it.
"""

from __future__ import annotations

from importlib.resources import files

from cozy.backends.migrate import Migration
from cozy.kernel.db import Engine

_ENGINES: tuple[Engine, ...] = ("sqlite", "postgres")


def of(family: str) -> list[Migration]:
    """The migrations of `host` or `home`, in order."""
    folder = files(__name__) / family
    texts = {entry.name: entry.read_text() for entry in folder.iterdir() if entry.name.endswith(".sql")}
    return [_step(name.removesuffix(".sql"), texts) for name in sorted(texts) if name.count(".") == 1]


def _step(name: str, texts: dict[str, str]) -> Migration:
    own = {engine: text for engine in _ENGINES if (text := texts.get(f"{name}.{engine}.sql"))}
    return Migration(int(name[:4]), name[5:], texts[f"{name}.sql"], own)
