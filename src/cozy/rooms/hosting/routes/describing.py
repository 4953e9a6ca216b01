"""What the administration says of itself."""

from __future__ import annotations

import platform

from starlette.responses import Response

from cozy import __version__
from cozy.kernel.routes import HOSTER, Routes
from cozy.web.answers import json

routes = Routes()


@routes.on("GET", "/version", HOSTER)
async def version() -> Response:
    """Which program this is, and in which version. 200."""
    return json(
        {
            "version": __version__,
            "build_mode": "production",
            "runtime_version": f"Python {platform.python_version()}",
        }
    )
