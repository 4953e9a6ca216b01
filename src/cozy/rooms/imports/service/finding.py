"""Imports as they are kept: documents that hold an Import."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import NoImport
from ..model import IMPORTS, Import


class NewImport(Struct, frozen=True):
    """An import with its id."""

    id: str
    rev: str
    body: Import


def all_(work: Work) -> list[NewImport]:
    """The imports, the newest first. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", IMPORTS, None, None)
    return listed(work)


def listed(work: Work) -> list[NewImport]:
    """The same, asked by the program itself."""
    return [read(each) for each in store.imports(work)]


def one(work: Work, id_: str) -> NewImport:
    """An import that the caller may see. Raises NoImport, NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", IMPORTS, {id_}, None)
    return fetch(work, id_)


def fetch(work: Work, id_: str) -> NewImport:
    """The same, asked by the program itself. Raises NoImport."""
    try:
        return read(documents.fetch(work, IMPORTS, id_))
    except NoDocument as error:
        raise NoImport(id=id_) from error


def left(work: Work, id_: str) -> Iterator[tuple[str, str]]:
    """All that an import left out or did not understand: names and reasons. Raises NoImport."""
    fetch(work, id_)
    return store.left(work, id_)


def create(work: Work, body: Import) -> NewImport:
    """Keep a new one."""
    body.created_at = iso(work.now)
    return read(documents.create(work, IMPORTS, _written(body)))


def change(work: Work, id_: str, how: Callable[[Import], None]) -> NewImport:
    """Change one. Raises NoImport."""
    try:
        document = documents.fetch(work, IMPORTS, id_)
    except NoDocument as error:
        raise NoImport(id=id_) from error
    body = read(document).body
    how(body)
    return read(documents.update(work, document, _written(body)))


def write(work: Work, id_: str, body: Import) -> NewImport:
    """Keep one as it is now."""
    return read(documents.update(work, documents.fetch(work, IMPORTS, id_), _written(body)))


def remove(work: Work, id_: str) -> None:
    """Forget one, and its list."""
    documents.delete(work, documents.fetch(work, IMPORTS, id_))
    store.forget_left(work, id_)


def read(document: Document) -> NewImport:
    """An import out of its document."""
    return NewImport(document.id, document.rev, msgspec.convert(dict(document.body), Import))


def _written(body: Import) -> dict[str, object]:
    return msgspec.to_builtins(body)
