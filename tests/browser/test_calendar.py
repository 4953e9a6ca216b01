"""Living in the calendar: with a mouse, on a phone, with keys alone, without scripts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from cozy.kernel.work import Work
from cozy.rooms.calendars.service import events, occurrences, tasks
from cozy.rooms.collections.service import shelves
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from tests.browser.conftest import LOOKS, PHONE, check, check_everywhere, look_like, visit
from tests.browser.drive import Drive, furnished, toast

pytestmark = pytest.mark.browser
PARIS = ZoneInfo("Europe/Paris")


def monday() -> date:
    """Of the week that the tests play in: the next one, so that no event is today's."""
    today = datetime.now(PARIS).date()
    return today + timedelta(days=7 - today.weekday())


def at(day: int, time: str) -> str:
    """A time on a day of that week, as members of events spell it."""
    hour, minute = map(int, time.split(":"))
    local = datetime.combine(monday() + timedelta(days=day), datetime.min.time(), PARIS).replace(
        hour=hour, minute=minute
    )
    return f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def furnish(work: Work) -> dict[str, str]:
    """A week in three calendars: what overlaps, what repeats, what lasts days, an invitation, a birthday."""
    profile = homes.change_profile(work, replace(homes.profile(work), tz="Europe/Paris"))
    ids = {
        name: shelves.create(work, "calendars", {"name": name, "color": color}).id
        for name, color in (("Work", "#8a3fc4"), ("Family", "#d9731a"))
    }

    def timed(
        day: int, title: str, start: str, end: str, calendar: str = "personal", **members: object
    ) -> None:
        body = {
            "label": title,
            "start": at(day, start),
            "end": at(day, end),
            "timezone": "Europe/Paris",
            **members,
        }
        ids[title] = events.make(work, body, calendar).id

    def whole(day: int, days: int, title: str, calendar: str = "personal", **members: object) -> None:
        first = monday() + timedelta(days=day)
        body = {
            "label": title,
            "start": str(first),
            "end": str(first + timedelta(days=days)),
            "allDay": True,
            **members,
        }
        ids[title] = events.make(work, body, calendar).id

    timed(0, "Stand-up", "09:30", "09:45", ids["Work"], rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=10")
    timed(1, "Dentist", "11:00", "11:45", location="12 rue des Lilas")
    timed(1, "Call", "11:15", "12:15", ids["Work"], reminders=[10])
    timed(2, "Workshop", "14:00", "17:00", ids["Work"], location="Lyon", description="Bring the list.")
    timed(2, "Review", "14:30", "15:30", ids["Work"])
    invited = [
        {"email": profile.email, "status": "NEEDS-ACTION"},
        {"email": "theo@example.org", "status": "DECLINED"},
    ]
    timed(
        2,
        "Interview",
        "15:00",
        "16:00",
        organizer={"email": "boss@example.org", "name": "Boss"},
        attendees=invited,
    )
    timed(4, "Dinner", "20:00", "23:00", ids["Family"])
    whole(1, 3, "Conference", ids["Work"])
    whole(4, 4, "Grandma visits", ids["Family"])
    whole(2, 1, "Bins", ids["Family"], rrule="FREQ=WEEKLY;COUNT=3")
    birthday = f"1990-{monday() + timedelta(days=3):%m-%d}"
    documents.create(
        work, "io.cozy.contacts", {"fullname": "Ana", "displayName": "Ana", "birthday": birthday}
    )
    late = {"label": "Rent", "limitDate": str(monday() - timedelta(days=10)), "allDay": True}
    ids["Rent"] = tasks.make(work, late, ids["Family"]).id
    gone = shelves.create(work, "calendars", {"name": "Choir"}).id
    timed(3, "Rehearsal of the whole choir", "19:00", "21:00", gone)
    shelves.delete(work, "calendars", gone)
    return ids


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("calendar"), furnish) as home:
        yield home


def week(home: Drive) -> str:
    return f"{home.origin}/my/calendar/week/{monday()}"


def month(home: Drive) -> str:
    return f"{home.origin}/my/calendar/month/{monday():%Y-%m}"


def put(home: Drive, title: str, day: int, start: str, end: str, **members: object) -> None:
    """An event of a test's own."""
    body = {
        "label": title,
        "start": at(day, start),
        "end": at(day, end),
        "timezone": "Europe/Paris",
        **members,
    }
    home.do(lambda work: events.make(work, body))


def when(home: Drive, title: str) -> list[str]:
    """When something really takes place in that week and the next: `1 11:00` is Tuesday at eleven."""
    start = datetime.combine(monday(), datetime.min.time(), PARIS)
    found = home.look(lambda work: occurrences.between(work, start, start + timedelta(days=14)))
    assert isinstance(found, list)
    return [
        f"{(each.start.astimezone(PARIS).date() - monday()).days} {each.start.astimezone(PARIS):%H:%M}"
        for each in found
        if each.label == title
    ]


def event(page: Page, title: str):
    """The first piece of an event that shows."""
    return page.locator(".ev:visible", has=page.locator(f'.t:text-is("{title}")')).first


def column(page: Page, day: int):
    """A day of the week among the hours, or a cell of the month."""
    return page.locator(f'[data-day="{monday() + timedelta(days=day)}"]:visible').first


def drag(page: Page, title: str, day: int, *, down_hours: float = 0) -> None:
    """By mouse from where it is to another day, and later by some hours."""
    event(page, title).scroll_into_view_if_needed()
    box, to = event(page, title).bounding_box(), column(page, day).bounding_box()
    assert box
    assert to
    hour = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize) * 3.25")
    x, y = box["x"] + 20, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    target = (
        y + down_hours * hour if down_hours or page.locator(".time").count() else to["y"] + to["height"] - 12
    )
    page.mouse.move(to["x"] + to["width"] / 2, target, steps=6)
    page.mouse.up()


def test_a_mouse_drags_events_to_other_days_and_times(open_context, home):
    put(home, "Swim", 0, "13:00", "14:00")
    page = home.come_in(open_context())
    visit(page, week(home))
    drag(page, "Swim", 3, down_hours=2.5)
    toast(page, "Moved.")
    expect(event(page, "Swim")).to_be_focused()
    assert when(home, "Swim") == ["3 15:30"]
    page.get_by_role("button", name="Undo").click()
    toast(page, "It is as it was.")
    assert when(home, "Swim") == ["0 13:00"]
    visit(page, month(home))
    drag(page, "Swim", 1)
    toast(page, "Moved.")
    assert when(home, "Swim") == ["1 13:00"]


def test_a_mouse_drags_the_end_of_an_event(open_context, home):
    put(home, "Paint", 5, "13:00", "14:00")
    page = home.come_in(open_context())
    visit(page, week(home))
    event(page, "Paint").scroll_into_view_if_needed()
    box = event(page, "Paint").bounding_box()
    assert box
    hour = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize) * 3.25")
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] + 1.5 * hour, steps=6)
    page.mouse.up()
    toast(page, "Moved.")
    expect(event(page, "Paint").locator("time")).to_have_text("13:00 – 15:30")


def test_dragging_one_of_several_asks_which(open_context, home):
    put(home, "Run", 0, "07:00", "07:30", rrule="FREQ=DAILY;COUNT=3")
    page = home.come_in(open_context())
    visit(page, week(home))
    drag(page, "Run", 0, down_hours=1)
    question = page.get_by_role("dialog")
    question.get_by_label("This one and all after it").check()
    question.get_by_role("button", name="Move").click()
    toast(page, "Moved.")
    assert when(home, "Run") == ["0 08:00", "1 08:00", "2 08:00"]


def test_empty_time_asks_for_a_new_event(open_context, home):
    page = home.come_in(open_context())
    visit(page, week(home))
    box = column(page, 6).bounding_box()
    assert box
    first = int(page.locator(".time").get_attribute("data-first") or 0)
    hours = page.locator(".labels li").count()
    page.mouse.click(box["x"] + 40, box["y"] + box["height"] * (10.1 - first) / hours)
    question = page.get_by_role("dialog")
    expect(question.get_by_label("Begins at")).to_have_value("10:00")
    question.get_by_label("Begins at").fill("16:00")
    question.get_by_label("Begins at").blur()
    expect(question.get_by_label("Ends at")).to_have_value("17:00")  # the end keeps its distance
    question.get_by_label("What", exact=True).fill("Walk")
    question.get_by_role("button", name="Add").click()
    toast(page, "Added to your calendar.")
    assert when(home, "Walk") == ["6 16:00"]


def test_keys_alone_make_move_repeat_and_delete(open_context, home):
    page = home.come_in(open_context())
    visit(page, f"{home.origin}/my")
    keys = page.keyboard
    keys.press("g")
    keys.press("a")
    expect(page.locator("main h1")).to_be_focused()
    visit(page, week(home))
    keys.press("c")
    question = page.get_by_role("dialog")
    expect(question.get_by_label("What", exact=True)).to_be_focused()
    keys.type("Piano")
    question.get_by_label("Begins on").fill(str(monday() + timedelta(days=5)))
    question.get_by_label("Ends on").fill(str(monday() + timedelta(days=5)))
    question.get_by_label("Begins at").fill("10:00")
    question.get_by_label("Ends at").fill("11:00")
    keys.press("Enter")
    toast(page, "Added to your calendar.")
    event(page, "Piano").focus()
    keys.press("Shift+ArrowDown")
    expect(event(page, "Piano").locator("time")).to_have_text("10:15 – 11:15")
    expect(event(page, "Piano")).to_be_focused()
    keys.press("Shift+ArrowLeft")
    expect(column(page, 4).locator(".ev", has_text="Piano")).to_be_focused()
    assert when(home, "Piano") == ["4 10:15"]

    keys.press("Enter")
    expect(question).to_be_visible()
    question.get_by_role("link", name="Edit").focus()
    keys.press("Enter")
    page.get_by_label("Repeats").select_option(label="Every day")
    page.get_by_label("How long").select_option(label="A number of times")
    page.get_by_label("Times").fill("3")
    keys.press("Enter")
    toast(page, "Saved.")
    assert when(home, "Piano") == ["4 10:15", "5 10:15", "6 10:15"]

    visit(page, week(home))
    column(page, 5).locator(".ev", has_text="Piano").focus()
    keys.press("Delete")
    expect(question.get_by_text("Only this one")).to_be_visible()
    question.get_by_role("button", name="Delete").focus()
    keys.press("Enter")
    toast(page, "Deleted.")
    assert when(home, "Piano") == ["4 10:15", "6 10:15"]
    keys.press("ArrowRight")
    expect(page.locator("[data-calendar]")).to_be_attached()
    expect(event(page, "Piano")).to_have_count(0)
    keys.press("m")
    expect(page.locator("[data-calendar=month]")).to_be_attached()


def test_nothing_needs_scripts(open_context, home):
    page = home.come_in(open_context(java_script_enabled=False))
    page.goto(week(home))
    page.get_by_role("link", name="New event", exact=True).first.click()
    page.get_by_label("What", exact=True).fill("Plain")
    page.get_by_label("Begins on").fill(str(monday()))
    page.get_by_label("Ends on").fill(str(monday()))
    page.get_by_label("Begins at").fill("18:00")
    page.get_by_label("Ends at").fill("18:30")
    page.get_by_role("button", name="More details").click()
    expect(page.get_by_label("What", exact=True)).to_have_value("Plain")
    page.get_by_label("Repeats").select_option(label="Every day")
    page.get_by_label("How long").select_option(label="A number of times")
    page.get_by_label("Times").fill("3")
    page.locator("main").get_by_role("button", name="Add").click()
    expect(page.locator(".toasts")).to_contain_text("Added to your calendar.")
    assert when(home, "Plain") == ["0 18:00", "1 18:00", "2 18:00"]
    page.goto(week(home))
    column(page, 1).locator(".ev", has_text="Plain").click()
    expect(page.locator("main")).to_contain_text("Every day, 3 times")
    page.get_by_role("link", name="Move").click()
    page.get_by_label("Begins at").fill("19:00")
    page.get_by_role("button", name="Move").click()
    assert when(home, "Plain") == ["0 18:00", "1 19:00", "2 18:00"]
    page.goto(week(home))
    column(page, 0).locator(".ev", has_text="Plain").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("All of them").check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    assert len(when(home, "Plain")) == 3


def test_a_phone_begins_with_a_list_and_answers_an_invitation(open_context, home):
    agent = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36"
    page = home.come_in(open_context(viewport=PHONE, has_touch=True, is_mobile=True, user_agent=agent))
    visit(page, f"{home.origin}/my/calendar")
    expect(page.locator("[data-calendar=agenda]")).to_be_attached()
    event(page, "Interview").tap()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Will you be there?")
    question.get_by_role("button", name="Maybe").tap()
    toast(page, "Your answer")
    page.locator(".fab").tap()
    page.locator("#add-menu").get_by_text("New event").tap()
    question.get_by_label("What", exact=True).fill("From the phone")
    question.get_by_role("button", name="Add").tap()
    toast(page, "Added to your calendar.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_task_is_written_down_done_and_taken_back(open_context, home, scripts):
    page = home.come_in(open_context(java_script_enabled=scripts))
    page.goto(f"{home.origin}/my/tasks")
    name = f"Bread {scripts}"
    page.get_by_label("What is to be done?").fill(name)
    page.get_by_label("For when").fill(str(datetime.now(PARIS).date()))
    page.keyboard.press("Enter")
    toast(page, "Written down.")
    expect(page.get_by_role("region", name="Today")).to_contain_text(name)
    page.get_by_role("button", name=f"“{name}” is done").click()
    toast(page, f"Done: {name}")
    expect(page.get_by_role("region", name="Today")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    toast(page, "Back among what is to be done.")
    page.get_by_role("region", name="Today").get_by_role("link", name=name).click()
    page.locator("[data-ask]").get_by_role("button", name="Delete").click()
    toast(page, "Deleted.")


def addresses(home: Drive) -> list[str]:
    """Every kind of page of the calendar."""
    here = f"{home.origin}/my/calendar"
    review, stand_up, interview = (
        f"{here}/event/{home.ids[name]}" for name in ("Call", "Stand-up", "Interview")
    )
    occurrence = f"at={at(1, '09:30')}"
    return [
        month(home), week(home), f"{here}/day/{monday() + timedelta(days=2)}", f"{here}/agenda/{monday()}", f"{here}/agenda/2031-01-01",
        f"{here}/new", f"{here}/new/details", review, f"{stand_up}?{occurrence}", interview, f"{stand_up}/edit?{occurrence}",
        f"{stand_up}/delete?{occurrence}", f"{stand_up}/move?{occurrence}", f"{here}/calendars", f"{here}/calendars/{home.ids['Work']}",
        f"{here}/calendars/new", f"{here}/calendars/{home.ids['Work']}/delete", f"{here}/who", f"{here}/subscribe", f"{here}/import",
        f"{here}/bin", f"{home.origin}/my/tasks", f"{home.origin}/my/tasks/task/{home.ids['Rent']}", f"{home.origin}/my/tasks/lists/new",
    ]  # fmt: skip


def test_no_page_shuts_anybody_out(open_context, home):
    context = open_context(reduced_motion="reduce")
    page = home.come_in(context)
    errors: list[str] = []
    context.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    for url in addresses(home):
        visit(page, url)
        check_everywhere(page)
    for viewport, light in LOOKS:
        look_like(page, viewport, light)
        visit(page, week(home))
        event(page, "Call").click()
        expect(page.get_by_role("dialog")).to_have_css("opacity", "1")
        check(page)
    assert errors == []
