"""Shortcuts: files that hold an address (cozy-stack docs/shortcuts.md)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.blobs import Content
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web import jsonapi
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..errors import BadName, NoShortcut
from ..model import FILES, ROOT, SHORTCUT, File
from . import shapes

SHORTCUTS = "io.cozy.files.shortcuts"
routes = Routes()


class Attributes(Struct, frozen=True):
    """What is said of a new shortcut. dir_id: the folder that it goes into, "" for the root."""

    name: str = ""
    url: str = ""
    dir_id: str = ""
    metadata: dict[str, Any] | None = None


class Data(Struct, frozen=True):
    """A JSON:API resource."""

    attributes: Attributes = Attributes()


class Body(Struct, frozen=True):
    """`{"data": {"attributes": {"name": "cats.url", "url": "https://…"}}}`."""

    data: Data


@routes.on("POST", "/shortcuts", may("POST", FILES))
async def create(call: Call) -> Response:
    """Make a file that leads to an address. 201; 400, 403, 404, 409, 413, 422."""
    asked = (await call.decoded(Body)).data.attributes
    if not asked.name:
        raise BadName(pointer="/data/attributes/name")
    body = service.shortcuts.written(asked.url)
    content = await call.house.blobs.put(call.home.id, _once(body))
    try:
        return await call.write(_create, call, asked, content)
    except Problem:
        if content.blob is not None:
            await call.house.blobs.delete(call.home.id, content.blob)
        raise


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


def _create(work: Work, call: Call, asked: Attributes, content: Content) -> Response:
    ending = service.shortcuts.ENDING
    name = asked.name if asked.name.endswith(ending) else asked.name + ending
    details = service.Details(metadata=asked.metadata)
    quota = call.home.quota
    file = service.create_file(work, asked.dir_id or ROOT, name, content, SHORTCUT, details, quota=quota)
    return shapes.made(work, call, file)


@routes.on("GET", "/shortcuts/{file_id}", may("GET", FILES))
async def follow(call: Call, file_id: str) -> Response:
    """Where a shortcut leads: told to scripts, who say so in Accept; others are sent there. 200, 303; 400, 403, 404."""
    file, content = await call.read(service.open_content, file_id)
    url = await service.shortcuts.address(call.house, call.home, content)
    if service.shortcuts.is_new(file):
        await call.write(service.shortcuts.see, file.id)
        file = await call.read(service.fetch, file.id)
    if "json" in call.header("accept"):
        return _told(file, url)
    if not url.lower().startswith(("http://", "https://")):
        raise NoShortcut
    return see_other(url)


def _told(file: File, url: str) -> Response:
    attributes: dict[str, Any] = {"name": file.name, "dir_id": file.dir_id, "url": url}
    attributes["metadata"] = file.body.get("metadata", {})
    return jsonapi.answer(
        jsonapi.resource(SHORTCUTS, file.id, attributes, rev=file.rev, own=f"/shortcuts/{file.id}")
    )
