"""The words of collections: collections, items, readings of texts, and what a request expects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

COLLECTION = "collection"  # the member that says where an item is
# Where the rest of ours is: `cozyMetadata.item`. Apps show a person whatever other member they do not know.
METADATA, ITEM = "cozyMetadata", "item"
DELETED = "io.cozy.deleted"  # the bin of items and collections, a document each
KEPT_DAYS = 30  # how long one stays in the bin
TEXT_LIMIT = 8 * 1024 * 1024  # bytes of one text
NAME_LIMIT = 255  # characters of the name of an item
COLLECTIONS_LIMIT = 500  # of one kind, in a home

_canonical = msgspec.json.Encoder(order="sorted").encode


class Reading(Struct, frozen=True):
    """What a text says. body: the members that apps know; text: what is kept; parsed: what the format wants again."""

    doctype: str
    uid: str
    component: str
    body: Mapping[str, Any]
    text: str
    parsed: Any = None


class Collection(Struct, frozen=True):
    """A calendar or an address book. body: all members of its document; rev: "" while nobody wrote it."""

    kind: str
    id: str
    name: str
    color: str = ""
    order: int = 0
    description: str = ""
    components: tuple[str, ...] = ()
    timezone: str = ""
    source: str = ""  # the address that it is a copy of
    is_read_only: bool = False
    properties: Mapping[str, str] = {}
    rev: str = ""
    body: Mapping[str, Any] = {}


class Entry(Struct, frozen=True, gc=False):
    """An item without its text. size: bytes of the text as it is sent; changed_at: RFC 3339."""

    name: str
    doctype: str
    id: str
    uid: str
    component: str
    rev: str
    size: int
    seq: int
    changed_at: str
    collection: str

    @property
    def etag(self) -> str:
        """Its strong validator (RFC 9110 §8.8.3)."""
        return f'"{self.rev}"'


class Item(Struct, frozen=True):
    """An item with its text, as it is sent."""

    entry: Entry
    text: str


class Changes(Struct, frozen=True):
    """What changed in a collection, in the order of the changes. last: the seq that this ends with."""

    changed: list[Entry]
    gone: list[str]
    last: int
    is_whole: bool


class Expected(Struct, frozen=True):
    """What a request expects to find at a name (RFC 9110 §13.1): lists of entity tags, `*`, or nothing."""

    if_match: str = ""
    if_none_match: str = ""


class Binned(Struct, frozen=True):
    """An item or a collection in the bin.

    id: of its document there; body: as it was when it was deleted; along: the id in the bin of the collection that went with it.
    """

    id: str
    doctype: str
    item: str
    body: Mapping[str, Any]
    deleted_at: str
    along: str = ""


def digest(body: Mapping[str, Any], members: frozenset[str]) -> str:
    """What the members that a text speaks of hold, in 32 digits: it tells later whether an app changed them."""
    held = {name: body[name] for name in members if body.get(name) is not None}
    return hashlib.sha256(_canonical(held)).hexdigest()[:32]


def item_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a document says of itself as an item: `uid`, `text`, `of`; empty where an app made it."""
    metadata = body.get(METADATA)
    item = metadata.get(ITEM) if isinstance(metadata, Mapping) else None
    return item if isinstance(item, Mapping) else {}


def with_item(body: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """A document that says this of itself; nothing where it is empty."""
    metadata = body.get(METADATA)
    rest = {k: v for k, v in metadata.items() if k != ITEM} if isinstance(metadata, Mapping) else {}
    said = {**rest, ITEM: dict(item)} if item else rest
    others = {k: v for k, v in body.items() if k != METADATA}
    return {**others, METADATA: said} if said else others


def uid_of(body: Mapping[str, Any]) -> str:
    """The UID of the text that a document was written with, "" for none."""
    uid = item_of(body).get("uid")
    return uid if isinstance(uid, str) else ""


def original_of(body: Mapping[str, Any]) -> str:
    """The text that a document was written with, "" for none."""
    text = item_of(body).get("text")
    return text if isinstance(text, str) else ""


def is_untouched(body: Mapping[str, Any], members: frozenset[str]) -> bool:
    """Whether no member changed since the text was written."""
    return item_of(body).get("of") == digest(body, members)
