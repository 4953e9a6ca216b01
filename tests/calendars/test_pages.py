"""The calendar's pages over HTTP, as a browser without scripts uses them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from cozy.rooms.calendars.service import occurrences, tasks
from cozy.rooms.collections.service import shelves
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from tests.calendars.reader import on_page, put, reader, week
from tests.conftest import OWNER

__all__ = ["on_page", "put", "reader", "week"]

# The clock of the tests stands at Saturday 18 July 2026, 14:02 UTC, which is 16:02 in Paris.
TODAY = "2026-07-18"

LUNCH = {"title": "Lunch", "start_day": TODAY, "start_time": "12:30", "end_day": TODAY, "end_time": "14:00"}

PAGES = [
    "/my/calendar", "/my/calendar/month/2026-07", "/my/calendar/week/2026-07-18", "/my/calendar/day/2026-07-18",
    "/my/calendar/agenda/2026-07-18", "/my/calendar/new", "/my/calendar/new/details", "/my/calendar/calendars",
    "/my/calendar/calendars/personal", "/my/calendar/calendars/new", "/my/calendar/month/nonsense", "/my/calendar/day/2026-99-99",
]  # fmt: skip


@pytest.mark.parametrize("url", PAGES)
async def test_pages_are_for_the_owner_alone(reader, url):
    shown = await reader.get(url)
    assert shown.status_code == 200
    assert 'style="' not in shown.text
    reader.cookies.clear()
    assert (await reader.get(url)).status_code == 303


async def test_the_view_that_was_chosen_last_is_the_first_one_and_phones_begin_with_a_list(reader):
    assert 'data-calendar="month"' in (await reader.get("/my/calendar")).text
    phone = {"user-agent": "Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0"}
    assert 'data-calendar="agenda"' in (await reader.get("/my/calendar", headers=phone)).text
    await reader.get("/my/calendar/week/2026-07-18")
    assert 'data-calendar="week"' in (await reader.get("/my/calendar")).text
    assert 'data-calendar="week"' in (await reader.get("/my/calendar", headers=phone)).text


async def test_one_jumps_to_a_date(reader):
    answer = await reader.get("/my/calendar/go?view=month&date=2027-02-03")
    assert answer.headers["location"] == "/my/calendar/month/2027-02"
    answer = await reader.get("/my/calendar/go?view=week&date=2027-02-03")
    assert answer.headers["location"] == "/my/calendar/week/2027-02-03"
    answer = await reader.get("/my/calendar/go?view=nothing&date=soon")
    assert answer.headers["location"] == "/my/calendar/month/2026-07"


async def test_an_event_is_made_on_the_owners_clock_and_can_be_undone(reader, week):
    page = await reader.landed(await reader.submit("/my/calendar/new", **LUNCH))
    assert "Added to your calendar." in page
    assert await week() == [("Lunch", "18 10:30")]
    undo = re.search(r'<form method="post" action="(/my/calendar/event/[^"]+/delete)">', page)
    assert undo
    assert "Deleted." in await reader.landed(await reader.submit(undo[1]))
    assert await week() == []


async def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(reader, week):
    answer = await reader.submit("/my/calendar/new", **{**LUNCH, "end_time": "11:00"})
    assert answer.status_code == 422
    assert "It cannot end before it begins." in answer.text
    assert 'value="Lunch"' in answer.text
    answer = await reader.submit(
        "/my/calendar/new/whole", **{**LUNCH, "title": "", "guests": "nobody", "note": "Bring <b>"}
    )
    assert answer.status_code == 422
    assert "Say what it is." in answer.text
    assert "Give one mail address a line" in answer.text
    assert "Bring &lt;b&gt;" in answer.text
    assert await week() == []


async def test_the_long_form_takes_over_what_the_short_one_holds(reader):
    answer = await reader.submit("/my/calendar/new/details", **{**LUNCH, "title": "Lunch & more"})
    assert answer.status_code == 200
    assert 'value="Lunch &amp; more"' in answer.text
    assert 'action="/my/calendar/new/whole"' in answer.text


async def test_everything_of_the_long_form_is_kept_and_comes_back(reader, house, home):
    fields = {
        **LUNCH, "tz": "Europe/London", "place": "Chez Ana", "note": "One\r\nTwo", "repeat": "custom", "every": "2", "unit": "WEEKLY",
        "days": ["0", "4"], "ends": "until", "until": "2026-12-24", "reminders": ["60", "10"], "guests": "theo@example.org\nmae@example.org",
    }  # fmt: skip
    await reader.landed(await reader.submit("/my/calendar/new/whole", **fields))
    start = datetime(2026, 7, 13, tzinfo=UTC)
    found = (await house.read(home, OWNER, occurrences.between, start, start + timedelta(days=14)))[0]
    assert found.body["rrule"] == "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261224T123000Z;BYDAY=MO,FR"
    assert found.body["reminders"] == [10, 60]
    form = (await reader.get(f"/my/calendar/event/{found.id}/edit")).text
    for kept in (
        'value="12:30"',
        'value="Chez Ana"',
        "One\nTwo",
        'value="2026-12-24"',
        "theo@example.org\nmae@example.org",
    ):
        assert kept in form
    assert '<option value="Europe/London" selected>' in form
    assert '<option value="custom" selected>' in form
    told = (await reader.get(f"/my/calendar/event/{found.id}")).text
    assert "Every 2 weeks, on Monday and Friday, until 24 December 2026" in told
    assert "12:30 – 14:00 in the time of Europe/London" in told
    assert "10 minutes before · 1 hour before" in told
    assert "You <small>organises</small>" in told


async def test_an_event_is_changed_by_its_form(reader, put, week):
    id_ = await put("Lunch", "2026-07-18T10:30", "2026-07-18T12:00")
    changed = {
        **LUNCH,
        "title": "Long lunch",
        "tz": "Europe/Paris",
        "start_time": "12:00",
        "calendar": "personal",
    }
    page = await reader.landed(await reader.submit(f"/my/calendar/event/{id_}/edit", **changed))
    assert "Saved." in page
    assert await week() == [("Long lunch", "18 10:00")]


DAILY = {"rrule": "FREQ=DAILY;COUNT=5"}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("this", [("Run", "13 06:00"), ("Run", "14 06:00"), ("Swim", "15 07:00"), ("Run", "16 06:00"), ("Run", "17 06:00")]),
        ("future", [("Run", "13 06:00"), ("Run", "14 06:00"), ("Swim", "15 07:00"), ("Swim", "16 07:00"), ("Swim", "17 07:00")]),
        ("all", [("Swim", "13 07:00"), ("Swim", "14 07:00"), ("Swim", "15 07:00"), ("Swim", "16 07:00"), ("Swim", "17 07:00")]),
    ],
)  # fmt: skip
async def test_of_what_repeats_this_one_the_rest_or_all_is_changed(reader, put, week, scope, expected):
    id_ = await put("Run", "2026-07-13T06:00", "2026-07-13T07:00", **DAILY)
    at = "2026-07-15T06:00:00Z"
    form = (await reader.get(f"/my/calendar/event/{id_}/edit?at={at}")).text
    assert 'value="2026-07-15"' in form
    fields = {
        "at": at, "title": "Swim", "start_day": "2026-07-15", "start_time": "09:00", "end_day": "2026-07-15", "end_time": "10:00",
        "tz": "Europe/Paris", "repeat": "daily", "every": "1", "unit": "WEEKLY", "until": "", "ends": "count", "count": "5", "scope": scope, "calendar": "personal",
    }  # fmt: skip
    page = await reader.landed(await reader.submit(f"/my/calendar/event/{id_}/edit", **fields))
    assert await week() == expected
    assert "It is as it was." in await undone(reader, page)
    assert await week() == [("Run", f"{day} 06:00") for day in range(13, 18)]
    assert "Swim" not in (await reader.get("/my/calendar/bin")).text


async def test_what_repeats_weekly_goes_along_to_another_day_of_the_week(reader, put, week):
    id_ = await put("Choir", "2026-07-14T17:00", "2026-07-14T19:00", rrule="FREQ=WEEKLY;BYDAY=TU")
    fields = {
        "at": "2026-07-14T17:00:00Z", "title": "Choir", "start_day": "2026-07-15", "start_time": "19:00", "end_day": "2026-07-15", "end_time": "21:00",
        "tz": "Europe/Paris", "repeat": "weekly", "every": "1", "unit": "WEEKLY", "scope": "all", "calendar": "personal",
    }  # fmt: skip
    await reader.landed(await reader.submit(f"/my/calendar/event/{id_}/edit", **fields))
    assert await week(14) == [("Choir", "15 17:00"), ("Choir", "22 17:00")]


@pytest.mark.parametrize(("scope", "left"), [("this", [13, 14, 16, 17]), ("future", [13, 14]), ("all", [])])
async def test_of_what_repeats_this_one_the_rest_or_all_is_deleted(reader, put, week, scope, left):
    id_ = await put("Run", "2026-07-13T06:00", "2026-07-13T07:00", **DAILY)
    at = "2026-07-15T06:00:00Z"
    asked = await reader.get(f"/my/calendar/event/{id_}/delete?at={at}")
    assert "Only this one" in asked.text
    page = await reader.landed(await reader.submit(f"/my/calendar/event/{id_}/delete", at=at, scope=scope))
    assert await week() == [("Run", f"{day} 06:00") for day in left]
    await undone(reader, page)
    assert await week() == [("Run", f"{day} 06:00") for day in range(13, 18)]
    assert "The bin is empty" in (await reader.get("/my/calendar/bin")).text


async def test_what_changed_since_is_not_undone(reader, put, week):
    id_ = await put("Run", "2026-07-13T06:00", "2026-07-13T07:00", **DAILY)
    url, at = f"/my/calendar/event/{id_}/delete", "2026-07-15T06:00:00Z"
    page = await reader.landed(await reader.submit(url, at=at, scope="this"))
    await reader.landed(await reader.submit(url, at="2026-07-16T06:00:00Z", scope="this"))
    assert "This has changed since" in await undone(reader, page)
    assert [day for _, day in await week()] == ["13 06:00", "14 06:00", "17 06:00"]


async def undone(reader, page):
    """Take the way back that a page offers."""
    undo = re.search(r'action="(/my/calendar/(?:event/[^"]+/undo\?|undelete/)[^"]*)"', page)
    assert undo
    return await reader.landed(await reader.submit(undo[1].replace("&amp;", "&")))


async def test_a_deleted_event_is_put_back(reader, put, week):
    id_ = await put("Lunch", "2026-07-18T10:30", "2026-07-18T12:00")
    assert "Only this one" not in (await reader.get(f"/my/calendar/event/{id_}/delete")).text
    page = await reader.landed(await reader.submit(f"/my/calendar/event/{id_}/delete"))
    assert await week() == []
    undo = re.search(r'action="(/my/calendar/undelete/[^"]+)"', page)
    assert undo
    assert "Put back." in await reader.landed(await reader.submit(undo[1]))
    assert await week() == [("Lunch", "18 10:30")]
    assert (await reader.submit("/my/calendar/undelete/nothing")).status_code == 303


async def test_an_event_is_moved_and_moved_back(reader, put, week):
    id_ = await put("Lunch", "2026-07-18T10:30", "2026-07-18T12:00")
    page = await reader.landed(
        await reader.submit(f"/my/calendar/event/{id_}/move", day="2026-07-16", time="15:00")
    )
    assert await week() == [("Lunch", "16 13:00")]
    await undone(reader, page)
    assert await week() == [("Lunch", "18 10:30")]


async def test_an_event_gets_a_later_end(reader, put, house, home):
    id_ = await put("Lunch", "2026-07-18T10:30", "2026-07-18T12:00")
    url = f"/my/calendar/event/{id_}/move"
    asked = (await reader.get(f"{url}?length=135")).text
    assert "It will last: 2 hr 15 min" in asked.replace("\u202f", " ").replace("\xa0", " ")
    await reader.landed(await reader.submit(url, day="2026-07-18", time="12:30", length="135"))
    body = (await house.read(home, OWNER, documents.fetch, "io.cozy.calendar.events", id_)).body
    assert (body["start"], body["end"]) == ("2026-07-18T10:30:00Z", "2026-07-18T12:45:00Z")
    for nothing in ("0", "-5", "soon", "99999"):
        await reader.landed(await reader.submit(url, day="2026-07-18", time="12:30", length=nothing))
    body = (await house.read(home, OWNER, documents.fetch, "io.cozy.calendar.events", id_)).body
    assert body["end"] == "2026-07-18T12:45:00Z"


async def test_whole_days_are_moved_by_their_first_day(reader, put, house, home):
    id_ = await put("Trip", "2026-07-17", "2026-07-20")
    await reader.landed(await reader.submit(f"/my/calendar/event/{id_}/move", day="2026-07-14", time="00:00"))
    body = (await house.read(home, OWNER, documents.fetch, "io.cozy.calendar.events", id_)).body
    assert (body["start"], body["end"]) == ("2026-07-14", "2026-07-17")


async def test_one_time_of_several_is_moved_alone(reader, put, week):
    id_ = await put("Run", "2026-07-13T06:00", "2026-07-13T07:00", **DAILY)
    url = f"/my/calendar/event/{id_}/move"
    asked = await reader.get(f"{url}?at=2026-07-15T06:00:00Z&day=2026-07-15&time=18:00")
    assert 'value="18:00"' in asked.text
    await reader.landed(
        await reader.submit(url, at="2026-07-15T06:00:00Z", day="2026-07-15", time="18:00", scope="this")
    )
    assert ("Run", "15 16:00") in await week()
    assert len(await week()) == 5


async def test_a_move_to_no_day_asks_again(reader, put):
    id_ = await put("Lunch", "2026-07-18T10:30", "2026-07-18T12:00")
    answer = await reader.submit(f"/my/calendar/event/{id_}/move", day="some day", time="15:00")
    assert answer.status_code == 422
    assert "Give a day." in answer.text


async def test_what_is_not_there_is_said(reader, put):
    assert (await reader.get("/my/calendar/event/nothing")).status_code == 404
    id_ = await put("Run", "2026-07-13T06:00", "2026-07-13T07:00", **DAILY)
    assert (await reader.get(f"/my/calendar/event/{id_}?at=2026-07-13T05:00:00Z")).status_code == 404
    assert (await reader.get(f"/my/calendar/event/{id_}?at=whenever")).status_code == 404


async def test_an_invitation_is_answered(reader, put, house, home):
    me = (await house.read(home, OWNER, homes.profile)).email
    people = [{"email": me, "status": "NEEDS-ACTION"}, {"email": "theo@example.org", "status": "DECLINED"}]
    id_ = await put(
        "Party",
        "2026-07-18T18:00",
        "2026-07-18T20:00",
        organizer={"email": "boss@example.org", "name": "Boss"},
        attendees=people,
    )
    told = (await reader.get(f"/my/calendar/event/{id_}")).text
    assert "Will you be there?" in told
    assert "Boss <small>organises</small>" in told
    assert "(not answered)" in (await reader.get("/my/calendar/week/2026-07-18")).text
    await reader.landed(await reader.submit(f"/my/calendar/event/{id_}/answer", answer="ACCEPTED"))
    told = (await reader.get(f"/my/calendar/event/{id_}")).text
    assert re.search(r'value="ACCEPTED" aria-pressed="true"', told)
    assert "(not answered)" not in (await reader.get("/my/calendar/week/2026-07-18")).text
    assert (await reader.submit(f"/my/calendar/event/{id_}/answer", answer="PERHAPS")).status_code == 303


class Posting:
    """A mailer that could send."""

    configured = True

    async def send(self, message) -> None:
        raise AssertionError(message)


async def test_pages_promise_mails_only_where_there_are_any(reader, put, house, home):
    me = (await house.read(home, OWNER, homes.profile)).email
    own = await put("Own", "2026-07-18T18:00", "2026-07-18T20:00", attendees=[{"email": "theo@example.org"}])
    theirs = await put(
        "Theirs", "2026-07-18T18:00", "2026-07-18T20:00", organizer={"email": "boss@example.org", "name": "Boss"},
        attendees=[{"email": me, "status": "ACCEPTED"}],
    )  # fmt: skip

    async def said() -> list[str]:
        form = (await reader.get(f"/my/calendar/event/{own}/edit")).text
        ours = (await reader.get(f"/my/calendar/event/{own}/delete")).text
        other = (await reader.get(f"/my/calendar/event/{theirs}/delete")).text
        answered = await reader.landed(
            await reader.submit(f"/my/calendar/event/{theirs}/answer", answer="ACCEPTED")
        )
        return [form, ours, other, answered]

    for page in await said():
        assert "This home sends no mail: tell " in page
    object.__setattr__(house, "mailer", Posting())
    promised = (
        "They receive an invitation", "The guests are told", "Whoever invited you is told", "Your answer is on its way.",
    )  # fmt: skip
    for page, words in zip(await said(), promised, strict=True):
        assert words in page
        assert "sends no mail" not in page


async def test_what_somebody_else_organises_asks_for_an_answer_first(reader, put, house, home):
    me = (await house.read(home, OWNER, homes.profile)).email
    boss = {"organizer": {"email": "boss@example.org", "name": "Boss"}, "attendees": [{"email": me}]}
    theirs = f"/my/calendar/event/{await put('Theirs', '2026-07-18T18:00', '2026-07-18T20:00', **boss)}"
    told = (await reader.get(theirs)).text
    assert told.index("Will you be there?") < told.index('class="told"')
    assert not re.search(r'class="btn (?:primary|line)" href="[^"]+/(?:edit|move)', told)
    for form in ("edit", "move"):
        assert "Only you see this change: Boss organises" in (await reader.get(f"{theirs}/{form}")).text
    own = f"/my/calendar/event/{await put('Own', '2026-07-18T18:00', '2026-07-18T20:00')}"
    assert re.search(r'class="btn primary" href="[^"]+/edit', (await reader.get(own)).text)
    assert "Only you see this change" not in (await reader.get(f"{own}/edit")).text
    for url in (theirs, own):
        came = {"referer": "http://x/my/calendar/week/2026-07-18"}
        page = (await reader.get(url, headers=came)).text
        assert re.search(r'href="/my/calendar/week/2026-07-18"[^>]*>\s*<span class="lbl">Close', page)


async def test_a_calendar_counts_events_and_tasks_apart(reader, put, house, home):
    await put("Lunch", "2026-07-18T10:30", "2026-07-18T12:00")
    for label in ("Bread", "Milk"):
        await house.write(home, OWNER, tasks.make, {"label": label}, "personal")
    assert "<small>1 event, 2 tasks</small>" in (await reader.get("/my/calendar/calendars")).text
    asked = (await reader.get("/my/calendar/calendars/personal/delete")).text
    assert "What is in it goes with it: 1 event, 2 tasks." in asked


async def test_a_calendar_is_made_shown_and_hidden_renamed_and_deleted(reader, put, house, home):
    await reader.landed(await reader.submit("/my/calendar/calendars/new", name="Work", color="purple"))
    work_id = next(
        each.id for each in await house.read(home, OWNER, shelves.all_, "calendars") if each.name == "Work"
    )
    await put("Meeting", "2026-07-18T10:30", "2026-07-18T12:00", work_id)
    assert "Meeting" in (await reader.get("/my/calendar/month/2026-07")).text
    await reader.submit("/my/calendar/show", toggle=work_id)
    shown = (await reader.get("/my/calendar/month/2026-07")).text
    assert "Meeting" not in shown
    assert f'value="{work_id}" aria-pressed="false"' in shown
    await reader.submit("/my/calendar/show", toggle=work_id)
    assert "cal-purple" in (await reader.get("/my/calendar/month/2026-07")).text
    await reader.landed(await reader.submit(f"/my/calendar/calendars/{work_id}", name="Office", color="red"))
    assert "Office" in (await reader.get("/my/calendar/calendars")).text
    assert (await reader.submit(f"/my/calendar/calendars/{work_id}", name="", color="red")).status_code == 422
    assert (
        "What is in it goes with it: 1 event."
        in (await reader.get(f"/my/calendar/calendars/{work_id}/delete")).text
    )
    await reader.landed(await reader.submit(f"/my/calendar/calendars/{work_id}/delete"))
    assert (await reader.get(f"/my/calendar/calendars/{work_id}")).status_code == 404
    assert "Meeting" not in (await reader.get("/my/calendar/month/2026-07")).text


async def test_a_device_s_shade_of_a_colour_stays_when_the_name_is_changed(reader, house, home):
    made = await house.write(
        home, OWNER, shelves.create, "calendars", {"name": "Phone", "color": "#FF2968FF"}
    )
    page = (await reader.get(f"/my/calendar/calendars/{made.id}")).text
    chosen = re.search(r'name="color" value="(\w+)" checked', page)
    assert chosen
    await reader.submit(f"/my/calendar/calendars/{made.id}", name="Telephone", color=chosen[1])
    assert (await house.read(home, OWNER, shelves.one, "calendars", made.id)).color == "#FF2968FF"


async def test_the_calendar_that_is_always_there_cannot_be_deleted(reader):
    assert "/delete" not in (await reader.get("/my/calendar/calendars/personal")).text
    page = await reader.landed(await reader.submit("/my/calendar/calendars/personal/delete"))
    assert "This collection cannot be deleted" in page


async def test_birthdays_of_contacts_lie_over_the_calendar(reader, house, home):
    ana = {"fullname": "Ana", "displayName": "Ana", "birthday": "1990-07-20"}
    await house.write(home, OWNER, documents.create, "io.cozy.contacts", ana)
    assert "Ana, 36 years old" in (await reader.get("/my/calendar/month/2026-07")).text
    await reader.submit("/my/calendar/show", toggle="birthdays")
    assert "Ana, 36 years old" not in (await reader.get("/my/calendar/month/2026-07")).text


async def test_the_time_zone_of_the_device_is_taken_when_the_home_has_none(reader, house, home):
    await house.write(
        home, OWNER, lambda work: homes.change_profile(work, replace(homes.profile(work), tz="UTC"))
    )
    assert "data-zone" in (await reader.get("/my/calendar/week/2026-07-18")).text
    await reader.submit("/my/calendar/zone", tz="Nowhere/Land")
    assert (await house.read(home, OWNER, homes.profile)).tz == "UTC"
    await reader.landed(await reader.submit("/my/calendar/zone", tz="Asia/Tokyo"))
    assert (await house.read(home, OWNER, homes.profile)).tz == "Asia/Tokyo"
    assert "data-zone" not in (await reader.get("/my/calendar/week/2026-07-18")).text


async def test_pages_speak_the_owners_language(reader, put, house, home):
    await put("Course", "2026-07-13T06:00", "2026-07-13T07:00", rrule="FREQ=MONTHLY;BYDAY=2MO")
    await house.write(
        home, OWNER, lambda work: homes.change_profile(work, replace(homes.profile(work), locale="fr"))
    )
    month = (await reader.get("/my/calendar/month/2026-07")).text
    assert "<h1>Juillet 2026</h1>" in month
    assert '<abbr title="Lundi">lun</abbr>' in month
    assert "13–19 juillet 2026" in (await reader.get("/my/calendar/week/2026-07-18")).text
    found = re.search(r'href="(/my/calendar/event/[^"]+)"', month)
    assert found
    assert "Chaque mois, le deuxième lundi" in (await reader.get(found[1].replace("&amp;", "&"))).text


async def test_going_back_never_leads_out_of_the_home(reader):
    answer = await reader.submit("/my/calendar/show", back="//evil.example/", toggle="x")
    assert answer.headers["location"] == "/my/calendar"
    answer = await reader.submit("/my/calendar/show", back="/my/calendar/week/2026-07-18", toggle="x")
    assert answer.headers["location"] == "/my/calendar/week/2026-07-18"


def test_the_days_of_these_tests_are_where_they_say():
    assert date(2026, 7, 18).weekday() == 5
