"""Passing a request on to the home that a drive lies in, and its answer back: as streams, both ways.

What comes back was written by somebody else. JSON is JSON; all else is sandboxed, and saved unless it is a picture, a sound,
a film or a PDF.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from starlette.responses import Response

from cozy.kernel.outside import BadAddress, RefusedAddress, TooMuch, TooSlow, Unreachable
from cozy.kernel.outside import Stream as Coming
from cozy.rooms.neighbours.errors import HasMoved, NoAnswer
from cozy.web.call import Call
from cozy.web.through import Through, passed

from .. import service
from ..errors import DriveClosed, OwnerAway
from ..model import ROUTES, Distant, is_refused

WITHIN_S = 24 * 3600.0  # a film over a slow line
LIMIT = 2**62  # bytes: as much as it takes
_ASKED = (
    "accept", "content-type", "content-length", "content-md5", "date", "range", "if-range", "if-match", "if-none-match",
    "if-modified-since", "upload-length", "upload-offset", "upload-metadata", "upload-checksum", "upload-defer-length",
    "tus-resumable", "x-http-method-override",
)  # fmt: skip
_OURS = {"bearer_token", "sharecode"}  # what the asker proves itself by here is nobody else's
_LED_ON = {301, 302, 303, 307, 308}  # where to, is not for another home to say


async def on(call: Call, drive: Distant, rest: str) -> Response:
    """The answer of the other home. Raises OwnerAway, DriveClosed, and what `neighbours.sure` does."""
    query = "&".join(
        part for part in call.request.url.query.split("&") if part.partition("=")[0] not in _OURS
    )
    path = f"{ROUTES}/{drive.id}/{rest}{'?' if query else ''}{query}"
    headers = {name: value for name in _ASKED if (value := call.header(name))}
    has_body = headers.get("content-length", "0") != "0" or bool(call.header("transfer-encoding"))
    return await ask(call, drive, path, headers, is_sent=has_body)


async def ask(
    call: Call, drive: Distant, path: str, headers: dict[str, str], *, is_sent: bool = False
) -> Response:
    """The same for any address of the other home. is_sent: whether the body of the request goes along."""
    method = call.request.method
    opened = AsyncExitStack()
    try:
        url = drive.address + path
        signed = await service.signed(call.house, call.home, drive, method, url, headers)
        stream = await opened.enter_async_context(
            call.house.outside.stream(
                method, url, headers=signed, body=call.chunks() if is_sent else b"", limit=LIMIT, timeout_s=WITHIN_S, redirects=0
            )
        )  # fmt: skip
    except (Unreachable, TooSlow, TooMuch, BadAddress, RefusedAddress, NoAnswer, HasMoved) as error:
        await opened.aclose()
        raise OwnerAway(host=drive.address.partition("://")[2]) from error
    except BaseException:
        await opened.aclose()
        raise
    if is_refused(stream.status, stream.headers):
        await opened.aclose()
        raise DriveClosed(id=drive.id)
    if stream.status >= 500 or stream.status in _LED_ON:
        await opened.aclose()
        raise OwnerAway(host=drive.address.partition("://")[2], status=stream.status)
    return Through(stream, opened, _headers(call, drive, stream))


def _headers(call: Call, drive: Distant, stream: Coming) -> dict[str, str]:
    headers = passed(stream.headers)
    location = stream.headers.get("location", "")
    if location.startswith(f"{drive.address}{ROUTES}/"):
        headers["location"] = call.home.origin + location.removeprefix(drive.address)
    return headers
