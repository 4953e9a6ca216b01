"""Links into a drive: the routes of /permissions, for who may give one thing of it (cozy-stack docs/shared-drives.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.caller import Verb
from cozy.kernel.routes import KNOWN, Routes
from cozy.rooms.permissions.errors import BadRule
from cozy.rooms.permissions.model import PERMISSIONS, Rule, rules_of
from cozy.rooms.permissions.model.wire import resource
from cozy.web import jsonapi
from cozy.web.again import Again
from cozy.web.call import Call

from .. import service
from ..model import ROUTES, Opened
from . import passing, telling

routes = Routes()
_ALL = f"{ROUTES}/{{drive_id}}/permissions"
_ONE = f"{_ALL}/{{link_id}}"


class Attributes(Struct, frozen=True):
    """What is looked at here of a link; the rest is for the route of /permissions."""

    permissions: dict[str, Any] | None = None
    codes: Any = None


class Data(Struct, frozen=True):
    """A JSON:API resource."""

    attributes: Attributes = Attributes()


class Body(Struct, frozen=True):
    """A link to make, or a change of one."""

    data: Data


@routes.on("GET", _ALL, KNOWN)
async def listed(call: Call, drive_id: str) -> Response:
    """The links to these files and folders of a drive, `ids=…,…`. 200; 401, 403, 404, 422."""
    drive = await _opened(call, drive_id, "GET", "permissions")
    if isinstance(drive, Response):
        return drive
    ids = [id_.strip() for id_ in call.query("ids").split(",") if id_.strip()]
    found = await call.read(service.links.of, ids)
    call.account(len(found), PERMISSIONS)
    return jsonapi.answer([resource(link) for link in found])


@routes.on("POST", _ALL, KNOWN)
async def make(call: Call, drive_id: str) -> Response | Again:
    """A link to one file or folder of a drive. As POST /permissions; 400, 403, 404, 409 too."""
    drive = await _opened(call, drive_id, "POST", "permissions")
    if isinstance(drive, Response):
        return drive
    call.caller = await call.read(service.links.giver, drive, _rules(await call.decoded(Body)))
    return Again("/permissions")


@routes.on("PATCH", _ONE, KNOWN)
async def change(call: Call, drive_id: str, link_id: str) -> Response | Again:
    """Change a link that one made; any where the drive is one's own. As PATCH /permissions/:id; 400, 403, 404."""
    drive = await _opened(call, drive_id, "PATCH", f"permissions/{link_id}")
    if isinstance(drive, Response):
        return drive
    body = await call.decoded(Body)
    if body.data.attributes.codes:
        raise BadRule
    call.caller = await call.read(service.links.changer, drive, link_id, _rules(body))
    return Again(f"/permissions/{link_id}")


@routes.on("DELETE", _ONE, KNOWN)
async def revoke(call: Call, drive_id: str, link_id: str) -> Response | Again:
    """Take a link back that one made; any where the drive is one's own. As DELETE /permissions/:id; 403, 404."""
    drive = await _opened(call, drive_id, "DELETE", f"permissions/{link_id}")
    if isinstance(drive, Response):
        return drive
    call.caller = await call.read(service.links.changer, drive, link_id, {})
    return Again(f"/permissions/{link_id}")


async def _opened(call: Call, drive_id: str, verb: Verb, rest: str) -> Opened | Response:
    """The drive, where it lies in this home; else the answer of the home that it lies in. Who may only look makes links too."""
    there = await call.read(service.elsewhere, drive_id, verb)
    if there is not None:
        call.account(1, PERMISSIONS)
        return await passing.on(call, there, rest)
    drive = await call.read(service.open_, drive_id, telling.token_of(call))
    call.caller = drive.caller
    return drive


def _rules(body: Body) -> Mapping[str, Rule]:
    try:
        return rules_of(body.data.attributes.permissions or {})
    except msgspec.ValidationError as error:
        raise BadRule from error
