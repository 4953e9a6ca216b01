"""The parts of an export, put together while they are sent: zip or one tar, from anywhere in them, as long as it is kept.

Whoever has the address needs no session, so that programs that go on where they broke off can fetch them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from urllib.parse import quote

from starlette.responses import Response

from cozy import __version__
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import parse
from cozy.kernel.home import Home
from cozy.kernel.routes import OPEN
from cozy.web import zips
from cozy.web.call import Call
from cozy.web.ranges import disposition, serve
from cozy.web.stretches import Stretch, cut

from .. import service
from ..errors import NoExport
from ..model import Export, Line, Part
from ..service.writing import TAR_END, tar_head, tar_padding
from .door import ONE, routes

TAR = "application/x-tar"


def name_of(home: Home, export: Export, number: int) -> str:
    """What a part is saved as."""
    of = f"-{number}-of-{len(export.parts)}" if len(export.parts) > 1 else ""
    return f"{_stem(home, export)}{of}.zip"


def name_of_tar(home: Home, export: Export) -> str:
    """What the whole is saved as."""
    return f"{_stem(home, export)}.tar"


def _stem(home: Home, export: Export) -> str:
    return f"cozy-{home.domain}-{export.made_at[:10]}"


def address(start: str, part: str, name: str) -> str:
    """Where a part is fetched: its own name comes last, for programs that save it under that."""
    return f"{start}/{part}/{quote(name, safe='')}"


@routes.on("GET", f"{ONE}/{{secret}}/{{part}}/{{name}}", OPEN)
async def fetch(call: Call, export_id: str, secret: str, part: str, name: str) -> Response:
    """A part of an export as zip, or with `tar` for its number all of it. 200, 206, 304; 404, 416."""
    found = await call.read(service.opened, export_id, secret)
    held = await service.reading(call.house, call.home, found.body)
    if part == "tar":
        return _tar(call, held, _sent(call, export_id, range(len(found.body.parts))))
    if part not in map(str, range(1, len(found.body.parts) + 1)):
        raise NoExport
    return await _zip(call, held, int(part), _sent(call, export_id, [int(part) - 1]))


def _sent(call: Call, export_id: str, numbers: Sequence[int]) -> Callable[[], Awaitable[None]]:
    async def sent() -> None:
        await call.house.write(call.home, SYSTEM, service.fetched, export_id, numbers)

    return sent


async def _zip(
    call: Call, held: service.Reading, number: int, sent: Callable[[], Awaitable[None]]
) -> Response:
    lines = await held.lines(held.export.parts[number - 1])
    return await zips.resumed(
        call, lines, held.pieces, name=name_of(call.home, held.export, number), etag=_etag(held, str(number)),
        modified=parse(held.export.made_at), sent=sent,
    )  # fmt: skip


def _tar(call: Call, held: service.Reading, sent: Callable[[], Awaitable[None]]) -> Response:
    export = held.export

    def read(start: int, wanted: int) -> AsyncIterator[bytes]:
        parts = export.parts
        while parts and start >= parts[0].tar:
            start -= parts[0].tar
            parts = parts[1:]
        return cut(_tarred(held, parts, f"Cozy {call.home.domain}"), held.pieces, start, wanted)

    size = sum(part.tar for part in export.parts) + len(TAR_END)
    return serve(
        call, read, size=size, etag=_etag(held, "tar"), modified=parse(export.made_at),
        headers=_headers(name_of_tar(call.home, export)), sent=sent,
    )  # fmt: skip


async def _tarred(held: service.Reading, parts: Sequence[Part], top: str) -> AsyncIterator[Stretch[Line]]:
    for part in parts:
        for line in await held.lines(part):
            head = tar_head(line, top)
            yield Stretch(len(head), head)
            if line.size:
                yield Stretch(line.size, source=line)
            padding = tar_padding(line)
            yield Stretch(len(padding), padding)
    yield Stretch(len(TAR_END), TAR_END)


def _etag(held: service.Reading, part: str) -> str:
    """Another one where another version of the program may put the same together otherwise."""
    return f'"{held.export.sha256[:32]}-{part}-{__version__}"'


def _headers(name: str) -> dict[str, str]:
    return {
        "content-type": TAR,
        "content-disposition": disposition("attachment", name),
        "cache-control": "private, no-store",
        "referrer-policy": "no-referrer",
    }
