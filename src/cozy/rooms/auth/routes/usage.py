"""How many programs and devices are connected (cozy-stack docs/settings.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import SETTINGS
from cozy.rooms.permissions import service as permissions
from cozy.web import jsonapi

from .. import service

routes = Routes()
_ID, _URL = "io.cozy.settings.clients-usage", "/settings/clients-usage"
_LIMIT = "cozy.oauthclients.max"  # the feature flag of hosts that allow only so many


@routes.on("GET", _URL, may("GET", SETTINGS))
def usage(work: Work) -> Response:
    """How many programs and devices are connected and, where the host limits them, whether there is room. 200; 403."""
    permissions.guard(work, "GET", SETTINGS, {_ID}, None)
    count, limit = len(service.clients.connected(work)), homes.flags(work).values.get(_LIMIT)
    is_limited = isinstance(limit, int | float) and not isinstance(limit, bool) and limit >= 0
    told = {
        "count": count,
        "limitReached": is_limited and count >= limit,
        "limitExceeded": is_limited and count > limit,
    }
    members = {"limit": int(limit), **told} if is_limited else told
    return jsonapi.answer(jsonapi.resource(SETTINGS, _ID, members, own=_URL))
