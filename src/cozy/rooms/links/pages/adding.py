"""Putting files in without scripts: a plain form, for as many as people choose at once. With scripts they go by tus."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import OWN_PROOF
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.csrf import guard_origin
from cozy.web.pages import flash

from .. import service
from ..errors import NothingSent
from ..model import FILES
from ..service.opening import Opened
from .door import LINK, guest_page, is_owner, routes, url_of, visit, words_of

CHUNK = 1024 * 1024  # bytes
AT_ONCE = 500  # files of one form
AROUND = 1024 * 1024  # bytes of a form that are no file


@routes.on("POST", f"{LINK}/add", OWN_PROOF)
async def add(call: Call, code: str) -> Response:
    """Put files into a shared folder, `?into` one in it. 303 back to it; 403, 404; 413, 422 the page again."""
    return await visit(call, code, _add)


async def _add(call: Call, opened: Opened) -> Response:
    guard_origin(call)
    folder_id = await call.read(service.dropping.into, opened, call.query("into"))
    try:
        number = await _taken(call, folder_id)
    except Problem as problem:
        return await _again(call, opened, problem)
    call.account(number, FILES, "POST")
    said = words_of(call).ngettext(
        "%(num)s file has arrived. Thank you.", "%(num)s files have arrived. Thank you.", number
    )
    flash(call, said)
    is_top = folder_id == opened.thing.id
    return see_other(url_of(opened) if is_top else url_of(opened, "folder", folder_id))


async def _again(call: Call, opened: Opened, problem: Problem) -> Response:
    said = words_of(call).gettext(problem.detail)
    status = 413 if isinstance(problem, OverQuota) else 422
    return await call.read(
        guest_page, call, "drop.html", opened, status, is_owner=await is_owner(call), error=said
    )


async def _taken(call: Call, folder_id: str) -> int:
    """Keep every file of the form, and say how many. Raises NothingSent, OverQuota, BadName."""
    left = await call.read(files.room_left, call.home.quota)
    form = await _form(call, left)
    try:
        sent = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
        if not sent:
            raise NothingSent(parameter="files")
        for each in sent:
            await _keep(call, folder_id, each)
        return len(sent)
    finally:
        await form.close()


async def _form(call: Call, left: int | None) -> FormData:
    """The form, its files spooled to disk, and no more of them than there is room for. Raises OverQuota, Malformed."""

    async def bounded() -> AsyncGenerator[bytes]:
        length = 0
        async for chunk in call.chunks():
            length += len(chunk)
            if left is not None and length > left + AROUND:
                raise OverQuota(quota=call.home.quota)
            yield chunk

    try:
        parser = MultiPartParser(call.request.headers, bounded(), max_files=AT_ONCE, max_fields=10)
        return await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Malformed("This form cannot be read.") from error


async def _keep(call: Call, folder_id: str, sent: UploadFile) -> None:
    name = (sent.filename or "").replace("\\", "/").rpartition("/")[2]
    left = await call.read(files.room_left, call.home.quota)
    try:
        content: Content = await call.house.blobs.put(call.home.id, _chunks(sent), left)
    except TooLarge as error:
        raise OverQuota(quota=call.home.quota) from error
    await call.write(
        service.dropping.keep, folder_id, name, content, sent.content_type or "", call.home.quota
    )


async def _chunks(sent: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await sent.read(CHUNK):
        yield chunk
