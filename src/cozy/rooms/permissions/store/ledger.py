"""The ledger: a row for each holder, doctype and verb of a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model.ledger import Entry, Picked

_COLUMNS = "day, kind, name, doctype, verb, requests, documents, last_at, title"


def _entry(row: Row) -> Entry:
    return Entry(*row)


def add(work: Work, new: Entry) -> None:
    """Add to the row that there is, or make it."""
    work.db.run(
        f"""INSERT INTO ledger (home_id, {_COLUMNS})
            VALUES (:home, :day, :kind, :name, :doctype, :verb, :requests, :documents, :last_at, :title)
            ON CONFLICT (home_id, day, kind, name, doctype, verb) DO UPDATE SET
              requests = ledger.requests + excluded.requests,
              documents = ledger.documents + excluded.documents,
              last_at = CASE WHEN excluded.last_at > ledger.last_at THEN excluded.last_at ELSE ledger.last_at END,
              title = excluded.title""",
        home=work.home, day=new.day, kind=new.kind, name=new.name, doctype=new.doctype, verb=new.verb,
        requests=new.requests, documents=new.documents, last_at=new.last_at, title=new.title,
    )  # fmt: skip


def entries(work: Work, picked: Picked, *, skip: int, limit: int) -> list[Entry]:
    """The rows that are meant, the newest day first, and in it the last use."""
    where, params = _where(picked)
    rows = work.db.all(
        f"""SELECT {_COLUMNS} FROM ledger WHERE home_id = :home {where}
            ORDER BY day DESC, last_at DESC, kind, name, doctype, verb LIMIT :limit OFFSET :skip""",
        home=work.home, limit=limit, skip=skip, **params,
    )  # fmt: skip
    return [_entry(row) for row in rows]


def each(work: Work, picked: Picked) -> Iterator[Entry]:
    """The same, every one, oldest first."""
    where, params = _where(picked)
    rows = work.db.each(
        f"""SELECT {_COLUMNS} FROM ledger WHERE home_id = :home {where}
            ORDER BY day, kind, name, doctype, verb""",
        home=work.home, **params,
    )  # fmt: skip
    return map(_entry, rows)


def last_accesses(work: Work) -> dict[tuple[str, str], str]:
    """When each holder last used anything."""
    rows = work.db.all(
        "SELECT kind, name, MAX(last_at) FROM ledger WHERE home_id = :home GROUP BY kind, name",
        home=work.home,
    )  # fmt: skip
    return {(kind, name): last_at for kind, name, last_at in rows}


def last_access(work: Work, kind: str, name: str) -> str:
    """When a holder last used anything; "" for never."""
    row = work.db.one(
        """SELECT last_at FROM ledger WHERE home_id = :home AND kind = :kind AND name = :name
            ORDER BY last_at DESC LIMIT 1""",
        home=work.home, kind=kind, name=name,
    )  # fmt: skip
    return str(row[0]) if row else ""


def requests(work: Work, kind: str, name: str, verb: str) -> int:
    """How many requests a holder made by a verb."""
    row = work.db.one(
        """SELECT COALESCE(SUM(requests), 0) FROM ledger
            WHERE home_id = :home AND kind = :kind AND name = :name AND verb = :verb""",
        home=work.home, kind=kind, name=name, verb=verb,
    )  # fmt: skip
    return int(row[0]) if row else 0


def forget(work: Work, picked: Picked) -> int:
    """Delete the rows that are meant, and say how many."""
    where, params = _where(picked)
    return work.db.run(f"DELETE FROM ledger WHERE home_id = :home {where}", home=work.home, **params)


def _where(picked: Picked) -> tuple[str, dict[str, Any]]:
    asked = {
        "kind": ("kind = :kind", picked.holder.kind if picked.holder else ""),
        "name": ("name = :name", picked.holder.name if picked.holder else ""),
        "doctype": ("doctype = :doctype", picked.doctype),
        "since": ("day >= :since", picked.since),
        "until": ("day <= :until", picked.until),
    }
    used = {name: (sql, value) for name, (sql, value) in asked.items() if value}
    where = "".join(f" AND {sql}" for sql, _ in used.values())
    return where, {name: value for name, (_, value) in used.items()}
