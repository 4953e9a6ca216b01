"""Where a payment service tells what was paid: on the address of any home, and at the host's own."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OPEN, Routes
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service

routes = Routes()


@routes.on("POST", "/payments/stripe", OPEN)
async def paid(call: Call) -> Response:
    """Take what Stripe tells, signed with the secret of the settings; each counts once. 200; 400, 404."""
    await service.payments.hear(call.house, call.request.headers, await call.body())
    return json({"received": True})
