"""How the calendar lays out time: months, hours, lists, colours. Nothing here knows of the web or of a home."""

from datetime import date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from hypothesis import given as drawn
from hypothesis import strategies as st

from cozy.rooms.calendars.pages import dates
from cozy.rooms.calendars.pages.agenda import agenda
from cozy.rooms.calendars.pages.colors import COLORS, nearest
from cozy.rooms.calendars.pages.hours import DAY, SHORTEST, hours
from cozy.rooms.calendars.pages.month import LINES, month
from cozy.rooms.calendars.pages.say import Say
from cozy.rooms.calendars.pages.shown import Shown
from cozy.rooms.calendars.pages.todo import Todo, grouped
from cozy.ui import words

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 11, 23)
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
NOW = datetime(2026, 11, 25, 14, 35, tzinfo=PARIS)


def timed(title: str, day: int, start: str, end: str, days: int = 0) -> Shown:
    """From a time on a day of the week to another, perhaps some days later."""
    began, ended = (MONDAY + timedelta(days=n) for n in (day, day + days))
    return Shown(
        id=title, at="", title=title, start=datetime.combine(began, time.fromisoformat(start), PARIS),
        end=datetime.combine(ended, time.fromisoformat(end), PARIS),
    )  # fmt: skip


def whole(title: str, day: int, days: int = 1) -> Shown:
    """Whole days."""
    start = datetime.combine(MONDAY + timedelta(days=day), time(), PARIS)
    end = datetime.combine(MONDAY + timedelta(days=day + days), time(), PARIS)
    return Shown(id=title, at="", title=title, start=start, end=end, is_all_day=True)


def titles(cell) -> list[str]:
    """The lines of a day in a month."""
    return [line.shown.title if line else "" for line in cell.lines]


def test_a_month_has_whole_weeks_from_the_first_day_that_the_language_begins_with():
    weeks = dates.weeks_of(date(2026, 11, 1), dates.first_weekday("fr", "Europe/Paris"))
    assert (weeks[0][0], weeks[-1][-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    weeks = dates.weeks_of(date(2026, 11, 1), dates.first_weekday("en", "America/New_York"))
    assert (weeks[0][0], weeks[-1][-1]) == (date(2026, 11, 1), date(2026, 12, 5))


def test_what_lasts_several_days_keeps_its_line_through_a_week():
    shown = [
        timed("Call", 1, "09:00", "10:00"),
        whole("Trip", 1, 3),
        whole("Fair", 0, 2),
        timed("Late", 3, "08:00", "09:00"),
    ]
    week = month(date(2026, 11, 1), 0, shown)[4]
    assert titles(week[0]) == ["Fair"]
    assert titles(week[1]) == ["Fair", "Trip", "Call"]
    assert titles(week[2]) == ["", "Trip"]
    assert titles(week[3]) == ["Late", "Trip"]
    trip = week[2].lines[1]
    assert trip
    assert (trip.starts, trip.ends, trip.is_named) == (False, False, False)


def test_what_goes_over_a_weekend_is_named_again_where_the_week_begins():
    weeks = month(date(2026, 11, 1), 0, [whole("Visit", 4, 4)])
    assert [line.is_named for cell in (*weeks[4], *weeks[5]) for line in cell.lines if line] == [
        True,
        False,
        False,
        True,
    ]


def test_a_full_day_says_how_much_more_there_is():
    shown = [timed(f"{hour}", 2, f"{hour:02}:00", f"{hour:02}:30") for hour in range(8, 14)]
    cell = month(date(2026, 11, 1), 0, shown)[4][2]
    assert titles(cell) == ["8", "9", "10"]
    assert (cell.more, cell.total) == (3, 6)
    exactly = month(date(2026, 11, 1), 0, shown[:LINES])[4][2]
    assert (len(exactly.lines), exactly.more) == (LINES, 0)


def test_overlapping_events_stand_side_by_side_and_take_the_room_that_is_free():
    shown = [
        timed("Workshop", 0, "14:00", "17:00"), timed("Review", 0, "14:30", "15:30"),
        timed("Interview", 0, "15:00", "16:00"), timed("School", 0, "16:30", "17:00"), timed("Tea", 0, "17:00", "18:00"),
    ]  # fmt: skip
    placed = {
        block.shown.title: (block.at, block.by, block.of)
        for block in hours(WEEK, shown, NOW).columns[0].blocks
    }
    assert placed == {
        "Workshop": (0, 1, 3), "Review": (1, 1, 3), "Interview": (2, 1, 3), "School": (1, 2, 3), "Tea": (0, 1, 1),
    }  # fmt: skip


@drawn(st.lists(st.tuples(st.integers(0, 95), st.integers(0, 20)), max_size=5))
def test_no_two_events_lie_on_each_other(spans):
    start = datetime.combine(MONDAY, time(), PARIS)
    shown = [
        Shown(id=str(n), at="", title=str(n), start=start + timedelta(minutes=15 * at), end=start + timedelta(minutes=15 * (at + length)))
        for n, (at, length) in enumerate(spans)
    ]  # fmt: skip
    laid = hours([MONDAY], shown, NOW)
    for one, other in combinations(laid.columns[0].blocks, 2):
        apart = one.top + one.length <= other.top or other.top + other.length <= one.top
        aside = (
            one.at / one.of + one.by / one.of <= other.at / other.of + 1e-9
            or other.at / other.of + other.by / other.of <= one.at / one.of + 1e-9
        )
        assert apart or aside
    for block in laid.columns[0].blocks:
        assert block.length >= SHORTEST
        assert block.top >= 0
        assert block.top + block.length <= (laid.last - laid.first) * 60


def test_the_hours_reach_as_far_as_something_happens():
    assert (hours(WEEK, [], NOW).first, hours(WEEK, [], NOW).last) == (8, 19)
    early = hours(WEEK, [timed("Run", 1, "05:45", "06:30"), timed("Film", 4, "21:00", "23:20")], NOW)
    assert (early.first, early.last) == (5, 24)
    assert early.now == (14 - 5) * 60 + 35
    assert hours([MONDAY], [], NOW).now is None


def test_what_goes_past_midnight_is_on_both_days():
    laid = hours(WEEK, [timed("Party", 4, "22:00", "02:00", days=1)], NOW)
    (friday,), (saturday,) = laid.columns[4].blocks, laid.columns[5].blocks
    assert (friday.top + friday.length, saturday.top) == (DAY, 0)
    assert (friday.starts, friday.ends, saturday.starts, saturday.ends) == (True, False, False, True)


def test_what_lasts_a_day_or_more_is_in_the_strip():
    laid = hours(
        WEEK, [timed("Sail", 1, "10:00", "12:00", days=2), whole("Before", -3, 5), whole("Bins", 2)], NOW
    )
    found = {bar.shown.title: (bar.column, bar.span, bar.lane, bar.starts, bar.ends) for bar in laid.bars}
    assert found == {
        "Before": (0, 2, 0, False, True),
        "Sail": (1, 3, 1, True, True),
        "Bins": (2, 1, 0, True, True),
    }
    assert all(column.blocks == [] for column in laid.columns)


def test_a_list_counts_the_days_of_what_lasts():
    days = agenda(MONDAY, WEEK[-1], [whole("Trip", 1, 3), timed("Call", 2, "09:00", "10:00")])
    assert [(day.day.day, [(row.shown.title, row.number, row.of) for row in day.rows]) for day in days] == [
        (24, [("Trip", 1, 3)]), (25, [("Trip", 2, 3), ("Call", 1, 1)]), (26, [("Trip", 3, 3)]),
    ]  # fmt: skip


def test_addresses_that_name_no_day_show_today():
    assert dates.read_day("2026-02-30", MONDAY) == MONDAY
    assert dates.read_day("../..", MONDAY) == MONDAY
    assert dates.read_day("0001-01-01", MONDAY) == dates.FIRST
    assert dates.read_month("2026-13", MONDAY) == date(2026, 11, 1)
    assert dates.read_month("9999-01", MONDAY) == dates.LAST.replace(day=1)
    assert dates.read_time("24:10") is None
    assert dates.read_time("14:05") == time(14, 5)


def test_times_are_told_in_the_owners_language():
    english, french = Say(words("en"), NOW), Say(words("fr"), NOW)
    call, trip = timed("Call", 2, "09:00", "10:00"), whole("Trip", 1, 3)
    assert english.time(call) == "09:00 – 10:00"
    assert english.when(call) == "Wednesday 25 November 2026, 09:00 – 10:00"
    assert french.when(trip) == "Mardi 24 novembre 2026 – Jeudi 26 novembre 2026"
    assert english.time(trip) == "24 Nov – 26 Nov"
    assert english.ahead(NOW.date()) == "Today · Wednesday 25 November"
    assert dates.range_title(WEEK[0], WEEK[-1], "fr") == "23–29 novembre 2026"
    assert dates.range_title(date(2026, 11, 30), date(2026, 12, 6), "en") == "30 November – 6 December 2026"


def test_days_are_told_as_far_as_they_are():
    english = Say(words("en"), NOW)
    told = [english.due(NOW.date() + timedelta(days=n)) for n in (-3, -1, 0, 1, 3, 20)]
    assert told == ["3 days late", "1 day late", "Today", "Tomorrow", "Saturday", "15 Dec"]


def test_any_colour_is_told_as_the_nearest_of_ours():
    assert all(nearest(code) == name for name, (code, _) in COLORS.items())
    assert nearest("#FF2968FF") in {"red", "pink"}
    assert nearest("#0082c9") == "blue"
    assert nearest("#cccccc") == "grey"
    assert nearest("") == nearest("javascript:alert(1)") == "teal"


def test_tasks_are_sorted_by_how_pressing_they_are():
    today = NOW.date()
    todos = [
        Todo(id="1", title="Some day"), Todo(id="2", title="Rent", due=today - timedelta(days=2)),
        Todo(id="3", title="Call", due=today, at=time(15)), Todo(id="4", title="Bread", due=today, priority=1),
        Todo(id="5", title="Tax", due=today + timedelta(days=30)), Todo(id="6", title="Gift", due=today + timedelta(days=6)),
        Todo(id="7", title="Alarm", due=today, at=time(8)),
    ]  # fmt: skip
    groups = [(group.key, [todo.title for todo in group.todos]) for group in grouped(todos, today)]
    assert groups == [
        ("late", ["Rent"]), ("today", ["Alarm", "Call", "Bread"]), ("week", ["Gift"]), ("later", ["Tax"]), ("someday", ["Some day"]),
    ]  # fmt: skip
