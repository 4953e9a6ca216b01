"""The pages of tasks over HTTP, as a browser without scripts uses them."""

import re

import pytest

from cozy.rooms.calendars.service import tasks
from cozy.rooms.collections.service import shelves
from tests.calendars.reader import on_page, reader
from tests.conftest import OWNER

__all__ = ["on_page", "reader"]

BACK = "/my/tasks"


@pytest.fixture
def write(house, home):
    """Writes a task down, and returns its id."""

    async def write(label: str, calendar: str = "personal", **members) -> str:
        return (await house.write(home, OWNER, tasks.make, {"label": label, **members}, calendar)).id

    return write


@pytest.fixture
def todo(house, home):
    """What is to be done: name and limit."""

    async def todo() -> list[tuple[str, str]]:
        return [(each.label, each.limit) for each in await house.read(home, OWNER, tasks.open_)]

    return todo


@pytest.mark.parametrize("url", ["/my/tasks", "/my/tasks/list/personal", "/my/tasks/lists/new"])
async def test_pages_are_for_the_owner_alone(reader, url):
    assert (await reader.get(url)).status_code == 200
    reader.cookies.clear()
    assert (await reader.get(url)).status_code == 303


async def test_a_task_is_written_down_and_can_be_undone(reader, todo):
    page = await reader.landed(
        await reader.submit("/my/tasks/new", back=BACK, title="Buy bread", due="2026-07-18")
    )
    assert "Written down." in page
    assert await todo() == [("Buy bread", "2026-07-18")]
    assert re.search(r"<h2[^>]*>Today</h2>", page)
    undo = re.search(r'action="(/my/tasks/task/[^"]+/delete)"', page)
    assert undo
    await reader.landed(await reader.submit(undo[1], back=BACK))
    assert await todo() == []


async def test_a_task_without_words_is_asked_for_again(reader, todo):
    answer = await reader.submit("/my/tasks/new", back=BACK, title=" ", due="2026-07-18")
    assert answer.status_code == 422
    assert "Say what is to be done." in answer.text
    assert 'value="2026-07-18"' in answer.text
    assert await todo() == []


async def test_what_is_late_comes_first_and_says_so(reader, write):
    await write("Someday")
    await write("Rent", limitDate="2026-07-16", allDay=True)
    await write("Call", limitDate="2026-07-18T16:00:00Z", timezone="Europe/Paris")
    page = (await reader.get("/my/tasks")).text
    assert page.index("Rent") < page.index("Call") < page.index("Someday")
    assert "2 days late" in page
    assert "Today, 18:00" in page


async def test_a_task_is_done_and_undone(reader, write, todo):
    id_ = await write("Rent", limitDate="2026-07-16", allDay=True)
    page = await reader.landed(await reader.submit(f"/my/tasks/task/{id_}/done", back=BACK))
    assert "Done: Rent" in page
    assert "1 task done" in page
    assert await todo() == []
    undo = re.search(r'action="(/my/tasks/task/[^"]+/undone)"', page)
    assert undo
    await reader.landed(await reader.submit(undo[1], back=BACK))
    assert await todo() == [("Rent", "2026-07-16")]


async def test_doing_what_comes_back_brings_the_next_time(reader, write, todo):
    id_ = await write("Bins", start="2026-07-15", limitDate="2026-07-15", allDay=True, rrule="FREQ=WEEKLY")
    page = await reader.landed(await reader.submit(f"/my/tasks/task/{id_}/done", back=BACK))
    assert await todo() == [("Bins", "2026-07-22")]
    undo = re.search(r'action="(/my/tasks/task/[^"]+/undone[^"]*)"', page)
    assert undo
    await reader.landed(await reader.submit(undo[1].replace("&amp;", "&"), back=BACK))
    assert await todo() == [("Bins", "2026-07-15")]


async def test_a_task_is_changed(reader, write, todo):
    id_ = await write("Rent", limitDate="2026-07-16", allDay=True, priority=2, description="To Ana")
    form = (await reader.get(f"/my/tasks/task/{id_}")).text
    assert 'value="2026-07-16"' in form
    assert '<option value="1" selected>' in form
    fields = {
        "title": "Pay the rent",
        "due": "2026-07-20",
        "at": "18:00",
        "list": "personal",
        "priority": "1",
        "note": "To Ana",
    }
    await reader.landed(await reader.submit(f"/my/tasks/task/{id_}", back=BACK, **fields))
    assert await todo() == [("Pay the rent", "2026-07-20T16:00:00Z")]
    answer = await reader.submit(f"/my/tasks/task/{id_}", back=BACK, **{**fields, "title": ""})
    assert answer.status_code == 422
    assert "To Ana" in answer.text


async def test_a_priority_that_the_form_has_no_word_for_stays(reader, write, house, home):
    id_ = await write("Rent", priority=2)
    await reader.submit(f"/my/tasks/task/{id_}", back=BACK, title="Rent", list="personal", priority="1")
    assert (await house.read(home, OWNER, tasks.one, id_)).body["priority"] == 2
    await reader.submit(f"/my/tasks/task/{id_}", back=BACK, title="Rent", list="personal", priority="9")
    assert (await house.read(home, OWNER, tasks.one, id_)).body["priority"] == 9


async def test_a_task_is_thrown_away_and_put_back(reader, write, todo):
    id_ = await write("Rent")
    page = await reader.landed(await reader.submit(f"/my/tasks/task/{id_}/delete", back=BACK))
    assert await todo() == []
    undo = re.search(r'action="(/my/tasks/undelete/[^"]+)"', page)
    assert undo
    await reader.landed(await reader.submit(undo[1], back=BACK))
    assert await todo() == [("Rent", "")]


async def test_lists_are_made_and_tasks_go_from_one_to_another(reader, write, house, home):
    answer = await reader.submit("/my/tasks/lists/new", back=BACK, name="Garden", color="green")
    assert answer.status_code == 303
    made = next(
        each for each in await house.read(home, OWNER, shelves.all_, "calendars") if each.name == "Garden"
    )
    assert answer.headers["location"] == f"/my/tasks/list/{made.id}"
    assert made.components == ("VTODO",)
    id_ = await write("Weed")
    assert "Weed" not in (await reader.get(f"/my/tasks/list/{made.id}")).text
    await reader.submit(f"/my/tasks/task/{id_}", back=BACK, title="Weed", list=made.id)
    assert "Weed" in (await reader.get(f"/my/tasks/list/{made.id}")).text
    assert "Garden" not in (await reader.get("/my/calendar/month/2026-07")).text
    assert (await reader.get("/my/tasks/list/nothing")).status_code == 404
    assert (await reader.get("/my/tasks/task/nothing")).status_code == 404


async def test_due_tasks_are_on_the_first_page(reader, write):
    await write("Rent", limitDate="2026-07-16", allDay=True)
    await write("Call", limitDate="2026-07-18", allDay=True)
    await write("Later", limitDate="2026-08-18", allDay=True)
    page = (await reader.get("/my")).text
    assert "2 tasks to do" in page
    assert "of which 1 is late" in page
