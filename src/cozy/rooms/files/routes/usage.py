"""How much of its room a home takes up."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import KNOWN, Routes
from cozy.rooms.homes.model import SETTINGS
from cozy.web import jsonapi
from cozy.web.call import Call

from .. import service

routes = Routes()


@routes.on("GET", "/settings/disk-usage", KNOWN)
async def disk_usage(call: Call) -> Response:
    """Bytes used and allowed; with `include=trash` those in the bin, too. 200; 403."""
    found = await call.scan(service.disk_usage, with_trash=call.query("include") == "trash")
    told = {"used": found.used, "quota": call.home.quota, "files": found.files, "trash": found.trash, "versions": found.versions}  # fmt: skip
    members = {name: str(size) for name, size in told.items() if size is not None}
    return jsonapi.answer(jsonapi.resource(SETTINGS, service.DISK_USAGE, members, own="/settings/disk-usage"))
