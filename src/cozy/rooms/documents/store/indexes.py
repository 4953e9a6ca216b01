"""The SQL of the indexes that apps ask for: one on the keys of a doctype's fields, shared by all homes of a database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from cozy.kernel.db import TooLong
from cozy.kernel.work import Work

from .held import name_of
from .mango import key, literal
from .selector import Path


def add(work: Work, doctype: str, fields: Sequence[Path]) -> None:
    """Make sure that there is one, unless some document holds more than an index can."""
    keys = ", ".join(key(work.db.engine, path) for path in fields)
    with suppress(TooLong), work.attempt():
        work.db.run(
            f"""CREATE INDEX IF NOT EXISTS {name_of(doctype, fields)} ON documents (home_id, {keys}, id)
                 WHERE doctype = {literal(doctype)} AND NOT deleted"""
        )


def remove(work: Work, doctype: str, fields: Sequence[Path]) -> None:
    """Remove it, where no other home can need it."""
    if work.db.engine == "sqlite":
        work.db.run(f"DROP INDEX IF EXISTS {name_of(doctype, fields)}")
