"""What whoever has a link sees: a folder, a file, an album."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWN_PROOF
from cozy.kernel.work import Work
from cozy.rooms.files.service import looks
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..model import DOCTYPES, FILES
from ..service.inside import Shelf
from ..service.opening import Opened, needs
from . import carding, dating
from .door import LINK, guest_page, is_owner, number_in, routes, url_of, visit
from .tiles import LARGE, file_url, laid, picture_url, raw_url


@routes.on("GET", LINK, OWN_PROOF)
async def front(call: Call, code: str) -> Response:
    """What a link leads to. 200; 303 to where its password is asked for; 404."""
    return await visit(call, code, _front)


async def _front(call: Call, opened: Opened) -> Response:
    call.account(1 if opened.can_see else 0, DOCTYPES[opened.thing.kind], "GET")
    show = _SHOW[opened.thing.kind] if opened.can_see else _drop
    return await show(call, opened)


async def _file(call: Call, opened: Opened) -> Response:
    show = _folder if opened.thing.is_folder else _one
    return await show(call, opened, opened.thing.id)


async def _drop(call: Call, opened: Opened) -> Response:
    return await call.read(guest_page, call, "drop.html", opened, is_owner=await is_owner(call), error="")


async def _album(call: Call, opened: Opened) -> Response:
    shelf = await call.scan(service.inside.album, opened, number_in(call))
    return await call.scan(_listed, call, opened, shelf, "", await is_owner(call))


async def _folder(call: Call, opened: Opened, folder_id: str) -> Response:
    shelf = await call.scan(service.inside.folder, opened, folder_id, number_in(call))
    return await call.scan(_listed, call, opened, shelf, folder_id, await is_owner(call))


def _listed(work: Work, call: Call, opened: Opened, shelf: Shelf, folder_id: str, is_owner: bool) -> Response:
    is_top = folder_id in {"", opened.thing.id}
    url = url_of(opened) if is_top else url_of(opened, "folder", folder_id)
    return guest_page(
        work, call, "folder.html", opened, is_owner=is_owner, shelf=shelf, laid=laid(opened, shelf), folder_id=folder_id,
        crumbs=_crumbs(opened, shelf.above), zip=url_of(opened, "zip") + ("" if is_top else f"/{folder_id}"), error="",
        next_url=f"{url}?page={shelf.number + 1}" if shelf.has_more else "",
        previous_url=f"{url}?page={shelf.number - 1}" if shelf.number > 1 else "", is_top=is_top,
    )  # fmt: skip


def _crumbs(opened: Opened, above: list[looks.File]) -> list[tuple[str, str]]:
    return [
        (folder.name, url_of(opened) if folder.id == opened.thing.id else url_of(opened, "folder", folder.id))
        for folder in above
    ]


@routes.on("GET", f"{LINK}/folder/{{folder_id}}", OWN_PROOF)
async def folder(call: Call, code: str, folder_id: str) -> Response:
    """A folder in a shared one. 200; 303, 403, 404."""
    return await visit(call, code, _looked, folder_id)


@routes.on("GET", f"{LINK}/file/{{file_id}}", OWN_PROOF)
async def file(call: Call, code: str, file_id: str) -> Response:
    """A file of what is shared, large. 200; 303, 403, 404."""
    return await visit(call, code, _looked, file_id)


async def _looked(call: Call, opened: Opened, id_: str) -> Response:
    """A file or folder, whichever it is."""
    needs(opened, seeing=True)
    found = await call.read(service.inside.one, id_)
    call.account(1, FILES, "GET")
    if found.is_folder and id_ == opened.thing.id:
        return see_other(url_of(opened))
    return await (_folder if found.is_folder else _one)(call, opened, id_)


async def _one(call: Call, opened: Opened, file_id: str) -> Response:
    found = await call.read(service.inside.one, file_id)
    held = await call.read(service.inside.content, file_id, found.sha256)
    asked = call.query("from")
    first = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
    look = await looks.look(call.house, call.home, held.file, held.file.mime, held.content, first)
    return await call.scan(_large, call, opened, held, look, await is_owner(call))


def _large(
    work: Work, call: Call, opened: Opened, held: looks.Held, look: looks.Look, is_owner: bool
) -> Response:
    file = held.file
    before, after = service.inside.beside(work, opened, file)
    above = service.inside.above(work, opened, file)
    is_drawn = opened.can_save and (file.mime in looks.DRAWN or file.mime == "image/gif")
    crumbs = [(opened.thing.name, url_of(opened))] if opened.thing.kind == "album" else _crumbs(opened, above)
    return guest_page(
        work, call, "file.html", opened, is_owner=is_owner, file=file, kind=looks.kind_of(file), look=look, crumbs=crumbs,
        before=file_url(opened, before) if before else "", after=file_url(opened, after) if after else "",
        raw=raw_url(opened, file), picture=raw_url(opened, file) if is_drawn else picture_url(opened, file, str(LARGE)),
        sha=file.sha256[:12], extent=looks.extent_of(file, LARGE), has_poster=looks.has_picture(file), at=parse(file.updated_at),
        file_url=file_url(opened, file),
    )  # fmt: skip


_SHOW: dict[str, Callable[[Call, Opened], Awaitable[Response]]] = {
    "file": _file, "album": _album, "calendar": dating.show, "contact": carding.show,
}  # fmt: skip
