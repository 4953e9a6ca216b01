"""Taking in documents of another Cozy as they are there: under their ids, at their revisions, beside what is here otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.dav.problems import BadLine
from cozy.kernel.blobs import Content
from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.accounts.model import ACCOUNTS
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Entry, item_of, original_of, uid_of, with_item
from cozy.rooms.collections.ports import Kind
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import (
    DIGEST,
    REV,
    Document,
    Leaf,
    Query,
    ancestry,
    as_leaf,
    generation,
    next_leaf,
)
from cozy.rooms.files.model import FILES, VERSIONS
from cozy.rooms.homes import service as homes

from ...errors import Unreadable
from ...model import Copy, reasons
from ...store import Taken
from . import copied_files, twins
from .outcomes import Outcome, digest_of, key_of

_sorted = msgspec.json.Encoder(order="sorted").encode


def take_copy(
    work: Work, item: Copy, content: Content | None, known: Taken | None, quota: int | None, alike: twins.ByLikeness
) -> Outcome:  # fmt: skip
    """A document of another Cozy. One that is here in another shape stays, and the other stands beside it.

    alike: what is here of its type (`twins.all_here`). Raises Unreadable.
    """
    _check(item)
    if item.doctype == FILES:
        return copied_files.take(work, item, leaf_of(item), content, known, quota)
    if item.doctype == VERSIONS:
        return copied_files.take_version(work, item, leaf_of(item), content, quota)
    return _take(work, item, _held(work, leaf_of(item), item.doctype), known, alike)


def _check(item: Copy) -> None:
    """Raises Unreadable for what no store can hold."""
    try:
        text = _sorted(item.body)
    except (UnicodeEncodeError, RecursionError) as error:
        raise Unreadable(reasons.UNHOLDABLE) from error
    if b"\\u0000" in text:
        raise Unreadable(reasons.UNHOLDABLE)


def leaf_of(item: Copy) -> Leaf:
    """The revision that a document is at where it comes from; the first one where that is not known."""
    body = {name: value for name, value in item.body.items() if not name.startswith("_")}
    start, _, digest = item.rev.partition("-")
    if not REV.fullmatch(item.rev):
        return next_leaf(None, body)
    known = item.revisions if item.revisions[:1] == (digest,) else (digest,)
    return Leaf(item.rev, False, body, tuple(filter(DIGEST.fullmatch, known[: int(start)])))


def _held(work: Work, leaf: Leaf, doctype: str) -> Leaf:
    """The same as it is kept here: no secret of an account is open, large values of cards are beside their texts."""
    if doctype == ACCOUNTS:
        locked = accounts.secrets.locked(work, leaf.body)
        return leaf if locked == leaf.body else next_leaf(leaf, locked)
    body = _with_values_out(work, leaf.body)
    leaf = Leaf(leaf.rev, False, body, leaf.revisions)
    named = twins.with_ids_here(work, doctype, body)
    return leaf if named is body else next_leaf(leaf, named)


def _with_values_out(work: Work, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Texts with markers, here and in the bodies of what lies in the bin. Raises BadText."""
    changed = dict(body)
    if text := original_of(body):
        changed = with_item(body, {**item_of(body), "text": collections.inline.taken_out(work, text)})
    if isinstance(inner := body.get("body"), Mapping) and original_of(inner):
        changed["body"] = _with_values_out(work, inner)
    return changed


def _take(work: Work, item: Copy, leaf: Leaf, known: Taken | None, alike: twins.ByLikeness) -> Outcome:
    digest = digest_of(leaf.rev + _sorted(leaf.body).decode())
    id_ = known.id if known is not None and known.id else item.id
    there = documents.latest(work, item.doctype, [id_]).get(id_)
    if item.is_loser:
        return _take_loser(work, item, leaf, there, digest)
    if there is None or there.deleted:
        return _add(work, item, id_, leaf, there, digest, alike)
    if (
        (known is not None and known.digest == digest)
        or leaf.rev in ancestry(as_leaf(there))
        or there.body == leaf.body
        or any(leaf.rev in ancestry(each) for each in documents.conflicts(work, item.doctype, id_))
    ):
        return Outcome("same", digest, item.doctype, id_, there.rev)
    if there.rev in ancestry(leaf):
        return _written(work, "changed", documents.graft(work, item.doctype, id_, leaf), digest)
    if known is not None and known.rev == there.rev:
        return _written(work, "changed", documents.update(work, there, leaf.body), digest)
    is_shelf = item.doctype in twins.SHELVES  # what is in it comes into the one that is here
    if is_shelf or twins.says_the_same(there.body, leaf.body):
        return Outcome("same", digest, item.doctype, id_, there.rev)
    return _beside(work, item, leaf, digest)


def _take_loser(work: Work, item: Copy, leaf: Leaf, there: Document | None, digest: str) -> Outcome:
    """A branch that lost a conflict, beside the one that won, where that is here."""
    if there is None or there.deleted or leaf.rev in ancestry(as_leaf(there)):
        return Outcome("same", digest, item.doctype, item.id)
    if any(leaf.rev in ancestry(each) for each in documents.conflicts(work, item.doctype, item.id)):
        return Outcome("same", digest, item.doctype, item.id, there.rev)
    return _written(work, "added", documents.graft(work, item.doctype, item.id, leaf), digest)


def _add(
    work: Work, item: Copy, id_: str, leaf: Leaf, tombstone: Document | None, digest: str, alike: twins.ByLikeness
) -> Outcome:  # fmt: skip
    """One that is not here: under its id, and where it was deleted as the next revision, so that everybody hears of it."""
    if (other := twins.find(work, item, leaf.body, alike)) is not None:
        twins.remember(work, item, other, digest)
        return Outcome("same", digest, other.doctype, other.id, other.rev)
    kind = collections.kinds.of_doctype(work, item.doctype)
    if kind is not None and (twin := _twin(work, kind, id_, leaf.body)):
        if _says_the_same(work, kind, twin, leaf.body):
            return Outcome("same", digest, twin.doctype, twin.id, twin.rev)
        return _beside(work, item, leaf, digest)
    leaf = _as_owner(work, leaf) if item.doctype == CONTACTS and leaf.body.get("me") is True else leaf
    if tombstone is not None:
        made = documents.create(work, item.doctype, leaf.body, id_=id_)
    else:
        made = documents.graft(work, item.doctype, id_, leaf)
    return _written(work, "added", made, digest)


def _beside(work: Work, item: Copy, leaf: Leaf, digest: str) -> Outcome:
    """The same under another id, and for phones under another UID."""
    id_ = key_of(digest, item.id)
    body = leaf.body
    if text := original_of(body):
        body = with_item(body, {**item_of(body), "uid": id_, "text": _with_uid(text, id_)})
    if there := documents.fetch_many(work, item.doctype, [id_]).get(id_):
        return Outcome("same", digest, item.doctype, id_, there.rev)
    return _written(work, "beside", documents.create(work, item.doctype, body, id_=id_), digest)


def _with_uid(text: str, uid: str) -> str:
    """A text of one person or event under another UID. One that nobody can read stays as it is."""
    try:
        return lines.write([_renamed(component, uid) for component in lines.parse(text)])
    except BadLine:
        return text


def _renamed(component: Component, uid: str) -> Component:
    parts = tuple(
        _renamed(part, uid)
        if isinstance(part, Component)
        else lines.make("UID", uid)
        if isinstance(part, Line) and part.name == "UID"
        else part
        for part in component.parts
    )
    return Component(component.name, parts, component.begin, component.end)


def _written(work: Work, word: Any, document: Document, digest: str) -> Outcome:
    """What became of it, once the room of the doctype has heard of it."""
    documents.rules_of(work, document.doctype).follow(work, document.doctype, [document.id])
    return Outcome(word, digest, document.doctype, document.id, document.rev)


def _twin(work: Work, kind: Kind, id_: str, body: Mapping[str, Any]) -> Entry | None:
    """What has the same UID in the same collection."""
    uid = uid_of(body)
    wanted = str(body.get("collection") or kind.default)
    found = collections.items.with_uid(work, kind.name, uid) if uid else []
    return next((each for each in found if each.collection == wanted and each.id != id_), None)


def _says_the_same(work: Work, kind: Kind, twin: Entry, body: Mapping[str, Any]) -> bool:
    (there,) = collections.items.many(work, kind.name, twin.collection, [twin.name])
    text = collections.inline.put_back(work, original_of(body))
    return there.text == text or (
        twin.doctype == CONTACTS and contacts.moving.says_the_same(there.text, text)
    )


def _as_owner(work: Work, leaf: Leaf) -> Leaf:
    """The contact that is the owner: it takes the place of one that nobody has written in, and comes as any other beside one that
    somebody has. The owner's mail address here is in it.
    """
    mine = documents.find(work, CONTACTS, Query(selector={"me": True}, limit=1)).documents
    if mine and generation(mine[0].rev) > 1:
        return next_leaf(leaf, {name: value for name, value in leaf.body.items() if name != "me"})
    if mine:
        documents.delete(work, mine[0])
        documents.rules_of(work, CONTACTS).follow(work, CONTACTS, [mine[0].id])
    address, said = homes.profile(work).email, leaf.body.get("email")
    known = said if isinstance(said, list) else []
    if not address or any(isinstance(each, Mapping) and each.get("address") == address for each in known):
        return leaf
    return next_leaf(leaf, {**leaf.body, "email": [*known, {"address": address}]})
