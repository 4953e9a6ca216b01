"""Where a home arrives that was expected (docs/moving.md). Everything is signed by the home's key."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace
from starlette.responses import Response

from cozy.kernel.home import origin_of
from cozy.kernel.problem import Malformed
from cozy.kernel.routes import OWN_PROOF, Routes
from cozy.web.answers import json
from cozy.web.call import Call
from cozy.web.signed import signer

from .model import ARRIVAL, WHOSE, Arrival, Asked, Statement, Whole
from .service import expecting, handing

routes = Routes()
handings = Routes()  # of a home that is here


@routes.on("PUT", ARRIVAL, OWN_PROOF)
async def ask(call: Call) -> Response:
    """Let a home come that shows the code of `cozy expect`; from then on it is known by its key. 200; 403, 409, 410, 413."""
    key = _signer(call)
    asked = await call.decoded(Asked)
    return json(await expecting.let_in(call.house, _whose(call), asked, key))


@routes.on("DELETE", ARRIVAL, OWN_PROOF)
async def abandon(call: Call) -> Response:
    """The home does not come after all: what came is removed. 204; 403, 409 moves.arrived_already, 410."""
    await _coming(call)
    await expecting.abandon(call.house, _whose(call))
    return Response(status_code=204)


@routes.on("GET", f"{ARRIVAL}/blocks", OWN_PROOF)
async def hashes(call: Call) -> Response:
    """The hashes of the blocks that are here, 16 bytes each. 200; 403, 409, 410."""
    return Response(
        await expecting.hashes(call.house, await _coming(call)), media_type="application/octet-stream"
    )


@routes.on("PUT", f"{ARRIVAL}/blocks", OWN_PROOF)
async def take_blocks(call: Call) -> Response:
    """Some blocks of the database, each after its number (8 bytes) and size (4). 204; 403, 409, 410, 422, 507."""
    arrival = await _coming(call)
    await expecting.take_blocks(call.house, arrival, await call.body())
    return Response(status_code=204)


@routes.on("GET", f"{ARRIVAL}/contents", OWN_PROOF)
async def contents(call: Call) -> Response:
    """The keys of the contents that are here. 200; 403, 409, 410."""
    arrival = await _coming(call)
    return json(await asyncio.to_thread(expecting.contents, call.house, arrival))


@routes.on("PUT", f"{ARRIVAL}/contents/{{key}}", OWN_PROOF)
async def take_content(call: Call, key: str) -> Response:
    """A content, by its key, which begins with its SHA-256. 204; 403, 409, 410, 422, 507."""
    arrival = await _coming(call)
    await expecting.take_content(call.house, arrival, key, call.chunks())
    return Response(status_code=204)


@routes.on("PUT", f"{ARRIVAL}/whole", OWN_PROOF)
async def whole(call: Call) -> Response:
    """Whether everything is here, and on the disk. 200; 403, 409 moves.not_whole, 410."""
    arrival = await _coming(call)
    await expecting.whole(call.house, arrival, await call.decoded(Whole))
    return json({})


@routes.on("PUT", f"{ARRIVAL}/live", OWN_PROOF)
async def live(call: Call) -> Response:
    """The home takes nothing more where it was, and says so: it lives here. Said twice, it still does. 200; 403, 409, 410, 422."""
    key = _signer(call)
    return json(await expecting.live(call.house, _whose(call), key, await call.decoded(Statement)))


async def _coming(call: Call) -> Arrival:
    return await expecting.coming(call.house, _whose(call), _signer(call))


def _whose(call: Call) -> str:
    """The address that the home gets, which leads elsewhere until its name is changed where another one is asked."""
    return call.query(WHOSE) or call.home.domain


def _signer(call: Call) -> str:
    """The key that signed this. Raises Malformed where the body is not signed too."""
    if not call.home.origin:
        call.home = replace(call.home, origin=origin_of(call.house.settings, call.home.domain))
    key = call.signer or signer(call)  # where a home lives by now, it was looked at before
    if call.request.method == "PUT" and not call.promised:
        raise Malformed("What is sent here is signed with its digest.")
    return key


@handings.on("POST", "/move/finalize", OWN_PROOF)
async def finalize(call: Call) -> Response:
    """The Cozy that this home was handed over to has everything. Nothing changes here: the owner sees it. 204; 403."""
    await call.write(handing.heard, _bearer(call), is_done=True)
    return Response(status_code=204)


@handings.on("POST", "/move/abort", OWN_PROOF)
async def abort(call: Call) -> Response:
    """The other Cozy gives a move up, to here or from here. 204; 403."""
    token = _bearer(call)
    if not await call.read(handing.may_import, token):
        await call.write(handing.heard, token, is_done=False)
    return Response(status_code=204)


def _bearer(call: Call) -> str:
    scheme, _, token = call.header("authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
