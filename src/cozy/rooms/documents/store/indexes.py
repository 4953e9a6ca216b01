"""The SQL of the indexes that apps ask for: one on the keys of a doctype's fields, shared by all homes of a database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cozy.kernel.work import Work

from .mango import key, literal
from .selector import Path


def add(work: Work, doctype: str, fields: Sequence[Path]) -> None:
    """Make sure that there is one."""
    keys = ", ".join(key(work.db.engine, path) for path in fields)
    work.db.run(
        f"""CREATE INDEX IF NOT EXISTS {_name(doctype, fields)} ON documents (home_id, {keys}, id)
             WHERE doctype = {literal(doctype)} AND NOT deleted"""
    )


def remove(work: Work, doctype: str, fields: Sequence[Path]) -> None:
    """Remove it, where no other home can need it."""
    if work.db.engine == "sqlite":
        work.db.run(f"DROP INDEX IF EXISTS {_name(doctype, fields)}")


def _name(doctype: str, fields: Sequence[Path]) -> str:
    asked = repr((doctype, tuple(fields)))
    return f"asked_{hashlib.md5(asked.encode(), usedforsecurity=False).hexdigest()}"
