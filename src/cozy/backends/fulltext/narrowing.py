"""What both engines ask of an entry beside its words."""

from __future__ import annotations

from typing import Any

from cozy.kernel.db import Db
from cozy.kernel.search import Wanted

_ASKS = {
    "kinds": "kind IN :kinds",
    "extensions": "extension IN :extensions",
    "places": "place IN :places",
    "since": "at >= :since",
    "until": "at < :until",
}


def narrowing(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """Conditions on columns of search_entries, each after an AND, and what they are asked with."""
    asked = {name: value for name in _ASKS if (value := getattr(wanted, name))}
    return "".join(f" AND {_ASKS[name]}" for name in asked), asked


def latest(db: Db, home: str, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of the entries that are wanted for something else than words, the latest first."""
    narrow, asked = narrowing(wanted)
    sql = f"SELECT number FROM search_entries WHERE home_id = :home{narrow} ORDER BY at DESC, number LIMIT :limit"
    return [row[0] for row in db.all(sql, home=home, limit=limit, **asked)]
