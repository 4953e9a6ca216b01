"""What guests of a link to change do with what is in its folder: a new folder, another name, the bin of its owner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.caller import Verb
from cozy.kernel.problem import Forbidden, NotFound, Problem
from cozy.kernel.routes import OWN_PROOF
from cozy.kernel.work import Work
from cozy.rooms.files.service import File
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import flash

from .. import service
from ..model import FILES
from ..service.opening import Opened
from .door import LINK, guest_page, routes, url_of, visit, words_of

_ONE = f"{LINK}/file/{{file_id}}"


@routes.on("GET", f"{LINK}/new-folder", OWN_PROOF)
async def ask_new_folder(call: Call, code: str) -> Response:
    """What shall the folder be called? `?into` the shared one, or one in it. 200; 303, 403, 404."""
    return await visit(call, code, _ask_new_folder)


async def _ask_new_folder(call: Call, opened: Opened) -> Response:
    into = await call.read(service.changing.folder_for, opened, call.query("into"))
    return await _ask(call, opened, "new_folder", into, "", "")


@routes.on("POST", f"{LINK}/new-folder", OWN_PROOF)
async def new_folder(call: Call, code: str, form: FormData) -> Response:
    """Make a folder. 303 to where it is; 403, 404; 422 the question again."""
    return await visit(call, code, _new_folder, _name(form))


async def _new_folder(call: Call, opened: Opened, name: str) -> Response:
    into = await call.read(service.changing.folder_for, opened, call.query("into"))
    make = partial(service.changing.new_folder, opened=opened, folder_id=into.id, name=name)
    return await _answered(
        call, opened, "new_folder", into, name, make, "POST", N_("Folder created."), into.id
    )


@routes.on("GET", f"{_ONE}/rename", OWN_PROOF)
async def ask_name(call: Call, code: str, file_id: str) -> Response:
    """What shall it be called? 200; 303, 403, 404."""
    return await visit(call, code, _ask_about, "rename", file_id)


@routes.on("POST", f"{_ONE}/rename", OWN_PROOF)
async def rename(call: Call, code: str, file_id: str, form: FormData) -> Response:
    """Give it another name. 303 to where it is; 403, 404; 422 the question again."""
    return await visit(call, code, _rename, file_id, _name(form))


async def _rename(call: Call, opened: Opened, file_id: str, name: str) -> Response:
    found = await call.read(service.changing.one, opened, file_id)
    change = partial(service.changing.rename, opened=opened, file_id=file_id, name=name)
    return await _answered(call, opened, "rename", found, name, change, "PATCH", N_("Renamed."), found.dir_id)


@routes.on("GET", f"{_ONE}/bin", OWN_PROOF)
async def ask_whether(call: Call, code: str, file_id: str) -> Response:
    """Shall it go to the bin? Who has a link cannot take it out again, so they are asked. 200; 303, 403, 404."""
    return await visit(call, code, _ask_about, "bin", file_id)


@routes.on("POST", f"{_ONE}/bin", OWN_PROOF)
async def throw_away(call: Call, code: str, file_id: str, form: FormData) -> Response:
    """Move it to its owner's bin. 303 to where it was; 403, 404."""
    return await visit(call, code, _throw_away, file_id)


async def _throw_away(call: Call, opened: Opened, file_id: str) -> Response:
    found = await call.read(service.changing.one, opened, file_id)
    throw = partial(service.changing.throw_away, opened=opened, file_id=file_id)
    said = N_("It is in the bin of whoever shares this.")
    return await _answered(call, opened, "bin", found, found.name, throw, "DELETE", said, found.dir_id)


async def _ask_about(call: Call, opened: Opened, question: str, file_id: str) -> Response:
    found = await call.read(service.changing.one, opened, file_id)
    return await _ask(call, opened, question, found, found.name, "")


async def _ask(
    call: Call, opened: Opened, question: str, about: File, name: str, error: str, status: int = 200
) -> Response:
    """about: what the question is about; of a new folder, the one around it."""
    said = words_of(call).gettext(error) if error else ""
    around = about.id if question == "new_folder" else about.dir_id
    action = (
        f"new-folder?{urlencode({'into': about.id})}"
        if question == "new_folder"
        else f"file/{about.id}/{question}"
    )
    return await call.read(
        guest_page, call, f"{question}.html", opened, status, file=about, name=name, error=said, action=url_of(opened, action),
        back=_folder_url(opened, around),
    )  # fmt: skip


async def _answered(
    call: Call, opened: Opened, question: str, about: File, name: str, do: Callable[[Work], Any], verb: Verb, said: str, to: str,
) -> Response:  # fmt: skip
    """Do it, and go to a folder; where it cannot be done, the question again."""
    try:
        await call.write(do)
    except (NotFound, Forbidden):
        raise
    except Problem as problem:
        return await _ask(call, opened, question, about, name, problem.detail, 422)
    call.account(1, FILES, verb)
    flash(call, words_of(call).gettext(said))
    return see_other(_folder_url(opened, to))


def _folder_url(opened: Opened, folder_id: str) -> str:
    return url_of(opened) if folder_id == opened.thing.id else url_of(opened, "folder", folder_id)


def _name(form: FormData) -> str:
    value = form.get("name", "")
    return value.strip() if isinstance(value, str) else ""
