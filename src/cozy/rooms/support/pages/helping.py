"""What who helps sees: the documents that the owner chose, as they are kept, and nothing to change."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec

from starlette.responses import Response

from cozy.kernel.caller import Caller
from cozy.kernel.clock import parse
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OWN_PROOF
from cozy.kernel.work import Work
from cozy.rooms.permissions.errors import NotAllowed
from cozy.web import pages
from cozy.web.call import Call, Proof

from .. import service
from ..model import Opened
from .door import routes

P = ParamSpec("P")
_AT = "/help/{code}"
_UNLISTED = {"x-robots-tag": "noindex, nofollow"}
_NAMES = ("name", "title", "displayName", "fullname", "summary", "message", "worker", "slug")


async def _visit(
    call: Call, code: str, show: Callable[Concatenate[Call, Opened, P], Awaitable[Response]], *args: P.args, **kwargs: P.kwargs
) -> Response:  # fmt: skip
    """What a code opens, shown by `show`: from here on, who helps asks, and is asked for anew at each request."""
    try:
        opened = await call.read(service.opened, code)
        call.caller = opened.caller
        call.proofs.append(Proof(partial(_guest, call, code), opened.caller))
        response = await show(call, opened, *args, **kwargs)
    except (NotFound, NotAllowed):
        response = await call.read(lambda work: pages.page(work, call, "support/over.html", 404))
    response.headers.update(_UNLISTED)
    return response


async def _guest(call: Call, code: str) -> Caller:
    """Who helps, now. Raises NoHelp."""
    return (await call.read(service.opened, code)).caller


@routes.on("GET", _AT, OWN_PROOF)
async def overview(call: Call, code: str) -> Response:
    """Which kinds of documents may be looked at, how many there are, and until when. 200; 404."""
    return await _visit(call, code, _overview)


async def _overview(call: Call, opened: Opened) -> Response:
    counted = await call.read(service.counts, opened)
    for doctype, _ in counted:
        call.account(0, doctype, "GET")
    return await call.read(_shown, call, opened, "overview.html", counted=counted)


@routes.on("GET", f"{_AT}/{{doctype}}", OWN_PROOF)
async def listing(call: Call, code: str, doctype: str) -> Response:
    """The documents of one doctype, fifty a page. 200; 404."""
    return await _visit(call, code, _listing, doctype)


async def _listing(call: Call, opened: Opened, doctype: str) -> Response:
    asked = call.query("page")
    number = int(asked) if asked.isdecimal() and 0 < len(asked) < 6 and int(asked) else 1
    found = await call.scan(service.listed, doctype, (number - 1) * service.PAGE)
    rows = [(row.id, _name(row.document.body)) for row in found.rows if row.document]
    call.account(len(rows), doctype, "GET")
    has_more = number * service.PAGE < found.total
    return await call.read(
        _shown, call, opened, "listing.html", doctype=doctype, rows=rows, number=number, has_more=has_more
    )


def _name(body: Any) -> str:
    return next((str(body[name])[:200] for name in _NAMES if body.get(name)), "")


@routes.on("GET", f"{_AT}/{{doctype}}/{{document_id}}", OWN_PROOF)
async def single(call: Call, code: str, doctype: str, document_id: str) -> Response:
    """What one document holds. 200; 404."""
    return await _visit(call, code, _single, doctype, document_id)


async def _single(call: Call, opened: Opened, doctype: str, document_id: str) -> Response:
    found = await call.read(service.one, doctype, document_id)
    call.account(1, doctype, "GET")
    text = json.dumps(dict(found.body), ensure_ascii=False, indent=2, default=str)
    return await call.read(_shown, call, opened, "single.html", doctype=doctype, id=found.id, text=text)


def _shown(work: Work, call: Call, opened: Opened, template: str, **context: Any) -> Response:
    return pages.page(
        work, call, f"support/{template}", owner=opened.owner, until=parse(opened.link.expires_at), at=f"/help/{opened.code}",
        domain=work.domain, **context,
    )  # fmt: skip
