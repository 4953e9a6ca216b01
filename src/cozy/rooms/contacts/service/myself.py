"""The contact that is the owner."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from ..model import CONTACTS, of_owner


def myself(work: Work) -> Document:
    """The contact that is the owner, made out of their profile when there is none. Raises NobodyIn, NotAllowed."""
    found = documents.find(work, CONTACTS, Query(selector={"me": True}, limit=1)).documents
    if found:
        permissions.guard(work, "GET", CONTACTS, {found[0].id}, found[0].body)
        return found[0]
    profile = homes.profile(work)
    body = of_owner(profile.public_name, profile.email, work.origin)
    permissions.guard(work, "GET", CONTACTS, set(), body)
    made = documents.create(work, CONTACTS, body)
    collections.follow(work, CONTACTS, [made.id])
    return made
