"""The API of exports as every Cozy knows it (cozy-stack docs/move.md): ask for the archive of a home, and fetch its parts.

Who has the name of an export needs no session: it is given to another Cozy, which fetches the parts by itself.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy import __version__
from cozy.kernel.clock import parse
from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi, zips
from cozy.web.call import Call

from . import service
from .errors import NoExport
from .model import COZY_ARCHIVE, EXPORTS, Export

routes = Routes()
_DATA = f"{service.cozy_archive.DATA}/"
_STATES = {"making": "exporting", "ready": "done", "failed": "error"}


class Attributes(Struct, frozen=True):
    """What is wished for. parts_size: bytes; with_doctypes: all where none is named."""

    parts_size: int = 0
    with_doctypes: list[str] | None = None


class Data(Struct, frozen=True):
    """A resource without its name."""

    attributes: Attributes = Attributes()


class Wished(Struct, frozen=True):
    """{"data": {"attributes": {…}}}"""

    data: Data = Data()


@routes.on("POST", "/move/exports", may("POST", EXPORTS))
async def create(call: Call) -> Response:
    """Have the archive of this home prepared; the owner is told when it is ready. 201; 403, 409, 413."""
    wished = (await call.decoded(Wished)).data.attributes
    await service.check_room(call.house, call.home)
    asked = Export(
        kind=COZY_ARCHIVE, part_size=max(0, wished.parts_size), doctypes=list(wished.with_doctypes or ())
    )
    await call.write(service.begin, asked)
    return Response(status_code=201)


@routes.on("GET", "/move/exports/{name}", OPEN)
def show(work: Work, name: str) -> Response:
    """An export by its name: how far it is, and where its parts begin. 200; 404."""
    found = service.named(work, name)
    return jsonapi.answer(jsonapi.resource(EXPORTS, found.id, _told(work, found.body), rev=found.rev))


def _told(work: Work, body: Export) -> dict[str, Any]:
    return {
        "domain": work.domain, "parts_size": body.part_size or max((part.size for part in body.parts), default=0),
        "parts_cursors": [_cursor(part.first) for part in body.parts[1:]], "with_doctypes": body.doctypes,
        "state": _STATES[body.state], "created_at": body.created_at, "expires_at": body.expires_at or body.created_at,
        "total_size": body.size, "creation_duration": 0, "error": body.why,
    }  # fmt: skip


def _cursor(path: str) -> str:
    """A part by the document that it begins with: `io.cozy.files/<id>`."""
    return path.removeprefix(_DATA).removesuffix(".json")


@routes.on("GET", "/move/exports/data/{name}", OPEN)
async def fetch(call: Call, name: str) -> Response:
    """A part as zip: the first one without `cursor`. 200, 206, 304; 404, 416."""
    found = await call.read(service.named, name)
    body = found.body
    cursor = call.query("cursor")
    number = next(
        (n for n, part in enumerate(body.parts) if (_cursor(part.first) if n else "") == cursor), -1
    )
    if body.kind != COZY_ARCHIVE or body.state != "ready" or number < 0:
        raise NoExport
    held = await service.reading(call.house, call.home, body)
    lines = await held.lines(body.parts[number])
    return await zips.resumed(
        call, lines, held.pieces, name=service.parts.name_of(number, len(body.parts)),
        etag=f'"{body.sha256[:32]}-{number}-{__version__}"', modified=parse(body.made_at),
    )  # fmt: skip
