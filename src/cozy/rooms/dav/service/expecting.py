"""Whether the header If holds for collections: what is at addresses, and what tokens of changes they have (RFC 6578 §5)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from cozy.dav import conditions
from cozy.dav.conditions import Alternative
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import NoCollection, NoItem

from ..errors import Unfulfilled
from . import addresses, shelves
from .addresses import Place


def check(work: Work, lists: Sequence[Alternative], place: Place) -> None:
    """Raises Unfulfilled, NobodyIn, NotAllowed."""
    host = urlsplit(work.origin).netloc

    def at(resource: str) -> Place | None:
        return addresses.named(resource, host) if resource else place

    if lists and not conditions.hold(
        lists, lambda resource: _tokens(work, at(resource)), lambda resource: _tag(work, at(resource))
    ):
        raise Unfulfilled(header="If")


def _tokens(work: Work, place: Place | None) -> set[str]:
    if place is None or not place.collection or place.name:
        return set()
    try:
        return {shelves.token(work, collections.shelves.one(work, place.dialect.kind, place.collection))}
    except NoCollection:
        return set()


def _tag(work: Work, place: Place | None) -> str:
    if place is None or not place.name:
        return ""
    try:
        return collections.items.entry(work, place.dialect.kind, place.collection, place.name).etag
    except (NoCollection, NoItem):
        return ""
