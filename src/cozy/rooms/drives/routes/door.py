"""Everything that can be done in a drive: as `/files` does it here, or passed on to the home that it lies in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from starlette.responses import Response

from cozy.kernel.caller import SYSTEM, Verb
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import KNOWN, OPEN, Routes
from cozy.rooms.permissions import service as permissions
from cozy.web.again import Again
from cozy.web.call import Call

from .. import service
from ..errors import OneFileOnly, OnlyOwnerDestroys
from ..model import FILES, ROUTES, Opened
from . import passing, telling

routes = Routes()
_VERBS: dict[str, Verb] = {
    "GET": "GET",
    "HEAD": "GET",
    "POST": "POST",
    "PUT": "PUT",
    "PATCH": "PATCH",
    "DELETE": "DELETE",
}
_WITHIN = f"{ROUTES}/{{drive_id}}/{{rest:path}}"
_SECRET = re.compile(r"(?:downloads|archive)/[^/]+/[^/]+|[^/]+/thumbnails/[^/]+/[^/]+")
_LOOKS = {"downloads", "archive", "_find", "_all_docs"}  # what a POST only reads
_OF_FOLDERS = {
    "archive",
    "metadata",
    "upload",
}  # the first words of what a drive that is one file does not know
_OF_FOLDERS_AFTER = {"size", "copy"}


@routes.on("POST", f"{ROUTES}/{{drive_id}}", KNOWN)
async def at_top(call: Call, drive_id: str) -> Response | Again:
    """Make a folder or a file in the folder that is shared. As POST /files/:id."""
    return await _answer(call, drive_id, "")


@routes.on("GET", _WITHIN, OPEN)
@routes.on("POST", _WITHIN, OPEN)
@routes.on("PUT", _WITHIN, OPEN)
@routes.on("PATCH", _WITHIN, OPEN)
@routes.on("DELETE", _WITHIN, OPEN)
async def within(call: Call, drive_id: str) -> Response | Again:
    """What /files would do, in the drive alone. As the route of /files; 401, 403, 404, 502 where the drive's home is away.

    Open like some of those: an address with a secret in it opens what it opens by itself.
    """
    rest = _rest(call)
    if call.request.method in {"GET", "HEAD"} and _SECRET.fullmatch(rest):
        there = await call.read(service.by_secret, drive_id)
        return Again(f"/files/{rest}") if there is None else await passing.on(call, there, rest)
    permissions.admit(call.caller, KNOWN)
    return await _answer(call, drive_id, rest)


async def _answer(call: Call, drive_id: str, rest: str) -> Response | Again:
    first, *more = rest.split("/")
    verb = "GET" if call.request.method == "POST" and first in _LOOKS else _VERBS[call.request.method]
    there = await call.read(service.elsewhere, drive_id, verb, writes=verb != "GET")
    if there is not None:
        call.account(1, FILES, verb)
        return await passing.on(call, there, rest or there.root)
    drive = await call.read(
        service.open_, drive_id, telling.token_of(call), more[0] if first == "trash" and more else first
    )
    if drive.is_file and (first in _OF_FOLDERS or not rest or (more and more[-1] in _OF_FOLDERS_AFTER)):
        raise OneFileOnly(id=drive_id)
    if drive.is_member and call.request.method == "DELETE" and _is_for_good(first, more):
        raise OnlyOwnerDestroys(id=drive_id)
    if rest == "_changes":
        return await _changes(call, drive)
    call.caller = drive.caller
    where = rest if first == "shortcuts" else f"files/{rest or drive.root}"
    return Again(f"/{where}", telling.of(call, drive))


def _is_for_good(first: str, more: Sequence[str]) -> bool:
    """Whether a DELETE would destroy something: what lies in the bin, or a version. Else it goes to the bin."""
    return first in {"trash", "versions"} or (len(more) == 1 and first != "tus")


async def _changes(call: Call, drive: Opened) -> Again:
    """The feed of the home, of which only what lies in the drive is told."""
    asker, call.caller = drive.caller, SYSTEM

    async def finish(response: Response) -> Response:
        call.caller = asker
        return await telling.changes(call, drive, response)

    return Again("/files/_changes", finish)


def _rest(call: Call) -> str:
    """What stands behind the id of the drive, percent-encoded as it came. Raises NotFound for what would lead elsewhere.

    The client that passes it on would resolve `downloads/../<id>`, and ask with the drive's token for what no secret opens; what
    stands before the other home may do so with `downloads/x%2F..%2F../<id>`.
    """
    rest = call.path.removeprefix(f"{ROUTES}/").partition("/")[2].strip("/")
    parts = [unquote(part) for part in rest.split("/") if rest]
    if any(part in {"", ".", ".."} or "/" in part or "\\" in part for part in parts):
        raise NotFound
    return rest
