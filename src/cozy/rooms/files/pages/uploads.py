"""Adding files without scripts: a plain form. It spools to disk on the way in, and streams from there to the contents."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.forms import files_in, pieces
from cozy.web.pages import done

from .. import service
from .door import folder_url, question, routes, words


@routes.on("GET", "/my/drive/{folder_id}/upload", OWNER)
def ask_for_files(work: Work, call: Call, folder_id: str) -> Response:
    """Which files? 200; 404."""
    return question(work, call, "upload.html", folder=service.fetch(work, folder_id), error="", clash="both")


@routes.on("POST", "/my/drive/{folder_id}/upload", OWNER)
async def upload(call: Call, folder_id: str, form: FormData) -> Response:
    """Add files. clash: both, replace, skip. 303 to the folder; 422 the question again."""
    folder = await call.read(service.fetch, folder_id)
    clash = str(form.get("clash", "both"))
    files = files_in(form, "files")
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
    way: service.Arrival = clash if clash in {"replace", "skip"} else "both"  # type: ignore[assignment]
    added = await service.receive(
        call.house,
        call.home,
        call.caller,
        folder_id,
        file.filename or "",
        pieces(file),
        file.content_type or "",
        way,
    )
    return added is not None
