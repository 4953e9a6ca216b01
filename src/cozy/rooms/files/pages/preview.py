"""One file, large: what it looks like, what is known about it, its neighbours."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.blobs import Content
from cozy.kernel.clock import parse
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..service import ROOT, File, looks, views
from ..service.versions import versions_of
from .door import folder_url, page, routes, wishes
from .lists import crumbs
from .rows import thumb_of
from .who import looker

PICTURE = 1600  # pixels of a picture that fills the page


@routes.on("GET", "/my/file/{file_id}", OWNER)
async def preview(call: Call, file_id: str) -> Response:
    """A file, large. 200; 303 for a folder; 404."""
    file = await call.read(service.fetch, file_id)
    if file.is_folder:
        return see_other(folder_url(file.id))
    _, mime, content = await call.read(views.held, file_id, file.sha256)
    return await _looked_at(call, file, content, mime, version="")


async def _looked_at(call: Call, file: File, content: Content, mime: str, version: str) -> Response:
    asked = call.query("from")
    first = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
    look = await looks.look(call.house, call.home, file, mime, content, first)
    return await call.scan(_page, call, file, content, mime, look, version=version)


def _page(
    work: Work, call: Call, file: File, content: Content, mime: str, look: looks.Look, version: str
) -> Response:
    liked = wishes(call)
    before, after = (
        views.around(work, file, liked.order, falling=liked.falling) if not version else (None, None)
    )
    sha = content.sha256[:12]
    is_drawn = mime in looks.DRAWN or mime == "image/gif"
    raw = f"/my/file/{file.id}/raw/{sha}"
    return page(
        work, call, "preview.html", file=file, kind=looks.kind_of(file), look=look, version=version, content=content,
        crumbs=crumbs(work, file), parent=folder_url(file.dir_id), before=before, after=after,
        at=parse(file.updated_at), is_favourite=views.is_favourite(file), raw=raw, thumb=thumb_of(file),
        extent=looks.extent_of(file, PICTURE), picture=raw if is_drawn else f"/my/file/{file.id}/picture/{PICTURE}-{sha}", sha=sha,
        in_bin=file.is_trashed, is_root=file.dir_id == ROOT, versions=len(versions_of(work, file.id)),
        seen=looker(work)(file, service.ancestors(work, file)),
    )  # fmt: skip


async def show_version(call: Call, file: File, version: str, content: Content, mime: str) -> Response:
    """A version of a file, large."""
    return await _looked_at(call, file, content, mime, version)
