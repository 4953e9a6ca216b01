"""Changes in what others share from another server: a new folder, files from here, another name, away with it."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files.errors import BadName
from cozy.rooms.files.model import clean_name
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import files_in, pieces, stripped
from cozy.web.pages import flash, page

from .. import service
from ..errors import NameThere, NotThere
from ..model import There
from .answering import ONE
from .door import routes, url_of, words
from .looking import path_of, there

TRIES = 100  # names for a file whose own is taken
_QUESTIONS = ("new-folder", "upload", "rename", "delete")


def _asking(question: str) -> None:
    """Declare the page that asks before something is changed."""

    async def ask(call: Call, share_id: str) -> Response:
        """What shall be done? 200; 403, 404."""
        await there(call, share_id, writes=True)
        path = path_of(call)
        return await call.read(_ask, call, question, share_id, path, path.rpartition("/")[2], "", 200)

    routes.on("GET", f"{ONE}/{question}", OWNER)(ask)


for _question in _QUESTIONS:
    _asking(_question)


def _ask(
    work: Work, call: Call, question: str, share_id: str, path: str, name: str, error: str, status: int
) -> Response:
    share = service.receiving.received(work, share_id)
    said = words(work).gettext(error) if error else ""
    above = path if question in {"new-folder", "upload"} else path.rpartition("/")[0]
    return page(
        work, call, f"federation/{question.replace('-', '_')}.html", status, room="shared", action=url_of(share_id, path, question),
        back=url_of(share_id, above), name=name if question in {"rename", "delete"} or status == 422 else "", error=said,
        host=share.server.partition("://")[2],
    )  # fmt: skip


@routes.on("POST", f"{ONE}/new-folder", OWNER)
async def new_folder(call: Call, share_id: str, form: FormData) -> Response:
    """Make a folder in the one that `?path` names. 303; 422 the question again."""
    place, path = await there(call, share_id, writes=True), path_of(call)
    try:
        await service.reaching.make_folder(call.house, place, f"{path}/{_named(form)}")
    except Problem as problem:
        return await _again(call, "new-folder", share_id, path, form, problem)
    return await _done(call, url_of(share_id, path), N_("Folder created."))


@routes.on("POST", f"{ONE}/upload", OWNER)
async def upload(call: Call, share_id: str, form: FormData) -> Response:
    """Add files; of two with one name both are kept. 303; 422 the question again."""
    place, path = await there(call, share_id, writes=True), path_of(call)
    files = files_in(form, "files")
    error = "" if files else N_("Choose at least one file.")
    try:
        for file in files:
            await _send(call, place, path, file)
    except Problem as problem:
        error = problem.detail
    if error:
        return await call.read(_ask, call, "upload", share_id, path, "", error, 422)
    said = await call.read(
        lambda work: words(work).ngettext("%(num)s file added.", "%(num)s files added.", len(files))
    )
    flash(call, said)
    return see_other(url_of(share_id, path))


async def _send(call: Call, place: There, path: str, file: UploadFile) -> None:
    """Send one file; where its name is taken, under one with a number. Raises NameThere after too many."""
    name = clean_name((file.filename or "").replace("\\", "/").rpartition("/")[2])
    stem, dot, ending = name.rpartition(".")
    headers = {
        "content-type": file.content_type or "application/octet-stream",
        "content-length": str(file.size or 0),
    }
    for number in range(1, TRIES):
        numbered = f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"
        await file.seek(0)
        try:
            await service.reaching.put(
                call.house, place, f"{path}/{name if number == 1 else numbered}", pieces(file), headers
            )
        except NameThere:
            continue
        return
    raise NameThere


@routes.on("POST", f"{ONE}/rename", OWNER)
async def rename(call: Call, share_id: str, form: FormData) -> Response:
    """Give what `?path` names another name. 303; 422 the question again."""
    place, path = await there(call, share_id, writes=True), path_of(call)
    if not path:
        raise NotThere
    above, _, before = path.rpartition("/")
    try:
        name = _named(form)
        if name != before:
            await service.reaching.move(call.house, place, path, f"{above}/{name}")
    except Problem as problem:
        return await _again(call, "rename", share_id, path, form, problem)
    return await _done(call, url_of(share_id, above), N_("Renamed."))


@routes.on("POST", f"{ONE}/delete", OWNER)
async def delete(call: Call, share_id: str, form: FormData) -> Response:
    """Delete what `?path` names, at the server where it lies. 303; 403, 404, 502."""
    place, path = await there(call, share_id, writes=True), path_of(call)
    await service.reaching.delete(call.house, place, path)
    return await _done(call, url_of(share_id, path.rpartition("/")[0]), N_("It is deleted there."))


def _named(form: FormData) -> str:
    """The name that was typed. Raises BadName."""
    name = clean_name(stripped(form, "name"))
    if name in {".", ".."}:
        raise BadName(parameter="name")
    return name


async def _again(
    call: Call, question: str, share_id: str, path: str, form: FormData, problem: Problem
) -> Response:
    return await call.read(_ask, call, question, share_id, path, stripped(form, "name"), problem.detail, 422)


async def _done(call: Call, url: str, said: str) -> Response:
    flash(call, await call.read(lambda work: words(work).gettext(said)))
    return see_other(url)
