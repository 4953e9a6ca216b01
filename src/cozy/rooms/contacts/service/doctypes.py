"""What apps write through `/data` reaches the cards in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.documents.ports import Doctype

from ..model import BOOKS, CONTACTS, GROUPS
from . import members


def follow_groups(work: Work, doctype: str, ids: Sequence[str] | None) -> None:
    """Groups were written or deleted: their own cards follow, and those of their people."""
    collections.follow(work, doctype, ids)
    for id_ in ids or ():
        members.refresh(work, id_)


DOCTYPES = [
    Doctype(CONTACTS, follow=collections.follow),
    Doctype(GROUPS, follow=follow_groups),
    Doctype(BOOKS, follow=collections.follow_collections),
]
