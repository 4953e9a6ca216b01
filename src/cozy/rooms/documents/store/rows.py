"""The SQL of documents: rows in, Document out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cozy.kernel.db import Row
from cozy.kernel.work import Work

from ..model import Change, Document, Leaf
from .held import making_room

COLUMNS = "doctype, id, rev, body, seq, deleted, revisions"
_AT_ONCE = 250  # ids of one statement: SQLite looks every one up among all the others
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def document(row: Row) -> Document:
    """A Document out of COLUMNS."""
    doctype, id_, rev, body, seq, deleted, revisions = row
    return Document(doctype, id_, rev, _decode(body), seq, bool(deleted), tuple(revisions.split()))


def fetch(work: Work, doctype: str, id_: str) -> Document | None:
    """The winning revision, a tombstone too."""
    row = work.db.one(
        f"SELECT {COLUMNS} FROM documents WHERE home_id = :home AND doctype = :doctype AND id = :id",
        home=work.home,
        doctype=doctype,
        id=id_,
    )
    return document(row) if row else None


def fetch_many(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, Document]:
    """The living documents among these ids."""
    rows = work.db.all(
        f"""SELECT {COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND id IN :ids AND NOT deleted""",
        home=work.home,
        doctype=doctype,
        ids=list(ids),
    )
    return {row[1]: document(row) for row in rows}


def fetch_all(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, Document]:
    """The documents and tombstones among these ids, however many they are."""
    found: dict[str, Document] = {}
    for part in parts(ids):
        rows = work.db.all(
            f"SELECT {COLUMNS} FROM documents WHERE home_id = :home AND doctype = :doctype AND id IN :ids",
            home=work.home, doctype=doctype, ids=part,
        )  # fmt: skip
        found.update((row[1], document(row)) for row in rows)
    return found


def parts(ids: Sequence[str]) -> Iterator[list[str]]:
    """Few enough for one statement each."""
    for start in range(0, len(ids), _AT_ONCE):
        yield list(ids[start : start + _AT_ONCE])


def doctypes(work: Work) -> list[str]:
    """Those that the home has documents or tombstones of, found by jumping from one to the next."""
    rows = work.db.all(
        """WITH RECURSIVE names(name) AS (
             SELECT MIN(doctype) FROM documents WHERE home_id = :home
             UNION ALL
             SELECT (SELECT MIN(doctype) FROM documents WHERE home_id = :home AND doctype > names.name)
               FROM names WHERE names.name IS NOT NULL)
           SELECT name FROM names WHERE name IS NOT NULL""",
        home=work.home,
    )
    return [name for (name,) in rows]


def is_used(work: Work, doctype: str) -> bool:
    """Whether there is, or was, any document of this doctype."""
    return (
        work.db.one(
            "SELECT 1 FROM documents WHERE home_id = :home AND doctype = :doctype LIMIT 1",
            home=work.home, doctype=doctype,
        )
        is not None
    )  # fmt: skip


def next_seq(work: Work, count: int = 1) -> int:
    """Count more changes of this home and say the last one's number; a transaction that fails takes it back."""
    row = work.db.one(
        """INSERT INTO counters (home_id, name, value) VALUES (:home, 'seq', :count)
           ON CONFLICT (home_id, name) DO UPDATE SET value = counters.value + :count RETURNING value""",
        home=work.home,
        count=count,
    )
    assert row is not None
    return int(row[0])


def give_back_seq(work: Work) -> None:
    """Leave the last number to the next change: nothing was written under it, and there are to be no gaps."""
    next_seq(work, -1)


def last_seq(work: Work) -> int:
    """The number of the last change."""
    row = work.db.one("SELECT value FROM counters WHERE home_id = :home AND name = 'seq'", home=work.home)
    return int(row[0]) if row else 0


def insert(work: Work, new: Document, sort_key: str) -> bool:
    """Store a first revision; False when the id is taken."""
    columns = _columns(new)
    return making_room(work, new.doctype, len(columns["body"]), lambda: work.db.run(
        """INSERT INTO documents (home_id, doctype, id, rev, seq, deleted, sort_key, body, revisions)
           VALUES (:home, :doctype, :id, :rev, :seq, :deleted, :sort_key, :body, :revisions)
           ON CONFLICT (home_id, doctype, id) DO NOTHING""",
        home=work.home, sort_key=sort_key, **columns,
    )) == 1  # fmt: skip


def replace(work: Work, new: Document, sort_key: str, was: str) -> bool:
    """Store a next revision; False when `was` is not the current one."""
    columns = _columns(new)
    return making_room(work, new.doctype, len(columns["body"]), lambda: work.db.run(
        """UPDATE documents SET rev = :rev, seq = :seq, deleted = :deleted, sort_key = :sort_key, body = :body,
                  revisions = :revisions
            WHERE home_id = :home AND doctype = :doctype AND id = :id AND rev = :was""",
        home=work.home, sort_key=sort_key, was=was, **columns,
    )) == 1  # fmt: skip


def _columns(new: Document) -> dict[str, Any]:
    return {
        "doctype": new.doctype, "id": new.id, "rev": new.rev, "seq": new.seq, "deleted": new.deleted,
        "body": _encode(new.body).decode(), "revisions": " ".join(new.revisions),
    }  # fmt: skip


def changes(work: Work, doctype: str, since: int, limit: int) -> list[Change]:
    """What changed after `since`, oldest first, each document once."""
    rows = work.db.all(
        """SELECT seq, id, rev, deleted, body FROM documents
            WHERE home_id = :home AND doctype = :doctype AND seq > :since ORDER BY seq LIMIT :limit""",
        home=work.home,
        doctype=doctype,
        since=since,
        limit=limit,
    )
    return [Change(seq, id_, rev, bool(deleted), _decode(body)) for seq, id_, rev, deleted, body in rows]


def since(work: Work, since: int, limit: int) -> list[Document]:
    """What changed after `since` in any doctype, oldest first, each document once."""
    rows = work.db.all(
        f"""WITH RECURSIVE names(name) AS (
             SELECT MIN(doctype) FROM documents WHERE home_id = :home
             UNION ALL
             SELECT (SELECT MIN(doctype) FROM documents WHERE home_id = :home AND doctype > names.name)
               FROM names WHERE names.name IS NOT NULL)
           SELECT {COLUMNS} FROM names JOIN documents ON home_id = :home AND doctype = name AND seq > :since
            ORDER BY seq LIMIT :limit""",
        home=work.home, since=since, limit=limit,
    )  # fmt: skip
    return [document(row) for row in rows]


def pending(work: Work, doctype: str, since: int) -> int:
    """How many documents changed after `since`."""
    row = work.db.one(
        "SELECT COUNT(*) FROM documents WHERE home_id = :home AND doctype = :doctype AND seq > :since",
        home=work.home,
        doctype=doctype,
        since=since,
    )
    assert row is not None
    return int(row[0])


def each(work: Work) -> Iterator[Document]:
    """Every document and tombstone of the home."""
    rows = work.db.each(
        f"SELECT {COLUMNS} FROM documents WHERE home_id = :home ORDER BY doctype, id", home=work.home
    )
    return (document(row) for row in rows)


def losers(work: Work, doctype: str, id_: str) -> list[Leaf]:
    """The losing branches of a document."""
    rows = work.db.all(
        """SELECT rev, deleted, body, revisions FROM leaves
            WHERE home_id = :home AND doctype = :doctype AND id = :id ORDER BY rev""",
        home=work.home,
        doctype=doctype,
        id=id_,
    )
    return [Leaf(rev, bool(deleted), _decode(body), tuple(revs.split())) for rev, deleted, body, revs in rows]


def losers_among(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, list[Leaf]]:
    """The losing branches of these documents, by id; those without any are left out."""
    found: dict[str, list[Leaf]] = {}
    for part in parts(ids):
        rows = work.db.all(
            """SELECT id, rev, deleted, body, revisions FROM leaves
                WHERE home_id = :home AND doctype = :doctype AND id IN :ids ORDER BY id, rev""",
            home=work.home, doctype=doctype, ids=part,
        )  # fmt: skip
        for id_, rev, deleted, body, revs in rows:
            found.setdefault(id_, []).append(Leaf(rev, bool(deleted), _decode(body), tuple(revs.split())))
    return found


def set_losers(work: Work, doctype: str, id_: str, leaves: Sequence[Leaf]) -> None:
    """Keep exactly these losing branches."""
    work.db.run(
        "DELETE FROM leaves WHERE home_id = :home AND doctype = :doctype AND id = :id",
        home=work.home,
        doctype=doctype,
        id=id_,
    )
    for leaf in leaves:
        work.db.run(
            """INSERT INTO leaves (home_id, doctype, id, rev, deleted, body, revisions)
               VALUES (:home, :doctype, :id, :rev, :deleted, :body, :revisions)""",
            home=work.home, doctype=doctype, id=id_, rev=leaf.rev, deleted=leaf.deleted,
            body=_encode(leaf.body).decode(), revisions=" ".join(leaf.revisions),
        )  # fmt: skip
