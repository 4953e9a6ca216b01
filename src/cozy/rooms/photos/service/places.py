"""Where photos were taken: on a map, gathered by how near it looks; in words, by the towns that are known here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import asinh, atan, degrees, pi, radians, sinh, tan

from msgspec import Struct

from cozy.kernel.gazetteer import Gazetteer, Town
from cozy.kernel.work import Work

from .. import access, store
from ..model import Photo

UNITS = 20_000  # the map is that wide and high: frontend/build.mjs draws it so
_NORTH = 84.0  # degrees; no nearer to the poles
_CELLS = 9  # in which a map's longer side is divided: what is in one of them stands together
_LEAST = 4.0  # units: the map is not looked at nearer
_MARGIN = 0.12
_WIDER = 1.6  # a page may be wider or higher than what it was asked to show
_STRAYS = 50  # one photo in so many may be out of sight at first


class Box(Struct, frozen=True):
    """A part of the map, in units from the north-west."""

    left: float
    top: float
    width: float
    height: float

    def grown(self, factor: float) -> Box:
        """The same middle, and more around it; never more than the world."""
        width, height = (min(max(side * factor, _LEAST), UNITS) for side in (self.width, self.height))
        left = self.left + (self.width - width) / 2
        top = self.top + (self.height - height) / 2
        return Box(_within(left, width), _within(top, height), width, height)

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """South, west, north, east, in degrees."""
        (north, west), (south, east) = (
            unprojected(x, y)
            for x, y in ((self.left, self.top), (self.left + self.width, self.top + self.height))
        )
        return south, west, north, east


WORLD = Box(0, 2_400, UNITS, 12_200)


def _within(start: float, length: float) -> float:
    return min(max(start, 0), UNITS - length)


class Point(Struct, frozen=True, gc=False):
    """Where on the map a photo was taken."""

    x: float
    y: float
    id: str


class Cluster(Struct, frozen=True):
    """Photos that are near each other on a map. x, y: their middle; box: around all of them; cover: one of them."""

    x: float
    y: float
    count: int
    box: Box
    cover: Photo


def projected(lat: float, long: float) -> tuple[float, float]:
    """Where a place is on the map (Mercator's projection)."""
    clipped = radians(min(max(lat, -_NORTH), _NORTH))
    return (long + 180) / 360 * UNITS, (1 - asinh(tan(clipped)) / pi) / 2 * UNITS


def unprojected(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a point of the map."""
    return degrees(atan(sinh(pi * (1 - 2 * y / UNITS)))), x / UNITS * 360 - 180


def box_of(south: float, west: float, north: float, east: float) -> Box:
    """The part of the map between two parallels and two meridians."""
    (left, top), (right, bottom) = projected(north, west), projected(south, east)
    return Box(left, top, max(right - left, _LEAST), max(bottom - top, _LEAST)).grown(1)


def points(work: Work) -> list[Point]:
    """Where photos were taken, newest first. Raises NobodyIn, NotAllowed."""
    access.every(work)
    return [Point(*projected(lat, long), id_) for lat, long, id_ in store.points(work)]


def everywhere(points: Sequence[Point]) -> Box:
    """The part of the map on which nearly all of these are."""
    if not points:
        return WORLD
    cut = len(points) // _STRAYS // 2
    xs, ys = sorted(point.x for point in points), sorted(point.y for point in points)
    left, right, top, bottom = xs[cut], xs[-1 - cut], ys[cut], ys[-1 - cut]
    around = Box(left, top, max(right - left, _LEAST * 8), max(bottom - top, _LEAST * 8))
    return around.grown(1 + 2 * _MARGIN)


def on(points: Iterable[Point], box: Box) -> list[Point]:
    """Those of these that are on a part of the map."""
    right, bottom = box.left + box.width, box.top + box.height
    return [point for point in points if box.left <= point.x <= right and box.top <= point.y <= bottom]


def clusters(work: Work, points: Iterable[Point], box: Box) -> list[Cluster]:
    """The photos on a part of the map, gathered; the most numerous first. points: newest first.

    Raises NobodyIn, NotAllowed.
    """
    cell = max(box.width, box.height, _LEAST) / _CELLS
    cells: dict[tuple[int, int], list[Point]] = defaultdict(list)
    for point in on(points, box.grown(_WIDER)):
        cells[int(point.x // cell), int(point.y // cell)].append(point)
    some = sorted(cells.values(), key=len, reverse=True)
    covers = {photo.id: photo for photo in access.photos(work, [gathered[0].id for gathered in some])}
    return [_cluster(gathered, covers[gathered[0].id]) for gathered in some if gathered[0].id in covers]


def _cluster(points: Sequence[Point], cover: Photo) -> Cluster:
    xs, ys = [point.x for point in points], [point.y for point in points]
    around = Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    return Cluster(sum(xs) / len(xs), sum(ys) / len(ys), len(points), around.grown(1 + 2 * _MARGIN), cover)


def town(work: Work, lat: float, long: float) -> Town | None:
    """The town that people would name for a place."""
    known = work.plugged(Gazetteer)
    return known[0].near(lat, long) if known else None
