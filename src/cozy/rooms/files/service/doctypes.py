"""What `/data` may do with the documents of files and versions: read them; they change through `/files` alone."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.documents.ports import Doctype

from .. import access
from ..model import FILES, VERSIONS, File


def _around(work: Work, found: Document) -> set[str]:
    """A grant for a folder covers what is in it."""
    return access.chain(work, File(found.id, found.rev, found.body))


DOCTYPES = [
    Doctype(FILES, is_writable=False, known_as=_around),
    Doctype(VERSIONS, is_writable=False),
]
