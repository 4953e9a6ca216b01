"""The bin of calendars and tasks over HTTP, as a browser without scripts uses it."""

import re

import pytest

from cozy.rooms.calendars.service import events, tasks
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.service import shelves
from cozy.rooms.documents.model import Document
from tests.calendars.conftest import ics
from tests.calendars.reader import on_page, put, reader, week
from tests.conftest import OWNER

__all__ = ["on_page", "put", "reader", "week"]

BIN = "/my/calendar/bin"


@pytest.fixture
def do(house, home):
    """Does something as the owner."""

    async def do(what, *args):
        return await house.write(home, OWNER, what, *args)

    return do


def listed(page: str) -> list[tuple[str, str]]:
    """The lines of the bin, as a reader hears them: title, and what is said of it."""
    return re.findall(r"<b>([^<]+)</b><small>(.*?)</small><small>Deleted:", page)


def button(page: str, title: str) -> str:
    """What the button of a line sends."""
    found = re.search(rf'value="([^"]+)" aria-label="Put back {title}"', page)
    assert found, title
    return found[1]


async def test_the_bin_is_for_the_owner_alone_and_can_be_found(reader):
    assert "The bin is empty" in (await reader.get(BIN)).text
    for url in ["/my/calendar/month/2026-07", "/my/tasks"]:
        assert f'href="{BIN}"' in (await reader.get(url)).text
    assert (await reader.post(f"{BIN}/restore", data={"id": "x"})).status_code == 403
    reader.cookies.clear()
    assert (await reader.get(BIN)).status_code == 303


async def test_what_was_deleted_is_listed_the_last_first(reader, put, do, clock):
    lunch = await put("Lunch", "2026-07-18T12:30", "2026-07-18T14:00")
    rent = (await do(tasks.make, {"label": "Rent", "limitDate": "2026-07-16", "allDay": True})).id
    note = ics("SUMMARY:Diary", "DTSTART;VALUE=DATE:20260717", component="VJOURNAL")
    await do(collections.items.put, "calendars", "personal", "n.ics", note)
    clock.advance(days=-2)
    await do(events.remove, lunch)
    clock.advance(days=1)
    await do(tasks.remove, rent)
    clock.advance(days=1)
    await do(collections.items.delete, "calendars", "personal", "n.ics")
    page = (await reader.get(BIN)).text
    assert listed(page) == [
        ("Diary", "Friday 17 July 2026 · Personal"),
        ("Rent", "Thursday 16 July 2026 · Personal"),
        ("Lunch", "Saturday 18 July 2026, 14:30 – 16:00 · Personal"),
    ]
    assert re.findall(r"erased in (\d+) days", page) == ["30", "29", "28"]


async def test_an_event_and_a_task_are_put_back(reader, put, do, week):
    id_ = await put("Lunch", "2026-07-18T12:30", "2026-07-18T14:00")
    await reader.submit(f"/my/calendar/event/{id_}/delete", scope="all")
    rent = (await do(tasks.make, {"label": "Rent"})).id
    await do(tasks.remove, rent)
    page = (await reader.get(BIN)).text
    for title in ["Rent", "Lunch"]:
        said = await reader.landed(await reader.submit(f"{BIN}/restore", id=button(page, title)))
        assert "Put back." in said
        assert title not in dict(listed(said))
    assert await week() == [("Lunch", "18 12:30")]
    assert "Rent" in (await reader.get("/my/tasks")).text
    again = await reader.landed(await reader.submit(f"{BIN}/restore", id=button(page, "Lunch")))
    assert "It is not in the bin any more." in again


async def test_a_deleted_calendar_is_put_back_with_what_was_in_it(reader, put, do, week):
    made = await do(shelves.create, "calendars", {"name": "Choir", "color": "#123456"})
    await put("Rehearsal", "2026-07-18T18:00", "2026-07-18T20:00", made.id)
    await put("Concert", "2026-07-19T18:00", "2026-07-19T20:00", made.id)
    here = f"/my/calendar/calendars/{made.id}"
    asked = (await reader.get(f"{here}/delete")).text
    assert "can be put back for 30 days" in asked
    await reader.submit(f"{here}/delete")
    page = (await reader.get(BIN)).text
    assert listed(page)[0] == ("Choir", "calendar with 2 items")
    assert dict(listed(page))["Concert"].endswith(" · Choir")
    await reader.landed(await reader.submit(f"{BIN}/restore", id=button(page, "Choir")))
    assert listed((await reader.get(BIN)).text) == []
    assert 'value="Choir"' in (await reader.get(here)).text
    assert await week() == [("Rehearsal", "18 18:00"), ("Concert", "19 18:00")]


@pytest.mark.parametrize("body", [{"label": "Odd", "start": "soon"}, {"start": "9999-12-31T23:59:59Z"}, {}])
async def test_what_cannot_be_read_is_listed_all_the_same(reader, do, body):
    made = await do(tasks.make, {"label": "Whatever"})
    await do(_bin_as, made.id, body)
    page = (await reader.get(BIN)).text
    assert listed(page) == [(body.get("label", "Without a title"), "Personal")]


def _bin_as(work, id_, body):
    collections.binned.keep(work, Document("io.cozy.todos", id_, "", body))
