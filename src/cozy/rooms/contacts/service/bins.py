"""The bin of contacts, for pages: people and groups that were thrown away, and the way back."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import NotInBin
from cozy.rooms.collections.model import KEPT_DAYS, Binned
from cozy.rooms.documents.model import Document

from ..model import GROUPS
from . import groups

__all__ = ["KEPT_DAYS"]


def all_(work: Work) -> list[Binned]:
    """Who is in the bin, and which groups, the last first: thirty days. Raises NobodyIn, NotAllowed."""
    return collections.binned.all_(work, "contacts")


def restore(work: Work, id_: str) -> Document:
    """Bring somebody back, or a group with whoever was in it. Raises GroupNameTaken, NotInBin, NobodyIn, NotAllowed."""
    found = next((each for each in all_(work) if each.id == id_), None)
    if found is None:
        raise NotInBin(id=id_)
    return groups.restore(work, found) if found.doctype == GROUPS else collections.binned.restore(work, id_)
