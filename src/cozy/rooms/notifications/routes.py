"""The API of notifications (cozy-stack docs/notifications.md)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import KNOWN, Routes
from cozy.kernel.work import Work
from cozy.web import jsonapi

from . import service
from .model import NOTIFICATIONS, body_of

routes = Routes()


class Attributes(Struct, frozen=True, kw_only=True):
    """What an app says. None is as good as nothing."""

    category: str | None = None
    category_id: str | None = None
    title: str | None = None
    message: str | None = None
    priority: str | None = None
    sound: str | None = None
    state: Any = None
    preferred_channels: tuple[str, ...] | None = None
    data: dict[str, Any] | None = None
    at: str | None = None
    content: str | None = None
    content_html: str | None = None


class Data(Struct, frozen=True):
    """A resource without its name."""

    attributes: Attributes = Attributes()


class Resource(Struct, frozen=True):
    """{"data": {"attributes": {…}}}"""

    data: Data


@routes.on("POST", "/notifications", KNOWN)
def create(work: Work, body: Resource) -> Response:
    """Tell the owner something, in a category that the app announced. 201; 400, 403, 404, 429."""
    said = {name: value for name, value in _members(body.data.attributes).items() if value is not None}
    made = service.from_apps.push(work, service.from_apps.Asked(**said))
    own = f"/notifications/{made.id}"
    return jsonapi.answer(jsonapi.resource(NOTIFICATIONS, made.id, body_of(made), rev=made.rev, own=own), 201)


def _members(attributes: Attributes) -> dict[str, Any]:
    return {name: getattr(attributes, name) for name in attributes.__struct_fields__}
