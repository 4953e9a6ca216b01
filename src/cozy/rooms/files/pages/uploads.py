"""Adding files without scripts: a plain form. It spools to disk on the way in, and streams from there to the contents."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from ..errors import OverQuota
from .door import done, folder_url, question, routes, words

CHUNK = 1024 * 1024  # bytes


@routes.on("GET", "/my/drive/{folder_id}/upload", OWNER)
def ask_for_files(work: Work, call: Call, folder_id: str) -> Response:
    """Which files? 200; 404."""
    return question(work, call, "upload.html", folder=service.fetch(work, folder_id), error="", clash="both")


@routes.on("POST", "/my/drive/{folder_id}/upload", OWNER)
async def upload(call: Call, folder_id: str, form: FormData) -> Response:
    """Add files. clash: both, replace, skip. 303 to the folder; 422 the question again."""
    folder = await call.read(service.fetch, folder_id)
    clash = str(form.get("clash", "both"))
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
    try:
        added = [await _add(call, folder_id, file, clash) for file in files]
        error = "" if files else N_("Choose at least one file.")
    except Problem as problem:
        added, error = [], problem.detail
    finally:
        await form.close()
    if error:
        return await call.read(_again, call, folder, clash, error, form)
    text = await call.read(
        lambda work: words(work).ngettext("%(num)s file added.", "%(num)s files added.", sum(added))
    )
    return done(call, folder_url(folder_id), text)


def _again(work: Work, call: Call, folder: service.File, clash: str, error: str, form: FormData) -> Response:
    return question(
        work, call, "upload.html", form, 422, folder=folder, error=words(work).gettext(error), clash=clash
    )


async def _add(call: Call, folder_id: str, file: UploadFile, clash: str) -> bool:
    """Store one file; says whether it was added. Raises OverQuota, BadName, OutOfSpace, NoParent, ParentInTrash."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    left = await call.read(service.room_left, call.home.quota)
    try:
        content = await call.house.blobs.put(call.home.id, _chunks(file), left)
    except TooLarge as error:
        raise OverQuota(quota=call.home.quota) from error
    return await call.write(_keep, folder_id, name, content, file.content_type or "", clash, call.home.quota)


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(CHUNK):
        yield chunk


def _keep(
    work: Work, folder_id: str, name: str, content: Content, content_type: str, clash: str, quota: int | None
) -> bool:
    known = service.child_named(work, folder_id, name)
    if known is not None and clash == "skip":
        return False
    if known is not None and clash == "replace" and not known.is_folder:
        service.overwrite(work, known.id, content, content_type, quota=quota)
    else:
        free = service.free_name(work, folder_id, name)
        service.create_file(work, folder_id, free, content, content_type, quota=quota)
    return True
