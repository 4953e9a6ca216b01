"""Calendars in and out as files."""

import asyncio

import pytest

from cozy.rooms.calendars.errors import BadCalendarFile
from cozy.rooms.calendars.service import events, files
from cozy.rooms.collections import service as collections
from tests.calendars.conftest import both, ics, starts
from tests.conftest import OWNER

PARIS = "TZID=Europe/Paris"
ZONE = "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"


def joined(*components: str, head: str = "") -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{''.join(components)}END:VCALENDAR\r\n".encode()


def event(uid: str, *lines: str) -> str:
    said = [f"UID:{uid}"] if uid else []
    return "\r\n".join(["BEGIN:VEVENT", *said, "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", ""])


def test_a_file_comes_in_once(work):
    content = joined(
        ZONE, event("a", "DTSTART;TZID=Odd:20260706T090000", "SUMMARY:A"), event("b", "DTSTART:20260707T090000Z", "RRULE:FREQ=DAILY;COUNT=2"),
        event("b", "RECURRENCE-ID:20260708T090000Z", "DTSTART:20260709T090000Z"), event("", "DTSTART:20260710T090000Z"),
        "BEGIN:VTODO\r\nUID:c\r\nSUMMARY:C\r\nEND:VTODO\r\n", head="METHOD:PUBLISH\r\nX-WR-CALNAME:Mine\r\n",
    )  # fmt: skip
    report = files.import_(work, "personal", content)
    assert (report.added, report.updated, report.unchanged, report.refused) == (4, 0, 0, ())
    assert starts(work, "2026-07-01", "2026-08-01") == [
        "07-06 08:00",
        "07-07 11:00",
        "07-09 11:00",
        "07-10 11:00",
    ]
    again = files.import_(work, "personal", content)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 4)


async def test_a_large_file_comes_in_whole_and_lets_others_write_in_between(house, home):
    days = (
        event(f"day-{n}", f"DTSTART:202607{1 + n % 30:02}T090000Z", f"SUMMARY:Day {n}") for n in range(250)
    )
    content = joined(event("odd", "DTSTART:yesterday"), *days, event("late", "SUMMARY:no start"))
    coming = asyncio.create_task(files.bring_in(house, home, OWNER, "personal", content))
    seen = set()
    while not coming.done():
        seen.add(await house.write(home, OWNER, number_here))
    report = await coming
    assert (report.added, report.refused_in_all) == (250, 2)
    assert [each.line for each in report.refused] == sorted(each.line for each in report.refused)
    assert seen - {0, 250}, "nobody could write before all of it had come"
    again = await files.bring_in(house, home, OWNER, "personal", content)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 250)


def number_here(work) -> int:
    return len(collections.items.entries(work, "calendars", "personal", limit=1000))


async def test_what_is_no_calendar_is_refused_before_anything_is_written(house, home):
    with pytest.raises(BadCalendarFile):
        await files.bring_in(house, home, OWNER, "personal", b"no calendar")


def test_what_is_newer_replaces_and_what_is_older_does_not(work):
    for sequence, label, outcome in ((1, "One", (1, 0)), (2, "Two", (0, 1)), (0, "Zero", (0, 0))):
        content = joined(event("a", "DTSTART:20260706T090000Z", f"SEQUENCE:{sequence}", f"SUMMARY:{label}"))
        report = files.import_(work, "personal", content)
        assert (report.added, report.updated) == outcome
    assert "SUMMARY:Two" in files.export(work, "personal")


def test_what_cannot_be_understood_is_told_with_its_line_and_the_rest_comes_in(work):
    content = joined(
        event("a", "DTSTART:20260706T090000Z"), event("b", "DTSTART:yesterday"), event("c", "SUMMARY:no start"),
        event("d", "DTSTART:20260707T090000Z"),
    )  # fmt: skip
    report = files.import_(work, "personal", content)
    assert report.added == 2
    assert [each.line for each in report.refused] == [11, 13]
    assert content.decode().split("\r\n")[10] == "DTSTART:yesterday"


def test_a_line_that_is_none_is_told(work):
    report = files.import_(work, "personal", b"BEGIN:VCALENDAR\nVERSION:2.0\nnonsense\nEND:VCALENDAR\n")
    assert [(each.line, bool(each.reason)) for each in report.refused] == [(3, True)]


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n"]
)
def test_what_is_no_calendar_is_refused(work, content):
    with pytest.raises(BadCalendarFile):
        files.import_(work, "personal", content)


def test_a_calendar_goes_out_as_one_file_that_comes_in_again(work, put):
    put(both([f"DTSTART;{PARIS}:20260706T090000", "RRULE:FREQ=DAILY;COUNT=2", "X-KEEP:1"],
             [f"RECURRENCE-ID;{PARIS}:20260707T090000", f"DTSTART;{PARIS}:20260709T090000"]))  # fmt: skip
    events.make(work, {"label": "Élan", "start": "2026-07-10T07:00:00Z", "timezone": "Europe/Paris"})
    events.make(work, {"label": "x", "start": "2026-07-11T07:00:00Z", "timezone": "Europe/Paris"})
    text = files.export(work, "personal")
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert text.count("BEGIN:VCALENDAR") == 1
    assert "X-WR-CALNAME:Personal" in text
    other = collections.shelves.create(work, "calendars", {"name": "Copy"}).id
    assert files.import_(work, other, text.encode()).added == 3
    copy = files.export(work, other)
    assert sorted(copy.replace(":Copy", ":Personal").splitlines()) == sorted(
        line for line in text.splitlines() if "APPLE" not in line
    )


def test_one_event_goes_out_as_a_file(work, put):
    id_ = put(ics("DTSTART:20260706T090000Z"))
    assert files.sent(work, id_, "io.cozy.calendar.events") == ics("DTSTART:20260706T090000Z")


def test_a_large_file_is_refused(work):
    with pytest.raises(BadCalendarFile):
        files.import_(work, "personal", b"x" * (files.SIZE_LIMIT + 1))


def test_what_would_be_far_larger_as_items_is_refused(work, monkeypatch):
    """A zone is written once in a file, and once for each item that names it."""
    zone = ZONE.replace("BEGIN:STANDARD", "X-LONG:" + "x" * 10_000 + "\r\nBEGIN:STANDARD")
    events_ = [event(str(number), "DTSTART;TZID=Odd:20260706T090000") for number in range(60)]
    content = joined(zone, *events_)
    monkeypatch.setattr(files, "WRITTEN_LIMIT", 500_000)
    with pytest.raises(BadCalendarFile):
        files.import_(work, "personal", content)
    plain = joined(zone, *[each.replace(";TZID=Odd", "") for each in events_])
    found, refused, _ = files.parse(plain)
    assert (len(found), refused) == (60, [])
    assert "VTIMEZONE" not in found[0].text


PARTY = {
    "label": "Party", "start": "2026-07-20T18:00:00Z", "end": "2026-07-20T20:00:00Z",
    "attendees": [{"email": "bob@example.org", "name": "Bob"}, {"email": "eve@example.org"}],
}  # fmt: skip


def reply(uid: str, *lines: str, method: str = "REPLY") -> bytes:
    return joined(
        event(uid, "DTSTART:20260720T180000Z", "SUMMARY:Answer", *lines), head=f"METHOD:{method}\r\n"
    )


def said(work, id_: str) -> list[str]:
    return [each["status"] for each in events.one(work, id_).body["attendees"]]


def test_the_answer_of_a_guest_is_noted_and_the_event_stays(work):
    entry = events.make(work, PARTY)
    yes = reply(entry.uid, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:BOB@example.org")
    report = files.import_(work, "personal", yes)
    assert (report.added, report.updated, report.refused) == (0, 1, ())
    kept = events.one(work, entry.id)
    assert kept.body["label"] == "Party"
    assert said(work, entry.id) == ["ACCEPTED", "NEEDS-ACTION"]
    again = files.import_(work, "personal", yes)
    assert (again.updated, again.unchanged, again.refused) == (0, 1, ())


def test_an_answer_to_one_occurrence_is_noted_there_alone(work):
    entry = events.make(work, {**PARTY, "rrule": "FREQ=DAILY;COUNT=3"})
    no = reply(
        entry.uid,
        "RECURRENCE-ID;TZID=Europe/Paris:20260721T200000",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.org",
    )
    report = files.import_(work, "personal", no)
    assert (report.updated, report.refused) == (1, ())
    assert said(work, entry.id) == ["NEEDS-ACTION", "NEEDS-ACTION"]
    text = files.export(work, "personal")
    assert text.count("PARTSTAT=DECLINED") == 1
    assert "RECURRENCE-ID:20260721T180000Z" in text


@pytest.mark.parametrize(
    ("method", "lines", "reason"),
    [
        ("REPLY", ["ATTENDEE;PARTSTAT=ACCEPTED:mailto:mallory@example.org"], "is not among the guests"),
        ("REPLY", ["ATTENDEE;PARTSTAT=DELEGATED:mailto:bob@example.org"], "neither yes, maybe nor no"),
        ("REPLY", ["RECURRENCE-ID:tomorrow", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org"], "tomorrow"),
        ("REPLY", [], "neither yes, maybe nor no"),
        ("COUNTER", ["ATTENDEE;PARTSTAT=TENTATIVE:mailto:bob@example.org"], "proposes a change"),
        ("CANCEL", [], "takes an event back"),
        ("REFRESH", [], "sent the event again"),
        ("DECLINECOUNTER", [], "stays as it is"),
    ],
)  # fmt: skip
def test_what_else_mails_about_events_want_is_refused_in_words(work, method, lines, reason):
    entry = events.make(work, PARTY)
    before = files.export(work, "personal")
    report = files.import_(work, "personal", reply(entry.uid, *lines, method=method))
    assert (report.added, report.updated) == (0, 0)
    assert [reason in each.reason for each in report.refused] == [True]
    assert files.export(work, "personal") == before


def test_answers_to_nothing_and_to_what_was_before_are_refused(work):
    yes = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org"
    (stray,) = files.import_(work, "personal", reply("nowhere", yes)).refused
    assert "not in your calendars" in stray.reason
    entry = events.make(work, PARTY)
    events.change(work, entry.id, {"start": "2026-07-20T19:00:00Z", "end": "2026-07-20T21:00:00Z"})
    (old,) = files.import_(work, "personal", reply(entry.uid, "SEQUENCE:0", yes)).refused
    assert "earlier version" in old.reason
    assert said(work, entry.id) == ["NEEDS-ACTION", "NEEDS-ACTION"]
