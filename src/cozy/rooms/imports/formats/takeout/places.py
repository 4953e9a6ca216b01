"""Location history of Google as days of GeoJSON: `Records.json`, `Semantic Location History`, `Timeline.json` of phones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any

from cozy.kernel import clock

from ..reading import moments
from ..reading.jsons import UnfitJson, elements

Point = tuple[float, float]  # longitude, latitude, as GeoJSON has them
_NUMBERS = re.compile(r"-?\d{1,3}(?:\.\d+)?")
_PLACES_OF_POINT = 7  # digits behind the point that Google's whole numbers hold
_MOST_POINTS = 20_000  # of a day: a phone that notes more repeats itself


@dataclass(slots=True)
class Day:
    """A day in UTC: features of GeoJSON, from first to last."""

    date: str
    features: list[dict[str, Any]] = field(default_factory=list)
    start: str = ""
    end: str = ""


def records(stream: IO[bytes]) -> Iterator[Day]:
    """The days of `Records.json` (before, `Location History.json`), each one line of points. Raises UnfitJson."""
    day: Day | None = None
    points: list[tuple[str, Point]] = []
    for one in elements(stream, "locations"):
        found = _record(one) if isinstance(one, dict) else None
        if found is None:
            continue
        if day and found[0][:10] != day.date:
            yield _line(day, points)
            day, points = None, []
        day = day or Day(found[0][:10])
        if len(points) < _MOST_POINTS:
            points.append(found)
    if day:
        yield _line(day, points)


def _record(said: dict[str, Any]) -> tuple[str, Point] | None:
    at = moments.from_iso(said.get("timestamp")) or moments.from_epoch(said.get("timestampMs"), 1000)
    point = _e7(said)
    return (at, point) if at and point else None


def _line(day: Day, points: list[tuple[str, Point]]) -> Day:
    points.sort()
    day.start, day.end = points[0][0], points[-1][0]
    coordinates = [point for _, point in points]
    geometry = {"type": "LineString", "coordinates": coordinates} if len(points) > 1 else _at(coordinates[0])
    day.features.append(
        {"type": "Feature", "geometry": geometry, "properties": {"times": [at for at, _ in points]}}
    )
    return day


def semantic(stream: IO[bytes]) -> Iterator[Day]:
    """The days of a month of `Semantic Location History`. Raises UnfitJson."""
    return _days(
        _timeline_object(one) for one in elements(stream, "timelineObjects") if isinstance(one, dict)
    )


def _timeline_object(said: dict[str, Any]) -> dict[str, Any] | None:
    visit, activity = said.get("placeVisit"), said.get("activitySegment")
    found = visit if isinstance(visit, dict) else activity
    if not isinstance(found, dict):
        return None
    duration = found.get("duration") or {}
    start = moments.from_iso(duration.get("startTimestamp")) or moments.from_epoch(
        duration.get("startTimestampMs"), 1000
    )
    end = moments.from_iso(duration.get("endTimestamp")) or moments.from_epoch(
        duration.get("endTimestampMs"), 1000
    )
    if visit:
        place = found.get("location") or {}
        return _feature(
            start, end, [_e7(place)], name=place.get("name"), address=place.get("address"), kind="visit"
        )
    path = found.get("simplifiedRawPath") or {}
    between = [_e7(one) for one in path.get("points") or () if isinstance(one, dict)]
    ends = [_e7(found.get("startLocation") or {}), *between, _e7(found.get("endLocation") or {})]
    return _feature(
        start, end, ends, kind="trip", mode=found.get("activityType"), distance=found.get("distance")
    )


def timeline(stream: IO[bytes], *, is_list: bool) -> Iterator[Day]:
    """The days of `Timeline.json` of Android, or of iOS (`location-history.json`, a list). Raises UnfitJson."""
    segments = elements(stream) if is_list else elements(stream, "semanticSegments")
    return _days(_segment(one) for one in segments if isinstance(one, dict))


def _segment(said: dict[str, Any]) -> dict[str, Any] | None:
    start, end = moments.from_iso(said.get("startTime")), moments.from_iso(said.get("endTime"))
    visit, activity, path = said.get("visit"), said.get("activity"), said.get("timelinePath")
    if isinstance(visit, dict):
        best = visit.get("topCandidate") or {}
        kind = best.get("semanticType")
        return _feature(
            start,
            end,
            [_said(best.get("placeLocation"))],
            kind="visit",
            name=kind,
            place_id=best.get("placeId") or best.get("placeID"),
        )
    if isinstance(activity, dict):
        best = activity.get("topCandidate") or {}
        ends = [_said(activity.get("start")), _said(activity.get("end"))]
        return _feature(
            start, end, ends, kind="trip", mode=best.get("type"), distance=activity.get("distanceMeters")
        )
    if isinstance(path, list):
        steps = [one for one in path if isinstance(one, dict)]
        found = [(point, _time(one, start)) for one in steps if (point := _said(one.get("point")))]
        return _feature(start, end, [point for point, _ in found], kind="path", times=[at for _, at in found])
    return None


def _time(step: dict[str, Any], start: str) -> str:
    try:
        late = timedelta(minutes=float(step["durationMinutesOffsetFromStartTime"]))
        return clock.iso(clock.parse(start) + late)
    except (KeyError, TypeError, ValueError, OverflowError):
        return moments.from_iso(step.get("time"))


def _days(features: Iterable[dict[str, Any] | None]) -> Iterator[Day]:
    """Features by the day on which they begin, in the order in which days first come."""
    day: Day | None = None
    for feature in features:
        if feature is None:
            continue
        start, end = feature["properties"]["start"], feature["properties"]["end"]
        if day and start[:10] != day.date:
            yield day
            day = None
        day = day or Day(start[:10], start=start)
        day.features.append(feature)
        day.end = max(day.end, end)
    if day:
        yield day


def _feature(start: str, end: str, points: list[Point | None], **properties: Any) -> dict[str, Any] | None:
    known = [point for point in points if point]
    if not start or not known:
        return None
    geometry = {"type": "LineString", "coordinates": known} if len(known) > 1 else _at(known[0])
    said = {name: value for name, value in properties.items() if value not in (None, "", [])}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"start": start, "end": end or start, **said},
    }


def _at(point: Point) -> dict[str, Any]:
    return {"type": "Point", "coordinates": point}


def _e7(said: dict[str, Any]) -> Point | None:
    """A point of whole numbers; before 2014 large ones stand for negative ones, having overflowed."""
    lat = said.get("latitudeE7", said.get("latE7"))
    long = said.get("longitudeE7", said.get("lngE7"))
    if not isinstance(lat, int) or not isinstance(long, int):
        return None
    lat, long = (value - 2**32 if value > 1_800_000_000 else value for value in (lat, long))
    return _valid(lat / 10**_PLACES_OF_POINT, long / 10**_PLACES_OF_POINT)


def _said(value: Any) -> Point | None:
    """A point in words: `48.85°, 2.29°`, `geo:48.85,2.29`, or an object that holds one."""
    if isinstance(value, dict):
        value = value.get("latLng")
    numbers = _NUMBERS.findall(value) if isinstance(value, str) else []
    return _valid(float(numbers[0]), float(numbers[1])) if len(numbers) > 1 else None


def _valid(lat: float, long: float) -> Point | None:
    return (long, lat) if abs(lat) <= 90 and abs(long) <= 180 else None


__all__ = ["Day", "Point", "UnfitJson", "records", "semantic", "timeline"]
