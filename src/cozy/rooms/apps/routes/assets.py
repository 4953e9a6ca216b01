"""Files under /assets/ on the home's origin (cozy-stack docs/assets.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OPEN, Routes
from cozy.web.call import Call

from .. import service
from .sending import FOR_EVER, send

SHORT = "public, max-age=86400"  # under a name that does not change with the content
routes = Routes()


@routes.on("GET", "/assets/{path:path}", OPEN)
async def asset(call: Call, path: str) -> Response:
    """Fonts, styles, scripts and icons that apps expect from the home. 200, 304; 404."""
    return _sent(call, path)


@routes.on("GET", "/favicon.ico", OPEN)
async def favicon(call: Call) -> Response:
    """The icon that browsers ask for unasked. 200, 304."""
    return _sent(call, "favicon.ico")


def _sent(call: Call, path: str) -> Response:
    found = service.shared.file(path)
    if found is None:
        raise NotFound
    file, is_named_by_content = found
    headers = {"cross-origin-resource-policy": "cross-origin"}
    return send(call, file, caching=FOR_EVER if is_named_by_content else SHORT, headers=headers)
