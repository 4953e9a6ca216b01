"""What a home says of itself to other homes (docs/homes-apart.md)."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from cozy.kernel.carrying import HomeGone
from cozy.kernel.problem import Malformed
from cozy.kernel.routes import OPEN, Routes
from cozy.rooms.homes import service as homes
from cozy.web.answers import json
from cozy.web.call import Call

from . import service
from .model import CHALLENGE, WELL_KNOWN, Moved

routes = Routes()


@routes.on("GET", WELL_KNOWN, OPEN)
async def introduce(call: Call) -> Response:
    """The key of the home at this address, signed with `challenge`; or where the home that was here has gone. 200; 400, 404, 503."""
    if not call.home.id:
        record = await call.house.read_host(homes.gone_from, call.home.domain)
        if msgspec.json.decode(record, type=Moved).is_in_place:
            raise HomeGone
        return json({"moved": msgspec.Raw(record.encode())})
    challenge = call.query("challenge")
    if not CHALLENGE.fullmatch(challenge):
        raise Malformed("A challenge is at most 64 letters, digits, - or _.", parameter="challenge")
    return json(await call.read(service.introduction, challenge))
