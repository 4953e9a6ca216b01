"""The API of contacts beside `/data` (cozy-stack docs/contacts.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi

from . import service
from .model import CONTACTS

routes = Routes()


@routes.on("POST", "/contacts/myself", may("GET", CONTACTS))
def myself(work: Work) -> Response:
    """The contact that is the owner, made when there is none. 200; 403."""
    found = service.myself(work)
    return jsonapi.answer(
        jsonapi.resource(CONTACTS, found.id, found.body, rev=found.rev, own="/contacts/myself")
    )
