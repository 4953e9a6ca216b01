"""Places: the map, what is on it, and where photos are from in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from babel import Locale
from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.gazetteer import Town
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call

from .. import service
from ..model import Photo
from ..service.places import Box, Cluster, Point, box_of
from .door import PHOTOS_URL, photo_url, routes, words
from .rolls import roll_page
from .tiles import picture_url

PLACES_URL = f"{PHOTOS_URL}/places"
_BOX = re.compile(r"(-?\d{1,3}(?:\.\d{1,9})?,){3}-?\d{1,3}(?:\.\d{1,9})?")
_SMALL = 17  # how many markers fit into the map's longer side
_ASKED = 3  # photos that are asked where they are from, for a name


class Marker(Struct, frozen=True):
    """Photos of a place on the map. x, y: its middle; size: of the marker; href: nearer, or the photo itself."""

    x: float
    y: float
    size: float
    count: int
    href: str
    name: str
    picture: str


def namer(work: Work) -> Callable[[Sequence[Photo]], str]:
    """What says where photos are from; "" where nobody knows."""
    locale = words(work).locale

    def name(photos: Sequence[Photo]) -> str:
        known = [photo.place for photo in photos[:: max(1, len(photos) // _ASKED)] if photo.place]
        towns = Counter(town for place in known if (town := service.places.town(work, *place)))
        named = [called(town, locale) for town, _ in towns.most_common(2)]
        return " – ".join(dict.fromkeys(named))

    return name


def called(town: Town, locale: str) -> str:
    """Roscoff, France."""
    return f"{town.name}, {_country(town.country, locale)}"


@lru_cache(maxsize=512)
def _country(code: str, locale: str) -> str:
    return str(Locale.parse(locale).territories.get(code, code))


@routes.on("GET", PLACES_URL, OWNER)
async def places(call: Call) -> Response:
    """A map with what was photographed where, and the photos of what it shows. box: south,west,north,east. 200."""
    return await call.scan(_places, call)


def _places(work: Work, call: Call) -> Response:
    asked = call.query("box")
    points = service.places.points(work)
    box = (
        box_of(*map(float, asked.split(","))) if _BOX.fullmatch(asked) else service.places.everywhere(points)
    )
    roll = service.rolls.placed(service.places.on(points, box), box)
    url = box_url(box) if asked else PLACES_URL
    return roll_page(
        work, call, roll, url, "places.html", box=box, markers=_markers(work, points, box), whole_url=PLACES_URL,
        nearer_url=box_url(box.grown(0.5)), farther_url=box_url(box.grown(2)), is_whole=not asked,
    )  # fmt: skip


def box_url(box: Box) -> str:
    """The address of a part of the map."""
    return f"{PLACES_URL}?box={','.join(f'{edge:.6g}' for edge in box.edges)}"


def _markers(work: Work, points: Sequence[Point], box: Box) -> list[Marker]:
    size = max(box.width, box.height) / _SMALL
    name = namer(work)
    found = service.places.clusters(work, points, box)
    return [
        _marker(cluster, size, name([cluster.cover])) for cluster in reversed(found)
    ]  # the largest on top


def _marker(cluster: Cluster, size: float, name: str) -> Marker:
    return Marker(
        cluster.x, cluster.y, size, cluster.count, photo_url(cluster.cover.id) if cluster.count == 1 else box_url(cluster.box),
        name, picture_url(cluster.cover, 128),
    )  # fmt: skip
