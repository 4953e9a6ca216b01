"""The SQL of contacts: people and groups, all of them or those of a group."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from .model import CONTACTS, GROUPS
from .model.people import group_ids

_PEOPLE_LIMIT = 100_000
_GROUPS_LIMIT = 5_000
_MENTIONS_LIMIT = 500


def people(work: Work) -> list[Document]:
    """Everybody, in no order."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted LIMIT :limit""",
        home=work.home, doctype=CONTACTS, limit=_PEOPLE_LIMIT,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def born_in(work: Work, months: Sequence[int]) -> list[Document]:
    """Who may have a birthday in these months: as documents spell days (`1985-12-03`, `--12-03`), or in another spelling.

    months: one to three.
    """
    first, second, third = (f"%-{months[n % len(months)]:02}-%" for n in range(3))
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted
               AND (body->>'birthday' LIKE :first OR body->>'birthday' LIKE :second OR body->>'birthday' LIKE :third
                    OR body->>'birthday' NOT LIKE '%-%') LIMIT :limit""",
        home=work.home, doctype=CONTACTS, first=first, second=second, third=third, limit=_PEOPLE_LIMIT,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def groups(work: Work) -> list[Document]:
    """Every group, in no order."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted LIMIT :limit""",
        home=work.home, doctype=GROUPS, limit=_GROUPS_LIMIT,
    )  # fmt: skip
    return [documents.document(row) for row in rows]


def in_group(work: Work, group_id: str) -> list[Document]:
    """Who is in a group, by id."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted AND CAST(body AS TEXT) LIKE :named
             ORDER BY id LIMIT :limit""",
        home=work.home, doctype=CONTACTS, named=f"%{group_id}%", limit=_PEOPLE_LIMIT,
    )  # fmt: skip
    found = [documents.document(row) for row in rows]
    return [each for each in found if group_id in group_ids(each.body)]


def mentioning(work: Work, text: str) -> list[Document]:
    """Who may have this text, in small letters, somewhere in what is known of them, by id."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = :doctype AND NOT deleted AND lower(CAST(body AS TEXT)) LIKE :named
             ORDER BY id LIMIT :limit""",
        home=work.home, doctype=CONTACTS, named=f"%{text}%", limit=_MENTIONS_LIMIT,
    )  # fmt: skip
    return [documents.document(row) for row in rows]
