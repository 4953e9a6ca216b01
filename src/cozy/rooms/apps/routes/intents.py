"""Intents over HTTP (cozy-stack docs/intents.md)."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Forbidden
from cozy.kernel.routes import OPEN, Routes
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.call import Call

from .. import service

routes = Routes()


class _Attributes(Struct, frozen=True):
    action: str = ""
    type: str = ""
    permissions: tuple[str, ...] | None = None


class _Data(Struct, frozen=True):
    attributes: _Attributes = _Attributes()


class Asked(Struct, frozen=True):
    """{"data": {"attributes": {"action": "PICK", "type": "io.cozy.files", "permissions": ["GET"]}}}"""

    data: _Data = _Data()


@routes.on("POST", "/intents", OPEN)
async def start(call: Call) -> Response:
    """Ask for something that another app can do. Any app may. 200; 400, 403, 422."""
    if call.caller.kind == "nobody":
        raise Forbidden
    asked = (await call.decoded(Asked)).data.attributes
    available: list[service.intents.Available] = []
    if asked.action and not await call.read(service.intents.able, asked.action, asked.type):
        available = await service.offers.able(call.house, call.home, asked.action, asked.type)
    return await call.write(_started, asked, available)


def _started(work: Work, asked: _Attributes, available: list[service.intents.Available]) -> Response:
    intent = service.intents.start(work, asked.action, asked.type, asked.permissions or (), available)
    return jsonapi.answer(service.intents.resource(work, intent))


@routes.on("GET", "/intents/{intent_id}", OPEN)
def show(work: Work, intent_id: str) -> Response:
    """What is asked, for an app that can do it. 200; 403, 404."""
    return jsonapi.answer(service.intents.resource(work, service.intents.asked_of_caller(work, intent_id)))
