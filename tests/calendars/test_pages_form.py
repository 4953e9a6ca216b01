"""What the fields of an event's form mean, and what they hold for an event that is there."""

from datetime import date, datetime, time

import pytest
from msgspec.structs import replace
from starlette.datastructures import FormData

from cozy.rooms.calendars.model.rules import Rule, parsed
from cozy.rooms.calendars.pages import form
from cozy.rooms.calendars.pages.form import KEEP, BadFields, Values, checked
from cozy.ui import words

GOOD = Values(
    title="Lunch", calendar="personal", tz="Europe/Paris", start_day="2026-11-27", start_time="12:30", end_day="2026-11-27", end_time="14:00",
)  # fmt: skip


def errors(**changed) -> set[str]:
    """The fields that are wrong once some hold something else."""
    with pytest.raises(BadFields) as caught:
        checked(replace(GOOD, **changed))
    return set(caught.value.errors)


def test_a_time_is_kept_as_a_moment_in_its_zone():
    members = form.members(checked(GOOD))
    assert members["start"] == "2026-11-27T11:30:00Z"
    assert members["end"] == "2026-11-27T13:00:00Z"
    assert (members["timezone"], members["allDay"]) == ("Europe/Paris", None)


def test_whole_days_end_the_day_after_the_last_one():
    members = form.members(
        checked(replace(GOOD, all_day=True, end_day="2026-11-29", start_time="", end_time=""))
    )
    assert (members["start"], members["end"], members["allDay"]) == ("2026-11-27", "2026-11-30", True)
    again = form.times_of(datetime(2026, 11, 27), datetime(2026, 11, 30), is_all_day=True)
    assert (again["start_day"], again["end_day"], again["all_day"]) == ("2026-11-27", "2026-11-29", True)


def test_an_end_that_is_not_given_is_the_beginning():
    details = checked(replace(GOOD, end_day="", end_time=""))
    assert details.start == details.end


def test_fields_that_make_no_sense_are_named():
    assert errors(title="") == {"title"}
    assert errors(start_day="27/11/2026") == {"start_day"}
    assert errors(start_time="25:00") == {"start_time"}
    assert errors(end_time="12:00") == {"end_time"}
    assert errors(end_day="2026-11-26") == {"end_day"}
    assert errors(all_day=True, end_day="2026-11-26") == {"end_day"}
    assert errors(tz="Mars/Olympus") == {"tz"}
    assert errors(guests="ana@example.org, nobody") == {"guests"}
    assert errors(repeat="custom", every="0") == {"every"}
    assert errors(repeat="custom", unit="SECONDLY") == {"repeat"}
    assert errors(repeat="daily", ends="until", until="2026-11-01") == {"until"}
    assert errors(repeat="daily", ends="count", count="0") == {"count"}


def test_guests_are_read_however_they_are_set_apart():
    found = checked(replace(GOOD, guests="ana@example.org, bilal@example.org\nana@example.org;")).guests
    assert found == ("ana@example.org", "bilal@example.org")


@pytest.mark.parametrize(
    ("fields", "spelled"),
    [
        ({"repeat": ""}, None),
        ({"repeat": "daily"}, "FREQ=DAILY"),
        ({"repeat": "weekly"}, "FREQ=WEEKLY"),
        ({"repeat": "workdays"}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ({"repeat": "fortnightly"}, "FREQ=WEEKLY;INTERVAL=2"),
        ({"repeat": "monthly"}, "FREQ=MONTHLY"),
        ({"repeat": "monthly_day"}, "FREQ=MONTHLY;BYDAY=4FR"),
        ({"repeat": "yearly", "ends": "count", "count": "5"}, "FREQ=YEARLY;COUNT=5"),
        ({"repeat": "custom", "unit": "WEEKLY", "every": "3", "days": ("0", "4")}, "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR"),
        ({"repeat": "custom", "unit": "DAILY", "every": "10", "days": ()}, "FREQ=DAILY;INTERVAL=10"),
        ({"repeat": "daily", "ends": "until", "until": "2026-12-24"}, "FREQ=DAILY;UNTIL=20261224T113000Z"),
    ],
)  # fmt: skip
def test_each_way_to_repeat_is_a_rule_and_is_found_again_in_the_form(fields, spelled):
    values = replace(GOOD, **fields)
    assert form.members(checked(values))["rrule"] == spelled
    if spelled is None:
        return
    rule, until = parsed(spelled)
    if until:
        rule = replace(rule, until=datetime(2026, 12, 24, 12, 30))
    assert form.repeat_of(rule, datetime(2026, 11, 27, 12, 30)) == fields


def test_the_last_friday_is_the_fifth_one():
    details = checked(replace(GOOD, start_day="2026-01-30", end_day="2026-01-30", repeat="monthly_day"))
    assert details.rule == Rule("MONTHLY", by_day=((-1, 4),))


def test_the_day_that_it_begins_on_needs_no_saying():
    friday = datetime(2026, 11, 27, 12, 30)
    assert form.repeat_of(parsed("FREQ=WEEKLY;BYDAY=FR;WKST=SU")[0], friday) == {"repeat": "weekly"}
    assert form.repeat_of(parsed("FREQ=MONTHLY;BYMONTHDAY=27")[0], friday) == {"repeat": "monthly"}
    assert form.repeat_of(parsed("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=27")[0], friday) == {"repeat": "yearly"}


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=HOURLY",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1",
    ],
)
def test_a_rule_that_the_form_has_no_words_for_stays(rule):
    fields = form.repeat_of(parsed(rule)[0], datetime(2026, 11, 27, 12, 30))
    assert fields == {"repeat": KEEP}
    assert "rrule" not in form.members(checked(replace(GOOD, **fields)))


def test_a_new_event_is_proposed_for_the_next_hour():
    now = datetime(2026, 11, 27, 14, 35)
    today = form.proposed(date(2026, 11, 27), None, now, "personal", "UTC")
    assert (today.start_time, today.end_time) == ("15:00", "16:00")
    later = form.proposed(date(2026, 12, 1), None, now, "personal", "UTC")
    assert (later.start_day, later.start_time) == ("2026-12-01", "09:00")
    late = form.proposed(date(2026, 11, 27), time(23, 30), now, "personal", "UTC")
    assert (late.end_day, late.end_time) == ("2026-11-28", "00:30")


def test_a_form_is_read_as_it_is_sent():
    sent = FormData(
        [
            ("title", " Lunch "),
            ("days", "0"),
            ("days", "4"),
            ("all_day", "1"),
            ("note", "a\r\nb"),
            ("reminders", "10"),
            ("reminders", ""),
        ]
    )
    values = form.read(sent)
    assert (values.title, values.days, values.all_day, values.note, values.reminders) == (
        "Lunch",
        ("0", "4"),
        True,
        "a\nb",
        ("10", ""),
    )


def test_reminders_are_told_in_words():
    french = words("fr")
    assert form.reminder(words("en"), 0) == "When it begins"
    assert [form.reminder(words("en"), minutes) for minutes in (5, 90, 60, 120, 1440, 10080)] == [
        "5 minutes before", "90 minutes before", "1 hour before", "2 hours before", "1 day before", "1 week before",
    ]  # fmt: skip
    assert len(form.reminder_choices(french)) == len(form.REMINDERS)
