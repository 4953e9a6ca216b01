"""One photo, large: what it looks like, what is known about it, what is before and after it."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.web.call import Call

from .. import service
from ..model import Photo
from . import about
from .door import PHOTOS_URL, album_url, page, photo_url, routes, words
from .places import namer
from .tiles import extent, length, motion_url, picture_url, raw_url, tiles
from .who import seen_one

LARGE = 1600  # pixels


@routes.on("GET", f"{PHOTOS_URL}/photo/{{photo_id}}", OWNER)
async def photo(call: Call, photo_id: str) -> Response:
    """A photo, large. in: the roll that it is looked at in. 200; 404."""
    return await call.scan(_photo, call, photo_id)


def _photo(work: Work, call: Call, photo_id: str) -> Response:
    shown = service.rolls.fetch(work, photo_id)
    roll = call.query("in")
    before, after = service.rolls.around(work, shown, roll)
    said = words(work)
    group = service.together.of(work, shown)
    return page(
        work, call, "photo.html", photo=shown, at=shown.at, raw=raw_url(shown), picture=picture_url(shown, LARGE),
        extent=extent(shown, LARGE), length=length(shown.duration_s), about=about.lines(said, shown), clock=about.clock(said, shown),
        albums=[(album.name, album_url(album.id)) for album in service.albums.of(work, shown.id)],
        before=_link(before, roll), after=_link(after, roll), seen=seen_one(work, shown.id), roll=roll,
        group=tiles(group.photos[::-1], roll) if group else [], motion=motion_url(shown, group), is_live=bool(group and group.film), up=_up(roll, shown, work), may_edit=files.is_editable(files.fetch(work, shown.id)), place=about.place(shown) or namer(work)([shown]),
    )  # fmt: skip


def _link(photo: Photo | None, roll: str) -> tuple[str, str, str] | None:
    """Address, name and picture of a neighbour."""
    return (photo_url(photo.id, roll), photo.name, picture_url(photo, LARGE)) if photo else None


def _up(roll: str, photo: Photo, work: Work) -> str:
    """The page that a photo is a part of."""
    what, _, which = roll.partition(":")
    if what in {"favourites", "films"}:
        return f"{PHOTOS_URL}/{what}"
    if what == "album":
        return album_url(which)
    if what == "days":
        return f"{PHOTOS_URL}/days/{which}"
    if what == "place":
        return f"{PHOTOS_URL}/places?box={which}"
    day = photo.at.astimezone(service.timeline.zone(work)).date()
    return f"{PHOTOS_URL}/month/{day.year:04}-{day.month:02}"
