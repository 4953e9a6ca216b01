"""What servers that keep backups say, in the words of places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress

from cozy.kernel.house import House
from cozy.kernel.outside import Reply, TooMuch, TooSlow, Unreachable

from ..errors import NoRoomThere, PlaceAway, PlaceClosed

_PATIENCE_S = (
    15 * 60.0
)  # for any answer: backups of all homes take turns, and a server that is silent would keep one of them
_SLOWEST = 16 * 1024  # bytes a second, that what is sent takes besides
_MOST = 512 * 1024 * 1024  # bytes of the sums of an earlier backup


async def answer(
    house: House, method: str, url: str, headers: Mapping[str, str], body: bytes | AsyncIterator[bytes], *, also: Collection[int] = ()
) -> Reply:  # fmt: skip
    """The answer, unless the server refuses. also: statuses over 299 that are answers. Raises NoRoomThere, PlaceClosed, PlaceAway."""
    size = len(body) if isinstance(body, bytes) else int(headers["content-length"])
    try:
        async with asyncio.timeout(
            _PATIENCE_S + (size / _SLOWEST if isinstance(body, bytes) else 0)
        ) as clock:
            reply = await house.outside.fetch(
                method, url, headers=headers, body=body if isinstance(body, bytes) else _paced(body, clock), limit=_MOST,
                timeout_s=_PATIENCE_S + size / _SLOWEST, redirects=0,
            )  # fmt: skip
    except (Unreachable, TooMuch, TooSlow, TimeoutError) as error:
        raise PlaceAway from error
    if reply.status in {401, 403}:
        raise PlaceClosed(parameter="password")
    if reply.status in {413, 507}:
        raise NoRoomThere
    if reply.status >= 300 and reply.status not in also:
        raise PlaceAway(status=reply.status)
    return reply


async def _paced(body: AsyncIterator[bytes], clock: asyncio.Timeout) -> AsyncIterator[bytes]:
    """The same; a server that takes less than that a second is not waited for as long as the rest might take."""
    at = asyncio.get_running_loop().time() + _PATIENCE_S
    async for piece in body:
        at += len(piece) / _SLOWEST
        with suppress(RuntimeError):  # it has answered already
            clock.reschedule(at)
        yield piece
