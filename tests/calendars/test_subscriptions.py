"""Calendars that are copies of an address on the web."""

import pytest
from msgspec.structs import replace

from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.outside import BadAddress, RefusedAddress, Unreachable
from cozy.rooms.calendars.errors import BadCalendarFile
from cozy.rooms.calendars.service import occurrences, subscriptions
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import ReadOnly
from tests.calendars.conftest import at, ics
from tests.conftest import OWNER
from tests.remote.conftest import elsewhere

__all__ = ["elsewhere"]


@pytest.fixture
def settings(settings):
    return replace(settings, outside_allowed="127.0.0.0/8")


@pytest.fixture
async def holidays(house, home, elsewhere):
    elsewhere.headers = {"content-type": "text/calendar", "etag": '"one"'}
    elsewhere.body = _holidays("First", "Second")
    return await subscriptions.add(house, home, OWNER, f"{elsewhere.origin}/holidays.ics")


def _holidays(*labels):
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{label}\r\nDTSTART;VALUE=DATE:2026070{number}\r\nSUMMARY:{label}\r\nEND:VEVENT\r\n"
        for number, label in enumerate(labels, 1)
    )
    return f"BEGIN:VCALENDAR\r\nX-WR-CALNAME:Holidays\r\nX-APPLE-CALENDAR-COLOR:#aabbcc\r\n{events}END:VCALENDAR\r\n".encode()


async def labels(house, home):
    found = await house.read(home, SYSTEM, occurrences.between, at("2026-07-01"), at("2026-08-01"))
    return [each.label for each in found]


async def test_a_copy_is_filled_named_and_only_looked_at(house, home, holidays):
    assert (holidays.name, holidays.color, holidays.is_read_only) == ("Holidays", "#aabbcc", True)
    assert await labels(house, home) == ["First", "Second"]
    with pytest.raises(ReadOnly):
        await house.write(
            home,
            OWNER,
            collections.items.put,
            "calendars",
            holidays.id,
            "x.ics",
            ics("DTSTART:20260706T090000Z"),
        )


async def test_a_copy_follows_its_place(house, home, holidays, elsewhere):
    elsewhere.body = _holidays("First", "Third")
    await subscriptions.refresh(house, home, holidays.id)
    assert await labels(house, home) == ["First", "Third"]
    assert elsewhere.asked[-1].headers["if-none-match"] == '"one"'


async def test_nothing_is_written_when_nothing_is_new(house, home, holidays, elsewhere):
    before = await house.read(home, SYSTEM, collections.sync.last, "calendars", holidays.id)
    elsewhere.body = _holidays("First", "Second").replace(b"SUMMARY", b"DTSTAMP:20270101T000000Z\r\nSUMMARY")
    await subscriptions.refresh(house, home, holidays.id)
    elsewhere.status = 304
    await subscriptions.refresh(house, home, holidays.id)
    assert await house.read(home, SYSTEM, collections.sync.last, "calendars", holidays.id) == before


async def test_what_goes_wrong_is_told_and_takes_nothing_away(house, home, holidays, elsewhere):
    for body, status, error in ((b"<html>", 200, BadCalendarFile), (b"", 500, Unreachable)):
        elsewhere.body, elsewhere.status = body, status
        await subscriptions.refresh(house, home, holidays.id)
        told = await house.read(home, SYSTEM, subscriptions.one, holidays.id)
        assert told.error == error.title()
    assert await labels(house, home) == ["First", "Second"]
    elsewhere.body, elsewhere.status = _holidays("First"), 200
    await subscriptions.refresh(house, home, holidays.id)
    assert (await house.read(home, SYSTEM, subscriptions.one, holidays.id)).error == ""


async def test_it_is_looked_at_each_hour_where_the_owner_says_so(house, home, clock, holidays, elsewhere):
    assert await house.read(home, SYSTEM, subscriptions.due) == []
    await house.write(home, OWNER, subscriptions.set_every, holidays.id, "hour")
    await subscriptions.refresh(house, home, holidays.id)
    clock.advance(minutes=61)
    assert await house.read(home, SYSTEM, subscriptions.due) == [holidays.id]
    elsewhere.body = _holidays("Fourth")
    asked = len(elsewhere.asked)
    worker = Worker(poll_s=0.05)
    async with worker.running(house):
        worker.wake(home)
        while len(elsewhere.asked) == asked or await labels(house, home) != ["Fourth"]:
            await _soon()


async def _soon():
    import anyio

    await anyio.sleep(0.01)


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("webcal://example.org/a.ics", "https://example.org/a.ics"), ("WEBCAL://example.org/a", "https://example.org/a"),
        (" https://example.org/a.ics ", "https://example.org/a.ics"), ("example.org/a.ics", "https://example.org/a.ics"),
    ],
)  # fmt: skip
def test_addresses_are_taken_as_people_have_them(url, clean):
    assert subscriptions.clean(url) == clean


async def test_a_place_that_is_no_calendar_or_is_in_our_own_network_is_refused(house, home, elsewhere):
    elsewhere.body = b"hello"
    for url, error in (
        (f"{elsewhere.origin}/x", BadCalendarFile), ("ftp://example.org/x", BadAddress),
        ("http://192.168.0.1/x.ics", RefusedAddress),
    ):  # fmt: skip
        with pytest.raises(error):
            await subscriptions.add(house, home, OWNER, url)
    assert len(await house.read(home, OWNER, collections.shelves.all_, "calendars")) == 1
