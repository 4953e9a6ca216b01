"""Looking: OPTIONS, GET, HEAD, PROPFIND, and PROPPATCH."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial

from msgspec.structs import replace
from starlette.responses import PlainTextResponse, Response

from cozy.dav import answers, bodies, headers, xml
from cozy.dav.bodies import Change, PropFind
from cozy.dav.telling import responder
from cozy.kernel.blobs import Content
from cozy.kernel.clock import parse
from cozy.kernel.ledger import Use
from cozy.kernel.routes import OPEN, may
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import FILES, File
from cozy.web.call import Call
from cozy.web.ranges import Stream, disposition, serve

from .. import service
from ..errors import TooDeep
from ..model import Expected, etag, href
from ..service.properties import Around, Item
from .door import CLASSES, METHODS, SENTENCE, at_places, expected_of, of_file, place_of, told, xml_of

Tell = Callable[[Item], str]


@at_places("OPTIONS", OPEN)
async def options(call: Call) -> Response:
    """What can be done here (RFC 4918 §10.1). 200."""
    return Response(headers={"dav": CLASSES, "allow": METHODS, "ms-author-via": "DAV", "content-length": "0"})


@at_places("GET", may("GET", FILES))
async def get(call: Call) -> Response:
    """A content, or a part of it; of a folder, a sentence. 200, 206, 304; 401, 403, 404, 412, 416."""
    expected = replace(expected_of(call), if_none_match="")
    file, content = await call.read(_opened, expected, place_of(call))
    if content is None:
        return PlainTextResponse(SENTENCE)
    kept = {
        "content-type": file.mime or "application/octet-stream", "content-disposition": disposition("attachment", file.name),
        "content-security-policy": "sandbox", "cache-control": "private, no-cache", **of_file(call, file),
        "oc-checksum": f"SHA256:{file.sha256}",
    }  # fmt: skip
    return serve(
        call, partial(_bytes, call, content), size=content.size, etag=etag(file.sha256), modified=parse(file.updated_at),
        headers=kept, inline=content.inline,
    )  # fmt: skip


def _opened(work: Work, expected: Expected, path: str) -> tuple[File, Content | None]:
    file = service.places.at(work, path)
    service.conditions.check(work, expected, path, file)
    return file, None if file.is_folder else files.content_in_file(work, file)


async def _bytes(call: Call, content: Content, start: int, size: int) -> AsyncIterator[bytes]:
    assert content.blob is not None
    async for chunk in call.house.blobs.read(call.home.id, content.blob, start, size):
        yield chunk


@at_places("PROPFIND", may("GET", FILES))
async def propfind(call: Call) -> Response:
    """Properties of a file, or of a folder and what is directly in it. 207; 400, 401, 403, 404, 412."""
    path, expected = place_of(call), expected_of(call)
    depth = headers.depth(call.header("depth"))
    asked = bodies.propfind(await xml_of(call))
    if depth is None and call.mount is None:  # other servers mean one level by it, as Nextcloud answers them
        raise TooDeep
    is_minimal = headers.is_minimal(call.header("prefer"), call.header("brief"))
    file, item = await call.read(_looked_at, expected, path, asked, call.home.quota)
    tell, around = responder(service.properties.WORDS, asked, is_minimal=is_minimal), item.around
    first = tell(item)
    if depth == 0 or not file.is_folder:
        return told(answers.multistatus([first]))
    lines, after = await call.scan(_page, file, path, around, tell, ("", ""))
    call.account(len(lines) + 1)
    if after is None:
        return told(answers.multistatus([first, *lines]))
    return Stream(
        _listed(call, file, path, around, tell, [first, *lines], after),
        207,
        {"content-type": xml.MEDIA_TYPE},
    )


def _looked_at(
    work: Work, expected: Expected, path: str, asked: PropFind, quota: int | None
) -> tuple[File, Item]:
    file = service.places.at(work, path)
    service.conditions.check(work, expected, path, file)
    around = service.properties.around(work, path, asked, quota, expected.top)
    (item,) = service.properties.items(work, [(file.id, path, service.places.body_of(file))], around)
    return file, item


def _page(
    work: Work, folder: File, path: str, around: Around, tell: Tell, after: tuple[str, str]
) -> tuple[list[str], tuple[str, str] | None]:  # fmt: skip
    """A page of a listing, and where the next one begins, if there may be one."""
    found, base = service.places.lines(work, folder, after), path.rstrip("/") + "/"
    bodies = [(line.id, service.places.told(line)) for line in found]
    items = service.properties.items(
        work, [(id_, f"{base}{body.name}", body) for id_, body in bodies], around
    )
    is_last = len(found) < service.places.PAGE
    return [tell(item) for item in items], None if is_last else (found[-1].sort_key, found[-1].id)


async def _listed(
    call: Call, folder: File, path: str, around: Around, tell: Tell, lines: list[str],
    after: tuple[str, str] | None,
) -> AsyncIterator[bytes]:  # fmt: skip
    yield f"{xml.HEAD}{answers.START}{''.join(lines)}".encode()
    while after is not None:
        lines, after = await call.scan(_page, folder, path, around, tell, after)
        call.note(Use("GET", FILES, len(lines), requests=0))
        yield "".join(lines).encode()
    yield answers.END.encode()


@at_places("PROPPATCH", may("PATCH", FILES))
async def proppatch(call: Call) -> Response:
    """Set and remove properties, all or none. 207; 400, 401, 403, 404, 412, 422, 423."""
    changes = bodies.proppatch(await xml_of(call))
    address, said = await call.write(_patched, expected_of(call), place_of(call), changes)
    return told(answers.multistatus([answers.response(address, "".join(said))]))


def _patched(work: Work, expected: Expected, path: str, changes: list[Change]) -> tuple[str, list[str]]:
    file = service.places.at(work, path)
    service.conditions.check(work, expected, path, file)
    service.locks.guard(work, expected, path)
    return href(path, is_folder=file.is_folder, top=expected.top), service.properties.patch(
        work, file, changes
    )
