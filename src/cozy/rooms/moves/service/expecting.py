"""The new host: a home is expected, comes, and lives here."""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
import shutil
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

from msgspec.structs import replace

from cozy.kernel import blobs
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import BLOCK
from cozy.kernel.clock import iso
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.signing import read_key
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.events import ResetAsked
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import DomainTaken, NoHome
from cozy.rooms.neighbours.errors import BadMove
from cozy.rooms.neighbours.model import address_of
from cozy.rooms.support import service as support

from .. import store
from ..errors import (
    ArrivedAlready,
    BadBlocks,
    GivenUp,
    KeptHere,
    Moves,
    NoArrival,
    NoRoom,
    NotExpected,
    NotWhole,
    TooNewHome,
)
from ..model import EXPECTED_FOR, Arrival, Asked, Let, Statement, Whole

_ID = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"[0-9a-f]{64}-[0-9a-z]{1,64}")
_HEAD = struct.Struct(">QI")  # of a block: its number and size
_LARGEST = 2**31  # no database has a block of a higher number
_held: dict[
    str, int
] = {}  # by home that comes: bytes of the contents that are here, once they were counted, and came to this worker since


def expect(work: Work, domain: str, quota: int | None) -> str:
    """Let a home come that shows the code that this returns. It gets this address, and answers there once it lives here.

    Raises BadDomain, DomainTaken, Moves when one is on its way there already.
    """
    clean = homes.clean_domain(domain)
    _check_free(work, clean)
    store.hold_arrival(work, clean)
    known = store.arrival_at(work, clean)
    if known is not None and known.state == "coming":
        raise Moves(domain=clean)
    code = new_secret()
    store.keep_arrival(work, Arrival(clean, hashed(code), iso(work.now + EXPECTED_FOR), quota))
    return code


def at(work: Work, domain: str) -> Arrival:
    """The home that is expected at an address, comes, or came. Raises NoArrival."""
    found = store.arrival_at(work, domain)
    if found is None:
        raise NoArrival(domain=domain)
    return found


def _hold(work: Work, domain: str) -> Arrival:
    """The same, to be changed: until this is written, nobody else changes it. Raises NoArrival."""
    store.hold_arrival(work, domain)
    return at(work, domain)


def _check_free(work: Work, domain: str) -> None:
    with suppress(NoHome):
        homes.at(work, domain)
        raise DomainTaken(domain=domain, parameter="domain")


async def let_in(house: House, domain: str, asked: Asked, key: str) -> Let:
    """A home shows its code, and its key by signing: from then on it is known by that. Asked again, it is let in again.

    Raises NotExpected, GivenUp, TooNewHome, KeptHere, NoRoom, DomainTaken.
    """
    found = await house.read_host(store.arrival_at, domain)
    if found is None or not key or not _ID.fullmatch(asked.home_id):
        raise NotExpected
    if found.state == "expected":
        is_shown = hmac.compare_digest(found.code_sha256, hashed(asked.code))
        if not is_shown or found.until < iso(house.clock()):
            raise NotExpected
    else:
        recognised(found, key)
    if found.state == "live":
        return Let("live")
    await _check(house, found, asked)
    let = await house.write_host(_let, domain, asked, key)
    return Let(let.state)


async def _check(house: House, arrival: Arrival, asked: Asked) -> None:
    known = house.storage.coming(asked.home_id).version
    if asked.version > known:
        raise TooNewHome(version=asked.version, known=known)
    if arrival.state == "expected" and asked.home_id in await house.storage.homes():
        raise KeptHere
    free = shutil.disk_usage(house.settings.data).free
    if (arrival.quota is not None and asked.size > arrival.quota) or asked.size > free:
        raise NoRoom(size=asked.size, quota=arrival.quota)
    await house.read_host(_check_free, arrival.domain)


def _let(work: Work, domain: str, asked: Asked, key: str) -> Arrival:
    """Another home of this host is never called by the same id: what comes would be put in its place."""
    found = _hold(work, domain)
    is_another = found.home_id not in {"", asked.home_id}
    if found.state not in {"expected", "coming"} or found.public_key not in {"", key} or is_another:
        raise NotExpected
    if found.state == "expected" and store.comes(work, asked.home_id):
        raise KeptHere
    let = replace(
        found, state="coming", home_id=asked.home_id, public_key=key, before=address_of(asked.before),
        formerly=asked.formerly,
    )  # fmt: skip
    store.keep_arrival(work, let)
    return let


def recognised(arrival: Arrival, key: str) -> Arrival:
    """The home that comes, if it is the one that signed with this key. Raises NotExpected, GivenUp."""
    if not key or arrival.public_key != key:
        raise NotExpected
    if arrival.state == "abandoned":
        raise GivenUp
    return arrival


async def coming(house: House, domain: str, key: str) -> Arrival:
    """The home that is on its way here and signed with this key. Raises NotExpected, GivenUp, ArrivedAlready."""
    found = await house.read_host(store.arrival_at, domain)
    if found is None:
        raise NotExpected
    if recognised(found, key).state != "coming":
        raise ArrivedAlready
    return found


async def hashes(house: House, arrival: Arrival) -> bytes:
    """Of the blocks that are here, one behind the other."""
    return b"".join(await house.storage.coming(arrival.home_id).hashes())


async def take_blocks(house: House, arrival: Arrival, body: bytes) -> None:
    """Take some blocks, none of them behind a hole: reading one takes as long as if it were full. Raises BadBlocks, NoRoom, OutOfSpace."""
    file, blocks = house.storage.coming(arrival.home_id), list(unpacked(body))
    held = len(await file.hashes())
    for number, block in blocks:
        if number > held:
            raise BadBlocks
        if arrival.quota is not None and number * BLOCK + len(block) > arrival.quota:
            raise NoRoom(quota=arrival.quota)
        held = max(held, number + 1)
    await file.put(blocks)


def packed(number: int, block: bytes) -> bytes:
    """A block as it is carried."""
    return _HEAD.pack(number, len(block)) + block


def unpacked(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Blocks as they were carried. Raises BadBlocks."""
    at = 0
    while at < len(body):
        try:
            number, size = _HEAD.unpack_from(body, at)
        except struct.error as error:
            raise BadBlocks from error
        at += _HEAD.size + size
        if size > BLOCK or number > _LARGEST or at > len(body):
            raise BadBlocks
        yield number, body[at - size : at]


def contents(house: House, arrival: Arrival) -> list[str]:
    """The contents that are here."""
    _held.pop(arrival.home_id, None)
    return [each.key for each in house.blobs.stored(arrival.home_id)]


async def take_content(house: House, arrival: Arrival, key: str, chunks: AsyncIterator[bytes]) -> None:
    """Take a content. Raises BadBlocks when it is not what its key says, NoRoom, OutOfSpace."""
    if not _KEY.fullmatch(key):
        raise BadBlocks
    if arrival.quota is not None:
        chunks = _within(house, arrival, arrival.quota, chunks)
    try:
        await house.blobs.take(arrival.home_id, key, chunks)
    except blobs.Refused as error:
        raise BadBlocks from error


async def _within(
    house: House, arrival: Arrival, quota: int, chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The same, as long as all that came is no more than the home may hold. Raises NoRoom."""
    home_id = arrival.home_id
    if home_id not in _held:
        stored = await asyncio.to_thread(lambda: sum(each.size for each in house.blobs.stored(home_id)))
        _held.setdefault(home_id, stored)
    database = len(await house.storage.coming(home_id).hashes()) * BLOCK
    async for chunk in chunks:
        _held[home_id] = _held.get(home_id, 0) + len(chunk)
        if _held[home_id] + database > quota:
            _held.pop(home_id)  # what is refused does not stay
            raise NoRoom(quota=quota)
        yield chunk


async def whole(house: House, arrival: Arrival, said: Whole) -> None:
    """Make sure that everything is here and on the disk, and is a home. Raises NotWhole, NoHomeFile, NoRoom, DomainTaken."""
    await house.read_host(_check_free, arrival.domain)
    if arrival.quota is not None:
        stored = await asyncio.to_thread(
            lambda: sum(each.size for each in house.blobs.stored(arrival.home_id))
        )
        if stored + said.size > arrival.quota:
            raise NoRoom(quota=arrival.quota)
    file = house.storage.coming(arrival.home_id)
    if not 0 < said.size <= len(await file.hashes()) * BLOCK or await file.whole(said.size) != said.root:
        raise NotWhole
    await file.check()


async def live(house: House, domain: str, key: str, said: Statement) -> Let:
    """The home takes nothing more where it was: it lives here from now on. Said again, nothing else happens, and its owner gets
    another link, until they have come in or its hour is over: the host where it was keeps its key.
    One that keeps its address keeps its passphrase, and nobody has to be told. Raises NotExpected, GivenUp, BadMove, NotWhole, DomainTaken.
    """
    found = await house.read_host(store.arrival_at, domain)
    if found is None:
        raise NotExpected
    recognised(found, key)
    origin = origin_of(house.settings, domain)
    home = Home(found.home_id, domain, origin)
    said_of = (address_of(said.record.before), address_of(said.record.address))
    if not said.record.is_by(key) or said_of != (found.before, address_of(origin)):
        raise BadMove(address=found.before)
    if found.state == "coming":
        await _settle(house, found, said.whole)
        await house.write(home, SYSTEM, _welcome)
        await house.write_host(_enlist, domain)
    if not said.record.is_in_place:
        await house.write(home, SYSTEM, _arrived, found.before, is_new=found.state == "coming")
    await house.write_host(homes.hasten, home.id)
    house.gone.discard(home.id)
    house.relisted[domain] += 1
    if said.record.is_in_place:
        return Let("live")
    token = await house.write(home, SYSTEM, auth.reset.again_here)
    return Let("live", auth.reset.link(origin, token) if token else "")


def _welcome(work: Work) -> None:
    """The owner has a way in, and whoever helped them where the home was has none."""
    auth.reset.begin_here(work)
    support.end(work)


def _arrived(work: Work, before: str, *, is_new: bool) -> None:
    """Tell those who know the home where it is by now, and its owner where a passphrase is chosen."""
    homes.tell_move(work, before)
    if is_new:
        work.publish(ResetAsked())


async def _settle(house: House, arrival: Arrival, said: Whole) -> None:
    if arrival.home_id not in await house.storage.homes():
        await whole(house, arrival, said)
    await house.storage.coming(arrival.home_id).settle()


def _enlist(work: Work, domain: str) -> None:
    """In one transaction: it is on the list, and came."""
    found = _hold(work, domain)
    if found.state == "abandoned":
        raise GivenUp
    if found.state == "live":
        return
    public_key = base64.b64encode(read_key(found.public_key)).decode()
    listing = homes.enlist(work, found.home_id, domain, found.quota, public_key)
    formerly = dict.fromkeys((*found.formerly, found.before.partition("://")[2].partition(":")[0]))
    formerly.pop(domain, None)
    homes.change(work, domain, hosted=replace(listing.hosted, formerly=tuple(formerly)))
    store.keep_arrival(work, replace(found, state="live"))


async def abandon(house: House, domain: str) -> None:
    """Expect it no longer, and forget what came. Raises NoArrival, ArrivedAlready."""
    found = await house.write_host(_abandon, domain)
    if found.home_id:
        await house.storage.coming(found.home_id).drop()
        await house.blobs.drop(found.home_id)
        await house.storage.drop(found.home_id)


def _abandon(work: Work, domain: str) -> Arrival:
    found = _hold(work, domain)
    if found.state == "live":
        raise ArrivedAlready
    store.keep_arrival(work, replace(found, state="abandoned"))
    return found
