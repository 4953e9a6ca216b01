"""What servers of another kind ask: who we are, take this share, this happened to that one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, OWN_PROOF, Routes
from cozy.kernel.work import Work
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..model import API_VERSION, ENDPOINT, PAGES, WEBDAV
from ..model.invites import Accepted
from ..model.ocm import CAPABILITIES, RESOURCES, NewShare, Notification

routes = Routes()
_STATUS = {
    "malformed": 400, "invalid": 400, "not_found": 400, "unauthenticated": 401, "forbidden": 403, "unsupported": 501, "conflict": 409,
    "too_many": 429, "unavailable": 503,
}  # fmt: skip
Handler = Callable[[Call], Awaitable[Response]]


def said_plainly(handler: Handler) -> Handler:
    """A handler whose refusals are told as the protocol wants them."""

    @wraps(handler)
    async def answering(call: Call) -> Response:
        try:
            return await handler(call)
        except Problem as problem:
            if problem.kind not in _STATUS:
                raise
            return _refused(problem)

    return answering


def _refused(problem: Problem) -> Response:
    wrong = problem.facts.get("parameter")
    errors = [{"name": wrong, "message": "INVALID"}] if wrong else []
    wait = problem.facts.get("retry_after_s")
    headers = {"retry-after": str(wait)} if wait else {}
    body = {"message": problem.code().rpartition(".")[2].upper(), "validationErrors": errors}
    return json(body, _STATUS[problem.kind], headers=headers)


@routes.on("GET", "/.well-known/ocm", OPEN)
@routes.on("GET", "/ocm-provider", OPEN)
def who(work: Work) -> Response:
    """Who this is, and what can be shared with it. 200."""
    protocols = {"webdav": f"{WEBDAV}/"}
    resources = [{"name": each, "shareTypes": ["user"], "protocols": protocols} for each in RESOURCES]
    return json(
        {
            "enabled": True, "apiVersion": API_VERSION, "endPoint": f"{work.origin}{ENDPOINT}", "provider": "Cozy",
            "resourceTypes": resources, "capabilities": CAPABILITIES,
            "inviteAcceptDialog": f"{work.origin}{PAGES}/invitation",
        },
        headers={"access-control-allow-origin": "*"},
    )  # fmt: skip


@routes.on("POST", f"{ENDPOINT}/shares", OWN_PROOF)
@said_plainly
async def share(call: Call) -> Response:
    """Somebody there shares something with the owner. 201; 400, 403 where the owner takes none, 429, 501."""
    await call.write(service.receiving.count, Visitor(address=call.client))
    told = await call.decoded(NewShare)
    await call.write(service.receiving.arrive, told)
    return json({"recipientDisplayName": await call.read(_name)}, 201)


def _name(work: Work) -> str:
    return homes.profile(work).public_name


@routes.on("POST", f"{ENDPOINT}/invite-accepted", OWN_PROOF)
@said_plainly
async def invited(call: Call) -> Response:
    """Somebody there took an invitation of the owner's. 200 with who the owner is; 400, 409, 429."""
    await call.write(service.receiving.count, Visitor(address=call.client))
    return json(await call.write(service.inviting.hear, await call.decoded(Accepted)))


@routes.on("POST", f"{ENDPOINT}/notifications", OWN_PROOF)
@said_plainly
async def notify(call: Call) -> Response:
    """Something happened to a share that both know. 201; 400, 429, 501."""
    told = await call.decoded(Notification)
    await call.write(service.hearing.hear, told)
    return json({}, 201)
