"""The owner's browser, without scripts, and what is in their calendar."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.calendars.service import events, occurrences
from cozy.rooms.homes import service as homes
from tests.conftest import OWNER


class Reader(httpx2.AsyncClient):
    """The owner's browser, without scripts: it looks at a page, then sends its form."""

    async def submit(
        self, url: str, back: str = "/my/calendar/month/2026-07", **fields: object
    ) -> httpx2.Response:
        page = await self.get("/my/calendar/calendars/new")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        return await self.post(url, data={"csrf_token": found[1], "back": back, **fields})

    async def landed(self, answer: httpx2.Response) -> str:
        """What the page says after a form: its text."""
        assert answer.status_code == 303, answer.text
        return (await self.get(answer.headers["location"])).text


@pytest.fixture
async def reader(house, home) -> AsyncIterator[Reader]:
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
    await house.write(home, OWNER, _in_paris)
    transport = httpx2.ASGITransport(serving(house))
    async with Reader(
        transport=transport, base_url=home.origin, cookies={"cozy-session": entered.session}
    ) as reader:
        yield reader


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
