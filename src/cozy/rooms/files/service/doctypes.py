"""What `/data` may do with the documents of files and versions: read them; they change through `/files` alone."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.documents.ports import Doctype

from .. import access
from ..model import FILES, VERSIONS, File


def _around(work: Work, found: Document) -> list[Document]:
    """A grant for a folder covers what is in it."""
    folders = access.folders_around(work, File(found.id, found.rev, found.body))
    return [Document(FILES, folder.id, folder.rev, folder.body) for folder in folders]


DOCTYPES = [
    Doctype(FILES, is_writable=False, around=_around),
    Doctype(VERSIONS, is_writable=False),
]
