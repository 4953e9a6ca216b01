"""What both engines ask of an entry beside its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from msgspec.structs import replace

from cozy.kernel.db import Db, Row
from cozy.kernel.search import Wanted

BESIDE_KIND = ("extensions", "places", "since", "until")  # the kind is among the words
_ASKS = {
    "kinds": "kind IN :kinds",
    "extensions": "extension IN :extensions",
    "places": "place IN :places",
    "since": "at >= :since",
    "until": "at < :until",
}


def narrowing(wanted: Wanted, only: Collection[str] = tuple(_ASKS)) -> tuple[str, dict[str, Any]]:
    """Conditions on columns of search_entries, each after an AND, and what they are asked with. only: of these."""
    asked = {name: value for name in _ASKS if name in only and (value := getattr(wanted, name))}
    return "".join(f" AND {_ASKS[name]}" for name in asked), asked


def latest(db: Db, home: str, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of the entries that are wanted for something else than words, the latest first.

    Each kind is asked for by itself: so an index has its entries in order, and no more of them are read than are wanted.
    """
    found = [row for part in _by_kind(wanted) for row in _latest(db, home, part, limit)]
    return [number for _, number in sorted(found, reverse=True)[:limit]]


def _by_kind(wanted: Wanted) -> Iterable[Wanted]:
    return [replace(wanted, kinds=(kind,)) for kind in wanted.kinds] or [wanted]


def _latest(db: Db, home: str, wanted: Wanted, limit: int) -> list[Row]:
    narrow, asked = narrowing(wanted)
    sql = f"""SELECT at, number FROM search_entries WHERE home_id = :home{narrow}
               ORDER BY at DESC, number DESC LIMIT :limit"""
    return db.all(sql, home=home, limit=limit, **asked)
