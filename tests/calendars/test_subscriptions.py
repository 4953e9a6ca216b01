"""Calendars that are copies of an address on the web."""

import pytest
from msgspec.structs import replace

from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM, Caller, Grant
from cozy.kernel.outside import BadAddress, RefusedAddress, Unreachable
from cozy.rooms.calendars import jobs
from cozy.rooms.calendars.errors import BadCalendarFile
from cozy.rooms.calendars.events import PeopleConcerned
from cozy.rooms.calendars.service import events, occurrences, subscriptions
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import ReadOnly
from cozy.rooms.documents import service as documents
from tests.calendars.conftest import at, ics
from tests.calendars.test_invitations import Posting
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


APP = Caller("app", (Grant("io.cozy.calendars"),), name="colours")


async def test_an_app_that_changes_the_document_of_a_calendar_makes_no_copy_of_it(house, home, elsewhere):
    """Or whoever may give calendars a colour could empty them."""
    await house.write(
        home, OWNER, events.make, {"label": "Mine", "start": "2026-07-06T09:00:00Z", "timezone": "UTC"}
    )
    said = {"source": f"{elsewhere.origin}/empty.ics", "is_read_only": True}
    await house.write(home, APP, collections.shelves.change, "calendars", "personal", said)
    elsewhere.body = _holidays()
    assert await house.read(home, OWNER, subscriptions.one, "personal") is None
    await house.write(home, OWNER, subscriptions.set_every, "personal", "hour")
    assert await house.read(home, SYSTEM, subscriptions.due) == []
    await subscriptions.refresh(house, home, "personal")
    assert elsewhere.asked == []
    assert await labels(house, home) == ["Mine"]


async def test_an_app_leads_no_copy_elsewhere(house, home, holidays, elsewhere):
    said = {"source": f"{elsewhere.origin}/other.ics"}
    await house.write(home, APP, collections.shelves.change, "calendars", holidays.id, said)
    await subscriptions.refresh(house, home, holidays.id)
    assert elsewhere.asked[-1].path == "/holidays.ics"


async def test_what_is_known_of_a_place_goes_with_the_copy(house, home, clock, holidays):
    await house.write(home, OWNER, collections.shelves.delete, "calendars", holidays.id)
    clock.advance(days=2)
    assert await house.read(home, SYSTEM, subscriptions.due) == [holidays.id]
    await subscriptions.refresh(house, home, holidays.id)
    assert await house.read(home, SYSTEM, subscriptions.due) == []


def _meetings(*uids):
    """Meetings that the owner called: were they here, people would hear of them."""
    said = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nCREATED:20260718T140000Z\r\nDTSTART:20260801T090000Z\r\n"
        f"ORGANIZER:mailto:alice@example.org\r\nATTENDEE:mailto:{uid}@example.org\r\nEND:VEVENT\r\n"
        for uid in uids
    )
    return f"BEGIN:VCALENDAR\r\n{said}END:VCALENDAR\r\n".encode()


async def test_nobody_is_told_of_what_is_in_a_copy_leaves_it_or_goes_with_it(house, home, elsewhere):
    posting = Posting()
    object.__setattr__(house, "mailer", posting)
    elsewhere.body = _meetings("bob", "eve")
    copy = await subscriptions.add(house, home, OWNER, f"{elsewhere.origin}/work.ics")
    ids = await house.read(home, SYSTEM, _ids, copy.id)
    assert len(ids) == 2
    await _tell(house, home, ids)
    elsewhere.body = _meetings("eve")
    await subscriptions.refresh(house, home, copy.id)
    await _tell(house, home, ids)
    await house.write(home, OWNER, collections.shelves.delete, "calendars", copy.id)
    await _tell(house, home, ids)
    assert posting.sent == []


async def test_nobody_is_told_of_what_is_left_of_a_calendar_that_is_gone(house, home):
    posting = Posting()
    object.__setattr__(house, "mailer", posting)
    shelf = await house.write(home, OWNER, collections.shelves.create, "calendars", {"name": "x"})
    text = _meetings("bob").decode()
    entry, _ = await house.write(home, OWNER, collections.items.put, "calendars", shelf.id, "e.ics", text)
    await house.write(home, SYSTEM, _remove_document, shelf.id)
    await _tell(house, home, [entry.id])
    assert posting.sent == []


async def _tell(house, home, ids):
    for id_ in ids:
        await jobs.tell_people.run(house, home, PeopleConcerned(id_))


def _ids(work, calendar):
    return [entry.id for entry in collections.items.entries(work, "calendars", calendar, "")]


def _remove_document(work, calendar):
    documents.delete(work, documents.fetch(work, "io.cozy.calendars", calendar))
