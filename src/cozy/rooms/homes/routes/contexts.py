"""What apps learn of the host: the context, feature flags, capabilities. Any token will do."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import KNOWN, OPEN, Routes
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.call import Call

from .. import service
from ..errors import NotHere
from ..model import SETTINGS

routes = Routes()


@routes.on("GET", "/settings/context", KNOWN)
def context(work: Work) -> Response:
    """What the settings of the host say of this home's context. 200."""
    members = {**service.contexts.members(work), "antivirus": {"enabled": False}}
    return jsonapi.answer(_resource("context", members))


@routes.on("GET", "/settings/flags", KNOWN)
def flags(work: Work, call: Call) -> Response:
    """The feature flags; with `include=source` where they come from, too. 200."""
    found = service.flags(work)
    included = [
        _resource(f"flags.{name}", source, own="/settings/flags") for name, source in found.sources.items()
    ]
    return jsonapi.answer(
        _resource("flags", found.values), included=included if call.query("include") else None
    )


@routes.on("GET", "/settings/capabilities", KNOWN)
def capabilities(work: Work) -> Response:
    """What this home can do. 200."""
    return jsonapi.answer(_resource("capabilities", service.instance.capabilities(work)))


@routes.on("GET", "/settings/external-ties", KNOWN)
def external_ties(work: Work) -> Response:
    """Whether something paid elsewhere hangs on this home: never, here. 200; 403 for devices and links."""
    if work.caller.kind not in {"owner", "app"}:
        raise NotHere
    return jsonapi.answer(_resource("external-ties", {"has_blocking_subscription": False}))


@routes.on("GET", "/assets/styles/theme.css", OPEN)
async def theme(call: Call) -> Response:
    """The styles that a context gives to apps; none where it gives none. 200; 304."""
    path = (await call.read(service.context)).theme
    styles = await asyncio.to_thread(Path(path).read_bytes) if path else b""
    etag = f'"{hashlib.sha256(styles).hexdigest()[:32]}"'
    headers = {
        "etag": etag,
        "cache-control": "public, max-age=86400",
        "cross-origin-resource-policy": "cross-origin",
    }
    if call.header("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(styles, media_type="text/css", headers=headers)


def _resource(name: str, members: Mapping[str, Any], own: str = "") -> dict[str, Any]:
    return jsonapi.resource(SETTINGS, f"{SETTINGS}.{name}", members, own=own or f"/settings/{name}")
