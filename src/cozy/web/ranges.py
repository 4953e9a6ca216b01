"""Contents over HTTP: validators, ranges, and names for saving (RFC 9110 §13, §14; RFC 6266)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from email.utils import format_datetime, parsedate_to_datetime
from datetime import datetime
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .call import Call

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Stream(Response):
    """A body in pieces, sent as they come."""

    def __init__(self, chunks: AsyncIterator[bytes], status: int, headers: dict[str, str]) -> None:
        self.body_iterator = chunks
        self.status_code = status
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then piece after piece."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            async for chunk in self.body_iterator:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def serve(
    call: Call,
    read: Callable[[int, int], AsyncIterator[bytes]],
    *,
    size: int,
    etag: str,
    modified: datetime,
    headers: dict[str, str],
) -> Response:
    """A content: 200, 206 for one range, 304 when the client has it, 416 when a range lies outside.

    read(start, size) gives the bytes; etag: quoted; modified: its Last-Modified.
    """
    stamp = format_datetime(modified.replace(microsecond=0), usegmt=True)
    common = {**headers, "etag": etag, "last-modified": stamp, "accept-ranges": "bytes"}
    if _is_known(call, etag, modified):
        return Response(status_code=304, headers={k: v for k, v in common.items() if k != "content-type"})
    wanted = _range(call, size, etag, stamp)
    if wanted is None:
        return Stream(read(0, size), 200, {**common, "content-length": str(size)})
    start, stop = wanted
    if start >= stop:
        return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
    partial = {"content-range": f"bytes {start}-{stop - 1}/{size}", "content-length": str(stop - start)}
    return Stream(read(start, stop - start), 206, {**common, **partial})


def _is_known(call: Call, etag: str, modified: datetime) -> bool:
    """RFC 9110 §13.2.2: If-None-Match counts before If-Modified-Since."""
    known = call.header("if-none-match")
    if known:
        return known.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]
    since = call.header("if-modified-since")
    try:
        return bool(since) and modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _range(call: Call, size: int, etag: str, stamp: str) -> tuple[int, int] | None:
    """The one range that is asked for, as start and stop; None for the whole. Several ranges: the whole."""
    found = _RANGE.fullmatch(call.header("range").strip())
    condition = call.header("if-range")
    if not found or found.group() == "bytes=-" or (condition and condition not in {etag, stamp}):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size


def disposition(kind: str, name: str) -> str:
    """`attachment` or `inline` with the name in ASCII and, for today's clients, in UTF-8 (RFC 6266 §4.3, RFC 8187)."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    extended = f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else ""
    return f'{kind}; filename="{plain}"{extended}'
