"""Photos as grids show them: a tile's shape is known before its picture loads; days with their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from itertools import groupby

from msgspec import Struct, structs

from ..model import Photo
from ..service import together
from ..service.together import Group
from .door import photo_url

_FLATTEST, _TALLEST, _USUAL = 2.5, 0.5, 1.3  # width by height; usual: where nobody knows
_LARGE = 1600  # pixels of a picture that fills the page


class Tile(Struct, frozen=True):
    """One photo of a grid. shape: a class of the style sheet; width, height: of its picture on a page of its own.

    group: what it belongs to, with `number` stills; is_folded: another one stands for it; motion: the address of the film
    of its moment, "" for none.
    """

    id: str
    href: str
    name: str
    shape: str
    thumb: str
    picture: str
    raw: str
    width: int
    height: int
    is_film: bool
    length: str
    is_favourite: bool
    group: str = ""
    is_folded: bool = False
    number: int = 1
    motion: str = ""


class Day(Struct, frozen=True):
    """Photos of one day. day: None where days do not matter; place: where most of them are from."""

    day: date | None
    tiles: list[Tile]
    place: str = ""


def tiles(photos: Sequence[Photo], roll: str = "") -> list[Tile]:
    """The tiles of photos; of those that belong together one shows. roll: which sequence they lead into."""
    groups = together.grouped(photos)
    return [_tile(photo, roll, groups.get(photo.id)) for photo in photos]


def _tile(photo: Photo, roll: str, group: Group | None) -> Tile:
    alone = structs.replace(_alone(photo, roll), motion=motion_url(photo, group))
    if group is None:
        return alone
    return structs.replace(alone, group=group.name, is_folded=photo.id != group.shown.id, number=group.number)


def _alone(photo: Photo, roll: str) -> Tile:
    width, height = extent(photo)
    return Tile(
        photo.id, photo_url(photo.id, roll), photo.name, shape(photo), picture_url(photo, 512), picture_url(photo, _LARGE),
        raw_url(photo), width, height, photo.is_film, length(photo.duration_s) if photo.is_film else "", photo.is_favourite,
    )  # fmt: skip


def shape(photo: Photo) -> str:
    """The class for width by height, in tenths: r13."""
    ratio = photo.width / photo.height if photo.width and photo.height else _USUAL
    return f"r{round(10 * min(max(ratio, _TALLEST), _FLATTEST)):02}"


def extent(photo: Photo, most: int = _LARGE) -> tuple[int, int]:
    """Width and height of its picture with `most` pixels on a side at most; 0 where nobody knows."""
    if not photo.width or not photo.height:
        return 0, 0
    scale = min(1, most / max(photo.width, photo.height))
    return max(1, round(photo.width * scale)), max(1, round(photo.height * scale))


def picture_url(photo: Photo, size: int) -> str:
    """The address of a picture of it; it changes with the content, so it may be kept. size: 128, 512 or 1600 pixels."""
    return f"/my/file/{photo.id}/picture/{size}-{photo.sha256[:12]}"


def raw_url(photo: Photo) -> str:
    """The address of its bytes."""
    return f"/my/file/{photo.id}/raw/{photo.sha256[:12]}"


def motion_url(photo: Photo, group: Group | None) -> str:
    """The address of the film of a photo's moment: inside it, or the other half of a live photo; "" for none."""
    if photo.has_film_within:
        return f"/my/file/{photo.id}/motion/{photo.sha256[:12]}"
    return raw_url(group.film) if group and group.film and not photo.is_film else ""


def length(seconds: float) -> str:
    """How long a film lasts: 0:42, 1:02:03; "" where nobody knows."""
    whole = round(seconds)
    if whole <= 0:
        return "0:01" if seconds > 0 else ""
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def flat(photos: Sequence[Photo], roll: str = "") -> list[Day]:
    """All of them in one grid."""
    return [Day(None, tiles(photos, roll))] if photos else []


def by_day(
    photos: Sequence[Photo], here: tzinfo, place: Callable[[Sequence[Photo]], str], roll: str = ""
) -> list[Day]:
    """A grid for each day of the owner's clock. place: says where photos are from."""
    days = []
    for day, some in groupby(photos, lambda photo: photo.at.astimezone(here).date()):
        of_day = list(some)
        days.append(Day(day, tiles(of_day, roll), place(of_day)))
    return days
