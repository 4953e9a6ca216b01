"""Albums: all of them, one, and what can be done with it."""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlencode

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.ui import leave
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..model import ALBUMS, Album, Order
from .door import PHOTOS_URL, album_url, failed, ids_in, page, question, routes, way_back, words
from .rolls import roll_page
from .tiles import picture_url

ALBUMS_URL = f"{PHOTOS_URL}/albums"
_STEPS = {"earlier": -1, "later": 1}
UNDO_LIMIT = 60  # photos whose leaving can be undone: their ids travel in a cookie


class Card(Struct, frozen=True):
    """An album as a picture with its name."""

    id: str
    href: str
    name: str
    count: int
    picture: str


def _card(album: Album) -> Card:
    picture = picture_url(album.cover, 512) if album.cover else ""
    return Card(album.id, album_url(album.id), album.name, album.count, picture)


@routes.on("GET", ALBUMS_URL, OWNER)
async def albums(call: Call) -> Response:
    """Every album. 200."""
    return await call.scan(_albums, call)


def _albums(work: Work, call: Call) -> Response:
    return page(work, call, "albums.html", albums=[_card(album) for album in service.albums.all_(work)])


@routes.on("GET", f"{ALBUMS_URL}/new", OWNER)
def ask_name(work: Work, call: Call) -> Response:
    """What shall the album be called? 200."""
    return question(work, call, "album_name.html", album=None, name="", error="", ids=ids_in(call))


@routes.on("POST", f"{ALBUMS_URL}/new", OWNER)
def create(work: Work, call: Call, form: FormData) -> Response:
    """Make an album, with what is chosen in it. 303 to it; 422 the question again."""
    name = str(form.get("name", ""))
    try:
        with work.attempt():
            made = service.albums.create(work, name, ids_in(call, form))
    except Problem as problem:
        said = words(work).gettext(problem.detail)
        return question(
            work,
            call,
            "album_name.html",
            form,
            422,
            album=None,
            name=name,
            error=said,
            ids=ids_in(call, form),
        )
    return done(call, album_url(made.id), words(work).gettext("Album created."))


@routes.on("POST", f"{ALBUMS_URL}/add", OWNER)
def add(work: Work, call: Call, form: FormData) -> Response:
    """Put what is chosen into an album; asks which when the form does not say. 200 the question; 303 back."""
    ids, into = ids_in(call, form), str(form.get("into", ""))
    said = words(work)
    if not ids:
        return done(call, way_back(call, form), said.gettext("Choose something first."))
    if not into:
        known = [_card(album) for album in service.albums.all_(work)]
        return question(work, call, "album_add.html", form, albums=known, ids=ids)
    try:
        with work.attempt():
            number = service.albums.put_in(work, into, ids)
            album = service.albums.one(work, into)
    except Problem as problem:
        return failed(work, call, way_back(call, form), problem)
    text = (
        said.ngettext(
            "%(num)s photo is now in “%(name)s”.",
            "%(num)s photos are now in “%(name)s”.",
            number,
            name=album.name,
        )
        if number
        else said.gettext("They were in “%(name)s” already.", name=album.name)
    )
    return done(call, way_back(call, form), text)


@routes.on("GET", f"{ALBUMS_URL}/{{album_id}}", OWNER)
async def album(call: Call, album_id: str) -> Response:
    """The photos of an album. 200; 404."""
    return await call.scan(_album, call, album_id)


def _album(work: Work, call: Call, album_id: str) -> Response:
    shown = service.albums.one(work, album_id)
    roll = service.rolls.album(work, album_id)
    return roll_page(
        work, call, roll, album_url(album_id), "album.html", album=shown, seen=_seen(work, album_id),
        cover=picture_url(shown.cover, 1600) if shown.cover else "",
    )  # fmt: skip


def _seen(work: Work, album_id: str) -> leave.Seen:
    known = permissions.others(work, "GET", ALBUMS)
    body = documents.fetch(work, ALBUMS, album_id).body
    seers = permissions.among(known, "GET", ALBUMS, {album_id}, body)
    return leave.seen(words(work), [permissions.name_of(each) for each in seers])


@routes.on("GET", f"{ALBUMS_URL}/{{album_id}}/name", OWNER)
def ask_new_name(work: Work, call: Call, album_id: str) -> Response:
    """What shall it be called from now on? 200; 404."""
    shown = service.albums.one(work, album_id)
    return question(work, call, "album_name.html", album=shown, name=shown.name, error="", ids=[])


@routes.on("POST", f"{ALBUMS_URL}/{{album_id}}/name", OWNER)
def rename(work: Work, call: Call, album_id: str, form: FormData) -> Response:
    """Give an album another name. 303 to it; 422 the question again; 404."""
    shown, name = service.albums.one(work, album_id), str(form.get("name", ""))
    try:
        with work.attempt():
            service.albums.rename(work, album_id, name)
    except Problem as problem:
        said = words(work).gettext(problem.detail)
        return question(work, call, "album_name.html", form, 422, album=shown, name=name, error=said, ids=[])
    return done(call, album_url(album_id), words(work).gettext("Renamed."))


@routes.on("POST", f"{ALBUMS_URL}/{{album_id}}/order", OWNER)
def sort(work: Work, call: Call, album_id: str, form: FormData) -> Response:
    """Show its photos in another order. 303 to it; 404."""
    order: Order = str(form.get("order", ""))  # type: ignore[assignment]
    if order in get_args(Order):
        service.albums.sort(work, album_id, order)
    return done(call, album_url(album_id), words(work).gettext("The order is changed."))


@routes.on("POST", f"{ALBUMS_URL}/{{album_id}}/move", OWNER)
def move(work: Work, call: Call, album_id: str, form: FormData) -> Response:
    """Put what is chosen to the beginning of the album (`first`), a place `earlier` or `later`, before another photo, or to
    the end. quiet: who asks shows it already. 303 to it, 204; 404.
    """
    where, ids = str(form.get("before", "first")), ids_in(call, form)
    if where in _STEPS:
        service.albums.step(work, album_id, ids, _STEPS[where])
    else:
        others = [id_ for id_ in service.albums.ids_in(work, album_id) if id_ not in set(ids)]
        before = (others[0] if others else "") if where == "first" else where
        service.albums.move(work, album_id, ids, before)
    if form.get("quiet"):
        return Response(status_code=204)
    return done(call, album_url(album_id), words(work).gettext("The order is changed."))


@routes.on("POST", f"{ALBUMS_URL}/{{album_id}}/cover", OWNER)
def choose_cover(work: Work, call: Call, album_id: str, form: FormData) -> Response:
    """Let what is chosen stand for the album. 303 to it; 404."""
    chosen = ids_in(call, form)
    if not chosen:
        return done(call, album_url(album_id), words(work).gettext("Choose something first."))
    service.albums.choose_cover(work, album_id, chosen[0])
    return done(call, album_url(album_id), words(work).gettext("This photo stands for the album now."))


@routes.on("POST", f"{ALBUMS_URL}/{{album_id}}/out", OWNER)
def take_out(work: Work, call: Call, album_id: str, form: FormData) -> Response:
    """Take what is chosen out of the album; it stays among the photos. 303 to it; 404."""
    gone = service.albums.take_out(work, album_id, ids_in(call, form))
    said = words(work)
    if not gone:
        return done(call, album_url(album_id), said.gettext("Choose something first."))
    text = said.ngettext(
        "%(num)s photo taken out of the album.", "%(num)s photos taken out of the album.", len(gone)
    )
    undo = f"{album_url(album_id)}/back?{urlencode([('ids', id_) for id_ in gone])}"
    return done(call, album_url(album_id), text, undo=undo if len(gone) <= UNDO_LIMIT else "")


@routes.on("POST", f"{ALBUMS_URL}/{{album_id}}/back", OWNER)
def put_back(work: Work, call: Call, album_id: str, form: FormData) -> Response:
    """Undo taking out. 303 to the album; 404."""
    number = service.albums.put_in(work, album_id, ids_in(call, form))
    said = words(work).ngettext("Put back.", "%(num)s items put back.", number)
    return done(call, album_url(album_id), said)


@routes.on("GET", f"{ALBUMS_URL}/{{album_id}}/delete", OWNER)
def ask_to_delete(work: Work, call: Call, album_id: str) -> Response:
    """Shall the album go? 200; 404."""
    return question(work, call, "album_delete.html", album=service.albums.one(work, album_id))


@routes.on("POST", f"{ALBUMS_URL}/{{album_id}}/delete", OWNER)
def delete(work: Work, call: Call, album_id: str, form: FormData) -> Response:
    """Delete an album; its photos stay. 303 to the albums; 404."""
    service.albums.delete(work, album_id)
    return done(call, ALBUMS_URL, words(work).gettext("Album deleted. Its photos are where they were."))
