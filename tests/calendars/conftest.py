"""Calendars with things in them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.calendars.model import Occurrence
from cozy.rooms.calendars.service import occurrences
from cozy.rooms.collections import service as collections
from cozy.rooms.homes import service as homes

Put = Callable[..., str]


@pytest.fixture
def work(work: Work) -> Work:
    """The owner lives in Paris."""
    homes.change_profile(work, replace(homes.profile(work), tz="Europe/Paris"))
    return work


def ics(*body: str, uid: str = "u1", component: str = "VEVENT", zone: str = "") -> str:
    """A calendar with one component of these lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *zone.splitlines()]
    lines += [
        f"BEGIN:{component}",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        *body,
        f"END:{component}",
        "END:VCALENDAR",
    ]
    return "\r\n".join(lines) + "\r\n"


def both(first: list[str], *others: list[str], uid: str = "u1", component: str = "VEVENT") -> str:
    """A calendar with a component and what is different about some of it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN"]
    for body in (first, *others):
        lines += [f"BEGIN:{component}", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *body, f"END:{component}"]
    return "\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n"


@pytest.fixture
def put(work: Work) -> Put:
    """`put(text)`: the id of the document that it is from now on."""

    def put(text: str, calendar: str = "personal", name: str = "e.ics") -> str:
        entry, _ = collections.items.put(work, "calendars", calendar, name, text)
        return entry.id

    return put


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def between(work: Work, start: str, end: str) -> list[Occurrence]:
    return occurrences.between(work, at(start), at(end))


def starts(work: Work, start: str, end: str) -> list[str]:
    """When things begin, on the owner's clock."""
    return [f"{each.start:%m-%d %H:%M}" for each in between(work, start, end)]
