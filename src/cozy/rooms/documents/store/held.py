"""What the indexes that apps ask for cannot hold: PostgreSQL's entries are short."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from cozy.kernel.db import TooLong
from cozy.kernel.work import Work

T = TypeVar("T")
_SMALL = 1_000  # bytes of a document that every index can hold, however PostgreSQL writes its keys


def making_room(work: Work, doctype: str, size: int, write: Callable[[], T]) -> T:
    """A write of a document of so many bytes; indexes that cannot hold it go, since queries do without.

    SQLite's indexes hold anything.
    """
    if work.db.engine == "sqlite" or size < _SMALL:
        return write()
    try:
        with work.attempt():
            return write()
    except TooLong:
        _remove_all(work, doctype)
        return write()


def _remove_all(work: Work, doctype: str) -> None:
    rows = work.db.all(
        """SELECT indexname FROM pg_indexes
            WHERE schemaname = ANY (current_schemas(false)) AND indexname LIKE :names AND :home <> ''""",
        names=f"{_prefix(doctype)}%", home=work.home,
    )  # fmt: skip
    for (name,) in rows:
        work.db.run(f"DROP INDEX IF EXISTS {name}")


def name_of(doctype: str, fields: Sequence[Sequence[str]]) -> str:
    """The name of an index in the database."""
    return f"{_prefix(doctype)}{_digest([tuple(path) for path in fields])}"


def _prefix(doctype: str) -> str:
    return f"asked_{_digest(doctype)}_"


def _digest(asked: object) -> str:
    return hashlib.md5(repr(asked).encode(), usedforsecurity=False).hexdigest()[:20]
