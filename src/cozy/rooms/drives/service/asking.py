"""What pages ask of a drive in another home."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.outside import BadAddress, RefusedAddress, Reply, TooMuch, TooSlow, Unreachable
from cozy.kernel.signatures import digest_of
from cozy.rooms.files.errors import NameTaken
from cozy.rooms.neighbours.errors import HasMoved, NoAnswer

from ..errors import DriveClosed, NoDrive, OnlyToLook, OwnerAway
from ..model import FILES, ROUTES, Distant, is_refused
from .reaching import signed

PAGE = 200
_TYPE = "application/vnd.api+json"
_TIMEOUT_S = 30.0
_LONG_S = 24 * 3600.0


class Item(Struct, frozen=True):
    """A file or folder in a drive, as the other home tells of it. thumb: the address of a small picture here."""

    id: str
    name: str
    is_folder: bool
    dir_id: str
    mime: str
    kind: str
    size: int | None
    updated_at: str
    thumb: str = ""
    large: str = ""
    is_trashed: bool = False


class Folder(Struct, frozen=True):
    """A page of a folder. total: of all that is in it."""

    item: Item
    items: list[Item]
    total: int


async def page(house: House, home: Home, drive: Distant, folder_id: str, skip: int = 0) -> Folder:
    """What a folder holds, or a file alone. Raises NoDrive, DriveClosed, OwnerAway."""
    query = urlencode({"page[limit]": PAGE, "page[skip]": skip})
    reply = await asked(house, home, drive, "GET", f"{quote(folder_id, safe='')}?{query}")
    told = _decoded(reply)
    items = [_item(each, drive) for each in told.get("included", ()) if each.get("type") == FILES]
    contents = _dict(_dict(_dict(told.get("data")).get("relationships")).get("contents"))
    total = _dict(contents.get("meta")).get("count", len(items))
    return Folder(
        _item(_dict(told.get("data")), drive), items, total if isinstance(total, int) else len(items)
    )


async def item(house: House, home: Home, drive: Distant, item_id: str) -> Item:
    """One file or folder. Raises NoDrive, DriveClosed, OwnerAway."""
    return (await page(house, home, drive, item_id)).item


async def asked(
    house: House,
    home: Home,
    drive: Distant,
    method: str,
    rest: str,
    *,
    json: Any = None,
    body: AsyncIterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """A good answer of the other home. rest: what stands behind the drive in the address, with its query.

    Raises NoDrive where there is nothing, DriveClosed, OnlyToLook, NameTaken, OwnerAway.
    """
    url = f"{drive.address}{ROUTES}/{quote(drive.id, safe='')}/{rest}"
    data = msgspec.json.encode(json) if json is not None else b""
    said = {"accept": _TYPE, **(headers or {})}
    if data:
        said |= {"content-type": _TYPE, "content-digest": digest_of(data)}
    host = drive.address.partition("://")[2]
    try:
        named = await signed(house, home, drive, method, url, said)
        reply = await house.outside.fetch(
            method, url, headers=named, body=data if body is None else body, redirects=0,
            timeout_s=_TIMEOUT_S if body is None else _LONG_S,
        )  # fmt: skip
    except (Unreachable, TooSlow, TooMuch, BadAddress, RefusedAddress, NoAnswer, HasMoved) as error:
        raise OwnerAway(host=host) from error
    if is_refused(reply.status, reply.headers):
        raise DriveClosed(id=drive.id)
    match reply.status:
        case 200 | 201 | 204:
            return reply
        case 404:
            raise NoDrive(id=drive.id)
        case 403:
            raise OnlyToLook(id=drive.id) if drive.is_read_only else DriveClosed(id=drive.id)
        case 409:
            raise NameTaken
    raise OwnerAway(host=host, status=reply.status)


async def pieces(house: House, home: Home, drive: Distant, rest: str) -> AsyncIterator[bytes]:
    """The bytes of a good answer, as they come. Raises OwnerAway, NoDrive."""
    url = f"{drive.address}{ROUTES}/{quote(drive.id, safe='')}/{rest}"
    try:
        headers = await signed(house, home, drive, "GET", url, {})
        async with house.outside.stream(
            "GET", url, headers=headers, limit=2**62, timeout_s=_LONG_S, redirects=0
        ) as stream:
            if stream.status != 200:
                raise NoDrive(id=drive.id) if stream.status == 404 else OwnerAway(status=stream.status)
            async for chunk in stream.chunks:
                yield chunk
    except (Unreachable, TooSlow, TooMuch, BadAddress, RefusedAddress, NoAnswer, HasMoved) as error:
        raise OwnerAway(host=drive.address.partition("://")[2]) from error


def _decoded(reply: Reply) -> dict[str, Any]:
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise OwnerAway from error


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _item(resource: Mapping[str, Any], drive: Distant) -> Item:
    """What is told of one, believed as far as its shape goes."""
    told, links = _dict(resource.get("attributes")), _dict(resource.get("links"))
    is_folder = told.get("type") == "directory"
    size = str(told.get("size", ""))
    return Item(
        str(resource.get("id", "")), str(told.get("name", "")), is_folder, str(told.get("dir_id", "")), str(told.get("mime", "")),
        "folder" if is_folder else str(told.get("class", "files")), int(size) if size.isascii() and size.isdecimal() else None,
        str(told.get("updated_at", "")), _led(links.get("small"), drive), _led(links.get("large"), drive), bool(told.get("trashed")),
    )  # fmt: skip


def _led(link: Any, drive: Distant) -> str:
    """The address here of a picture there; "" where it is none of the drive's."""
    own = f"{ROUTES}/{drive.id}/"
    if not isinstance(link, str):
        return ""
    if link.startswith("/files/"):
        return own + link.removeprefix("/files/")
    return link if link.startswith(own) else ""
