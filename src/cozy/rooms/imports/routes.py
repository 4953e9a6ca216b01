"""The API of imports as every Cozy knows it (cozy-stack docs/move.md): the archive of another Cozy comes in, beside what is here."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from msgspec import Struct
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from cozy.kernel.caller import SYSTEM
from cozy.kernel.routes import OPEN, Routes, may
from cozy.web.answers import nothing, see_other
from cozy.web.call import Call

from . import service
from .model import IMPORTS
from .service.elsewhere import Moving

routes = Routes()
IMPORTING = "/move/importing"
_PROTOCOL = "io.cozy.websocket"
_LONGEST_S = 3600.0  # that one socket is kept: who still waits opens another
_APART_S = 0.5  # between two looks, where much is heard
_LOOK_S = 30.0  # between two looks, where nothing is heard


class Attributes(Struct, frozen=True):
    """url: what a person was shown at the other Cozy; move_from: that it moves here, and how it is told that it did."""

    url: str = ""
    vault: bool = False
    move_from: Moving | None = None


class Data(Struct, frozen=True):
    """A resource without its name."""

    attributes: Attributes = Attributes()


class Wished(Struct, frozen=True):
    """{"data": {"attributes": {…}}}"""

    data: Data = Data()


@routes.on("POST", "/move/imports/precheck", may("POST", IMPORTS))
async def check(call: Call) -> Response:
    """Whether there is an archive at this address, and room for it here. 204; 403, 412, 413."""
    await service.elsewhere.check(call.house, call.home, (await call.decoded(Wished)).data.attributes.url)
    return nothing()


@routes.on("POST", "/move/imports", may("POST", IMPORTS))
async def create(call: Call) -> Response:
    """Bring in the archive at this address; nothing that is here goes. 303 to where one waits; 403, 412."""
    wished = (await call.decoded(Wished)).data.attributes
    prepare, vault = service.elsewhere.prepare, wished.vault
    await call.write(prepare, wished.url, wished.move_from, by_itself=True, vault=vault)
    return see_other(f"{call.home.origin}{IMPORTING}")


@routes.on("POST", IMPORTING, may("POST", IMPORTS))
async def expect(call: Call) -> Response:
    """Another Cozy, `source`, is about to move here. This home stays open meanwhile, as what comes is added to it. 204; 403."""
    return nothing()


@routes.socket(f"{IMPORTING}/realtime", OPEN)
async def wait(call: Call, socket: WebSocket) -> None:
    """Tells where to go, `{"redirect": …}`, as soon as no archive of another Cozy is on its way into this home."""
    await socket.accept(_PROTOCOL if _PROTOCOL in socket.scope.get("subprotocols", ()) else None)
    changed = asyncio.Event()

    def hear(changes: object) -> None:
        changed.set()

    end = await call.house.bus.hear(call.home.id, hear)
    leaving = asyncio.ensure_future(_left(socket))
    leaving.add_done_callback(hear)
    try:
        async with asyncio.timeout(_LONGEST_S):
            while not leaving.done() and await call.house.read(
                call.home, SYSTEM, service.elsewhere.is_coming
            ):
                changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_S):
                        await changed.wait()
                await asyncio.sleep(_APART_S)
            if not leaving.done():
                await socket.send_json({"redirect": f"{call.home.origin}/auth/login"})
                await socket.close()
    except (TimeoutError, WebSocketDisconnect):
        return
    finally:
        leaving.cancel()
        end()


async def _left(socket: WebSocket) -> None:
    """Until the other side has hung up, whatever it says."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
