"""A file over HTTP: its type, its validator, and the form that the browser takes."""

from __future__ import annotations

import mimetypes

from starlette.responses import Response

from cozy.web.call import Call
from cozy.web.ranges import is_known

from ..model import File

FOR_EVER = "public, max-age=31536000, immutable"
_PREFERRED = ("br", "gzip")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webapp": "application/json",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "text/xml; charset=utf-8",
}


def media_type(name: str) -> str:
    """The type that a file's name stands for."""
    _, dot, ending = name.lower().rpartition(".")
    return _TYPES.get(f"{dot}{ending}") or mimetypes.guess_type(name)[0] or "application/octet-stream"


def send(call: Call, file: File, *, caching: str, headers: dict[str, str] | None = None) -> Response:
    """200 with the file, 304 when the browser has it."""
    encoding = _encoding(call, file)
    etag = f'"{file.tag}{f"-{encoding}" if encoding else ""}"'
    common = {**(headers or {}), "etag": etag, "cache-control": caching, "vary": "Accept-Encoding"}
    if is_known(call, etag):
        return Response(status_code=304, headers=common)
    if encoding:
        common["content-encoding"] = encoding
    body = file.forms[encoding]() if encoding else file.plain()
    return Response(body, 200, {**common, "content-type": media_type(file.name)})


def _encoding(call: Call, file: File) -> str:
    """The best form that the browser takes; the rare one that takes none of ours gets plain bytes."""
    taken = {part.partition(";")[0].strip() for part in call.header("accept-encoding").lower().split(",")}
    return next((each for each in _PREFERRED if each in taken and each in file.forms), "")
