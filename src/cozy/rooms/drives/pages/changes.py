"""Changes in a drive of another home: a new folder, files from here, another name, the bin and back."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files.errors import NameTaken
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import files_in, pieces
from cozy.web.pages import flash, page

from .. import service
from ..model import FILES, PAGES, Distant
from .door import away, routes, url_of, words

TRIES = 100  # names for a file whose own is taken
_ITEM = f"{PAGES}/{{drive_id}}/{{item_id}}"


@routes.on("GET", f"{_ITEM}/new-folder", OWNER)
async def ask_new_folder(call: Call, drive_id: str, item_id: str) -> Response:
    """What shall the folder be called? 200; 403, 404."""
    await away(call, drive_id, writes=True)
    return await call.read(_ask, call, "new_folder", drive_id, item_id, "", "", 200)


@routes.on("POST", f"{_ITEM}/new-folder", OWNER)
async def new_folder(call: Call, drive_id: str, item_id: str, form: FormData) -> Response:
    """Make a folder. 303; 422 the question again."""
    there = await away(call, drive_id, writes=True)
    name = str(form.get("name", "")).strip()
    query = urlencode({"Type": "directory", "Name": name})
    try:
        await service.asked(call.house, call.home, there, "POST", f"{quote(item_id, safe='')}?{query}")
    except Problem as problem:
        return await call.read(_ask, call, "new_folder", drive_id, item_id, name, problem.detail, 422)
    return await _done(call, url_of(drive_id, item_id), N_("Folder created."))


@routes.on("GET", f"{_ITEM}/upload", OWNER)
async def ask_for_files(call: Call, drive_id: str, item_id: str) -> Response:
    """Which files? 200; 403, 404."""
    await away(call, drive_id, writes=True)
    return await call.read(_ask, call, "upload", drive_id, item_id, "", "", 200)


@routes.on("POST", f"{_ITEM}/upload", OWNER)
async def upload(call: Call, drive_id: str, item_id: str, form: FormData) -> Response:
    """Add files; of two with one name both are kept. 303; 422 the question again."""
    there = await away(call, drive_id, writes=True)
    files = files_in(form, "files")
    error = "" if files else N_("Choose at least one file.")
    try:
        for file in files:
            await _send(call, there, item_id, file)
    except Problem as problem:
        error = problem.detail
    if error:
        return await call.read(_ask, call, "upload", drive_id, item_id, "", error, 422)
    said = await call.read(
        lambda work: words(work).ngettext("%(num)s file added.", "%(num)s files added.", len(files))
    )
    flash(call, said)
    return see_other(url_of(drive_id, item_id))


async def _send(call: Call, drive: Distant, folder_id: str, file: UploadFile) -> None:
    """Send one file; where its name is taken, under one with a number. Raises NameTaken after too many."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    headers = {
        "content-type": file.content_type or "application/octet-stream",
        "content-length": str(file.size or 0),
    }
    for number in range(1, TRIES):
        await file.seek(0)
        query = urlencode({"Type": "file", "Name": service.carrying.numbered(name, number)})
        try:
            await service.asked(
                call.house, call.home, drive, "POST", f"{quote(folder_id, safe='')}?{query}", body=pieces(file), headers=headers
            )  # fmt: skip
        except NameTaken:
            continue
        return
    raise NameTaken


@routes.on("GET", f"{_ITEM}/rename", OWNER)
async def ask_name(call: Call, drive_id: str, item_id: str) -> Response:
    """What shall it be called? 200; 403, 404."""
    there = await away(call, drive_id, writes=True)
    found = await service.item(call.house, call.home, there, item_id)
    return await call.read(_ask, call, "rename", drive_id, item_id, found.name, "", 200)


@routes.on("POST", f"{_ITEM}/rename", OWNER)
async def rename(call: Call, drive_id: str, item_id: str, form: FormData) -> Response:
    """Give it another name. 303; 422 the question again."""
    there = await away(call, drive_id, writes=True)
    name = str(form.get("name", "")).strip()
    body = {"data": {"type": FILES, "id": item_id, "attributes": {"name": name}}}
    try:
        await service.asked(call.house, call.home, there, "PATCH", quote(item_id, safe=""), json=body)
    except Problem as problem:
        return await call.read(_ask, call, "rename", drive_id, item_id, name, problem.detail, 422)
    return await _done(call, url_of(drive_id, item_id), N_("Renamed."))


@routes.on("POST", f"{_ITEM}/bin", OWNER)
async def throw_away(call: Call, drive_id: str, item_id: str, form: FormData) -> Response:
    """Move it to the bin of the home that it lies in. 303."""
    there = await away(call, drive_id, writes=True)
    found = await service.item(call.house, call.home, there, item_id)
    await service.asked(call.house, call.home, there, "DELETE", quote(item_id, safe=""))
    undo = f"{url_of(drive_id, item_id)}/restore"
    return await _done(call, url_of(drive_id, found.dir_id or there.root), N_("It is in the bin."), undo)


@routes.on("POST", f"{_ITEM}/restore", OWNER)
async def restore(call: Call, drive_id: str, item_id: str, form: FormData) -> Response:
    """Put it back. 303."""
    there = await away(call, drive_id, writes=True)
    await service.asked(call.house, call.home, there, "POST", f"trash/{quote(item_id, safe='')}")
    return await _done(call, url_of(drive_id, item_id), N_("It is back where it was."))


def _ask(
    work: Work, call: Call, question: str, drive_id: str, item_id: str, name: str, error: str, status: int
) -> Response:
    here = url_of(drive_id, item_id)
    said = words(work).gettext(error) if error else ""
    return page(work, call, f"drives/{question}.html", status, room="files", here=here, name=name, error=said)


async def _done(call: Call, url: str, text: str, undo: str = "") -> Response:
    flash(call, await call.read(lambda work: words(work).gettext(text)), undo_url=undo)
    return see_other(url)
