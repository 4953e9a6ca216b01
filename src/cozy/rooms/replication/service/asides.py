"""What homes of members did not take, as people call it."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing.ports import LeftOut

from .. import store
from ..model import NO_ROOM, split
from ..model.rules import FILES

_NAMED_BY = ("name", "title", "fullname", "summary", "displayName")


def not_taken(work: Work, sharing_id: str) -> dict[int, Sequence[LeftOut]]:
    """By the index of the member; implements `sharing.ports.Aside`."""
    found: dict[int, list[LeftOut]] = {}
    for one in store.aside(work, sharing_id):
        left = LeftOut(_name(work, one.id), one.status in NO_ROOM)
        found.setdefault(one.member, []).append(left)
    return {member: tuple(left) for member, left in found.items()}


def _name(work: Work, key: str) -> str:
    """What a document is called; where it is gone, or called nothing, its id."""
    doctype, id_ = split(key)
    if doctype == FILES:
        file = tree.look(work, id_)
        return file.name if file else id_
    known = documents.fetch_many(work, doctype, [id_]).get(id_)
    names = [known.body.get(member) for member in _NAMED_BY] if known else []
    return next((name for name in names if isinstance(name, str) and name), id_)
