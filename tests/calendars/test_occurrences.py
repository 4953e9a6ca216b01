"""When things take place: the corners of RFC 5545."""

from datetime import UTC, datetime, timedelta

import pytest

from cozy.rooms.calendars.errors import TooManyInstances
from cozy.rooms.calendars.model import series, texts, timing
from cozy.rooms.calendars.service import occurrences
from cozy.rooms.collections.errors import BadText
from tests.calendars.conftest import at, between, both, ics, starts

PARIS = "TZID=Europe/Paris"


def test_a_time_of_the_clock_stays_when_summer_ends(work, put):
    put(ics(f"DTSTART;{PARIS}:20261020T090000", f"DTEND;{PARIS}:20261020T100000", "RRULE:FREQ=WEEKLY"))
    found = between(work, "2026-10-19", "2026-11-01")
    assert [each.start.astimezone(UTC).hour for each in found] == [7, 8]
    assert [each.start.hour for each in found] == [9, 9]


def test_a_time_that_the_clock_jumps_over_is_as_before_the_jump(work, put):
    put(ics(f"DTSTART;{PARIS}:20260328T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"))
    assert starts(work, "2026-03-27", "2026-04-01") == ["03-28 02:30", "03-29 03:30", "03-30 02:30"]


def test_a_time_that_comes_twice_is_the_first_one(work, put):
    put(ics(f"DTSTART;{PARIS}:20261025T023000", "DURATION:PT1H"))
    (found,) = between(work, "2026-10-24", "2026-10-26")
    assert found.start.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_end_keeps_the_exact_time_and_days_of_a_duration_follow_the_calendar(work, put):
    put(
        ics(f"DTSTART;{PARIS}:20261017T120000", f"DTEND;{PARIS}:20261018T120000", "RRULE:FREQ=WEEKLY;COUNT=2")
    )
    put(
        ics(f"DTSTART;{PARIS}:20261017T120000", "DURATION:P1D", "RRULE:FREQ=WEEKLY;COUNT=2", uid="u2"),
        name="f.ics",
    )
    ends = {(each.uid, f"{each.end:%m-%d %H:%M}") for each in between(work, "2026-10-24", "2026-10-27")}
    assert ends == {("u1", "10-25 11:00"), ("u2", "10-25 12:00")}


def test_a_whole_day_is_the_same_day_everywhere(work, put):
    put(ics("DTSTART;VALUE=DATE:20260718", "DTEND;VALUE=DATE:20260719"))
    assert starts(work, "2026-07-17T22:00:00", "2026-07-17T23:00:00") == ["07-18 00:00"]
    assert starts(work, "2026-07-18T22:00:00", "2026-07-18T23:00:00") == []
    from zoneinfo import ZoneInfo

    tokyo = ZoneInfo("Asia/Tokyo")
    (found,) = occurrences.between(work, at("2026-07-17T15:00:00"), at("2026-07-17T16:00:00"), zone=tokyo)
    assert (found.start.isoformat(), found.is_all_day) == ("2026-07-18T00:00:00+09:00", True)


def test_a_time_without_a_zone_is_on_the_clock_of_who_looks(work, put):
    put(ics("DTSTART:20260718T090000", "DTEND:20260718T100000"))
    assert starts(work, "2026-07-18T07:00:00", "2026-07-18T08:00:00") == ["07-18 09:00"]
    assert starts(work, "2026-07-18T08:00:00", "2026-07-18T09:30:00") == []


def test_a_moved_instance_is_where_it_was_moved_to_and_nowhere_else(work, put):
    put(both(
        [f"DTSTART;{PARIS}:20260706T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Choir"],
        [f"RECURRENCE-ID;{PARIS}:20260713T090000", f"DTSTART;{PARIS}:20260715T180000", "DURATION:PT1H", "SUMMARY:Late"],
    ))  # fmt: skip
    assert starts(work, "2026-07-01", "2026-08-10") == [
        "07-06 09:00",
        "07-15 18:00",
        "07-20 09:00",
        "07-27 09:00",
    ]
    (moved,) = between(work, "2026-07-15", "2026-07-16")
    assert (moved.label, moved.is_override, moved.key) == ("Late", True, "2026-07-13T07:00:00Z")


def test_an_instance_that_was_moved_far_away_is_found_there(work, put):
    put(both(
        [f"DTSTART;{PARIS}:20260706T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"],
        ["RECURRENCE-ID:20260713T070000Z", "DTSTART:20280101T120000Z", "DURATION:PT1H"],
    ))  # fmt: skip
    assert starts(work, "2028-01-01", "2028-01-02") == ["01-01 13:00"]


def test_what_changes_this_and_all_after_it_moves_those_too(work, put):
    put(both(
        [f"DTSTART;{PARIS}:20260706T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4"],
        [f"RECURRENCE-ID;RANGE=THISANDFUTURE;{PARIS}:20260720T090000", f"DTSTART;{PARIS}:20260721T100000", "DURATION:PT2H"],
    ))  # fmt: skip
    assert starts(work, "2026-07-01", "2026-08-10") == [
        "07-06 09:00",
        "07-13 09:00",
        "07-21 10:00",
        "07-28 10:00",
    ]


def test_dates_that_are_left_out_or_added_count(work, put):
    put(ics(
        f"DTSTART;{PARIS}:20260706T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3",
        "EXDATE:20260707T070000Z", f"RDATE;{PARIS}:20260720T200000",
        "RDATE;VALUE=PERIOD:20260721T100000Z/PT3H,20260722T100000Z/20260722T150000Z",
    ))  # fmt: skip
    found = between(work, "2026-07-01", "2026-08-01")
    assert [f"{each.start:%d %H}-{each.end:%H}" for each in found] == [
        "06 09-10", "08 09-10", "20 20-21", "21 12-15", "22 12-17",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;UNTIL=20260708T070000Z", ["07-06 09:00", "07-07 09:00", "07-08 09:00"]),
        ("FREQ=DAILY;UNTIL=20260708T065959Z", ["07-06 09:00", "07-07 09:00"]),
        ("FREQ=DAILY;UNTIL=20260707", ["07-06 09:00", "07-07 09:00"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", ["07-06 09:00", "07-31 09:00", "08-28 09:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", ["07-06 09:00", "07-31 09:00", "08-31 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=4", ["07-06 09:00", "07-19 09:00", "07-20 09:00", "08-02 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO;COUNT=4", ["07-06 09:00", "07-12 09:00", "07-20 09:00", "07-26 09:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["07-06 09:00", "07-31 09:00"]),
        ("FREQ=HOURLY;INTERVAL=6;COUNT=3", ["07-06 09:00", "07-06 15:00", "07-06 21:00"]),
    ],
)  # fmt: skip
def test_rules_give_what_they_say(work, put, rule, expected):
    put(ics(f"DTSTART;{PARIS}:20260706T090000", "DURATION:PT1H", f"RRULE:{rule}"))
    assert starts(work, "2026-07-01", "2026-09-01") == expected


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=DAILY;COUNT=10001", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8,9",
    ],
)  # fmt: skip
def test_what_happens_too_often_or_never_is_refused_with_its_line(work, put, rule):
    with pytest.raises(BadText) as refused:
        put(ics("DTSTART:20260706T090000Z", f"RRULE:{rule}"))
    assert refused.value.facts["line"] == 8


def test_a_rule_of_ten_thousand_is_bounded(work, put):
    put(ics("DTSTART:20260706T090000Z", "RRULE:FREQ=HOURLY;COUNT=10000"))
    assert len(between(work, "2026-07-06", "2026-07-08")) == 39
    put(ics("DTSTART:20260706T090000Z", "RRULE:FREQ=HOURLY;COUNT=10000", uid="u2"), name="f.ics")
    with pytest.raises(TooManyInstances):
        between(work, "2026-07-01", "2030-07-08")


def test_an_old_rule_costs_no_more_than_a_new_one(work, put):
    put(ics("DTSTART:19000101T090000Z", "RRULE:FREQ=DAILY"))
    assert starts(work, "2026-07-06", "2026-07-07") == ["07-06 11:00"]


def test_a_zone_that_only_the_text_defines_counts(work, put):
    zone = "BEGIN:VTIMEZONE\nTZID:Odd\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0333\nTZOFFSETTO:+0333\nEND:STANDARD\nEND:VTIMEZONE"
    put(ics("DTSTART;TZID=Odd:20260706T120000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", zone=zone))
    assert starts(work, "2026-07-13", "2026-07-14") == ["07-13 10:27"]


def test_names_of_zones_that_other_programs_use_are_understood(work, put):
    put(ics("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Paris:20260706T120000", "DURATION:PT1H"))
    put(ics("DTSTART;TZID=Romance Standard Time:20260707T120000", "DURATION:PT1H", uid="u2"), name="f.ics")
    assert starts(work, "2026-07-06", "2026-07-08") == ["07-06 12:00", "07-07 12:00"]


def test_an_event_without_an_end_is_a_moment_and_a_day_without_one_is_a_day(work, put):
    put(ics("DTSTART:20260706T090000Z"))
    put(ics("DTSTART;VALUE=DATE:20260707", uid="u2"), name="f.ics")
    moment, day = between(work, "2026-07-06", "2026-07-08")
    assert moment.start == moment.end
    assert (day.end - day.start).days == 1


def test_what_is_deleted_is_found_no_more(work, put):
    from cozy.rooms.collections import service as collections

    put(ics("DTSTART:20260706T090000Z"))
    collections.items.delete(work, "calendars", "personal", "e.ics")
    assert starts(work, "2026-07-01", "2026-08-01") == []


def _counting(monkeypatch, module, name):
    """The calls of a function from now on."""
    calls = []
    whole = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args: (calls.append(name), whole(*args))[1])
    return calls


def test_many_exceptions_are_each_looked_at_a_few_times_only(work, put, monkeypatch):
    count = 2_000
    rest = [
        [f"RECURRENCE-ID:{at('2026-07-06T00:00:00') + timedelta(minutes=10 * each):%Y%m%dT%H%M%SZ}", "DTSTART:20260710T090000Z",
         f"SUMMARY:{each}"]
        for each in range(count)
    ]  # fmt: skip
    put(both(["DTSTART:20260706T000000Z", "RRULE:FREQ=YEARLY;COUNT=2"], *rest))
    timing.sketched.cache_clear()
    calls = [_counting(monkeypatch, module, "on_clock") for module in (series, texts)]
    labels = {each.label for each in between(work, "2026-07-10", "2026-07-11")}
    assert labels == {str(each) for each in range(count)}
    assert sum(map(len, calls)) <= 4 * count


def test_many_changes_from_some_day_on_are_looked_at_once_for_each_day(work, put, monkeypatch):
    days = [f"{at('2026-07-06T09:00:00') + timedelta(days=each):%Y%m%d}" for each in range(500)]
    rest = [
        [f"RECURRENCE-ID;RANGE=THISANDFUTURE:{day}T090000Z", f"DTSTART:{day}T{10 + number % 2}0000Z"]
        for number, day in enumerate(days)
    ]
    put(both(["DTSTART:20260706T090000Z", "RRULE:FREQ=HOURLY;INTERVAL=12;COUNT=1000"], *rest))
    between(work, "2027-10-01", "2027-11-01")  # reads it
    calls = _counting(monkeypatch, series, "shift_of")
    found = starts(work, "2027-10-01", "2027-10-03")
    assert found == ["10-01 12:00", "10-02 00:00", "10-02 13:00", "10-03 01:00"]
    assert len(calls) <= len(rest) + 20
