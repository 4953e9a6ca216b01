"""Towns of the world, out of a list: GeoNames' (CC BY 4.0), which frontend/build.mjs packs."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache
from math import cos, hypot, radians
from pathlib import Path

from cozy.kernel.gazetteer import Town

_KM = 111.2  # of a degree of latitude
_FAR_KM = 60
_KEPT = 4_096  # answers that are remembered: people photograph much in few places
_GROWTH_KM = 3.0  # how much farther a town of ten times the people may be, and still be the one that is named


class Towns:
    """A kernel.gazetteer.Gazetteer that reads its list when it is first asked; where there is none, it knows no town.

    list: a town a line: name, country, latitude, longitude, people, with tabs between them.
    """

    def __init__(self, list_: Path) -> None:
        self._list = list_
        self._known = lru_cache(_KEPT)(self._nearest)

    def near(self, lat: float, long: float) -> Town | None:
        """The town that people would name for a place: near, and rather a large one than its suburb. Told to a kilometre."""
        return self._known(round(lat, 2), round(long, 2))

    def _nearest(self, lat: float, long: float) -> Town | None:
        found = [
            (distance - _GROWTH_KM * len(str(town.people)), town)
            for town in self._around(lat, long)
            if (distance := _distance_km(town, lat, long)) <= _FAR_KM
        ]
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def _around(self, lat: float, long: float) -> list[Town]:
        row, column = int(lat // 1), int(long // 1)
        wide = 1 if abs(lat) < 60 else 3  # degrees are narrow in the north
        return [
            town
            for y in range(row - 1, row + 2)
            for x in range(column - wide, column + wide + 1)
            for town in self._cells.get((y, (x + 180) % 360 - 180), ())
        ]

    @cached_property
    def _cells(self) -> dict[tuple[int, int], list[Town]]:
        cells: dict[tuple[int, int], list[Town]] = defaultdict(list)
        lines = self._list.read_text().splitlines() if self._list.is_file() else []
        for line in lines:
            name, country, lat, long, people = line.split("\t")
            town = Town(name, country, float(lat), float(long), int(people))
            cells[int(town.lat // 1), int(town.long // 1)].append(town)
        return dict(cells)


def _distance_km(town: Town, lat: float, long: float) -> float:
    """Near enough for what is near."""
    east = (town.long - long + 180) % 360 - 180
    return _KM * hypot(town.lat - lat, east * cos(radians(lat)))
