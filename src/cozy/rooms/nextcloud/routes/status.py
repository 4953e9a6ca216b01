"""Who this server is, for a client that was given no more than an address."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from cozy.kernel.routes import OWN_PROOF, Routes
from cozy.web.answers import json
from cozy.web.call import Call

from ..model import PRODUCT, VERSION

routes = Routes()


@routes.on("GET", "/status.php", OWN_PROOF)
async def status(call: Call) -> Response:
    """That there is a server, and which. 200."""
    said = ".".join(map(str, VERSION))
    return json(
        {
            "installed": True, "maintenance": False, "needsDbUpgrade": False, "version": f"{said}.0", "versionstring": said,
            "edition": "", "productname": PRODUCT, "extendedSupport": False,
        }
    )  # fmt: skip


@routes.on("GET", "/index.php/avatar/{user}/{size}", OWN_PROOF)
async def portrait(call: Call) -> Response:
    """The portrait of the owner, where it is. 302."""
    return RedirectResponse("/public/avatar?fallback=initials&format=png", 302)
