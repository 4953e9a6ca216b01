"""What the sharing menu of a phone gives us: it is stored at once, and a page says where (Web Share Target)."""

from __future__ import annotations

from urllib.parse import urlencode

from msgspec import Struct
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import FROM_DEVICE, OWNER
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import files_in, pieces

from .. import service
from ..model import KINDS, photo_of
from .door import PHOTOS_URL, failed, ids_in, page, photo_url, routes, words
from .tiles import picture_url

SHARED_URL = f"{PHOTOS_URL}/shared"


class Arrived(Struct, frozen=True):
    """A file that has come. picture: of it, "" for none; folder_url: where it is now."""

    id: str
    name: str
    href: str
    picture: str
    folder: str
    folder_url: str


@routes.on("POST", SHARED_URL, FROM_DEVICE)
async def receive(call: Call, form: FormData) -> Response:
    """Store what a phone shares: pictures and films where photos go, the rest among the files. 303 to what has come."""
    came: list[str] = []
    try:
        for file in files_in(form, "files"):
            came.append(await _stored(call, file))  # noqa: PERF401 (what came before a refusal is told too)
    except Problem as problem:
        refused = problem
        return await call.read(lambda work: failed(work, call, _url(came), refused))
    return see_other(_url(came))


async def _stored(call: Call, file: UploadFile) -> str:
    mime = file.content_type or ""
    is_photo = mime.partition("/")[0] in KINDS
    folder_id = await call.read(service.inbox.folder) if is_photo else files.ROOT
    made = await files.receive(
        call.house, call.home, call.caller, folder_id, file.filename or "", pieces(file), mime
    )
    return made.id if made else ""


def _url(ids: list[str]) -> str:
    return f"{SHARED_URL}?{urlencode([('ids', id_) for id_ in ids])}" if ids else PHOTOS_URL


@routes.on("GET", SHARED_URL, OWNER)
def shared(work: Work, call: Call) -> Response:
    """What has just come, and where it is. 200."""
    came = [_arrived(work, file) for file in files.many(work, ids_in(call))]
    return page(work, call, "shared.html", came=came, here=_url([each.id for each in came]))


def _arrived(work: Work, file: files.File) -> Arrived:
    is_photo = file.body.get("class") in KINDS
    around = [folder.name for folder in files.ancestors(work, file) if folder.id != files.ROOT]
    return Arrived(
        file.id, file.name, photo_url(file.id) if is_photo else f"/my/file/{file.id}",
        picture_url(photo_of(file), 128) if is_photo else "",
        " › ".join([words(work).gettext("Files"), *around]), f"/my/drive/{file.dir_id}" if file.dir_id != files.ROOT else "/my/drive",
    )  # fmt: skip
