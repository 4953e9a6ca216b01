"""The contact that is the owner."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from ..model import CONTACTS, names, of_owner
from . import people


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


def agree(work: Work, name_before: str, email_before: str) -> None:
    """Let the contact that is the owner say the name and the mail address of the profile where it said those before.

    What the owner wrote in it otherwise stays; a second time nothing is as it was before.
    """
    found = documents.find(work, CONTACTS, Query(selector={"me": True}, limit=1)).documents
    if not found:
        return
    profile, body = homes.profile(work), dict(found[0].body)
    if names.text(body, "fullname") == name_before and profile.public_name != name_before:
        body["fullname"] = profile.public_name
        body.pop("name", None)
    body["email"] = [
        {**entry, "address": profile.email} if names.text(entry, "address") == email_before else entry
        for entry in names.entries(body, "email")
    ]
    if body != found[0].body:
        people.save(work, body, found[0].id)
