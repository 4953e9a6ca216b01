"""Things moved or copied between the home's own files and drives."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.caller import SYSTEM
from cozy.kernel.routes import Routes, may
from cozy.web import jsonapi
from cozy.web.call import Call

from .. import service
from ..errors import BadMove, OneFileOnly
from ..model import FILES, ROUTES
from ..service.carrying import Here, Place, There
from . import telling

routes = Routes()


class Side(Struct, frozen=True):
    """Where from or where to. sharing_id: of a drive, "" for the home's own files; instance says nothing that it does not."""

    instance: str = ""
    sharing_id: str = ""
    file_id: str = ""
    dir_id: str = ""


class Move(Struct, frozen=True):
    """The body. copy: whether the thing stays where it was, too."""

    source: Side
    dest: Side
    copy: bool = False


class _Open(Struct, frozen=True):
    """One side, ready. is_file: a drive that is one file."""

    place: Place
    is_file: bool = False


@routes.on("POST", f"{ROUTES}/move", may("POST", FILES))
async def move(call: Call) -> Response:
    """Move or copy a file or a folder, at least one of both sides being a drive. 201; 400, 403, 404, 422, 502."""
    asked = await call.decoded(Move)
    source, dest = asked.source, asked.dest
    is_whole = bool(source.file_id) != bool(source.dir_id) and bool(dest.dir_id)
    if not is_whole or not (source.sharing_id or dest.sharing_id):
        raise BadMove
    if any(side.instance and not side.sharing_id for side in (source, dest)):
        raise BadMove
    taken = await _open(call, source, writes=not asked.copy)
    put = await _open(call, dest, writes=True)
    if put.is_file or (taken.is_file and not asked.copy):
        raise OneFileOnly
    id_ = source.file_id or source.dir_id
    if isinstance(taken.place, Here) and isinstance(put.place, Here) and not asked.copy:
        made = await _within(call, taken.place, put.place, id_, dest.dir_id)
    else:
        made = await service.carrying.carry(taken.place, id_, put.place, dest.dir_id, leaves=not asked.copy)
    if dest.sharing_id:
        made = service.carrying.of_drive(made, dest.sharing_id)
    call.account(1, FILES, "POST")
    return jsonapi.answer(
        jsonapi.resource(FILES, made.id, made.attributes, rev=made.rev, own=f"/files/{made.id}"), 201
    )


async def _open(call: Call, side: Side, *, writes: bool) -> _Open:
    """Raises NoDrive, DriveClosed, OnlyToLook, NotAllowed."""
    if not side.sharing_id:
        return _Open(Here(call.house, call.home, call.caller))
    there = await call.read(service.elsewhere, side.sharing_id, "POST", writes=writes)
    if there is not None:
        return _Open(There(call.house, call.home, there), there.is_file)
    drive = await call.read(service.open_, side.sharing_id, telling.token_of(call))
    return _Open(Here(call.house, call.home, drive.caller), drive.is_file)


async def _within(call: Call, source: Here, target: Here, id_: str, folder_id: str) -> service.carrying.Made:
    """In one home nothing is copied: each side has said what it allows, and the thing gets another folder."""
    for caller, verb, what in ((source.caller, "PATCH", id_), (target.caller, "POST", folder_id)):
        await call.house.read(call.home, caller, service.allowed, verb, what)
    return await call.house.write(call.home, SYSTEM, service.carrying.moved, id_, folder_id)
