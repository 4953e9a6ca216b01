"""The SQL of lists: ids in order, changes in order, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from cozy.kernel.work import Work

from ..model import Change, Row, Span, Status
from .rows import COLUMNS, document, parts

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_ALL = 2**62


def rows(work: Work, doctype: str, span: Span, *, whole: bool) -> list[Row]:
    """Living documents by id. whole: with what they hold."""
    where, params = _within(span)
    way = "DESC" if span.descending else "ASC"
    found = work.db.all(
        f"""SELECT {COLUMNS if whole else "id, rev"} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted{where}
             ORDER BY id {way} LIMIT :limit OFFSET :skip""",
        home=work.home, doctype=doctype, limit=_ALL if span.limit is None else span.limit, skip=span.skip, **params,
    )  # fmt: skip
    if not whole:
        return [Row(id_, rev) for id_, rev in found]
    return [Row(one.id, one.rev, document=one) for one in map(document, found)]


def _within(span: Span) -> tuple[str, dict[str, str]]:
    low, high = (">=", "<=") if not span.descending else ("<=", ">=")
    where, params = "", {}
    if span.start is not None:
        where += f" AND id {low} :start"
        params["start"] = span.start
    if span.end is not None:
        where += f" AND id {high if span.with_end else high[0]} :end"
        params["end"] = span.end
    return where, params


def before(work: Work, doctype: str, start: str, *, descending: bool) -> int:
    """How many living documents a list that begins at `start` leaves out in front."""
    row = work.db.one(
        f"""SELECT COUNT(*) FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted AND id {">" if descending else "<"} :start""",
        home=work.home, doctype=doctype, start=start,
    )  # fmt: skip
    return int(row[0]) if row else 0


def revs(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, Row]:
    """The revisions of documents and tombstones, by id."""
    found: dict[str, Row] = {}
    for part in parts(ids):
        lines = work.db.all(
            """SELECT id, rev, deleted FROM documents
                WHERE home_id = :home AND doctype = :doctype AND id IN :ids""",
            home=work.home, doctype=doctype, ids=part,
        )  # fmt: skip
        found.update((id_, Row(id_, rev, bool(deleted))) for id_, rev, deleted in lines)
    return found


def latest(work: Work, doctype: str, before_seq: int, limit: int) -> list[Change]:
    """The newest changes up to a seq, newest first."""
    found = work.db.all(
        """SELECT seq, id, rev, deleted, body FROM documents
            WHERE home_id = :home AND doctype = :doctype AND seq <= :seq ORDER BY seq DESC LIMIT :limit""",
        home=work.home, doctype=doctype, seq=before_seq, limit=limit,
    )  # fmt: skip
    return [Change(seq, id_, rev, bool(deleted), _decode(body)) for seq, id_, rev, deleted, body in found]


def changes_among(work: Work, doctype: str, ids: Sequence[str], since: int) -> list[Change]:
    """What changed among these documents after a seq, oldest first."""
    found: list[Change] = []
    for part in parts(ids):
        lines = work.db.all(
            """SELECT seq, id, rev, deleted, body FROM documents
                WHERE home_id = :home AND doctype = :doctype AND id IN :ids AND seq > :since""",
            home=work.home, doctype=doctype, ids=part, since=since,
        )  # fmt: skip
        found += [Change(seq, id_, rev, bool(dead), _decode(body)) for seq, id_, rev, dead, body in lines]
    return sorted(found, key=lambda change: change.seq)


def losing_revs(work: Work, doctype: str, since: int, until: int) -> dict[str, list[str]]:
    """The losing revisions of the documents that changed after one seq and up to another, by id."""
    lines = work.db.all(
        """SELECT l.id, l.rev FROM documents d
             JOIN leaves l ON l.home_id = d.home_id AND l.doctype = d.doctype AND l.id = d.id
            WHERE d.home_id = :home AND d.doctype = :doctype AND d.seq > :since AND d.seq <= :until
            ORDER BY l.id, l.rev""",
        home=work.home, doctype=doctype, since=since, until=until,
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for id_, rev in lines:
        found.setdefault(id_, []).append(rev)
    return found


def status(work: Work, doctype: str) -> Status:
    """A doctype in numbers."""
    row = work.db.one(
        """SELECT COUNT(*), SUM(CASE WHEN deleted THEN 1 ELSE 0 END), MAX(seq) FROM documents
            WHERE home_id = :home AND doctype = :doctype""",
        home=work.home, doctype=doctype,
    )  # fmt: skip
    total, dead, last = row or (0, 0, 0)
    return Status(int(total) - int(dead or 0), int(dead or 0), int(last or 0))


def last_seq(work: Work, doctype: str) -> int:
    """The number of the last change of a doctype."""
    row = work.db.one(
        "SELECT MAX(seq) FROM documents WHERE home_id = :home AND doctype = :doctype",
        home=work.home, doctype=doctype,
    )  # fmt: skip
    return int(row[0] or 0) if row else 0


def erase(work: Work, doctype: str) -> None:
    """Remove every document of a doctype, its tombstones, branches and checkpoints, for good."""
    for table in ("documents", "leaves", "checkpoints"):
        work.db.run(
            f"DELETE FROM {table} WHERE home_id = :home AND doctype = :doctype",
            home=work.home,
            doctype=doctype,
        )
