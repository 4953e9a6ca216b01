"""The doors of realtime."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.websockets import WebSocket

from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from .conversation import Conversation

routes = Routes()


@routes.socket("/realtime", OPEN)
async def listen(call: Call, socket: WebSocket) -> None:
    """Hear of changes: AUTH with a token first, unless it is a page of the home, then SUBSCRIBE. Leave is asked for each."""
    await Conversation(call, socket).run()


@routes.on("POST", "/realtime/{doctype}/{doc_id}", may("POST", "{doctype}"))
def notify(work: Work, doctype: str, doc_id: str, body: dict[str, Any]) -> Response:
    """Tell those who listen what is not stored. 204; 400, 401, 403."""
    service.notify(work, doctype, doc_id, body)
    return nothing()
