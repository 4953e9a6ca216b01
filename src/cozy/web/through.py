"""An answer of another server on its way through: as a stream, and never as a page of this home.

What comes back was written by somebody else. JSON is JSON; all else is sandboxed, and saved unless it is a picture, a sound,
a film or a PDF.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cozy.kernel.outside import Stream as Coming

from .ranges import Stream, disposition

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_TOLD = (
    "content-type", "content-length", "content-range", "content-disposition", "accept-ranges", "etag", "last-modified",
    "cache-control", "upload-offset", "upload-length", "upload-expires", "tus-resumable", "tus-version", "x-cozy-file-id",
    "content-location",
)  # fmt: skip
_DATA = {"application/json", "application/vnd.api+json"}
_SHOWN = ("image/", "audio/", "video/", "application/pdf")


def passed(told: Mapping[str, str]) -> dict[str, str]:
    """The headers of another server's answer that are passed on, and those that make it harmless."""
    headers = {name: told[name] for name in _TOLD if name in told}
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _DATA:
        headers |= {
            "content-security-policy": SANDBOX,
            "cross-origin-resource-policy": "same-site",
            "referrer-policy": "no-referrer",
        }
        if not media.startswith(_SHOWN) or "svg" in media:
            headers["content-disposition"] = _saved(headers.get("content-disposition", ""))
    return headers


def _saved(said: str) -> str:
    """The same name, to be saved."""
    kind, semicolon, name = said.partition(";")
    return (
        f"attachment;{name}"
        if semicolon and kind.strip().lower() in {"inline", "attachment"}
        else disposition("attachment", "file")
    )


class Through(Response):
    """An answer on its way: the line to the other server is let go of when it is over, however that comes."""

    def __init__(self, stream: Coming, opened: AsyncExitStack, headers: dict[str, str]) -> None:
        self.sending = Stream(stream.chunks, stream.status, headers)
        self._opened = opened
        self.status_code = stream.status
        self.background = None
        self.raw_headers = self.sending.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, piece after piece."""
        try:
            await self.sending(scope, receive, send)
        finally:
            await self._opened.aclose()
