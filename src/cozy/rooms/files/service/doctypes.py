"""What `/data` may do with the documents of files and versions: read them; they change through `/files` alone."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.documents.ports import Doctype

from .. import access
from ..model import FILES, VERSIONS, File


def _lineage(work: Work, found: Document) -> list[Document]:
    """A grant for a folder covers what is in it."""
    file = File(found.id, found.rev, found.body)
    return [
        Document(FILES, each.id, each.rev, access.seen_by_grants(each))
        for each in (file, *access.folders_around(work, file))
    ]


DOCTYPES = [
    Doctype(FILES, is_writable=False, lineage=_lineage),
    Doctype(VERSIONS, is_writable=False),
]
