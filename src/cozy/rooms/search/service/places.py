"""Where photos were taken, in words: the town and its country, by what is known here. Nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.photos import service as photos

from ..model.entries import Entry

_LOCALES = ("fr", "en")


def named(work: Work, entry: Entry, body: Mapping[str, Any]) -> Entry:
    """The same entry, found by the name of the place as well, in both languages."""
    place = _place(body)
    town = photos.places.town(work, *place) if entry.kind in {"photo", "video"} and place else None
    if town is None:
        return entry
    names = (entry.words, *_names(town.name), *_countries(town.country))
    return replace(entry, words=" ".join(filter(None, names)))


def _place(body: Mapping[str, Any]) -> tuple[float, float] | None:
    known: Any = body
    for member in ("metadata", "gps"):
        known = known.get(member) if isinstance(known, Mapping) else None
    lat, long = (known.get("lat"), known.get("long")) if isinstance(known, Mapping) else (None, None)
    if isinstance(lat, int | float) and isinstance(long, int | float) and abs(lat) <= 90 and abs(long) <= 180:
        return float(lat), float(long)
    return None


def _names(town: str) -> tuple[str, ...]:
    """What the list calls it, and what people call it in French where that is known: London is Londres."""
    return tuple(dict.fromkeys((town, _in_french().get(town, town))))


@cache
def _in_french() -> Mapping[str, str]:
    """The French names of the towns that clocks are named after, such as Europe/London."""
    zones: Mapping[str, Mapping[str, Any]] = Locale.parse("fr").time_zones
    return {
        zone.rpartition("/")[2].replace("_", " "): str(known["city"])
        for zone, known in zones.items()
        if known.get("city")
    }


@cache
def _countries(code: str) -> tuple[str, ...]:
    """What a country is called, `Allemagne` and `Germany`."""
    named = (Locale.parse(locale).territories.get(code, "") for locale in _LOCALES)
    return tuple(dict.fromkeys(filter(None, named)))
