"""Tracks of GPX, TCX and FIT as one time series of GeoJSON each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import IO, Any
from xml.etree import ElementTree as ET

import fitdecode

from cozy.kernel import clock

from ..reading import moments
from ..reading.xmls import UnfitXml, child, elements, local, text

_MOST = 500_000  # points of a track
_EARTH = 6_371_000  # metres
_SEMICIRCLE = 180 / 2**31  # degrees, FIT's unit


class BadTrack(ValueError):
    """This is not the track that its name promises."""


@dataclass(slots=True)
class Track:
    """Where somebody went, when."""

    title: str = ""
    sport: str = ""
    points: list[list[float]] = field(default_factory=list)  # longitude, latitude, height where it is known
    times: list[str] = field(default_factory=list)
    heart_rates: list[int] = field(default_factory=list)
    said_distance: float | None = None  # metres, as the device counted

    @property
    def distance(self) -> float:
        """Metres: as the device counted, else along the points."""
        return self.said_distance or sum(_apart(one, other) for one, other in pairwise(self.points))


def gpx(stream: IO[bytes]) -> Iterator[Track]:
    """The tracks and routes of a GPX file. Raises BadTrack where it breaks: what came before counts."""
    try:
        for element in elements(stream, "trk", "rte"):
            track = Track(title=text(element, "name"), sport=text(element, "type"))
            for point in element.iter():
                if local(point.tag) in {"trkpt", "rtept"}:
                    _add(
                        track,
                        point.get("lat"),
                        point.get("lon"),
                        text(point, "ele"),
                        text(point, "time"),
                        _heart(point),
                    )
            yield track
    except UnfitXml as error:
        raise BadTrack(str(error)) from error


def tcx(stream: IO[bytes]) -> Iterator[Track]:
    """The activities of a TCX file (Garmin, Google Fit). Raises BadTrack where it breaks: what came before counts."""
    try:
        for element in elements(stream, "Activity", "Course"):
            track = Track(title=text(element, "Notes"), sport=element.get("Sport", ""))
            for point in element.iter():
                name = local(point.tag)
                if name == "Trackpoint":
                    at = child(point, "Position")
                    rate = text(point, "HeartRateBpm", "Value")
                    _add(
                        track,
                        text(at, "LatitudeDegrees"),
                        text(at, "LongitudeDegrees"),
                        text(point, "AltitudeMeters"),
                        text(point, "Time"),
                        rate,
                    )
                elif name == "Lap":
                    metres = _number(text(point, "DistanceMeters"))
                    track.said_distance = (track.said_distance or 0) + (metres or 0)
            yield track
    except UnfitXml as error:
        raise BadTrack(str(error)) from error


def fit(stream: IO[bytes]) -> Track:
    """The activity of a FIT file; what follows a broken place is left. Raises BadTrack where nothing can be read."""
    track = Track()
    try:
        with fitdecode.FitReader(stream, check_crc=fitdecode.CrcCheck.DISABLED) as reader:
            for frame in reader:
                if isinstance(frame, fitdecode.FitDataMessage):
                    _hear(track, frame)
    except (fitdecode.FitError, ValueError, KeyError, EOFError, OSError) as error:
        if not track.times:
            raise BadTrack(str(error)) from error
    return track


def _hear(track: Track, frame: Any) -> None:
    said = {one.name: one.value for one in frame.fields}
    if frame.name == "record":
        lat, long = said.get("position_lat"), said.get("position_long")
        at = said.get("timestamp")
        if isinstance(lat, int) and isinstance(long, int) and isinstance(at, datetime):
            height = said.get("enhanced_altitude", said.get("altitude"))
            _add(track, lat * _SEMICIRCLE, long * _SEMICIRCLE, height, clock.iso(at), said.get("heart_rate"))
        elif isinstance(at, datetime):
            track.times.append(clock.iso(at))
    elif frame.name == "session":
        track.sport = str(said.get("sport") or track.sport)
        track.said_distance = _number(said.get("total_distance")) or track.said_distance


def _add(track: Track, lat: Any, long: Any, height: Any, time: str, heart_rate: Any) -> None:
    at = moments.from_iso(time)
    north, east = _number(lat), _number(long)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180 or len(track.points) >= _MOST:
        return
    high = _number(height)
    track.points.append([east, north] if high is None else [east, north, high])
    if at:
        track.times.append(at)
    rate = _number(heart_rate)
    if rate:
        track.heart_rates.append(int(rate))


def _heart(point: ET.Element) -> str:
    return next((one.text or "" for one in point.iter() if local(one.tag) == "hr"), "")


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _apart(one: list[float], other: list[float]) -> float:
    """Metres between two points, along the ball that the earth nearly is."""
    (long, lat), (long2, lat2) = ((math.radians(point[0]), math.radians(point[1])) for point in (one, other))
    half = (
        math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((long2 - long) / 2) ** 2
    )
    return 2 * _EARTH * math.asin(min(1, math.sqrt(half)))
