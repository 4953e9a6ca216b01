"""Contents that pages of ours show in <img>, <audio> and <video>, or offer to save.

They are hostile. As documents of their own they are sandboxed, without any right (CSP `sandbox`), and what is not a
picture, a sound or a film is only ever sent as an attachment of no particular type.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from starlette.responses import Response

from cozy.kernel.blobs import Content

from .call import Call
from .ranges import disposition, serve

HEADERS = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "cross-origin-resource-policy": "same-origin", "cache-control": "private, no-cache", "referrer-policy": "no-referrer",
}  # fmt: skip
KEPT = {**HEADERS, "cache-control": "private, max-age=31536000, immutable"}
_NOT_DRAWN = {**HEADERS, "cache-control": "private, max-age=600"}  # it may be, another time
_NO_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#798a8d" stroke-width="1.5">'
    b'<rect x="7" y="7" width="10" height="10" rx="1.5"/><path d="m8 15 3-3 2 2 1.500-1.500L16 14"/></svg>'
)


def raw(
    call: Call, content: Content, read: Callable[[int, int], AsyncIterator[bytes]], *,
    name: str, mime: str, modified: datetime, is_attached: bool,
) -> Response:  # fmt: skip
    """The bytes of a content, or some of them. 200, 206, 304; 416.

    mime: "" for what is not shown by any page, and is only ever saved; is_attached: to be saved, whatever it is.
    """
    headers = {
        **HEADERS, "content-type": mime or "application/octet-stream",
        "content-disposition": disposition("attachment" if is_attached or not mime else "inline", name),
    }  # fmt: skip
    etag = f'"{content.sha256[:32]}"'
    return serve(call, read, size=content.size, etag=etag, modified=modified, headers=headers)


def picture(drawn: bytes | None) -> Response:
    """A picture that was drawn of a content: its address changes with it, so it may be kept. None: a plain sign. 200."""
    if drawn is None:
        return Response(_NO_PICTURE, 200, _NOT_DRAWN, "image/svg+xml")
    return Response(drawn, 200, KEPT, "image/webp")
