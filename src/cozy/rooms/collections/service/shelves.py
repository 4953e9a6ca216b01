"""Collections themselves: calendars and address books, as documents. One of each kind is always there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import AlreadyHere, AlwaysThere, BadName, NoCollection, TooManyCollections
from ..model import COLLECTIONS_LIMIT, Collection
from ..ports import Kind
from . import binned, kinds
from .discarding import clear

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~@+-]{0,127}")
RESERVED = frozenset({"inbox", "outbox"})  # addresses of scheduling


def all_(work: Work, kind_name: str) -> list[Collection]:
    """Every collection of a kind, in the owner's order. Raises NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    permissions.guard(work, "GET", kind.collections, None, None)
    found = [_collection(kind, each.id, each) for each in _documents(work, kind)]
    if not any(each.id == kind.default for each in found):
        found.append(_collection(kind, kind.default, None, kind.first(work)))
    return sorted(
        found, key=lambda each: (each.order, each.id != kind.default, each.name.casefold(), each.id)
    )


def _documents(work: Work, kind: Kind) -> list[Document]:
    return store.collections(work, kind.collections, COLLECTIONS_LIMIT)


def one(work: Work, kind_name: str, id_: str) -> Collection:
    """One collection. Raises NoCollection, NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    permissions.guard(work, "GET", kind.collections, {id_}, None)
    return here(work, kind, id_)


def here(work: Work, kind: Kind, id_: str) -> Collection:
    """The same, whoever asks."""
    found = documents.fetch_many(work, kind.collections, [id_]).get(id_)
    if found is None and id_ != kind.default:
        raise NoCollection(id=id_)
    return _collection(kind, id_, found, None if found else kind.first(work))


def _collection(
    kind: Kind, id_: str, document: Document | None, first: Mapping[str, Any] | None = None
) -> Collection:
    """Whatever a document holds; a member of another type than ours counts as none."""
    body: Mapping[str, Any] = document.body if document else first or {}
    properties, components = body.get("dav_properties"), body.get("components")
    return Collection(
        kind=kind.name, id=id_,
        name=_text(body, "name") or id_, color=_text(body, "color"), description=_text(body, "description"),
        timezone=_text(body, "timezone"), source=_text(body, "source"),
        order=order if isinstance(order := body.get("order"), int) else 0,
        components=tuple(map(str, components)) if isinstance(components, list) and components else kind.components,
        is_read_only=body.get("is_read_only") is True,
        properties={str(k): str(v) for k, v in properties.items()} if isinstance(properties, Mapping) else {},
        rev=document.rev if document else "", body=body,
    )  # fmt: skip


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def create(work: Work, kind_name: str, members: Mapping[str, Any], id_: str = "") -> Collection:
    """A new collection; id_: the last part of its address, ours to choose where it is empty. Raises BadName, AlreadyHere."""
    kind = kinds.named(work, kind_name)
    id_ = id_ or new_id()
    if not _ID.fullmatch(id_) or id_ in RESERVED:
        raise BadName(name=id_)
    permissions.guard(work, "POST", kind.collections, {id_}, members)
    there = _documents(work, kind)
    if len(there) >= COLLECTIONS_LIMIT:
        raise TooManyCollections(limit=COLLECTIONS_LIMIT)
    if id_ == kind.default or any(each.id == id_ for each in there):
        raise AlreadyHere(id=id_)
    return _collection(kind, id_, documents.create(work, kind.collections, dict(members), id_=id_))


def change(work: Work, kind_name: str, id_: str, members: Mapping[str, Any]) -> Collection:
    """Set these members of a collection; one that is None goes. Raises NoCollection, UpdateConflict."""
    kind = kinds.named(work, kind_name)
    current = here(work, kind, id_)
    permissions.guard(work, "PATCH", kind.collections, {id_}, current.body)
    body = {name: value for name, value in {**current.body, **members}.items() if value is not None}
    document = documents.fetch_many(work, kind.collections, [id_]).get(id_)
    if document is None:
        return _collection(kind, id_, documents.create(work, kind.collections, body, id_=id_))
    return _collection(kind, id_, documents.update(work, document, body))


def delete(work: Work, kind_name: str, id_: str) -> None:
    """Delete a collection: it goes into the bin with what is in it, unless it is a copy of another place. Raises AlwaysThere, NoCollection, NobodyIn, NotAllowed."""
    kind = kinds.named(work, kind_name)
    if id_ == kind.default:
        raise AlwaysThere
    document = documents.fetch_many(work, kind.collections, [id_]).get(id_)
    if document is None:
        raise NoCollection(id=id_)
    permissions.guard(work, "DELETE", kind.collections, {id_}, document.body)
    kinds.guard(work, "DELETE", kind)
    is_binned = not kind.is_copy(work, _collection(kind, id_, document))
    along = binned.keep(work, document).id if is_binned else ""
    clear(work, kind, id_, is_binned=is_binned, along=along)
    documents.delete(work, document)
    kind.closed(work, id_)
