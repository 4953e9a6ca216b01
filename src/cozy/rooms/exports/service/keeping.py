"""Exports as they are kept: documents, each with a hold on the contents that its list names."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import NoExport
from ..model import EXPORTS, LAST, Export


class Kept(Struct, frozen=True):
    """An export with its id."""

    id: str
    body: Export
    rev: str = ""


def all_(work: Work) -> list[Kept]:
    """The exports, the newest first. Raises NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", EXPORTS, None, None)
    return listed(work)


def listed(work: Work) -> list[Kept]:
    """The same, asked by the program itself."""
    return [_read(each) for each in store.exports(work)]


def one(work: Work, id_: str) -> Kept:
    """An export that the caller may see. Raises NoExport, NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", EXPORTS, {id_}, None)
    return fetch(work, id_)


def fetch(work: Work, id_: str) -> Kept:
    """The same, asked by the program itself. Raises NoExport."""
    return _read(_document(work, id_))


def _document(work: Work, id_: str) -> Document:
    try:
        return documents.fetch(work, EXPORTS, id_)
    except NoDocument as error:
        raise NoExport(id=id_) from error


def _read(document: Document) -> Kept:
    return Kept(document.id, msgspec.convert(dict(document.body), Export), document.rev)


def create(work: Work, body: Export) -> Kept:
    """A new one: from this transaction on, no content goes."""
    body.created_at = iso(work.now)
    made = _read(documents.create(work, EXPORTS, msgspec.to_builtins(body)))
    files.holding.hold(work, _holder(made.id))
    return made


def change(work: Work, id_: str, how: Callable[[Export], None]) -> Kept:
    """Change one. Raises NoExport."""
    document = _document(work, id_)
    body = _read(document).body
    how(body)
    return _read(documents.update(work, document, msgspec.to_builtins(body)))


def let_go(work: Work, id_: str) -> None:
    """Hold nothing for it any more."""
    files.holding.let_go(work, _holder(id_))


def _holder(id_: str) -> str:
    return f"export:{id_}"


async def remove(house: House, home: Home, id_: str) -> None:
    """Forget an export, and what is here for it alone; whoever makes it stops. One that is gone is fine."""
    await house.write(home, SYSTEM, drop, id_)
    await files.holding.free_held(house, home)


def drop(work: Work, id_: str) -> None:
    """Forget an export with this transaction; what was kept for it alone goes in the next sweep. One that is gone is fine."""
    try:
        document = _document(work, id_)
    except NoExport:
        return
    let_go(work, id_)
    documents.delete(work, document)
    _forget_sums(work, id_)
    if sha256 := _read(document).body.sha256:
        files.holding.free(work, sha256)


class Last(Struct, frozen=True):
    """What is known of the last export of a kind and choice."""

    made_at: str
    sums: Content


def last(work: Work, body: Export) -> Last | None:
    """The last one of the same kind and choice that was fetched, where there was one."""
    found = documents.fetch_many(work, LAST, [_same(body)]).get(_same(body))
    sums = files.content_by_hash(work, str(found.body["sha256"])) if found else None
    return Last(str(found.body["made_at"]), sums) if found and sums else None


def remember(work: Work, made: Kept, sums: Content) -> None:
    """Keep what this one holds, until it is fetched and the last one of its kind and choice."""
    files.holding.keep(work, sums)
    documents.create(work, LAST, {"made_at": made.body.created_at, "sha256": sums.sha256}, id_=made.id)


def fetched(work: Work, id_: str, numbers: Sequence[int]) -> None:
    """Somebody was sent these parts to their end, from 0 on. With all of them it is the last one of its kind and choice.

    One that is gone is fine.
    """
    try:
        known = fetch(work, id_).body
    except NoExport:
        return
    if set(numbers) <= set(known.fetched):
        return

    def sent(body: Export) -> None:
        body.fetched = sorted({*body.fetched, *numbers})

    body = change(work, id_, sent).body
    if len(body.fetched) == len(body.parts):
        _count_from(work, id_, body)


def _count_from(work: Work, id_: str, body: Export) -> None:
    both = documents.fetch_many(work, LAST, [id_, _same(body)])
    sums, before = both.get(id_), both.get(_same(body))
    if sums is None or (before is not None and str(before.body["made_at"]) > str(sums.body["made_at"])):
        return
    if before is None:
        documents.create(work, LAST, dict(sums.body), id_=_same(body))
    else:
        documents.update(work, before, dict(sums.body))
        files.holding.free(work, str(before.body["sha256"]))
    documents.delete(work, sums)


def _forget_sums(work: Work, id_: str) -> None:
    if sums := documents.fetch_many(work, LAST, [id_]).get(id_):
        documents.delete(work, sums)
        files.holding.free(work, str(sums.body["sha256"]))


def _same(body: Export) -> str:
    return f"{body.kind}:{body.what}"


def secret(work: Work, id_: str) -> str:
    """What opens an export without a session, for as long as it is kept, and until another passphrase ends all that was let in.

    It is made anew each time, and so kept nowhere.
    """
    made = hmac.new(homes.secret(work, "tokens"), f"export:{id_}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:24]).decode()


def name_of(work: Work, id_: str) -> str:
    """The name of an archive for other programs: its id and its secret, in one word."""
    return base64.urlsafe_b64encode(f"{id_}:{secret(work, id_)}".encode()).decode()


def named(work: Work, name: str) -> Kept:
    """An export by such a name, ready or not. Raises NoExport."""
    try:
        id_, _, said = base64.urlsafe_b64decode(name).decode().partition(":")
    except ValueError as error:
        raise NoExport from error
    if not hmac.compare_digest(secret(work, id_).encode(), said.encode()):
        raise NoExport
    return fetch(work, id_)


def opened(work: Work, id_: str, said: str) -> Kept:
    """A ready export, by its secret. Raises NoExport, also where the secret is another one."""
    if not hmac.compare_digest(secret(work, id_).encode(), said.encode()):
        raise NoExport
    found = fetch(work, id_)
    if found.body.state != "ready":
        raise NoExport(id=id_)
    return found
