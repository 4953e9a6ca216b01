"""The files API (cozy-stack docs/files.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi

from . import service
from .model import FILES, File

routes = Routes()


@routes.on("GET", "/files/{file_id}", may("GET", FILES))
def show(work: Work, file_id: str) -> Response:
    """A file or folder. 200; 403, 404."""
    return jsonapi.answer(_resource(service.fetch(work, file_id)))


def _resource(file: File) -> dict[str, object]:
    return {"type": FILES, "id": file.id, "attributes": dict(file.body), "meta": {"rev": file.rev}}
