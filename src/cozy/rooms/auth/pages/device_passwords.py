"""A password for a device: made, and shown this once; and how to connect the device."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.permissions import service as permissions
from cozy.web.call import Call

from .. import service
from ..model.device_passwords import FILES, NAME_LIMIT, OFFERED, Wanted
from .door import faulty, routes, shown, text, texts

URL = "/my/settings/devices/passwords/new"


@routes.on("GET", URL, OWNER)
async def form_page(call: Call) -> Response:
    """For which device, to open what, until when; `folder`: the id of the one folder that it shall open. 200; 404."""
    return await _asked(call, 200, folder=call.query("folder"))


@routes.on("POST", URL, OWNER)
async def make(call: Call, form: FormData) -> Response:
    """Make the password, and show it this once. 200; 404; 422."""
    try:
        until = await call.read(permissions.end_of, text(form, "end"), text(form, "day"))
        made = await service.device_passwords.make(call.house, call.home, call.caller, _wanted(form, until))
    except NoDocument:
        raise
    except Problem as problem:
        typed = {name: text(form, name) for name in ("name", "may", "end", "day", "folder")}
        return await _asked(call, 422, areas=texts(form, "areas"), errors=faulty(problem), **typed)
    path = await call.read(_path, folder) if (folder := text(form, "folder")) else "/"
    return await shown(
        call, "auth/device_password.html", room="settings", password=made.password, grant=made.id,
        **_reached(call, path),
    )  # fmt: skip


@routes.on("GET", "/my/settings/devices/connect", OWNER)
async def connect(call: Call) -> Response:
    """How to connect a device, system by system. 200."""
    return await shown(call, "auth/connect.html", room="settings", is_secure=call.is_secure, **_reached(call))


def _reached(call: Call, path: str = "/") -> dict[str, Any]:
    """What to type on a device: the address of the files, or of one folder of them, and a name, which may be any."""
    address = f"{call.home.origin}/dav/files{quote(path.rstrip('/'))}/"
    return {"address": address, "user": call.home.domain}


def _wanted(form: FormData, until: str) -> Wanted:
    areas = tuple(area for area in texts(form, "areas") if area in OFFERED) if len(OFFERED) > 1 else OFFERED
    return Wanted(
        name=text(form, "name"), areas=areas, may_write=text(form, "may") == "change", folder=text(form, "folder"),
        expires_at=until,
    )  # fmt: skip


async def _asked(call: Call, status: int, *, folder: str = "", **typed: Any) -> Response:
    only = await call.read(_folder, folder) if folder else ""
    known = {
        "name": "", "areas": OFFERED, "may": "change", "end": "", "day": "", "errors": {},
    }  # fmt: skip
    return await shown(
        call, "auth/device_password_new.html", status, room="settings", offered=OFFERED, name_limit=NAME_LIMIT,
        folder=folder, only=only, **{**known, **typed},
    )  # fmt: skip


def _folder(work: Work, folder: str) -> str:
    """The name of a folder. Raises NoDocument."""
    return str(documents.fetch(work, FILES, folder).body["name"])


def _path(work: Work, folder: str) -> str:
    return str(documents.fetch(work, FILES, folder).body.get("path", "/"))
