"""The settings of a home: the person's, and what the home agreed on with its host."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import KNOWN, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.web import jsonapi
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from .. import service
from ..errors import NotHere
from ..model import INSTANCE, SETTINGS

routes = Routes()
APP = "settings"  # the app that may ask for what concerns the whole home


class Meta(Struct, frozen=True):
    """The revision that the client knows."""

    rev: str = ""


class Given(Struct, frozen=True):
    """Members to put in place of those there are."""

    attributes: dict[str, Any]
    meta: Meta = Meta()


class Change(Struct, frozen=True):
    """{"data": {"attributes": {…}, "meta": {"rev": "3-…"}}}"""

    data: Given


@routes.on("GET", "/settings/instance", KNOWN)
def instance(work: Work) -> Response:
    """Name, language, time zone… of the owner, and how things are with the host. 200."""
    return _told(service.instance.read(work))


@routes.on("PUT", "/settings/instance", may("PUT", SETTINGS))
def change_instance(work: Work, body: Change) -> Response:
    """Change what the owner says of themself; mail address and what is the host's to say stay as they are.

    200; 403, 409, 422.
    """
    return _told(service.instance.change(work, body.data.meta.rev, body.data.attributes))


@routes.on("PUT", "/settings/instance/sign_tos", KNOWN)
async def sign_terms(call: Call) -> Response:
    """Accept the terms of service, in an app on a device. 204; 403."""
    if call.caller.kind not in {"client", "cli"}:
        raise NotHere
    version = await call.read(service.terms.asked)
    await call.relist(service.terms.sign, call.home.domain, version)
    return nothing()


@routes.on("POST", "/settings/instance/deletion", KNOWN)
async def ask_deletion(call: Call) -> Response:
    """Ask the host to delete this home; only the owner and the app of the settings may. 204; 403."""
    if call.caller.kind != "owner" and (call.caller.kind, call.caller.name) != ("app", APP):
        raise NotHere
    await call.relist(service.leave, call.home.domain)
    return nothing()


@routes.on("DELETE", "/settings/instance/moved_from", KNOWN)
def forget_move(work: Work) -> Response:
    """The owner has read that this home came from elsewhere. 204; 403 without their session."""
    if not work.caller.session:
        raise NotHere
    service.instance.forget_move(work)
    return nothing()


@routes.on("GET", "/settings/warnings", KNOWN)
def warnings(work: Work) -> Response:
    """What the owner has to do, as the errors that apps will get. 402; 404 when there is nothing."""
    unsigned = service.terms.unsigned(work)
    if unsigned is None:
        return json({"errors": []}, 404, media_type=jsonapi.MEDIA_TYPE)
    raise unsigned


def _told(found: Document) -> Response:
    return jsonapi.answer(
        jsonapi.resource(SETTINGS, INSTANCE, found.body, rev=found.rev, own="/settings/instance")
    )
