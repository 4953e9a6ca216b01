"""Photos: files that are pictures or films, as people look at them; stretches of time; albums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from cozy.kernel.clock import parse
from cozy.rooms.files.model import File, motion_in

ALBUMS = "io.cozy.photos.albums"
KINDS = frozenset({"image", "video"})
TURNED = frozenset({5, 6, 7, 8})  # EXIF 3.0 §4.6.6: turned by a quarter

Order = Literal["oldest", "newest", "name", "mine"]


class Photo(Struct, frozen=True):
    """A picture or film. taken: as its document says, for sorting; width, height: upright, 0 where nobody knows.

    more: what else its file says of itself, as the document holds it.
    """

    id: str
    name: str
    kind: str  # image or video
    mime: str
    sha256: str
    size: int  # bytes
    taken: str
    at: datetime
    width: int = 0
    height: int = 0
    duration_s: float = 0
    is_favourite: bool = False
    place: tuple[float, float] | None = None  # latitude and longitude, in degrees
    more: Mapping[str, Any] = {}

    @property
    def is_film(self) -> bool:
        """Whether it moves."""
        return self.kind == "video"

    @property
    def has_film_within(self) -> bool:
        """Whether a film of the same moment is in its file."""
        return not self.is_film and motion_in(self.more, self.size) is not None


class Month(Struct, frozen=True):
    """A month of the owner's clock with how many photos are of it."""

    day: date  # its first
    count: int

    @property
    def key(self) -> str:
        """`2026-07`."""
        return f"{self.day.year:04}-{self.day.month:02}"


class Memory(Struct, frozen=True):
    """Some days of an earlier year, about this time of it. years: how many it is ago."""

    years: int
    first: date
    last: date
    count: int
    cover: Photo


class Album(Struct, frozen=True):
    """A document io.cozy.photos.albums. cover: the one that stands for it; count: of its photos that are there."""

    id: str
    rev: str
    name: str
    created_at: str
    order: Order = "oldest"
    count: int = 0
    cover: Photo | None = None


def photo_of(file: File) -> Photo:
    """A file that is a picture or film, as a photo."""
    body = file.body
    known: Mapping[str, Any] = _mapping(body.get("metadata"))
    taken = str(known.get("datetime") or body.get("created_at") or "")
    width, height = _sides(known)
    return Photo(
        file.id, file.name, str(body.get("class", "")), file.mime, file.sha256, file.size, taken,
        moment(taken) or parse(file.updated_at), width, height, _number(known.get("duration")),
        bool(_mapping(body.get("cozyMetadata")).get("favorite", False)), _place(known), known,
    )  # fmt: skip


def moment(text: str) -> datetime | None:
    """A moment as documents write it; None for what is none: clients may say what they want."""
    try:
        return parse(text)
    except ValueError:
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sides(known: Mapping[str, Any]) -> tuple[int, int]:
    width, height = (_side(known.get(side)) for side in ("width", "height"))
    if not width or not height:
        return 0, 0
    return (height, width) if known.get("orientation") in TURNED else (width, height)


def _side(value: Any) -> int:
    return value if isinstance(value, int) and 0 < value < 1_000_000 else 0


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _place(known: Mapping[str, Any]) -> tuple[float, float] | None:
    gps = _mapping(known.get("gps"))
    lat, long = gps.get("lat"), gps.get("long")
    if not isinstance(lat, int | float) or not isinstance(long, int | float):
        return None
    return (float(lat), float(long)) if abs(lat) <= 90 and abs(long) <= 180 else None
