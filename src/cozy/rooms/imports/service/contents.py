"""The bytes of items, stored safely before the transaction that names them."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from typing import BinaryIO

import structlog

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Full, OutOfSpace, Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import FILES

from .. import store
from ..model import (
    Contact,
    Copy,
    Document,
    Event,
    File,
    Item,
    LeftThere,
    Mail,
    NotUnderstood,
    Photo,
    Share,
    reasons,
)
from .sizes import size_of
from .taking import Ready
from .taking.batches import STUMBLES
from .taking.mails import HEAD, as_file
from .taking.outcomes import key_of
from .trees import Whole

_PIECE = 1024 * 1024  # bytes read at a time
_LARGE = (
    4 * 1024 * 1024
)  # bytes that are looked at first, whether they are here already, before they are written
_Bytes = File | Photo | Mail | NotUnderstood | Copy
log = structlog.get_logger()


async def made_ready(
    house: House, home: Home, tree: Whole, format_: str, items: list[Item], locale: str
) -> list[Ready]:
    """These items with their bytes stored, in their order. Raises OverQuota, OutOfSpace."""
    known = await house.read(home, SYSTEM, _held, [key_of(format_, each.source) for each in items])
    limit = await house.read(home, SYSTEM, files.room_left, home.quota)
    gate = asyncio.Semaphore(tree.at_once)

    async def one(item: Item) -> Ready:
        async with gate:
            return await _ready(
                house, home, tree, item, known.get(key_of(format_, item.source)), limit, locale
            )

    return list(await asyncio.gather(*map(one, items)))


def _held(work: Work, keys: list[str]) -> dict[str, Content]:
    """The contents of files that these items became, where they are still there."""
    taken = store.taken(work, keys)
    ids = [each.id for each in taken.values() if each.doctype == FILES and each.id]
    alive = {file.id: file for file in files.many(work, ids)}
    return {
        key: Content(each.digest, alive[each.id].md5sum, alive[each.id].size)
        for key, each in taken.items()
        if each.id in alive and not alive[each.id].is_folder and alive[each.id].sha256 == each.digest
    }


async def _ready(
    house: House, home: Home, tree: Whole, item: Item, known: Content | None, limit: int | None, locale: str
) -> Ready:
    if isinstance(item, Contact | Event | Document | Share | LeftThere) or (
        isinstance(item, Copy) and item.content is None
    ):
        return Ready(item)
    try:
        file = (
            as_file(item, await asyncio.to_thread(_head, tree, item), locale)
            if isinstance(item, Mail)
            else None
        )
        return Ready(item, await _stored(house, home, tree, item, known, limit), file)
    except (Full, OutOfSpace):
        raise
    except Problem as problem:
        return Ready(item, why=problem.detail)
    except OSError as error:
        if error.errno is not None:
            log.warning("an item cannot be read", error=error.strerror)
        return Ready(item, why=error.strerror or reasons.UNREADABLE)
    except STUMBLES as error:
        log.error("an item cannot be made ready", exc_info=error)
        return Ready(item, why=reasons.UNREADABLE)


def _head(tree: Whole, item: Mail) -> bytes:
    with _opened(tree, item) as stream:
        return stream.read(HEAD)


def _opened(tree: Whole, item: _Bytes) -> BinaryIO:
    content = item.name if item.content is None else item.content
    return io.BytesIO(content) if isinstance(content, bytes) else tree.open(content)


async def _stored(
    house: House, home: Home, tree: Whole, item: _Bytes, known: Content | None,
    limit: int | None,
) -> Content:  # fmt: skip
    """The content of an item. One that is large and came before is read once to see that it is the same."""
    if (
        known is not None
        and known.size > _LARGE
        and await asyncio.to_thread(_hash, tree, item) == known.sha256
    ):
        return known
    try:
        return await house.blobs.put(home.id, _pieces(tree, item), limit)
    except TooLarge as error:
        raise OverQuota(quota=home.quota) from error


def _hash(tree: Whole, item: _Bytes) -> str:
    digest = hashlib.sha256()
    with _opened(tree, item) as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


async def _pieces(tree: Whole, item: _Bytes) -> AsyncIterator[bytes]:
    """The bytes of an item; of a small one at once, since each step to a thread and back costs more than they do."""
    if size_of(item, tree) <= _PIECE:
        yield await asyncio.to_thread(_whole, tree, item)
        return
    stream = await asyncio.to_thread(_opened, tree, item)
    try:
        while piece := await asyncio.to_thread(stream.read, _PIECE):
            yield piece
    finally:
        stream.close()


def _whole(tree: Whole, item: _Bytes) -> bytes:
    with _opened(tree, item) as stream:
        return stream.read()
