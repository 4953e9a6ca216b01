"""Where the owner is connected, and which programs are, for apps (cozy-stack docs/settings.md)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.homes.model import SETTINGS
from cozy.rooms.permissions import service as permissions
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from ..errors import BadToken
from ..model import SESSIONS, Session
from ..model.clients import CLIENTS, Client
from . import shapes

routes = Routes()
_PAGE, _PAGE_LIMIT = 100, 1000


@routes.on("GET", "/settings/sessions", may("GET", SESSIONS))
def sessions(work: Work) -> Response:
    """The sessions that are open, the last seen first. 200; 403."""
    return jsonapi.answer([_session(each) for each in service.sessions.living(work)])


@routes.on("GET", "/settings/sessions/current", OPEN)
def current_session(work: Work, call: Call) -> Response:
    """The session that asks, or whose app does. 200; 404."""
    return jsonapi.answer(_session(service.sessions.living_one(work, call.caller.session)))


def _session(shown: Session) -> dict[str, Any]:
    attributes = {
        "created_at": shown.created_at, "last_seen": shown.seen_at, "long_run": shown.details.stays,
        "os": shown.details.os, "browser": shown.details.browser, "ip": shown.details.address,
    }  # fmt: skip
    return {"type": SESSIONS, "id": shown.id, "attributes": attributes, "meta": {}}


@routes.on("GET", "/settings/clients", may("GET", CLIENTS))
def clients(work: Work, call: Call) -> Response:
    """A page of the programs and devices that registered. 200; 400, 403."""
    asked = jsonapi.paging(call, _PAGE, _PAGE_LIMIT)
    found = service.clients.listed(work, asked.after[0] if asked.after else "", asked.limit + 1)
    shown, more = found[: asked.limit], len(found) > asked.limit
    following = jsonapi.next_page("/settings/clients", asked, (shown[-1].id, "") if more else None)
    return jsonapi.answer([_client(each) for each in shown], links={"next": following} if following else {})


def _client(shown: Client) -> dict[str, Any]:
    return {
        "type": CLIENTS, "id": shown.id, "attributes": shapes.attributes(shown), "meta": {"rev": shown.rev},
        "links": {"self": f"/settings/clients/{shown.id}"},
    }  # fmt: skip


@routes.on("DELETE", "/settings/clients/{client_id}", may("DELETE", CLIENTS))
def revoke(work: Work, client_id: str) -> Response:
    """Forget a program or device; its tokens open nothing from now on. 204; 403, 404."""
    service.clients.remove(work, service.clients.find(work, client_id))
    return nothing()


@routes.on("POST", "/settings/synchronized", OPEN)
def synchronized(work: Work) -> Response:
    """Note that the client that asks has synchronised. 204; 400."""
    if work.caller.kind != "client":
        raise BadToken
    service.clients.synchronized(work, work.caller.name)
    return nothing()


@routes.on("GET", "/settings/clients-usage", may("GET", SETTINGS))
def usage(work: Work) -> Response:
    """How many programs are connected, and how many the host allows. 200; 403."""
    id_ = "io.cozy.settings.clients-usage"
    permissions.guard(work, "GET", SETTINGS, {id_, "clients-usage"}, None)
    used = service.usage.usage(work)
    limit = {} if used.limit is None else {"limit": used.limit}
    attributes = {
        **limit,
        "count": used.count,
        "limitReached": used.is_reached,
        "limitExceeded": used.is_exceeded,
    }
    return jsonapi.answer(
        {"type": SETTINGS, "id": id_, "attributes": attributes, "meta": {}, "links": {"self": "/settings/clients-usage"}}
    )  # fmt: skip
