"""What files held before."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from ..model import FILES
from . import shapes

routes = Routes()


class Labels(Struct, frozen=True):
    """What can be changed of a version."""

    tags: list[str]


class LabelsResource(Struct, frozen=True):
    """A version with its new labels."""

    attributes: Labels


class Tagged(Struct, frozen=True):
    """The body of PATCH."""

    data: LabelsResource


class MetadataResource(Struct, frozen=True):
    """New metadata of a file."""

    attributes: dict[str, Any] = {}


class Relabelled(Struct, frozen=True):
    """The body of POST …/versions."""

    data: MetadataResource


@routes.on("PATCH", "/files/{file_id}/{version_id}", may("PATCH", FILES))
def tag(work: Work, file_id: str, version_id: str, body: Tagged) -> Response:
    """Label a version. 200; 400, 403, 404."""
    tags = body.data.attributes.tags
    return jsonapi.answer(shapes.version_resource(service.tag_version(work, file_id, version_id, tags)))


@routes.on("DELETE", "/files/{file_id}/{version_id}", may("DELETE", FILES))
def delete(work: Work, file_id: str, version_id: str) -> Response:
    """Forget a version. 204; 400, 403, 404."""
    service.delete_version(work, file_id, version_id)
    return nothing()


@routes.on("DELETE", "/files/versions", may("DELETE", FILES))
async def clear(call: Call) -> Response:
    """Forget every version of every file. 204; 403."""
    while await call.write(service.clear_versions):
        pass
    return nothing()


@routes.on("POST", "/files/{file_id}/versions", may("PUT", FILES))
def relabel(work: Work, call: Call, file_id: str, body: Relabelled) -> Response:
    """A new version with the same content, other metadata and `Tags`. 200; 400, 403, 404, 413."""
    tags = call.query("Tags").split(",")
    file = service.relabel(work, file_id, body.data.attributes, tags, quota=call.home.quota)
    return shapes.shown(work, call, file, with_versions=True)


@routes.on("POST", "/files/revert/{file_id}/{version_id}", may("POST", FILES))
def revert(work: Work, call: Call, file_id: str, version_id: str) -> Response:
    """Bring an old content back. 200; 400, 403, 404."""
    return shapes.shown(work, call, service.revert(work, file_id, version_id), with_versions=True)
