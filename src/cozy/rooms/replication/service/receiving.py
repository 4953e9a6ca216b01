"""What other homes ask of this one: what it lacks, that it takes something in, and what a folder is.

A folder that something is to be put into may be gone here: then whoever sends is asked for it, before all of it is done in one
transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_id
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.permissions.errors import NotAllowed
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.errors import NoSharing, PeerGone, PeerRefused
from cozy.rooms.sharing.model import SHARINGS

from .. import store
from ..errors import BadCopy, FolderMissing, NoExpected, NoFolder, OtherId
from ..model.wire import Arrival, arrival
from . import arriving, beginning, feed, progress, rounds, sending, taking, tracking
from .scope import Scope, scope
from .taking import Deed

_EXPECTED_FOR = timedelta(hours=1)
_FOLDERS_ASKED_FOR = 200  # in one request


class Held(Struct, frozen=True):
    """What became of a content that came. is_needed: it is kept; is_new: its file was not in the sharing before."""

    is_needed: bool
    is_new: bool


def reader(work: Work, sharing_id: str) -> int:
    """The index of the member whose home asks. Raises NotAllowed, for what is not shared too."""
    try:
        return sharings.member_who_asks(work, sharing_id)
    except NoSharing as error:
        raise NotAllowed(verb="GET", doctype=SHARINGS) from error


def writer(work: Work, sharing_id: str) -> int:
    """The same, of a home that may change what is shared. Raises NotAllowed."""
    try:
        index = sharings.writer_who_asks(work, sharing_id)
    except NoSharing as error:
        raise NotAllowed(verb="POST", doctype=SHARINGS) from error
    if not sharings.fetch(work, sharing_id).active:
        raise NotAllowed(verb="POST", doctype=SHARINGS)
    return index


async def heard(house: House, home: Home, sharing_id: str, member: int) -> None:
    """The home of a member asks something: what waits for it is told at once."""
    if await house.read(home, SYSTEM, rounds.silent, sharing_id, member):
        await house.write(home, SYSTEM, rounds.hear, sharing_id, member)


def missing(
    work: Work, sharing_id: str, asked: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, list[str]]]:
    """Of these revisions those that this home has not seen, by `doctype/id`. Raises BadCopy."""
    if len(asked) > taking.MOST:
        raise BadCopy(limit=taking.MOST)
    return taking.missing(work, scope(work, sharing_id), asked)


def folder(work: Work, sharing_id: str, member: int, id_: str) -> dict[str, Any]:
    """A folder of what is shared, as the home of a member knows it. Raises NoFolder."""
    found = feed.folder(work, sharing_id, member, id_)
    if found is None:
        raise NoFolder(id=id_[:100])
    return found


async def documents_arrive(
    house: House, home: Home, sharing_id: str, member: int, payload: Mapping[str, Sequence[Any]]
) -> tuple[list[str], Counter[Deed]]:
    """Take in documents, folders, and what is gone; the ids of folders that are not taken for now, and what was done, for the ledger.

    Raises BadCopy, PeerAway.
    """
    found = taking.arrivals(payload)
    deeds = await house.read(home, SYSTEM, taking.deeds, sharing_id, found)
    return await _whole(house, home, sharing_id, member, _take, found), deeds


def _take(
    work: Work, within: Scope, member: int, homeless: frozenset[str], found: Mapping[str, Sequence[Arrival]]
) -> list[str]:
    return taking.take(work, within, found, by_owner=member == 0, homeless=homeless)


async def file_is_told(
    house: House, home: Home, sharing_id: str, member: int, id_: str, document: Mapping[str, Any]
) -> str:
    """Take in a file as far as can be done without its content; the key that this is to come by, "" when it need not.

    Raises BadCopy, OtherId, NotInSharing, OverQuota, PeerAway.
    """
    found = arrival(document)
    if found.id != id_:
        raise OtherId(id=id_[:100])
    if not found.text("md5sum") or found.is_folder or found.is_removed:
        raise BadCopy(id=id_[:100])
    try:
        return await _whole(house, home, sharing_id, member, _tell, found, dict(document), home.quota)
    except OverQuota:
        await house.write(home, SYSTEM, store.lack, sharing_id, member, _size(document) or 0)
        raise


def _tell(
    work: Work, within: Scope, member: int, homeless: frozenset[str], found: Arrival, document: dict[str, Any], quota: int | None
) -> str:  # fmt: skip
    one = arriving.coming(work, within, found, by_owner=member == 0, homeless=homeless)
    if arriving.file_arrives(one, None, quota=quota):
        return ""
    arriving.make_sure_of_folder(one)
    size = _size(document)
    if quota is not None and size is not None and size > (files.room_left(work, quota) or 0):
        raise OverQuota(quota=quota)
    key = new_id()
    store.expect(work, key, within.id, document, iso(work.now + _EXPECTED_FOR))
    return key


def _size(document: Mapping[str, Any]) -> int | None:
    said = document.get("size")
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    return int(said) if isinstance(said, str) and said.isascii() and said.isdecimal() else None


def expected(work: Work, sharing_id: str, key: str) -> tuple[str, int | None]:
    """The MD5 and the size of a content that is to come by a key. Raises NoExpected."""
    document = store.expected(work, key, sharing_id)
    if document is None:
        raise NoExpected(id=key[:100])
    return str(document.get("md5sum")), _size(document)


async def content_arrives(
    house: House, home: Home, sharing_id: str, member: int, key: str, content: Content
) -> Held:
    """Take in a file with its content, which is what was announced.

    Raises NoExpected, NotInSharing, OverQuota, PeerAway.
    """
    try:
        return await _whole(house, home, sharing_id, member, _hold, key, content, home.quota)
    except OverQuota:
        await house.write(home, SYSTEM, store.lack, sharing_id, member, content.size)
        raise


def _hold(
    work: Work, within: Scope, member: int, homeless: frozenset[str], key: str, content: Content, quota: int | None
) -> Held:  # fmt: skip
    document = store.expected(work, key, within.id)
    if document is None:
        raise NoExpected(id=key[:100])
    one = arriving.coming(work, within, arrival(document), by_owner=member == 0, homeless=homeless)
    is_new = one.info is None
    arriving.file_arrives(one, content, quota=quota)
    store.forget_expected(work, key)
    if is_new and member == 0:
        progress.count(work, within)
    return Held(arriving.is_named(work, content), is_new)


async def _whole(house: House, home: Home, sharing_id: str, member: int, do: Any, *args: Any) -> Any:
    """Do it in one transaction, once every folder that this takes is here."""
    homeless: frozenset[str] = frozenset()
    for _ in range(_FOLDERS_ASKED_FOR):
        try:
            return await house.write(home, SYSTEM, _with_scope, sharing_id, member, homeless, do, *args)
        except FolderMissing as missing:
            homeless |= await _bring(house, home, sharing_id, member, missing.id)
    raise BadCopy


def _with_scope(
    work: Work, sharing_id: str, member: int, homeless: frozenset[str], do: Any, *args: Any
) -> Any:  # fmt: skip
    """What changed here is looked at first, so that what arrives meets things as they are."""
    beginning.begin(work, sharing_id)
    tracking.catch_up(work)
    within = scope(work, sharing_id)
    if not within.sharing.active:
        raise NotAllowed(verb="POST", doctype=SHARINGS)
    return do(work, within, member, homeless, *args)


async def _bring(house: House, home: Home, sharing_id: str, member: int, id_: str) -> frozenset[str]:
    """Bring a folder back that is gone here; its id, when the other home has none either. Raises PeerAway."""
    within = await house.read(home, SYSTEM, scope, sharing_id)
    peer = within.peer(member)
    if peer is None:
        return frozenset({id_})
    try:
        found = arrival(await sending.folder(house, home, peer, id_))
    except (PeerGone, PeerRefused, BadCopy):
        return frozenset({id_})
    if found.id != id_ or not found.is_folder:
        return frozenset({id_})
    try:
        await house.write(home, SYSTEM, _with_scope, sharing_id, member, frozenset(), _revive, found)
    except FolderMissing as missing:
        if missing.id == id_:
            return frozenset({id_})
        homeless = await _bring(house, home, sharing_id, member, missing.id)
        await house.write(home, SYSTEM, _with_scope, sharing_id, member, homeless, _revive, found)
    except Problem:
        return frozenset({id_})
    return frozenset()


def _revive(work: Work, within: Scope, member: int, homeless: frozenset[str], found: Arrival) -> None:
    arriving.revive(arriving.coming(work, within, found, by_owner=member == 0, homeless=homeless))


def send_again(work: Work, sharing_id: str, member: int) -> None:
    """The home of a member has room again."""
    rounds.again(work, sharing_id, member)


async def first_copy_ends(house: House, home: Home, sharing_id: str) -> None:
    """The first copy is whole."""
    await house.write(home, SYSTEM, _end_first, sharing_id)


def _end_first(work: Work, sharing_id: str) -> None:
    progress.end(work, scope(work, sharing_id))


def forget_expected(work: Work) -> None:
    """Forget files whose bytes never came."""
    store.forget_expected(work)
