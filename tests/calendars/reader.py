"""The owner's browser on a page of the calendar, in Paris, and what is in their calendar."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from cozy.rooms.calendars.service import events, occurrences
from cozy.rooms.homes import service as homes
from tests.conftest import OWNER
from tests.reader import Reader


@pytest.fixture
def on_page() -> str:
    return "/my/calendar/month/2026-07"


@pytest.fixture
async def reader(house, home, reader: Reader) -> Reader:
    await house.write(home, OWNER, _in_paris)
    return reader


def _in_paris(work) -> None:
    homes.change_profile(work, replace(homes.profile(work), tz="Europe/Paris"))


@pytest.fixture
def put(house, home):
    """Puts an event into the calendar, and returns its id: `put("Lunch", "2026-07-18T12:30", "2026-07-18T14:00")`."""

    async def put(title: str, start: str, end: str, calendar: str = "personal", **members) -> str:
        times = {
            "start": f"{start}:00Z" if "T" in start else start,
            "end": f"{end}:00Z" if "T" in end else end,
        }
        zone = {"timezone": "Europe/Paris"} if "T" in start else {"allDay": True}
        return (
            await house.write(
                home, OWNER, events.make, {"label": title, **times, **zone, **members}, calendar
            )
        ).id

    return put


@pytest.fixture
def week(house, home):
    """What takes place in the week of today: title, and when it begins in UTC."""

    async def week(days: int = 7) -> list[tuple[str, str]]:
        start = datetime(2026, 7, 13, tzinfo=UTC)
        found = await house.read(home, OWNER, occurrences.between, start, start + timedelta(days=days))
        return [(each.label, f"{each.start.astimezone(UTC):%d %H:%M}") for each in found]

    return week
