"""Contents over HTTP: validators, ranges, and names for saving (RFC 9110 §13, §14; RFC 6266)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cozy.kernel.clock import dated

from .call import Call

_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


class Stream(Response):
    """A body in pieces, sent as they come, for as long as somebody is there to take them.

    taken_back: returns once they may have no more of it; then it breaks off.
    """

    taken_back: Callable[[], Coroutine[Any, Any, None]] | None = None

    def __init__(self, chunks: AsyncIterator[bytes], status: int, headers: dict[str, str]) -> None:
        self.body_iterator = chunks
        self.status_code = status
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then piece after piece."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        over = [asyncio.ensure_future(_left(receive))]
        if self.taken_back is not None:
            over.append(asyncio.ensure_future(self.taken_back()))
        try:
            async for chunk in self.body_iterator:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await asyncio.sleep(0)  # a reader of the page cache never waits: let others have their turn
                if any(each.done() for each in over):
                    return
        finally:
            for each in over:
                each.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    """Return once the other side has left: the server takes what is sent to nobody without a word."""
    while (await receive())["type"] != "http.disconnect":
        pass


def serve(
    call: Call,
    read: Callable[[int, int], AsyncIterator[bytes]],
    *,
    size: int,
    etag: str,
    modified: datetime,
    headers: dict[str, str],
    inline: bytes | None = None,
    sent: Callable[[], Awaitable[None]] | None = None,
) -> Response:
    """A content: 200, 206 for one range, 304 when the client has it, 416 when a range lies outside or makes no sense.

    read(start, size) gives the bytes, unless they are `inline`; etag: quoted; modified: its Last-Modified; sent: told when its end was
    sent, of what is not inline.
    """
    stamp = _stamp(modified.replace(microsecond=0))
    common = {**headers, "etag": etag, "last-modified": stamp, "accept-ranges": "bytes"}
    if _is_known(call, etag, modified):
        return Response(status_code=304, headers={k: v for k, v in common.items() if k != "content-type"})
    wanted = _range(call, size, etag, stamp)
    start, stop = wanted or (0, size)
    if wanted and start >= stop:
        return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
    status = 206 if wanted else 200
    common["content-length"] = str(stop - start)
    if wanted:
        common["content-range"] = f"bytes {start}-{stop - 1}/{size}"
    if call.request.method == "HEAD":
        return Response(status_code=status, headers=common)
    if inline is not None:
        return Response(inline[start:stop], status, common)
    chunks = read(start, stop - start)
    return Stream(_then(chunks, sent) if sent and stop == size else chunks, status, common)


async def _then(chunks: AsyncIterator[bytes], sent: Callable[[], Awaitable[None]]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield chunk
    await sent()


@lru_cache(maxsize=4096)
def _stamp(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _is_known(call: Call, etag: str, modified: datetime) -> bool:
    """RFC 9110 §13.2.2: If-None-Match counts before If-Modified-Since."""
    if call.header("if-none-match"):
        return is_known(call, etag)
    since = dated(call.header("if-modified-since"))
    return since is not None and modified.replace(microsecond=0) <= since


def is_known(call: Call, etag: str) -> bool:
    """Whether the client says that it has the content of this tag."""
    known = call.header("if-none-match").strip()
    return known == "*" or etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]


def _range(call: Call, size: int, etag: str, stamp: str) -> tuple[int, int] | None:
    """The one range that is asked for, as start and stop; None for the whole.

    Another unit than bytes, several ranges, or a condition that does not hold: the whole. Nonsense: an empty range.
    """
    text = call.header("range").strip()
    condition = call.header("if-range")
    unit, equals, spec = text.partition("=")
    if not text or (condition and condition not in {etag, stamp}) or (equals and unit.strip() != "bytes"):
        return None
    specs = [_bounds(part.strip(), size) for part in spec.split(",")]
    if None in specs:
        return size, size
    return specs[0] if len(specs) == 1 else None


def _bounds(spec: str, size: int) -> tuple[int, int] | None:
    """Start and stop of one range (RFC 9110 §14.1.2); None when it is none."""
    found = _RANGE.fullmatch(spec)
    if found is None or spec == "-":
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
