"""Ways in to a home, as far as they are not its owner's alone."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import HOSTER, Routes
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from .. import service

routes = Routes()


@routes.on("POST", "/instances/{domain}/magic_link", HOSTER)
async def magic_link(call: Call, domain: str) -> Response:
    """A code, and the link with it, by which the owner of a new home comes in. 201; 400 once anybody has been in; 404."""
    link = await service.homes.first_link(call.house, await service.homes.find(call.house, domain))
    return json({"code": link.rpartition("=")[2], "link": link}, 201)


@routes.on("DELETE", "/instances/{domain}/sessions", HOSTER)
async def end_sessions(call: Call, domain: str) -> Response:
    """End every session: whoever is in has to come in anew. 204; 404."""
    await service.homes.end_sessions(call.house, await service.homes.find(call.house, domain))
    return nothing()
