"""One file, large: what it looks like, what is known about it, its neighbours."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.blobs import Content
from cozy.kernel.clock import parse
from cozy.kernel.previews import CannotDraw
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..model import RAW
from ..service import ROOT, File, views
from ..service.versions import versions_of
from . import contents
from .door import folder_url, page, routes, wishes
from .lists import crumbs
from .rows import DRAWN, FILMS, PICTURES, extent_of, kind_of, thumb_of
from .who import looker

PICTURE = 1600  # pixels of a picture that fills the page
PDF_PAGES = 6  # shown at once
MARKDOWN = frozenset({"text/markdown", "text/x-markdown"})


class Look(Struct, frozen=True):
    """How a content is shown. way: image, audio, video, pdf, code, prose, or none; more: it was too long to show whole."""

    way: str
    html: str = ""
    more: bool = False
    pdf: contents.Pdf | None = None
    first: int = 0


@routes.on("GET", "/my/file/{file_id}", OWNER)
async def preview(call: Call, file_id: str) -> Response:
    """A file, large. 200; 303 for a folder; 404."""
    file = await call.read(service.fetch, file_id)
    if file.is_folder:
        return see_other(folder_url(file.id))
    _, mime, content = await call.read(views.held, file_id, file.sha256)
    look = await _look(call, file, mime, content)
    return await call.scan(_page, call, file, content, mime, look, version="")


async def _look(call: Call, file: File, mime: str, content: Content) -> Look:
    """Try the way that fits; what cannot be drawn is shown by its sign."""
    try:
        return await _drawn(call, file, mime, content)
    except CannotDraw:
        return Look("none")


async def _drawn(call: Call, file: File, mime: str, content: Content) -> Look:
    kind = kind_of(file)
    if not content.size:
        return Look("none")
    if mime in PICTURES | RAW | DRAWN:
        return Look("image")
    if mime in FILMS:
        return Look("video")
    if mime in contents.SOUNDS:
        return Look("audio")
    if mime == "application/pdf":
        asked = call.query("from")
        first = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
        return Look("pdf", pdf=await contents.pdf(call, content, first, PDF_PAGES), first=first)
    if mime in MARKDOWN or (mime.startswith("text/") and file.name.lower().endswith((".md", ".markdown"))):
        return Look("prose", await contents.prose(call, content), content.size > contents.HEAD)
    if mime.startswith("text/") or kind == "code":
        return Look("code", await contents.code(call, file, content), content.size > contents.HEAD)
    return Look("none")


def _page(
    work: Work, call: Call, file: File, content: Content, mime: str, look: Look, version: str
) -> Response:
    liked = wishes(call)
    before, after = (
        views.around(work, file, liked.order, falling=liked.falling) if not version else (None, None)
    )
    sha = content.sha256[:12]
    is_drawn = mime in DRAWN or mime == "image/gif"
    raw = f"/my/file/{file.id}/raw/{sha}"
    return page(
        work, call, "preview.html", file=file, kind=kind_of(file), look=look, version=version, content=content,
        crumbs=crumbs(work, file), parent=folder_url(file.dir_id), before=before, after=after,
        at=parse(file.updated_at), is_favourite=views.is_favourite(file), raw=raw, thumb=thumb_of(file),
        extent=extent_of(file, PICTURE), picture=raw if is_drawn else f"/my/file/{file.id}/picture/{PICTURE}-{sha}", sha=sha,
        in_bin=file.is_trashed, is_root=file.dir_id == ROOT, versions=len(versions_of(work, file.id)),
        seen=looker(work)(file, service.ancestors(work, file)),
    )  # fmt: skip


async def show_version(call: Call, file: File, version: str, content: Content, mime: str) -> Response:
    """A version of a file, large."""
    look = await _look(call, file, mime, content)
    return await call.scan(_page, call, file, content, mime, look, version=version)
