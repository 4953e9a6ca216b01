"""Turning and cutting a photo; the original stays, and comes back by one button."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.service import Edit
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..model import Photo
from .door import PHOTOS_URL, page, photo_url, routes, words
from .tiles import extent, picture_url

EDIT_URL = f"{PHOTOS_URL}/photo/{{photo_id}}/edit"
LARGE = 1600  # pixels
SHAPES = ("1:1", "4:3", "3:2", "16:9", "3:4", "2:3", "9:16")
_TURNS = {"0": 0, "90": 90, "180": 180, "270": 270}


@routes.on("GET", EDIT_URL, OWNER)
def ask(work: Work, call: Call, photo_id: str) -> Response:
    """What shall be done to the photo? 200; 404."""
    return _question(work, call, photo_id)


def _question(work: Work, call: Call, photo_id: str, error: str = "", status: int = 200) -> Response:
    shown = service.rolls.fetch(work, photo_id)
    return page(
        work, call, "edit.html", status, photo=shown, picture=picture_url(shown, LARGE), extent=extent(shown, LARGE),
        shapes=SHAPES, error=error, is_edited=files.original(work, photo_id) is not None,
    )  # fmt: skip


@routes.on("POST", EDIT_URL, OWNER)
async def edit(call: Call, photo_id: str, form: FormData) -> Response:
    """Turn and cut a photo. 303 to it; 404, 422 the question again."""
    shown = await call.read(service.rolls.fetch, photo_id)
    try:
        await files.edit(call.house, call.home, call.caller, photo_id, _change(form, shown))
    except Problem as problem:
        detail = problem.detail
        return await call.read(lambda work: _question(work, call, photo_id, words(work).gettext(detail), 422))
    said = await call.read(lambda work: words(work).gettext("The photo is changed. The original is kept."))
    return done(call, photo_url(photo_id), said, undo=f"{PHOTOS_URL}/photo/{photo_id}/original")


def _change(form: FormData, photo: Photo) -> Edit:
    """What the form says: an exact cut where scripts gave one, else one in the middle, of the shape that was chosen."""
    turn = _TURNS.get(str(form.get("turn", "")), 0)
    exact = [_part(str(form.get(name, ""))) for name in ("left", "top", "width", "height")]
    if None not in exact:
        left, top, width, height = (part or 0.0 for part in exact)
        return Edit(turn=turn, left=left, top=top, width=width, height=height)
    return _middle(turn, photo, str(form.get("shape", "")))


def _part(text: str) -> float | None:
    try:
        part = float(text)
    except ValueError:
        return None
    return part if 0 <= part <= 1 else None


def _middle(turn: int, photo: Photo, shape: str) -> Edit:
    if shape not in SHAPES or not photo.width:
        return Edit(turn=turn)
    wide, high = map(int, shape.split(":"))
    sides = (photo.width, photo.height) if turn in {0, 180} else (photo.height, photo.width)
    wanted, now = wide / high, sides[0] / sides[1]
    width, height = min(1.0, wanted / now), min(1.0, now / wanted)
    return Edit(turn=turn, left=(1 - width) / 2, top=(1 - height) / 2, width=width, height=height)


@routes.on("POST", f"{PHOTOS_URL}/photo/{{photo_id}}/original", OWNER)
def back_to_original(work: Work, call: Call, photo_id: str, form: FormData) -> Response:
    """Bring the original back; what it is now becomes a version. 303 to the photo; 404."""
    files.back_to_original(work, photo_id)
    return done(call, photo_url(photo_id), words(work).gettext("The original is back."))
