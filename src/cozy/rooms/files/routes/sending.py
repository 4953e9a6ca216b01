"""Contents on their way out. They are hostile: nothing that somebody stored may run on the home's origin.

Every content but a PDF is sandboxed without any right (CSP `sandbox`); all but pictures, sounds, films, plain text and
PDF without scripts are only ever saved, and so is whatever begins like HTML, SVG or XML under another name.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial

from starlette.responses import Response

from cozy.kernel.blobs import Content
from cozy.kernel.clock import parse
from cozy.web.call import Call
from cozy.web.ranges import disposition, serve

PDF = "application/pdf"
SHOWN = frozenset({PDF, "text/plain"}) | {
    f"image/{kind}"
    for kind in [
        "apng",
        "avif",
        "bmp",
        "gif",
        "heic",
        "heif",
        "jpeg",
        "jpg",
        "pjpeg",
        "png",
        "tiff",
        "vnd.microsoft.icon",
        "webp",
        "x-icon",
        "x-ms-bmp",
    ]
}
_HEAD = (
    1024  # bytes that browsers look at (https://mimesniff.spec.whatwg.org/#reading-the-resource-header: 1445)
)
_PDF_ENDS = 64 * 1024  # bytes at either end of a PDF that are searched for scripts
_MARKUP = re.compile(
    rb"<(?:!doctype|!--|\?xml|html|head|body|script|iframe|svg|style|title|table|img|a|b|br|p|h1|div|font|object|embed"
    rb"|link|meta|base|form|math)[\s/>\-]",
    re.IGNORECASE,
)
_PDF_SCRIPT = re.compile(rb"/(?:JavaScript|JS|OpenAction|AA|Launch|EmbeddedFile|XFA|RichMedia|SubmitForm)\b")


async def send(
    call: Call, content: Content, *, name: str, mime: str, modified: str, attached: bool = False
) -> Response:
    """A content to show or, when asked or when it may do harm, to save. 200, 206, 304, 416.

    name: under which it is saved; modified: RFC 3339.
    """
    harmful = await _is_harmful(call, content, mime)
    kind = "attachment" if attached or harmful else "inline"
    headers = {
        "content-type": mime or "application/octet-stream", "content-disposition": disposition(kind, name),
        "cache-control": "private, no-cache", "referrer-policy": "no-referrer",
    }  # fmt: skip
    if harmful or mime != PDF:  # browsers' own PDF viewers, which run apart, do not start in a sandbox
        headers["content-security-policy"] = "sandbox"
    return serve(
        call, partial(bytes_of, call, content), size=content.size, etag=f'"{content.md5}"',
        modified=parse(modified), headers=headers, inline=content.inline,
    )  # fmt: skip


async def _is_harmful(call: Call, content: Content, mime: str) -> bool:
    """Whether it must not be opened in the browser. Reads a little of it, so that a missing one is told in time."""
    head = await _bytes(call, content, 0, _HEAD)
    if mime not in SHOWN and not mime.startswith(("audio/", "video/")):
        return True
    if _begins_like_markup(head):
        return True
    return mime == PDF and await _has_scripts(call, content)


def _begins_like_markup(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16: the zeros between the letters hide the tags
        head = head[2:].replace(b"\0", b"")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0\t\n\f\r ")
    return _MARKUP.match(text) is not None


async def _has_scripts(call: Call, content: Content) -> bool:
    first = await _bytes(call, content, 0, _PDF_ENDS)
    last = await _bytes(call, content, max(0, content.size - _PDF_ENDS), _PDF_ENDS)
    return _PDF_SCRIPT.search(first) is not None or _PDF_SCRIPT.search(last) is not None


async def _bytes(call: Call, content: Content, start: int, size: int) -> bytes:
    if content.inline is not None:
        return content.inline[start : start + size]
    return b"".join([chunk async for chunk in bytes_of(call, content, start, size)])


async def bytes_of(call: Call, content: Content, start: int, size: int) -> AsyncIterator[bytes]:
    """Some bytes of a content."""
    if content.inline is not None:
        yield content.inline[start : start + size]
        return
    assert content.blob is not None
    async for chunk in call.house.blobs.read(call.home.id, content.blob, start, size):
        yield chunk
