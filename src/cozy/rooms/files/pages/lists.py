"""Lists: a folder, what is recent, favourites, the bin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from ..service import ROOT, TRASH, File, views
from .door import DRIVE, Wishes, folder_url, page, routes, wishes, words
from .rows import Row, row, rows
from .who import looker

PAGE = 200  # lines of a page
CRUMBS = 6  # folders named above a title; of more, the outermost and the nearest


@routes.on("GET", "/my/drive", OWNER)
async def drive(call: Call) -> Response:
    """All files, from the top. 200."""
    return await call.scan(_folder, call, ROOT)


@routes.on("GET", "/my/drive/{folder_id}", OWNER)
async def folder(call: Call, folder_id: str) -> Response:
    """A folder. 200; 404."""
    return await call.scan(_folder, call, folder_id)


def _folder(work: Work, call: Call, folder_id: str) -> Response:
    if folder_id == TRASH:
        return _bin(work, call)
    seq = documents.last_seq(work)
    shown = service.fetch(work, folder_id)
    liked = wishes(call)
    number = _page_number(call)
    listed = views.ordered(
        work, folder_id, liked.order, falling=liked.falling, skip=(number - 1) * PAGE, limit=PAGE + 1
    )
    said, look = words(work), looker(work)
    url = folder_url(folder_id)
    above = service.ancestors(work, shown)
    return page(
        work, call, "folder.html", seq=seq,
        folder=shown, is_root=shown.id == ROOT, is_favourite=views.is_favourite(shown), inbox=ROOT if shown.is_trashed else shown.id,
        crumbs=crumbs(work, shown), total=views.count(work, folder_id), seen=look(shown, above),
        rows=rows(listed[:PAGE], views.counts(work, listed[:PAGE]), said, lambda file: look(file, [*above, shown])),
        **_turning(url, liked, number, more=len(listed) > PAGE),
    )  # fmt: skip


def crumbs(work: Work, file: File) -> list[tuple[str, str, str]]:
    """The folders above: name ("" for the top of all files), address, id."""
    above = _from_the_bin(service.ancestors(work, file))
    shown = above if len(above) <= CRUMBS else [above[0], *above[1 - CRUMBS :]]
    said = words(work)
    names = {ROOT: "", TRASH: said.gettext(N_("Bin"))}
    return [(names.get(folder.id, folder.name), folder_url(folder.id), folder.id) for folder in shown]


def _from_the_bin(above: list[File]) -> list[File]:
    """Without what the bin is kept in, which is nobody's way."""
    return next((above[n:] for n, folder in enumerate(above) if folder.id == TRASH), above)


def _page_number(call: Call) -> int:
    text = call.query("page")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def _turning(url: str, liked: Wishes, number: int, *, more: bool) -> dict[str, Any]:
    """What the templates need to sort, to change the view and to turn pages."""

    def at(**query: object) -> str:
        return f"{url}?{urlencode(query)}"

    sorts = {}
    for order in ("name", "updated_at", "size"):
        falls = not liked.falling if order == liked.order else order != "name"
        direction = ("descending" if liked.falling else "ascending") if order == liked.order else ""
        sorts[order] = {"url": at(sort=("-" if falls else "") + order), "direction": direction}
    return {
        "url": url, "sorts": sorts, "sort": liked.sort, "view": liked.view, "number": number,
        "grid_url": at(view="grid"), "list_url": at(view="list"),
        "sort_url": lambda sort: at(sort=sort),
        "next_url": at(page=number + 1) if more else "", "previous_url": at(page=number - 1) if number > 1 else "",
    }  # fmt: skip


@routes.on("GET", "/my/drive/recent", OWNER)
async def recent(call: Call) -> Response:
    """What changed last. 200."""
    return await call.scan(_view, call, "recent", views.recent)


@routes.on("GET", "/my/drive/favourites", OWNER)
async def favourites(call: Call) -> Response:
    """What the owner marked. 200."""
    return await call.scan(_view, call, "favourites", views.favourites)


def _view(work: Work, call: Call, which: str, find: Callable[[Work], list[File]]) -> Response:
    seq = documents.last_seq(work)
    found = find(work)
    return page(
        work, call, "view.html", seq=seq, which=which, rows=[row(file, _place(work, file)) for file in found],
        view=wishes(call).view, url=f"{DRIVE}/{which}",
    )  # fmt: skip


def _place(work: Work, file: File) -> str:
    """The names of the folders around, as a line."""
    names = [folder.name for folder in service.ancestors(work, file) if folder.id != ROOT]
    return " › ".join([words(work).gettext("Files"), *names])


@routes.on("GET", "/my/drive/trash", OWNER)
async def bin_(call: Call) -> Response:
    """What was thrown away. 200."""
    return await call.scan(_bin, call)


def _bin(work: Work, call: Call) -> Response:
    seq = documents.last_seq(work)
    number = _page_number(call)
    days = service.bin_days(work)
    lying = service.children(work, TRASH, skip=(number - 1) * PAGE, limit=PAGE + 1)
    return page(
        work, call, "bin.html", seq=seq, room="bin", rows=[_thrown(work, file, days) for file in lying[:PAGE]],
        total=views.count(work, TRASH), days=days,
        **_turning(f"{DRIVE}/trash", wishes(call), number, more=len(lying) > PAGE),
    )  # fmt: skip


def _thrown(work: Work, file: File, days: int) -> Row:
    """A line of the bin: where it came from, and how long it stays. days: how long things do; 0: for ever."""
    said = words(work)
    names = [name for name in str(file.body.get("restore_path", "/")).split("/") if name]
    came = " › ".join([said.gettext("Files"), *names])
    at = file.body.get("cozyMetadata", {}).get("trashedAt", "")
    if not at or not days:
        return row(file, came)
    left = max(1, (parse(at) + timedelta(days=days) - work.now).days)
    stays = said.ngettext("erased in %(num)s day", "erased in %(num)s days", left)
    return row(file, f"{stays} · {came}")
