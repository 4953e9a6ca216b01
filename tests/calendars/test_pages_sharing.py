"""A calendar's ways in and out over HTTP: public link, files, an address to follow."""

import re

import pytest
from msgspec.structs import replace

from cozy.rooms.collections.service import shelves
from tests.calendars.reader import on_page, put, reader, week
from tests.conftest import OWNER
from tests.remote.conftest import elsewhere

__all__ = ["elsewhere", "on_page", "put", "reader", "week"]

PERSONAL = "/my/calendar/calendars/personal"
FILE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Holidays\r\n"
    "BEGIN:VEVENT\r\nUID:one\r\nDTSTART;VALUE=DATE:20260715\r\nSUMMARY:Fair\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:two\r\nDTSTART:yesterday\r\nSUMMARY:Odd\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def settings(settings):
    """Addresses of this machine may be asked."""
    return replace(settings, outside_allowed="127.0.0.0/8")


async def send(reader, content: str, **fields: str):
    """A file by the form."""
    page = (await reader.get("/my/calendar/import")).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    files = {"file": ("holidays.ics", content.encode(), "text/calendar")} if content else None
    data = {"csrf_token": token[1], "calendar": "personal", "back": "/my/calendar/month/2026-07", **fields}
    return await reader.post("/my/calendar/import", data=data, files=files or {"other": b""})


async def test_a_link_is_made_read_by_anybody_and_stopped(reader, put):
    await put("Fair", "2026-07-15", "2026-07-16")
    assert "Only you see this calendar" in (await reader.get(PERSONAL)).text
    page = await reader.landed(await reader.submit(f"{PERSONAL}/link"))
    assert "You and whoever has the link" in page
    assert "You and whoever has the link" in (await reader.get("/my/calendar/month/2026-07")).text
    assert "Whoever has the link" in (await reader.get("/my/calendar/who?calendar=personal")).text
    link = re.search(r'value="(http[^"]+/public/calendars/[^"]+\.ics)"', page)
    assert link
    cookies = dict(reader.cookies)
    reader.cookies.clear()
    public = await reader.get(link[1])
    assert (public.status_code, "SUMMARY:Fair" in public.text) == (200, True)
    reader.cookies.update(cookies)
    page = await reader.landed(await reader.submit(f"{PERSONAL}/link/stop"))
    assert "Only you see this calendar" in page
    assert (await reader.get(link[1])).status_code == 404


async def test_a_calendar_goes_out_as_a_file_and_comes_in_again(reader, put, week):
    id_ = await put("Lunch", "2026-07-18T10:30", "2026-07-18T12:00")
    out = await reader.get(f"{PERSONAL}/export")
    assert out.headers["content-type"] == "text/calendar; charset=utf-8"
    assert out.headers["content-disposition"].startswith("attachment")
    await reader.submit(f"/my/calendar/event/{id_}/delete")
    assert "Imported: 1 added." in await reader.landed(await send(reader, out.text))
    assert await week() == [("Lunch", "18 10:30")]
    assert "1 there already" in await reader.landed(await send(reader, out.text))
    assert len(await week()) == 1


async def test_what_of_a_file_cannot_be_understood_is_told_by_its_line(reader, week):
    answer = await send(reader, FILE)
    assert answer.status_code == 200
    assert "Imported: 1 added." in answer.text
    assert re.search(r"<li>Line \d+: ", answer.text)
    assert [title for title, _ in await week()] == ["Fair"]


async def test_a_file_that_is_no_calendar_is_refused(reader):
    answer = await send(reader, "Dear Ana, how are you?")
    assert answer.status_code == 422
    assert "This is no calendar" in answer.text
    assert (await send(reader, "")).status_code == 422


async def test_a_calendar_elsewhere_is_followed_looked_at_again_and_cannot_be_written(
    reader, elsewhere, house, home
):
    elsewhere.headers, elsewhere.body = {"content-type": "text/calendar"}, FILE.encode()
    answer = await reader.submit(
        "/my/calendar/subscribe", address=f"{elsewhere.origin}/holidays.ics", name="", color="green"
    )
    page = await reader.landed(answer)
    assert "You follow this calendar now." in page
    assert f"{elsewhere.origin}/holidays.ics" in page
    followed = next(
        each for each in await house.read(home, OWNER, shelves.all_, "calendars") if each.name == "Holidays"
    )
    month = (await reader.get("/my/calendar/month/2026-07")).text
    event = re.search(r'href="(/my/calendar/event/[^"]+)"[^>]*title="Fair', month)
    assert event
    assert "/edit" not in (await reader.get(event[1])).text
    assert f'<option value="{followed.id}"' not in (await reader.get("/my/calendar/new")).text
    elsewhere.body = FILE.replace("Fair", "Market").encode()
    url = f"/my/calendar/calendars/{followed.id}"
    assert "up to date" in await reader.landed(await reader.submit(f"{url}/refresh"))
    assert "Market" in (await reader.get("/my/calendar/month/2026-07")).text
    elsewhere.body = b"gone"
    page = await reader.landed(await reader.submit(f"{url}/refresh"))
    assert "This is no calendar" in page
    await reader.landed(await reader.submit(f"{url}/often", every="hour"))
    assert '<option value="hour" selected>' in (await reader.get(url)).text


async def test_an_address_that_is_none_is_said_beside_its_field(reader):
    answer = await reader.submit(
        "/my/calendar/subscribe", address="javascript:alert(1)", name="X", color="green"
    )
    assert answer.status_code == 422
    assert "This is no address on the web" in answer.text
    assert 'value="X"' in answer.text
