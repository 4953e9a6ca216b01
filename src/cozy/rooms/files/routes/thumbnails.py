"""Small pictures of files."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.previews import CannotDraw
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OPEN, Routes
from cozy.web.call import Call
from cozy.web.ranges import is_known

from .. import service
from ..errors import BadPicture

routes = Routes()

# The address ends with its secret, after minutes; what it shows is named by its content and never changes.
_HEADERS = {
    "cache-control": "private, max-age=31536000, immutable", "content-security-policy": "sandbox",
    "referrer-policy": "no-referrer", "vary": "Accept",
}  # fmt: skip


@routes.on("GET", "/files/{file_id}/thumbnails/{secret}/{look}", OPEN)
async def thumbnail(call: Call, file_id: str, secret: str, look: str) -> Response:
    """A picture, tiny, small, medium or large: WebP or AVIF for who takes these by name, else JPEG. 200, 304; 400, 404,
    422 files.bad_picture.
    """
    if look not in service.LOOKS:
        raise NotFound
    file, content = await call.read(service.behind, file_id, secret)
    form = service.form_for(taken(call.header("accept")))
    headers = {**_HEADERS, "etag": f'"{content.sha256[:32]}-{look}-{form}"'}
    if is_known(call, headers["etag"]):
        return Response(status_code=304, headers=headers)
    try:
        drawn = await service.thumbnail(call.house, call.home, file, content, look, form)
    except CannotDraw as error:
        raise BadPicture(id=file.id) from error
    return Response(drawn, 200, headers, f"image/{form}")


def taken(accept: str) -> list[str]:
    """The media types that a client names, but those that it refuses (RFC 9110 §12.5.1)."""
    ranges = [part.replace(" ", "").lower().split(";") for part in accept.split(",")]
    return [kind for kind, *parameters in ranges if not any(_is_nothing(each) for each in parameters)]


def _is_nothing(parameter: str) -> bool:
    return parameter.startswith("q=") and not parameter[2:].strip("0.")
