"""The API of data that is elsewhere (cozy-stack docs/remote.md)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from cozy.kernel.outside import Reply
from cozy.kernel.problem import Malformed
from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from . import service
from .errors import BadVariables
from .model import DOCTYPES, Verb

routes = Routes()
SAFE = {"content-security-policy": "default-src 'none'; sandbox", "cross-origin-resource-policy": "same-site"}
# What another server says about its body; anything else about this connection, its cookies or this origin stays behind.
PASSED_ON = (
    "age", "cache-control", "content-disposition", "content-language", "content-type", "date", "etag", "expires",
    "last-modified", "link", "retry-after", "vary",
)  # fmt: skip


@routes.on("GET", "/remote/_all_doctypes", may("GET", DOCTYPES))
def all_doctypes(work: Work) -> Response:
    """The doctypes whose data can be asked for. 200; 403."""
    return json(service.known(work))


@routes.on("GET", "/remote/assets/{name}", KNOWN)
async def asset(call: Call, name: str) -> Response:
    """A file elsewhere that the host names. 200; 404, 502."""
    return _passed_on(await service.asset(call.house, name))


@routes.on("GET", "/remote/{doctype}", KNOWN)
async def look(call: Call, doctype: str) -> Response:
    """Data from elsewhere; the query holds the variables. As the other server answers; 400, 403, 404, 405, 502."""
    return await _asked(call, doctype, "GET", dict(call.request.query_params))


@routes.on("POST", "/remote/{doctype}", KNOWN)
async def send(call: Call, doctype: str) -> Response:
    """The same with a POST; a JSON object holds the variables."""
    try:
        variables = await call.decoded(dict[str, str])
    except Malformed as problem:
        raise BadVariables(f"the variables are not valid: {problem.detail}") from problem
    return await _asked(call, doctype, "POST", variables)


async def _asked(call: Call, doctype: str, verb: Verb, variables: Mapping[str, str]) -> Response:
    request = await call.read(service.prepare, doctype, verb, variables)
    reply = await service.ask(call.house, call.home, request)
    await call.write(service.note, doctype, request, variables, reply)
    return _passed_on(reply)


def _passed_on(reply: Reply) -> Response:
    headers = {name: reply.headers[name] for name in PASSED_ON if name in reply.headers}
    return Response(reply.body, reply.status, {**headers, **SAFE})
