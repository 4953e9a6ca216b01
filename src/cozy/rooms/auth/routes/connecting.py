"""Programs that wait for the owner's word (Nextcloud's developer manual, login flow version 2)."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.responses import Response

from cozy.kernel.routes import OWN_PROOF, Routes
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from .door import visitor_of

routes = Routes()
_URL = "/index.php/login/v2"


@routes.on("POST", _URL, OWN_PROOF)
async def begin(call: Call) -> Response:
    """Where to send the owner, and where to ask meanwhile. 200; 403, 429."""
    begun = await service.connecting.begin(call.house, call.home, visitor_of(call))
    origin = call.home.origin
    return json(
        {
            "poll": {"token": begun.token, "endpoint": f"{origin}{_URL}/poll"},
            "login": f"{origin}/my/settings/devices/join/{begun.page}",
        }
    )


@routes.on("POST", f"{_URL}/poll", OWN_PROOF)
async def fetch(call: Call) -> Response:
    """The password, once, when the owner has agreed. 200; 403, 404 until then."""
    fields = parse_qs((await call.body()).decode(errors="replace"), max_num_fields=10)
    token = fields.get("token", [""])[0]
    made = await service.connecting.fetch(call.house, call.home, token, call.client)
    if made is None:
        return json([], 404)
    return json({"server": call.home.origin, "loginName": call.home.domain, "appPassword": made.password})
