"""New drives. The list of them is the room sharing's, whose documents they are."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Reference, Sharing, shown
from cozy.web import jsonapi

from .. import service
from ..model import FILES, ROUTES, SHARINGS

routes = Routes()


class People(Struct, frozen=True):
    """A JSON:API relationship to contacts and groups of them."""

    data: list[Reference] = []


class Relationships(Struct, frozen=True):
    """Who is to be in a drive."""

    recipients: People = People()
    read_only_recipients: People = People()


class Data(Struct, frozen=True):
    """A JSON:API resource."""

    attributes: service.Asked = service.Asked()
    relationships: Relationships = Relationships()


class Body(Struct, frozen=True):
    """`{"data": {"attributes": {"folder_id": "…"}, "relationships": {"recipients": {"data": […]}}}}`."""

    data: Data


@routes.on("POST", ROUTES, may("POST", FILES))
def make(work: Work, body: Body) -> Response:
    """A folder, a file, or a new folder becomes a drive. 201; 400, 403, 404, 409."""
    people = body.data.relationships
    recipients = sharings.making.Recipients(people.recipients.data, people.read_only_recipients.data)
    return jsonapi.answer(_resource(service.make(work, body.data.attributes, recipients)), 201)


def _resource(sharing: Sharing) -> dict[str, object]:
    return jsonapi.resource(
        SHARINGS, sharing.id, shown(sharing), rev=sharing.rev, own=f"/sharings/{sharing.id}"
    )
