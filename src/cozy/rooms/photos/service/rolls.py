"""Rolls: photos in an order, of which the viewer and the pages turn one after the other.

A roll is named by a word, and what it is about: `favourites`, `films`, `album:<id>`, `days:2023-07-18/2023-07-20`,
`place:<south>,<west>,<north>,<east>`. The one of everything is "": it is too long to be told as ids, see `timeline`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from cozy.kernel.work import Work

from .. import access, store
from ..errors import NoPhoto
from ..model import Photo
from . import albums, places, timeline
from .timeline import PAGE

_PLACE = re.compile(r"(-?\d{1,3}(?:\.\d+)?,){3}-?\d{1,3}(?:\.\d+)?")


class Roll(Struct, frozen=True):
    """A roll: its name, and the ids of its photos in their order."""

    name: str
    ids: list[str]

    def page(self, number: int) -> list[str]:
        """The ids of a page, from 1 on."""
        return self.ids[(number - 1) * PAGE : number * PAGE]


def favourites(work: Work) -> Roll:
    """What the owner marked, newest first. Raises NobodyIn, NotAllowed."""
    access.every(work)
    return Roll("favourites", store.favourites(work))


def films(work: Work) -> Roll:
    """Films, newest first. Raises NobodyIn, NotAllowed."""
    access.every(work)
    return Roll("films", store.films(work))


def album(work: Work, id_: str) -> Roll:
    """The photos of an album in its order. Raises NoAlbum, NobodyIn, NotAllowed."""
    return Roll(f"album:{id_}", albums.ids_in(work, id_))


def days(work: Work, first: date, last: date) -> Roll:
    """The photos of some days, newest first. Raises NobodyIn, NotAllowed."""
    return Roll(f"days:{first}/{last}", timeline.of_days(work, first, last))


def place(work: Work, south: float, west: float, north: float, east: float) -> Roll:
    """The photos taken between two parallels and two meridians, newest first. Raises NobodyIn, NotAllowed."""
    box = places.box_of(south, west, north, east)
    return placed(places.on(places.points(work), box), box)


def placed(points: Sequence[places.Point], box: places.Box) -> Roll:
    """The roll of what is on a part of the map."""
    return Roll(f"place:{','.join(f'{edge:.6g}' for edge in box.edges)}", [point.id for point in points])


def named(work: Work, name: str) -> Roll | None:
    """The roll of a name; None for the one of everything, and for what is no name. Raises NoAlbum, NobodyIn, NotAllowed."""
    what, _, which = name.partition(":")
    if what == "favourites":
        return favourites(work)
    if what == "films":
        return films(work)
    if what == "album":
        return album(work, which)
    if what == "days":
        return _days(work, which)
    if what == "place" and _PLACE.fullmatch(which):
        south, west, north, east = map(float, which.split(","))
        return place(work, south, west, north, east)
    return None


def _days(work: Work, which: str) -> Roll | None:
    first, _, last = which.partition("/")
    try:
        return days(work, date.fromisoformat(first), date.fromisoformat(last or first))
    except (ValueError, OverflowError):
        return None


def photos(work: Work, roll: Roll, page: int) -> list[Photo]:
    """The photos of a page of a roll. Raises NobodyIn, NotAllowed."""
    return access.photos(work, roll.page(page))


def fetch(work: Work, id_: str) -> Photo:
    """One photo. Raises NoPhoto, NobodyIn, NotAllowed."""
    return access.photo(work, id_)


def many(work: Work, ids: list[str]) -> list[Photo]:
    """Those of these that are photos, in the order asked. Raises NobodyIn, NotAllowed."""
    return access.photos(work, ids)


def around(work: Work, photo: Photo, name: str = "") -> tuple[Photo | None, Photo | None]:
    """What is before and after a photo in a roll. Raises NoAlbum, NobodyIn, NotAllowed."""
    roll = named(work, name)
    if roll is None or photo.id not in roll.ids:
        return timeline.beside(work, photo)
    at = roll.ids.index(photo.id)
    ids = [roll.ids[n] if 0 <= n < len(roll.ids) else "" for n in (at - 1, at + 1)]
    known = {each.id: each for each in access.photos(work, [id_ for id_ in ids if id_])}
    return known.get(ids[0]), known.get(ids[1])


def first(work: Work, roll: Roll) -> Photo:
    """The photo that a roll begins with. Raises NoPhoto, NobodyIn, NotAllowed."""
    if not roll.ids:
        raise NoPhoto
    return access.photo(work, roll.ids[0])
