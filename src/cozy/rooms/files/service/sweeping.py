"""Sweeping: bytes that a crash left, and what lay in the bin for as long as was said."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import islice

from cozy.kernel.blobs import StoredBlob
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from ..store import sweeping
from .bin_age import bin_days
from .holding import free_held
from .trash import destroy

_DAY_S = 86_400  # what is younger may belong to a transaction that is still to come
_LOOKED_AT_S = 90 * _DAY_S  # how long pictures are kept before they are drawn again
_AT_ONCE = 500  # fewer than a statement may have parameters


async def sweep_contents(house: House, home: Home) -> int:
    """Delete bytes that no content and no upload names and that are older than a day; returns how many blobs."""
    await free_held(house, home)
    swept = 0
    async for keys in _old(house.blobs.stored(home.id)):
        for key in set(keys) - await house.read(home, SYSTEM, sweeping.needed_blobs, keys):
            await house.blobs.delete(home.id, key)
            swept += 1
    async for ids in _old(house.blobs.unfinished(home.id)):
        for id_ in set(ids) - await house.read(home, SYSTEM, sweeping.known_uploads, ids):
            await house.blobs.abandon(home.id, id_)
            swept += 1
    return swept


async def sweep_thumbnails(house: House, home: Home) -> int:
    """Remove pictures of contents that are gone, and those so old that hardly anybody looks; returns of how many contents.

    Whoever still looks has them drawn again.
    """
    swept = 0
    kept = house.drawings.kept(home.id)
    while page := await to_thread(list, islice(kept, _AT_ONCE)):
        hashes = {drawing.key.partition("-")[0] for drawing in page}
        old = {
            drawing.key.partition("-")[0]
            for drawing in page
            if drawing.age_s > (_DAY_S if drawing.key.endswith((".broken", ".part")) else _LOOKED_AT_S)
        }
        named = await house.read(home, SYSTEM, sweeping.known_contents, sorted(hashes))
        going = (hashes - named) | old
        await house.drawings.forget(home.id, sorted(going))
        swept += len(going)
    return swept


async def _old(blobs: Iterator[StoredBlob]) -> AsyncIterator[list[str]]:
    """Keys of what is older than a day, some at a time; the disk is read on a thread."""
    while page := await to_thread(list, islice(blobs, _AT_ONCE)):
        if keys := [blob.key for blob in page if blob.age_s > _DAY_S]:
            yield keys


async def empty_old_trash(house: House, home: Home) -> int:
    """Remove for good what has been in the bin for longer than its owner wants; returns how many things."""
    swept = 0
    while await house.read(home, SYSTEM, bin_days) and (
        some := await house.write(home, SYSTEM, _destroy_old)
    ):
        swept += some
    return swept


def _destroy_old(work: Work, limit: int = 50) -> int:
    before = iso(work.now - timedelta(days=bin_days(work)))
    old = sweeping.old_trash(work, before, limit)
    for id_ in old:
        destroy(work, id_)
    return len(old)
