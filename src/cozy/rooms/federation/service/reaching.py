"""What lies at another server: looked at, fetched, changed, over its WebDAV. Streams both ways, no credentials in any page."""

from __future__ import annotations

import base64
from asyncio import to_thread
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import quote

from cozy.dav.problems import BadXml
from cozy.kernel.house import House
from cozy.kernel.outside import BadAddress as BadUrl
from cozy.kernel.outside import RefusedAddress, Reply, Stream, TooMuch, TooSlow, Unreachable
from cozy.kernel.work import Work

from ..errors import Away, Closed, NameThere, NoRoomThere, NoShare, NotThere, OnlyToLook
from ..model import Item, Share, There
from ..model.multistatus import ASKED, items
from . import keeping

LISTING_LIMIT = 8 * 1024 * 1024  # bytes of a folder that is told
TIMEOUT_S = 30.0
LONG_S = 24 * 3600.0  # a film over a slow line
LIMIT = 2**62  # bytes: as much as it takes
_FAILED = (Unreachable, TooSlow, TooMuch, BadUrl, RefusedAddress)
_LED_ON = {301, 302, 307, 308}
_XML = {"content-type": "application/xml; charset=utf-8"}


def there(work: Work, share_id: str, *, writes: bool = False) -> There:
    """What came from elsewhere and was accepted. Raises NoShare, Closed, OnlyToLook."""
    share = keeping.fetch(work, share_id)
    if share.direction != "received" or share.state not in {"accepted", "ended"}:
        raise NoShare(id=share_id[:100])
    secret = keeping.secret_of(work, share)
    if share.state == "ended" or not secret:
        raise Closed(id=share.id)
    if writes and not share.may_write:
        raise OnlyToLook(id=share.id)
    return opened(share, secret)


def opened(share: Share, secret: str) -> There:
    """A share with what opens it."""
    host = share.server.partition("://")[2]
    return There(
        share.id, share.name, share.url, secret, share.scheme, share.may_write, share.is_folder, host
    )


def url_of(place: There, path: str) -> str:
    """The address of something in it. path: `/Photos/a.jpg`, "" for the top. Raises NotThere for what would lead out of it."""
    parts = [part for part in path.split("/") if part]
    if any(part in {".", ".."} or "\0" in part for part in parts):
        raise NotThere(path=path)
    return "/".join([place.url.rstrip("/"), *(quote(part, safe="") for part in parts)])


def proof(place: There) -> dict[str, str]:
    """The header that opens it: as OCM 1.1 wants, or as Nextcloud does."""
    if place.scheme == "bearer":
        return {"authorization": f"Bearer {place.secret}"}
    return {"authorization": "Basic " + base64.b64encode(f"{place.secret}:".encode()).decode()}


async def look(house: House, place: There, path: str, *, inside: bool = True) -> tuple[Item, list[Item]]:
    """Something in it, and what it holds. Raises Closed, NotThere, Away."""
    url = url_of(place, path)
    depth = "1" if inside and place.is_folder else "0"
    asked = f"{url}/" if place.is_folder and not path else url
    headers = {**_XML, "depth": depth}
    reply = await _said(house, place, "PROPFIND", asked, headers, ASKED.encode(), limit=LISTING_LIMIT)
    if reply.status in _LED_ON and not asked.endswith(
        "/"
    ):  # some tell of folders only where the address says it is one
        reply = await _said(
            house, place, "PROPFIND", f"{asked}/", headers, ASKED.encode(), limit=LISTING_LIMIT
        )
    _check(place, "PROPFIND", reply.status)
    if reply.status != 207:
        raise Away(host=place.host, status=reply.status)
    try:
        return await to_thread(items, reply.body, asked, path.rstrip("/"))
    except BadXml as error:
        raise Away(host=place.host) from error


async def ask(
    house: House, place: There, method: str, url: str, headers: Mapping[str, str], body: bytes | AsyncIterable[bytes] = b"",
    *, limit: int = 1024 * 1024,
) -> Reply:  # fmt: skip
    """The answer of the other server, unless it refuses. Raises Closed, OnlyToLook, NotThere, NameThere, NoRoomThere, Away."""
    reply = await _said(house, place, method, url, headers, body, limit=limit)
    _check(place, method, reply.status)
    return reply


async def _said(
    house: House, place: There, method: str, url: str, headers: Mapping[str, str], body: bytes | AsyncIterable[bytes], *, limit: int
) -> Reply:  # fmt: skip
    timeout_s = TIMEOUT_S if isinstance(body, bytes) else LONG_S
    try:
        return await house.outside.fetch(
            method, url, headers={**headers, **proof(place)}, body=body, limit=limit, timeout_s=timeout_s, redirects=0
        )  # fmt: skip
    except _FAILED as error:
        raise Away(host=place.host) from error


def _check(place: There, method: str, status: int) -> None:
    """Raises what a status means."""
    reads = method in {"GET", "PROPFIND"}
    match status:
        case 401:
            raise Closed(id=place.share)
        case 403:
            raise Closed(id=place.share) if reads else OnlyToLook(id=place.share)
        case 404 | 410:
            raise NotThere
        case 405 | 409 | 412 if not reads:
            raise NameThere(parameter="name")
        case 413 | 507:
            raise NoRoomThere(host=place.host)
    if status >= 400 or (300 <= status < 400 and status != 304):
        raise Away(host=place.host, status=status)


@asynccontextmanager
async def fetching(
    house: House, place: There, path: str, headers: Mapping[str, str]
) -> AsyncIterator[Stream]:
    """The bytes of a file as they come. headers: range and the like. Raises Closed, NotThere, Away."""
    try:
        async with house.outside.stream(
            "GET",
            url_of(place, path),
            headers={**headers, **proof(place)},
            limit=LIMIT,
            timeout_s=LONG_S,
            redirects=0,
        ) as stream:
            if stream.status != 416:
                _check(place, "GET", stream.status)
            yield stream
    except _FAILED as error:
        raise Away(host=place.host) from error


async def put(
    house: House, place: There, path: str, body: AsyncIterable[bytes], headers: Mapping[str, str]
) -> None:
    """Send a file under a name that is free there. Raises NameThere, OnlyToLook, NoRoomThere, Closed, Away."""
    await ask(house, place, "PUT", url_of(place, path), {**headers, "if-none-match": "*"}, body)


async def make_folder(house: House, place: There, path: str) -> None:
    """Make a folder. Raises NameThere, OnlyToLook, Closed, Away."""
    await ask(house, place, "MKCOL", url_of(place, path), {})


async def move(house: House, place: There, path: str, target: str) -> None:
    """Give something another name. Raises NameThere, NotThere, OnlyToLook, Closed, Away."""
    await ask(
        house, place, "MOVE", url_of(place, path), {"destination": url_of(place, target), "overwrite": "F"}
    )


async def delete(house: House, place: There, path: str) -> None:
    """Delete something: where it goes is for the other server to say. Raises NotThere, OnlyToLook, Closed, Away."""
    if not path.strip("/"):
        raise OnlyToLook(id=place.share)
    await ask(house, place, "DELETE", url_of(place, path), {})
