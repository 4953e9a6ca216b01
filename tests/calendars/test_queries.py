"""What CalDAV looks for (RFC 4791 §9.7 to §9.9), and texts as it wants them."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from cozy.dav.filters import CompFilter, ParamFilter, PropFilter, TextMatch, TimeRange
from cozy.rooms.calendars.service import busy, queries
from cozy.rooms.collections import service as collections
from tests.calendars.conftest import at, both, ics

PARIS = "TZID=Europe/Paris"


def span(start: str, end: str = "") -> TimeRange:
    return TimeRange(at(start), at(end) if end else None)


def of(component: str, **more) -> CompFilter:
    return CompFilter("VCALENDAR", comps=(CompFilter(component, **more),))


def names(work, wanted, timezone=""):
    return [item.entry.name for item in queries.matching(work, "personal", wanted, timezone)]


def test_a_range_finds_what_touches_it_and_not_what_ends_or_begins_at_its_ends(work, put):
    put(ics("DTSTART:20260706T090000Z", "DTEND:20260706T100000Z"))
    for start, end, is_there in (
        ("2026-07-06T08:00:00", "2026-07-06T09:00:00", False), ("2026-07-06T10:00:00", "2026-07-06T11:00:00", False),
        ("2026-07-06T08:00:00", "2026-07-06T09:00:01", True), ("2026-07-06T09:59:59", "2026-07-06T11:00:00", True),
        ("2026-07-06T09:20:00", "2026-07-06T09:40:00", True), ("2026-07-06T09:20:00", "", True),
    ):  # fmt: skip
        assert bool(names(work, of("VEVENT", range=span(start, end)))) is is_there, (start, end)


def test_a_range_without_an_end_finds_what_never_ends(work, put):
    put(ics("DTSTART:20260706T090000Z", "RRULE:FREQ=DAILY"))
    assert names(work, of("VEVENT", range=span("2099-01-01"))) == ["e.ics"]
    assert names(work, of("VEVENT", range=TimeRange(None, at("2026-07-06T09:00:00")))) == []
    assert names(work, of("VEVENT", range=TimeRange(None, at("2026-07-06T09:00:01")))) == ["e.ics"]


def test_a_zone_decides_where_a_day_is(work, put):
    put(ics("DTSTART;VALUE=DATE:20260706"))
    late = of("VEVENT", range=span("2026-07-06T22:30:00", "2026-07-06T23:00:00"))
    assert names(work, late) == []
    assert names(work, late, "America/New_York") == ["e.ics"]
    zone = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0500\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR"
    assert names(work, late, zone) == ["e.ics"]
    collections.shelves.change(work, "calendars", "personal", {"timezone": zone})
    assert names(work, late) == ["e.ics"]


# RFC 4791 §9.9: which of its times decide about a task.
@pytest.mark.parametrize(
    ("lines", "found", "missed"),
    [
        (["DTSTART:20260706T090000Z", "DURATION:PT1H"], ("2026-07-06T10:00:00", "2026-07-06T11:00:00"), ("2026-07-06T10:00:01", "2026-07-06T11:00:00")),
        (["DTSTART:20260706T090000Z", "DUE:20260706T100000Z"], ("2026-07-06T09:59:59", "2026-07-06T11:00:00"), ("2026-07-06T10:00:00", "2026-07-06T11:00:00")),
        (["DTSTART:20260706T090000Z"], ("2026-07-06T09:00:00", "2026-07-06T10:00:00"), ("2026-07-06T09:00:01", "2026-07-06T10:00:00")),
        (["DUE:20260706T100000Z"], ("2026-07-06T09:59:59", "2026-07-06T10:00:00"), ("2026-07-06T10:00:00", "2026-07-06T11:00:00")),
        (["COMPLETED:20260706T100000Z", "CREATED:20260701T100000Z"], ("2026-07-02T00:00:00", "2026-07-03T00:00:00"), ("2026-07-07T00:00:00", "2026-07-08T00:00:00")),
        (["COMPLETED:20260706T100000Z"], ("2026-07-06T10:00:00", "2026-07-06T11:00:00"), ("2026-07-05T00:00:00", "2026-07-06T00:00:00")),
        (["CREATED:20260706T100000Z"], ("2026-07-08T00:00:00", "2026-07-09T00:00:00"), ("2026-07-01T00:00:00", "2026-07-02T00:00:00")),
        ([], ("1999-01-01", "1999-01-02"), None),
    ],
)  # fmt: skip
def test_a_task_is_found_by_what_it_says(work, put, lines, found, missed):
    put(ics(*lines, component="VTODO"))
    assert names(work, of("VTODO", range=span(*found))) == ["e.ics"]
    assert missed is None or names(work, of("VTODO", range=span(*missed))) == []


def test_a_journal_is_found_on_its_day_and_one_without_a_day_never(work, put):
    put(ics("DTSTART;VALUE=DATE:20260706", component="VJOURNAL"))
    put(ics("SUMMARY:x", component="VJOURNAL", uid="u2"), name="f.ics")
    assert names(work, of("VJOURNAL", range=span("2026-07-06T12:00:00", "2026-07-06T13:00:00"))) == ["e.ics"]
    assert names(work, of("VJOURNAL", range=span("1900-01-01"))) == ["e.ics"]


def test_a_range_looks_at_exceptions_as_well(work, put):
    put(both(
        ["DTSTART:20260706T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:Choir"],
        ["RECURRENCE-ID:20260713T090000Z", "DTSTART:20270101T090000Z", "DURATION:PT1H", "SUMMARY:Party"],
    ))  # fmt: skip
    assert names(work, of("VEVENT", range=span("2026-07-13", "2026-07-14"))) == []
    assert names(work, of("VEVENT", range=span("2027-01-01", "2027-01-02"))) == ["e.ics"]
    party = PropFilter("SUMMARY", text=TextMatch("party"))
    assert names(work, of("VEVENT", range=span("2027-01-01", "2027-01-02"), props=(party,))) == ["e.ics"]
    assert names(work, of("VEVENT", range=span("2026-07-06", "2026-07-07"), props=(party,))) == []


@pytest.fixture
def some(put):
    put(ics("DTSTART:20260706T090000Z", "SUMMARY:Été à Paris", "CATEGORIES:Work,Fun",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org"), name="a.ics")  # fmt: skip
    put(ics("DTSTART:20260707T090000Z", "SUMMARY:Lunch\\, late", "LOCATION:Here", "BEGIN:VALARM", "ACTION:DISPLAY",
            "TRIGGER:-PT30M", "DESCRIPTION:x", "END:VALARM", uid="u2"), name="b.ics")  # fmt: skip
    put(ics("SUMMARY:Task", component="VTODO", uid="u3"), name="c.ics")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CompFilter("VCALENDAR"), ["a.ics", "b.ics", "c.ics"]),
        (of("VEVENT"), ["a.ics", "b.ics"]),
        (of("VTODO"), ["c.ics"]),
        (of("VTODO", is_absent=True), ["a.ics", "b.ics"]),
        (CompFilter("VCALENDAR", is_absent=True), []),
        (of("VEVENT", props=(PropFilter("SUMMARY", text=TextMatch("LUNCH, l")),)), ["b.ics"]),
        (of("VEVENT", props=(PropFilter("SUMMARY", text=TextMatch("été")),)), []),
        (of("VEVENT", props=(PropFilter("SUMMARY", text=TextMatch("éTÉ", "i;unicode-casemap")),)), ["a.ics"]),
        (of("VEVENT", props=(PropFilter("SUMMARY", text=TextMatch("lunch", "i;octet")),)), []),
        (of("VEVENT", props=(PropFilter("SUMMARY", text=TextMatch("lunch", is_negated=True)),)), ["a.ics"]),
        (of("VEVENT", props=(PropFilter("CATEGORIES", text=TextMatch("fun", match="equals")),)), ["a.ics"]),
        (of("VEVENT", props=(PropFilter("LOCATION"),)), ["b.ics"]),
        (of("VEVENT", props=(PropFilter("LOCATION", is_absent=True),)), ["a.ics"]),
        (of("VEVENT", props=(PropFilter("UID", text=TextMatch("u2", "i;octet", "equals")),)), ["b.ics"]),
        (of("VEVENT", props=(PropFilter("ATTENDEE", params=(ParamFilter("PARTSTAT", text=TextMatch("ACCEPTED")),)),)), ["a.ics"]),
        (of("VEVENT", props=(PropFilter("ATTENDEE", params=(ParamFilter("ROLE", is_absent=True),)),)), ["a.ics"]),
        (of("VEVENT", comps=(CompFilter("VALARM"),)), ["b.ics"]),
        (of("VEVENT", comps=(CompFilter("VALARM", is_absent=True),)), ["a.ics"]),
        (of("VEVENT", comps=(CompFilter("VALARM", range=TimeRange(at("2026-07-07T08:30:00"), at("2026-07-07T08:31:00"))),)), ["b.ics"]),
        (of("VEVENT", comps=(CompFilter("VALARM", range=TimeRange(at("2026-07-07T09:00:00"), at("2026-07-07T09:31:00"))),)), []),
        (of("VEVENT", props=(PropFilter("DTSTART", range=TimeRange(at("2026-07-07"), None)),)), ["b.ics"]),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("some")
def test_filters_find_what_they_say(work, wanted, found):
    assert names(work, wanted) == found


def test_an_expanded_text_has_each_instance_as_one_of_its_own(work, put):
    put(both(
        [f"DTSTART;{PARIS}:20261020T090000", f"DTEND;{PARIS}:20261020T100000", "RRULE:FREQ=WEEKLY", "SUMMARY:Choir"],
        [f"RECURRENCE-ID;{PARIS}:20261027T090000", f"DTSTART;{PARIS}:20261027T120000", "DURATION:PT2H", "SUMMARY:Party"],
    ))  # fmt: skip
    item = collections.items.one(work, "calendars", "personal", "e.ics")
    text = queries.expanded(work, item, span("2026-10-19", "2026-11-05"))
    told = [
        line
        for line in text.split("\r\n")
        if line.startswith(("DTSTART", "DTEND", "RECURRENCE-ID", "SUMMARY", "RRULE"))
    ]
    assert told == [
        "DTSTART:20261020T070000Z", "DTEND:20261020T080000Z", "SUMMARY:Choir", "RECURRENCE-ID:20261020T070000Z",
        "RECURRENCE-ID:20261027T080000Z", "DTSTART:20261027T110000Z", "SUMMARY:Party", "DTEND:20261027T130000Z",
        "DTSTART:20261103T080000Z", "DTEND:20261103T090000Z", "SUMMARY:Choir", "RECURRENCE-ID:20261103T080000Z",
    ]  # fmt: skip
    assert "VTIMEZONE" not in text


def test_a_limited_text_keeps_the_exceptions_of_some_time(work, put):
    put(both(
        ["DTSTART:20260706T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"],
        ["RECURRENCE-ID:20260713T090000Z", "DTSTART:20260714T090000Z", "DURATION:PT1H", "SUMMARY:One"],
        ["RECURRENCE-ID:20260720T090000Z", "DTSTART:20260721T090000Z", "DURATION:PT1H", "SUMMARY:Two"],
    ))  # fmt: skip
    item = collections.items.one(work, "calendars", "personal", "e.ics")
    text = queries.limited(work, item, span("2026-07-20", "2026-07-21"))
    assert ("One" in text, "Two" in text, "RRULE" in text) == (False, True, True)


def test_busy_times_are_joined_and_tell_what_is_not_sure(work, put):
    put(ics("DTSTART:20260706T090000Z", "DTEND:20260706T100000Z"))
    put(ics("DTSTART:20260706T093000Z", "DTEND:20260706T103000Z", uid="u2"), name="b.ics")
    put(ics("DTSTART:20260706T120000Z", "DTEND:20260706T130000Z", "STATUS:TENTATIVE", uid="u3"), name="c.ics")
    put(
        ics("DTSTART:20260706T140000Z", "DTEND:20260706T150000Z", "TRANSP:TRANSPARENT", uid="u4"),
        name="d.ics",
    )
    put(ics("DTSTART:20260706T140000Z", "DTEND:20260706T150000Z", "STATUS:CANCELLED", uid="u5"), name="f.ics")
    put(both(["DTSTART:20260705T200000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"],
             ["RECURRENCE-ID:20260706T200000Z", "DTSTART:20260706T220000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"], uid="u6"), name="g.ics")  # fmt: skip
    found = busy.between(work, at("2026-07-06"), at("2026-07-07"))
    assert [(f"{each.start:%H%M}", f"{each.end:%H%M}", each.why) for each in found] == [
        ("0900", "1030", "BUSY"), ("1200", "1300", "BUSY-TENTATIVE"),
    ]  # fmt: skip
    text = busy.told(work, at("2026-07-06"), at("2026-07-07"), found)
    assert "FREEBUSY;FBTYPE=BUSY:20260706T090000Z/20260706T103000Z\r\n" in text


def test_a_calendar_that_makes_nobody_busy_is_left_out(work, put):
    put(ics("DTSTART:20260706T090000Z", "DTEND:20260706T100000Z"))
    collections.shelves.change(
        work, "calendars", "personal", {"dav_properties": {busy.TRANSPARENT: "<x><transparent/></x>"}}
    )
    assert busy.between(work, at("2026-07-06"), at("2026-07-07")) == []
    assert len(busy.of_calendar(work, at("2026-07-06"), at("2026-07-07"), "personal")) == 1


def test_busy_times_end_with_what_is_asked(work, put):
    put(ics("DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260801"))
    (found,) = busy.between(work, at("2026-07-06"), at("2026-07-07"))
    assert (found.start, found.end) == (datetime(2026, 7, 6, tzinfo=UTC), datetime(2026, 7, 7, tzinfo=UTC))
    assert replace(found, why="BUSY") == found
