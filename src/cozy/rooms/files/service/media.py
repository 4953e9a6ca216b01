"""What pictures and films say of themselves: their metadata, read as they come or later (cozy-stack docs/files.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from cozy.kernel.blobs import Content, Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, Ends, Previews
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..events import MediaStored
from ..model import File, mime_and_class
from ..store import contents, tree
from .bytes import content_pieces
from .metadata import Details, touched
from .thumbnails import source_of

EXTRACTOR_VERSION = 2  # as cozy-stack counts: clients know by it which members are there
# docs/pictures.md says what they are.
EXTRACTED = frozenset(
    {
        "datetime", "local_datetime", "offset", "width", "height", "orientation", "gps", "duration", "extractor_version", "camera",
        "lens", "exposure", "flash", "title", "description", "keywords", "rating", "place", "live", "motion", "burst", "sidecar",
    }
)  # fmt: skip
_READ = {"image": "facts", "raw": "facts", "film": "film_facts"}  # the recipe for a source
AT_ONCE_S = 5.0  # how long a picture may take while somebody waits for the answer
_AHEAD = timedelta(days=1)  # a camera that is further ahead has a wrong clock


class Camera(Struct, frozen=True, omit_defaults=True):
    """What took a picture."""

    make: str = ""
    model: str = ""


class Exposure(Struct, frozen=True, omit_defaults=True):
    """How a picture was taken: seconds, f-number, ISO speed, millimetres, EV."""

    time: float | None = None
    aperture: float | None = None
    iso: float | None = None
    focal_length: float | None = None
    focal_length_35mm: float | None = None
    bias: float | None = None


class Place(Struct, frozen=True, omit_defaults=True):
    """Where, as somebody wrote it."""

    city: str = ""
    state: str = ""
    country: str = ""


class Motion(Struct, frozen=True):
    """Where in a file its film is, in bytes."""

    start: int
    size: int


class Facts(Struct, frozen=True):
    """What a picture or film says of itself. taken_at: as it is written there; offset: `+02:00`, where it is known."""

    width: int | None = None
    height: int | None = None
    orientation: int | None = None  # EXIF 3.0 §4.6.6: 5 to 8 are turned by a quarter
    duration_s: float | None = None
    taken_at: str | None = None
    offset: str | None = None
    lat: float | None = None
    long: float | None = None
    alt: float | None = None
    flash: str | None = None
    camera: Camera | None = None
    lens: str | None = None
    exposure: Exposure | None = None
    title: str | None = None
    description: str | None = None
    keywords: list[str] | None = None
    rating: int | None = None
    place: Place | None = None
    live: str | None = None
    motion: Motion | None = None
    burst: str | None = None


def announce(work: Work, file: File, *, is_new: bool, dates_count: bool) -> None:
    """Have a picture or film read, after it was stored. dates_count: whether its time may change `updated_at`.

    Publishes MediaStored, for pictures and films only.
    """
    if _recipe(file) and not file.body.get("encrypted"):
        work.publish(MediaStored(file.id, file.sha256, sets_created_at=is_new, sets_updated_at=dates_count))


def _recipe(file: File) -> str:
    """What reads the facts of such a file; "" where there are none."""
    return _READ.get(source_of(str(file.body["class"]), file.mime), "")


def without_extracted(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata that stay when a file gets another content."""
    if "extractor_version" not in metadata:
        return dict(metadata)
    return {name: value for name, value in metadata.items() if name not in EXTRACTED}


async def facts_of(house: House, home: Home, content: Content, source: str) -> Facts | None:
    """What a content that is a source of this kind says of itself; None when it says nothing that can be read."""
    if source not in _READ or not content.size:
        return None
    options = {"kind": source} if source != "film" else {}
    return await told(house, home, content, _READ[source], has_ends=source == "film", **options)


async def told(
    house: House, home: Home, content: Content, recipe: str, *, has_ends: bool = False, **options: str
) -> Facts | None:
    """What a recipe reads out of a content; None when that is nothing. has_ends: its beginning and its end are enough."""
    previews: Previews = house.ports[Previews][0]
    read = partial(content_pieces, house, home, content)
    try:
        return msgspec.json.decode(
            await previews.draw(
                content.sha256, content.size, Ends(read) if has_ends else read, recipe, **options
            ),
            type=Facts,
        )
    except (CannotDraw, Missing, msgspec.DecodeError):
        return None


async def facts_at_once(
    house: House, home: Home, content: Content, content_type: str, name: str, details: Details
) -> Facts | None:
    """The same for a picture on its way in, so that its file is born with them: clients count on what they are answered
    (cozy-stack docs/files.md). None where it takes long: it is read later then. Raises BadMime.
    """
    mime, kind = mime_and_class(content_type, name)
    source = source_of(kind, mime)
    if source not in {"image", "raw"} or details.encrypted:
        return None
    try:
        return await asyncio.wait_for(facts_of(house, home, content, source), AT_ONCE_S)
    except TimeoutError:
        return None


async def read_media(house: House, home: Home, event: MediaStored) -> None:
    """Read what a picture or film says of itself, and note it. Nothing happens when it cannot be read, or has changed."""
    found = await house.read(home, SYSTEM, _unread, event)
    if found is None:
        return
    file, content = found
    facts = await facts_of(house, home, content, source_of(str(file.body["class"]), file.mime))
    if facts is not None:
        await house.write(home, SYSTEM, note, event, facts)


def _unread(work: Work, event: MediaStored) -> Any:
    file = _meant(work, event)
    content = contents.fetch(work, event.sha256)
    return (file, content) if file is not None and content is not None else None


def _meant(work: Work, event: MediaStored) -> File | None:
    """The file, as long as it holds what the event is about."""
    file = tree.by_id(work, event.file_id)
    if file is None or file.is_folder or file.sha256 != event.sha256 or not _recipe(file):
        return None
    return file


def note(work: Work, event: MediaStored, facts: Facts) -> None:
    """Write down what a picture or film says of itself. What a client said stays; a second time changes nothing."""
    file = _meant(work, event)
    if file is None:
        return
    body = with_facts(
        work, file.body, facts, sets_created_at=event.sets_created_at, sets_updated_at=event.sets_updated_at
    )
    if body != file.body:
        tree.replace(work, file, {**body, "cozyMetadata": touched(work, file.body)})


def with_facts(
    work: Work, body: Mapping[str, Any], facts: Facts, *, sets_created_at: bool, sets_updated_at: bool
) -> dict[str, Any]:
    """The members of a file, with what its content says of itself among them. What a client said stays."""
    taken_at = moment(work, facts)
    created_at, updated_at = str(body["created_at"]), str(body["updated_at"])
    if taken_at and sets_updated_at:
        updated_at = max(updated_at, taken_at)
    if taken_at and sets_created_at and taken_at <= updated_at:  # nothing changes before it is made
        created_at = taken_at
    metadata = {
        **_members(facts, taken_at or created_at, is_known=bool(taken_at)),
        **body.get("metadata", {}),
    }
    return {**body, "created_at": created_at, "updated_at": updated_at, "metadata": metadata}


def _members(facts: Facts, taken_at: str, *, is_known: bool) -> dict[str, Any]:
    gps = (
        {"lat": facts.lat, "long": facts.long, "alt": facts.alt}
        if None not in {facts.lat, facts.long}
        else {}
    )
    members: dict[str, Any] = {
        "datetime": taken_at, **(_clock(facts) if is_known else {}), "width": facts.width, "height": facts.height, "orientation": facts.orientation,
        "duration": facts.duration_s, "extractor_version": EXTRACTOR_VERSION, "flash": facts.flash, "lens": facts.lens,
        "gps": {name: value for name, value in gps.items() if value is not None}, **said_by_people(facts),
        **{name: msgspec.to_builtins(getattr(facts, name)) for name in ("camera", "exposure", "motion")},
        "live": facts.live, "burst": facts.burst,
    }  # fmt: skip
    return {name: value for name, value in members.items() if value not in (None, {}, [], "")}


def said_by_people(facts: Facts) -> dict[str, Any]:
    """The members that a person gave, in the picture or beside it."""
    said = {
        "title": facts.title, "description": facts.description, "keywords": facts.keywords, "rating": facts.rating,
        "place": msgspec.to_builtins(facts.place),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in (None, {}, [], "")}


def _clock(facts: Facts) -> dict[str, str]:
    """What clocks showed there, and their zone, where these are known: a film in UTC tells nothing of them."""
    try:
        moment = _parsed(facts.taken_at or "", facts.offset or "")
    except ValueError:
        return {}
    if (facts.taken_at or "").endswith("Z"):
        return {}
    local = {"local_datetime": moment.replace(tzinfo=None).isoformat(timespec="seconds")}
    return {**local, "offset": moment.isoformat()[-6:]} if moment.tzinfo else local


def moment(work: Work, facts: Facts) -> str:
    """When it was taken, "" when nobody knows. A time without zone is the owner's."""
    try:
        found = _parsed(facts.taken_at or "", facts.offset or "")
    except ValueError:
        return ""
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(homes.profile(work).tz))
    return iso(found) if found.year > 1900 and found < work.now + _AHEAD else ""


def _parsed(text: str, offset: str) -> datetime:
    """`2016:09:18 20:38:04`, as EXIF writes it, or RFC 3339, as films do. Raises ValueError."""
    if text[4:5] == ":":
        text = text[:10].replace(":", "-") + text[10:] + offset
    return datetime.fromisoformat(text)
