"""The page where the owner agrees that a program which waits gets a password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.rooms.permissions import service as permissions
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from ..model.device_passwords import NAME_LIMIT, Wanted
from .door import faulty, routes, shown

URL = "/my/settings/devices/join/{page}"


@routes.on("GET", URL, OWNER)
async def ask(call: Call, page: str) -> Response:
    """Who waits, and what it would see. 200; 404."""
    return await _asked(call, 200, page, {})


@routes.on("POST", URL, OWNER)
async def answer(call: Call, form: FormData, page: str) -> Response:
    """Let it have a password, or not. 200; 404; 422."""
    typed = {name: text(form, name) for name in ("name", "may", "end", "day")}
    if text(form, "answer") == "no":
        await call.write(service.connecting.refuse, page)
        return await shown(call, "auth/join_answered.html", is_in=False)
    if text(form, "answer") == "":  # Enter was pressed in a field
        return await _asked(call, 200, page, typed)
    try:
        until = await call.read(permissions.end_of, typed["end"], typed["day"])
        wanted = Wanted(
            name=typed["name"], areas=("files",), may_write=typed["may"] == "change", expires_at=until
        )
        await call.write(service.connecting.agree, page, wanted)
    except Problem as problem:
        return await _asked(call, 422, page, {**typed, "errors": faulty(problem)})
    return await shown(call, "auth/join_answered.html", is_in=True)


async def _asked(call: Call, status: int, page: str, typed: Mapping[str, Any]) -> Response:
    found = await call.read(service.connecting.waiting, page)
    known = {"name": found.name, "may": "change", "end": "", "day": "", "errors": {}, **typed}
    return await shown(
        call, "auth/join.html", status, who=found, domain=call.home.domain, name_limit=NAME_LIMIT, **known
    )
