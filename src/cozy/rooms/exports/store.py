"""The SQL of exports: documents one after the other, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Leaf

from .model import EXPORTS, PLACES

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def doctypes(work: Work) -> list[str]:
    """Those that the home has documents of."""
    rows = work.db.all(
        "SELECT DISTINCT doctype FROM documents WHERE home_id = :home AND NOT deleted ORDER BY doctype",
        home=work.home,
    )
    return [name for (name,) in rows if not name.startswith("_")]


def each(work: Work, doctype: str) -> Iterator[Document]:
    """Every living document of a doctype, by id."""
    rows = work.db.each(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted ORDER BY id""",
        home=work.home, doctype=doctype,
    )  # fmt: skip
    return (documents.document(row) for row in rows)


def losers(work: Work, without: Sequence[str]) -> Iterator[tuple[str, str, Leaf]]:
    """Every living branch that lost a conflict, with the doctype and id of its document."""
    rows = work.db.each(
        """SELECT l.doctype, l.id, l.rev, l.body, l.revisions FROM leaves l
             JOIN documents d ON d.home_id = l.home_id AND d.doctype = l.doctype AND d.id = l.id
            WHERE l.home_id = :home AND NOT l.deleted AND NOT d.deleted AND l.doctype NOT IN :without
            ORDER BY l.doctype, l.id, l.rev""",
        home=work.home, without=list(without),
    )  # fmt: skip
    for doctype, id_, rev, body, revisions in rows:
        yield doctype, id_, Leaf(rev, False, _decode(body), tuple(revisions.split()))


def folders(work: Work) -> Iterator[Document]:
    """Every folder, parents before what is in them."""
    rows = work.db.each(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted AND body->>'type' = 'directory'
             ORDER BY body->>'path'""",
        home=work.home,
    )  # fmt: skip
    return (documents.document(row) for row in rows)


def files(work: Work) -> Iterator[Document]:
    """Every file, folder by folder, by name."""
    rows = work.db.each(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.files' AND NOT deleted AND body->>'type' = 'file'
             ORDER BY body->>'dir_id', body->>'name'""",
        home=work.home,
    )  # fmt: skip
    return (documents.document(row) for row in rows)


def names(work: Work, doctype: str) -> Mapping[str, str]:
    """What documents of a doctype are called, by id."""
    rows = work.db.all(
        """SELECT id, body->>'name' FROM documents
            WHERE home_id = :home AND doctype = :doctype AND NOT deleted""",
        home=work.home, doctype=doctype,
    )  # fmt: skip
    return {id_: str(name or "") for id_, name in rows}


def one(work: Work, doctype: str, id_: str) -> Document | None:
    """A document, where there is one."""
    return documents.latest(work, doctype, [id_]).get(id_)


def last_seq(work: Work) -> int:
    """The number of the home's last change."""
    return documents.last_seq(work)


def exports(work: Work, limit: int = 50) -> list[Document]:
    """Those that are kept or made, the newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted ORDER BY id DESC LIMIT :limit""",
        home=work.home, doctype=EXPORTS, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def places(work: Work, limit: int = 50) -> list[Document]:
    """Those that backups are brought to, the newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted ORDER BY id DESC LIMIT :limit""",
        home=work.home, doctype=PLACES, limit=limit,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def weight(work: Work) -> tuple[int, int]:
    """How many documents the home has, and the bytes of their texts."""
    row = work.db.one(
        """SELECT COUNT(*), COALESCE(SUM(LENGTH(CAST(body AS TEXT))), 0) FROM documents
            WHERE home_id = :home AND NOT deleted""",
        home=work.home,
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)
