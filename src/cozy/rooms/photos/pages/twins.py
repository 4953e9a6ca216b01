"""Photos that are there twice, or look alike: side by side, for the owner to say which may go."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.service import Alike, together
from cozy.web.call import Call
from cozy.web.pages import done

from ..model import Photo, photo_of
from .door import PHOTOS_URL, failed, ids_in, number_in, page, photo_url, routes, way_back, words
from .tiles import picture_url

TWINS_URL = f"{PHOTOS_URL}/duplicates"
GROUPS = 20  # on a page


class Twin(Struct, frozen=True):
    """One of photos that look alike. folder: where it is."""

    id: str
    href: str
    name: str
    folder: str
    picture: str
    at: datetime
    size: int
    sides: str
    is_favourite: bool


class Group(Struct, frozen=True):
    """Photos that show one thing; the first is the one to keep. superfluous: bytes of the others."""

    twins: list[Twin]
    is_exact: bool
    superfluous: int


@routes.on("GET", TWINS_URL, OWNER)
async def duplicates(call: Call) -> Response:
    """Photos that are there more than once. exact: only those that are the same to the byte. 200."""
    return await call.scan(_duplicates, call)


def _duplicates(work: Work, call: Call) -> Response:
    number, only_exact = number_in(call), call.query("exact") == "1"
    found = files.duplicates(work, skip=(number - 1) * GROUPS, limit=GROUPS, only_exact=only_exact)
    here = f"{TWINS_URL}?{'exact=1&' if only_exact else ''}page="
    return page(
        work, call, "duplicates.html", groups=[_group(work, alike) for alike in found.groups], only_exact=only_exact,
        before_url=f"{here}{number - 1}" if number > 1 else "", after_url=f"{here}{number + 1}" if found.is_more else "",
    )  # fmt: skip


def _group(work: Work, alike: Alike) -> Group:
    return Group([_twin(work, file) for file in alike.files], alike.is_exact, alike.superfluous)


def _twin(work: Work, file: files.File) -> Twin:
    photo: Photo = photo_of(file)
    around = [folder.name for folder in files.ancestors(work, file) if folder.id != files.ROOT]
    sides = f"{photo.width} × {photo.height}" if photo.width else ""
    return Twin(
        file.id, photo_url(file.id), file.name, " › ".join([words(work).gettext("Files"), *around]),
        picture_url(photo, 512), photo.at, file.size, sides, photo.is_favourite,
    )  # fmt: skip


def _back(form: FormData) -> str:
    return f"{TWINS_URL}?exact=1" if form.get("exact") else TWINS_URL


@routes.on("POST", TWINS_URL, OWNER)
def throw_away(work: Work, call: Call, form: FormData) -> Response:
    """Put what is ticked into the bin. 303 to the rest, with a way to undo it."""
    ids, said = ids_in(call, form), words(work)
    back = _back(form)
    if not ids:
        return done(call, back, said.gettext("Choose something first."))
    try:
        with work.attempt():
            thrown = together.trash_all(work, ids)
    except Problem as problem:
        return failed(work, call, back, problem)
    at = thrown[0].body["cozyMetadata"]["trashedAt"]
    text = said.ngettext("Moved to the bin.", "%(num)s items moved to the bin.", len(thrown))
    return done(call, back, text, undo=f"/my/drive/trash/undo?at={at}")


@routes.on("POST", f"{TWINS_URL}/different", OWNER)
def tell_apart(work: Work, call: Call, form: FormData) -> Response:
    """Remember that the photos of a group are different, or are all to stay. 303 to the rest, with a way to undo it."""
    said, ids = words(work), str(form.get("group", "")).split(",")
    try:
        with work.attempt():
            told = files.tell_apart(work, [id_ for id_ in ids if id_])
    except Problem as problem:
        return failed(work, call, _back(form), problem)
    text = said.gettext("They are no longer shown as duplicates of each other.")
    return done(call, _back(form), text, undo=f"{TWINS_URL}/alike?id={told}")


@routes.on("POST", f"{TWINS_URL}/alike", OWNER)
def liken(work: Work, call: Call, form: FormData) -> Response:
    """Undo telling apart. 303 to the duplicates."""
    files.liken(work, call.query("id"))
    return done(
        call, way_back(call, form, TWINS_URL), words(work).gettext("They are shown as duplicates again.")
    )
