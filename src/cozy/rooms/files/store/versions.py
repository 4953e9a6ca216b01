"""Old versions: documents of doctype io.cozy.files.versions, `<file id>/<version>`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document

from ..errors import NoVersion
from ..model import VERSIONS, Version


def _version(document: Document) -> Version:
    return Version(document.id, document.rev, document.body, document.revisions)


def of_file(work: Work, file_id: str) -> list[Version]:
    """The versions of a file, newest first."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.files.versions' AND NOT deleted
               AND id > :low AND id < :high ORDER BY body->>'updated_at' DESC, id DESC""",
        home=work.home, low=f"{file_id}/", high=f"{file_id}0",
    )  # fmt: skip
    return [_version(documents.document(row)) for row in rows]


def first(work: Work, limit: int) -> list[Version]:
    """Some versions of any file, by id."""
    rows = work.db.all(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.files.versions' AND NOT deleted ORDER BY id LIMIT :limit""",
        home=work.home, limit=limit,
    )  # fmt: skip
    return [_version(documents.document(row)) for row in rows]


def fetch(work: Work, id_: str) -> Version:
    """A version by its whole id. Raises NoVersion."""
    row = work.db.one(
        f"""SELECT {documents.COLUMNS} FROM documents
             WHERE home_id = :home AND doctype = 'io.cozy.files.versions' AND NOT deleted AND id = :id""",
        home=work.home, id=id_,
    )  # fmt: skip
    if row is None:
        raise NoVersion(id=id_)
    return _version(documents.document(row))


def insert(work: Work, id_: str, body: Mapping[str, Any]) -> Version:
    """Keep a version."""
    return _version(documents.create(work, VERSIONS, body, id_=id_))


def replace(work: Work, version: Version, body: Mapping[str, Any]) -> Version:
    """Change what is said of a version. Raises UpdateConflict."""
    return _version(documents.update(work, _document(version), body))


def remove(work: Work, version: Version) -> None:
    """Forget a version. Raises UpdateConflict."""
    documents.delete(work, _document(version))


def _document(version: Version) -> Document:
    return Document(VERSIONS, version.id, version.rev, version.body, revisions=version.revisions)
