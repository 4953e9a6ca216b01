"""What servers that keep backups say, in the words of places."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping

from cozy.kernel.house import House
from cozy.kernel.outside import Reply, TooMuch, TooSlow, Unreachable

from ..errors import NoRoomThere, PlaceAway, PlaceClosed

_LONG_S = 24 * 3600.0  # that one request may take
_MOST = 512 * 1024 * 1024  # bytes of the sums of an earlier backup


async def answer(
    house: House, method: str, url: str, headers: Mapping[str, str], body: bytes | AsyncIterator[bytes], *, also: Collection[int] = ()
) -> Reply:  # fmt: skip
    """The answer, unless the server refuses. also: statuses over 299 that are answers. Raises NoRoomThere, PlaceClosed, PlaceAway."""
    try:
        reply = await house.outside.fetch(
            method, url, headers=headers, body=body, limit=_MOST, timeout_s=_LONG_S, redirects=0
        )
    except (Unreachable, TooMuch, TooSlow) as error:
        raise PlaceAway from error
    if reply.status in {401, 403}:
        raise PlaceClosed(parameter="password")
    if reply.status in {413, 507}:
        raise NoRoomThere
    if reply.status >= 300 and reply.status not in also:
        raise PlaceAway(status=reply.status)
    return reply
