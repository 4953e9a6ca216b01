"""What others share from another server: a folder like any, a file large, their bytes."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import dated
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files.model import kind_of
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import flash, page
from cozy.web.ranges import disposition
from cozy.web.through import Through, passed

from .. import service
from ..errors import Away, Closed, NotThere
from ..model import Item, There
from .answering import ONE, invitation
from .door import routes, url_of, words
from .listing import told

PAGE = 200  # lines
TEXT_LIMIT = 256 * 1024  # bytes of a text that is shown
_KINDS = {"zip": "archive", "binary": "files", "shortcut": "files"}
_FILMS = ("video/mp4", "video/webm", "video/ogg", "video/quicktime")
_ASKED = ("range", "if-range", "if-none-match", "if-modified-since")


class Row(Struct, frozen=True):
    """One line of a folder."""

    name: str
    href: str
    rename: str
    delete: str
    kind: str
    at: datetime | None
    size: int | None


async def there(call: Call, share_id: str, *, writes: bool = False) -> There:
    """What an address names. Raises NoShare, Closed, OnlyToLook."""
    return await call.read(service.reaching.there, share_id, writes=writes)


def path_of(call: Call) -> str:
    """The path that an address names in a share: `/Photos/a.jpg`, "" for the top."""
    parts = [part for part in call.query("path").split("/") if part]
    return "".join(f"/{part}" for part in parts)


@routes.on("GET", ONE, OWNER)
async def item(call: Call, share_id: str) -> Response:
    """A folder or a file, `?path` in what is shared; the question whether to take it, where it waits.

    200, and so when that server is away, which is said; 403 when it opens this no more; 404.
    """
    share = await call.read(service.receiving.received, share_id)
    if share.state == "waiting":
        return await call.read(invitation, call, share)
    path = path_of(call)
    try:
        place = await there(call, share_id)
        found, inside = await service.reaching.look(call.house, place, path)
        text = await _text(call, place, found)
    except (Away, Closed) as problem:
        return await call.read(_unreached, call, share_id, problem)
    except NotThere as problem:
        if path:
            raise
        return await call.read(_unreached, call, share_id, problem)
    return await call.read(_shown, call, place, found, inside, text)


def _unreached(work: Work, call: Call, share_id: str, problem: Problem) -> Response:
    share = service.receiving.received(work, share_id)
    is_away = isinstance(problem, Away)
    return page(
        work, call, "federation/away.html", 200 if is_away else 403, room="shared", each=told(work, share), is_away=is_away,
    )  # fmt: skip


async def _text(call: Call, place: There, item: Item) -> str:
    """The beginning of a short text; "" of everything else."""
    if (
        item.is_folder
        or not _mime(place, item).startswith("text/")
        or not item.size
        or item.size > TEXT_LIMIT
    ):
        return ""
    held = bytearray()
    async with service.reaching.fetching(call.house, place, item.path, {}) as stream:
        async for chunk in stream.chunks:
            held += chunk
            if len(held) > TEXT_LIMIT:
                break
    return bytes(held[:TEXT_LIMIT]).decode(errors="replace")


def _shown(work: Work, call: Call, place: There, found: Item, inside: list[Item], text: str) -> Response:
    share = service.receiving.received(work, place.share)
    name = found.name or share.name
    may_write = share.may_write and found.may_write is not False
    common: dict[str, Any] = {
        "room": "shared", "each": told(work, share), "name": name, "path": found.path, "may_write": may_write, "crumbs": _crumbs(place, found),
        "url": lambda *more: url_of(place.share, found.path, *more), "is_top": not found.path,
    }  # fmt: skip
    if not found.is_folder:
        mime = _mime(place, found)
        look = "none" if mime == "image/svg+xml" else _look(mime, text)
        return page(
            work, call, "federation/file.html", **common, look=look, text=text, size=found.size, at=dated(found.at), kind=_kind(name),
        )  # fmt: skip
    rows = sorted(inside, key=lambda each: (not each.is_folder, each.name.casefold(), each.name))
    number = _number(call.query("page"))
    start = (number - 1) * PAGE
    return page(
        work, call, "federation/folder.html", **common, rows=[_row(place, each) for each in rows[start : start + PAGE]], total=len(rows),
        next_page=number + 1 if len(rows) > start + PAGE else 0, previous_page=number - 1,
    )  # fmt: skip


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 6 and int(said) else 1


def _crumbs(place: There, found: Item) -> list[tuple[str, str]]:
    """The way from the top to the folder around it."""
    crumbs, path = [(place.name, url_of(place.share))] if found.path else [], ""
    for part in found.path.split("/")[1:-1]:
        path = f"{path}/{part}"
        crumbs.append((part, url_of(place.share, path)))
    return crumbs


def _row(place: There, item: Item) -> Row:
    def url(*more: str) -> str:
        return url_of(place.share, item.path, *more)

    kind = "folder" if item.is_folder else _kind(item.name)
    return Row(item.name, url(), url("rename"), url("delete"), kind, dated(item.at), item.size)


def _kind(name: str) -> str:
    kind = kind_of(name)["class"]
    return _KINDS.get(kind, kind)


def _mime(place: There, item: Item) -> str:
    """What it is as its server says, else as its name does."""
    said = item.mime if item.mime != "application/octet-stream" else ""
    return said or kind_of(item.name or place.name)["mime"]


def _look(mime: str, text: str) -> str:
    if mime.startswith("image/"):
        return "image"
    if mime in _FILMS:
        return "video"
    if mime.startswith("audio/"):
        return "audio"
    return "text" if text else "none"


@routes.on("GET", f"{ONE}/raw", OWNER)
async def raw(call: Call, share_id: str) -> Response:
    """The bytes of a file, `?path` in what is shared; `Dl=1` to save it. 200, 206, 304; 403, 404, 502."""
    place, path = await there(call, share_id), path_of(call)
    headers = {name: value for name in _ASKED if (value := call.header(name))}
    opened = AsyncExitStack()
    try:
        stream = await opened.enter_async_context(service.reaching.fetching(call.house, place, path, headers))
    except BaseException:
        await opened.aclose()
        raise
    answer = passed(stream.headers)
    if call.query("Dl"):
        answer["content-disposition"] = disposition("attachment", path.rpartition("/")[2] or place.name)
    return Through(stream, opened, answer)


@routes.on("POST", f"{ONE}/keep", OWNER)
async def keep(call: Call, share_id: str, form: FormData) -> Response:
    """Copy a folder or file into the owner's own, in the background. 303; 403, 404, 502."""
    place = await there(call, share_id)
    found, _ = await service.reaching.look(call.house, place, path_of(call), inside=False)
    return await call.write(_keep, call, share_id, found)


def _keep(work: Work, call: Call, share_id: str, item: Item) -> Response:
    folder = service.copying.ask(work, share_id, item)
    flash(
        call,
        words(work).gettext(
            N_("It is being copied into “%(name)s”. You are told when it is there."), name=folder.name
        ),
    )
    return see_other(url_of(share_id, item.path))
