"""Small pictures of pictures and PDF files, as the clients on phones ask for them."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.blobs import Content
from cozy.kernel.previews import CannotDraw
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import FILES, File
from cozy.web.call import Call
from cozy.web.ranges import is_known

routes = Routes(errors="ocs")
_HEADERS = {"cache-control": "private, no-cache", "content-security-policy": "sandbox"}
_LARGEST = 18  # digits of a number that can be one of ours


@routes.on("GET", "/index.php/core/preview", may("GET", FILES))
@routes.on("GET", "/index.php/core/preview.png", may("GET", FILES))
async def preview(call: Call) -> Response:
    """A picture of the file that `fileId` numbers or `file` leads to, about `x` by `y`. 200, 304; 401, 403, 404."""
    file, content = await call.read(_shown, call.query("fileId"), call.query("file"))
    look = _look(max(_number(call.query("x")), _number(call.query("y"))))
    headers = {**_HEADERS, "etag": f'"{content.sha256[:32]}-{look}"'}
    if is_known(call, headers["etag"]):
        return Response(status_code=304, headers=headers)
    try:
        drawn = await files.thumbnail(call.house, call.home, file, content, look)
    except CannotDraw as error:
        raise NoFile(id=file.id) from error
    return Response(drawn, 200, headers, "image/jpeg")


def _shown(work: Work, number: str, path: str) -> tuple[File, Content]:
    file = files.numbered(work, _number(number)) if number else files.at_path(work, path)
    return file, files.in_file(work, file)


def _number(text: str) -> int:
    """What a parameter says; 0 for nonsense."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LARGEST else 0


def _look(size: int) -> str:
    """The smallest of our sizes that is not smaller than what is asked for, uncut."""
    fitting = [name for name, look in files.LOOKS.items() if look.width >= size and not look.is_cut]
    return fitting[0] if fitting else "large"
