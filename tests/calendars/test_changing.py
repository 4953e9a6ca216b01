"""Events as pages make, change, move and remove them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cozy.rooms.calendars.errors import BadEvent, NoOccurrence, NotInvited
from cozy.rooms.calendars.service import events
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import NotExpected
from tests.calendars.conftest import both, ics, starts

PARIS = "TZID=Europe/Paris"
JULY = ("2026-07-01", "2026-08-01")
CHOIR = {
    "label": "Choir", "start": "2026-07-07T17:00:00Z", "end": "2026-07-07T19:00:00Z", "timezone": "Europe/Paris",
    "rrule": "FREQ=WEEKLY;BYDAY=TU",
}  # fmt: skip


@pytest.fixture
def choir(work):
    """Every Tuesday of July 2026 and ever after, at 19:00 in Paris."""
    return events.make(work, CHOIR).id


def text_of(work, id_):
    return collections.items.of_ids(work, "io.cozy.calendar.events", [id_])[0].text


def test_a_new_event_is_a_text_with_its_zone(work, choir):
    text = text_of(work, choir)
    assert "DTSTART;TZID=Europe/Paris:20260707T190000\r\n" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n" in text
    assert starts(work, *JULY) == ["07-07 19:00", "07-14 19:00", "07-21 19:00", "07-28 19:00"]


def test_one_occurrence_changes_alone(work, choir):
    events.change(
        work, choir, {"label": "Party", "location": "Hall"}, key="2026-07-14T17:00:00Z", scope="this"
    )
    assert events.one(work, choir, "2026-07-14T17:00:00Z").body["label"] == "Party"
    assert events.one(work, choir, "2026-07-21T17:00:00Z").body["label"] == "Choir"
    assert starts(work, *JULY) == ["07-07 19:00", "07-14 19:00", "07-21 19:00", "07-28 19:00"]


def test_one_occurrence_moves_alone_and_again(work, choir):
    key, paris = "2026-07-14T17:00:00Z", ZoneInfo("Europe/Paris")
    events.move(work, choir, datetime(2026, 7, 16, 20, tzinfo=paris), key=key)
    assert starts(work, *JULY) == ["07-07 19:00", "07-16 20:00", "07-21 19:00", "07-28 19:00"]
    events.move(work, choir, datetime(2026, 7, 17, 8, tzinfo=paris), key=key)
    assert starts(work, *JULY) == ["07-07 19:00", "07-17 08:00", "07-21 19:00", "07-28 19:00"]


def test_this_and_all_after_it_become_an_event_of_their_own(work, choir):
    key = "2026-07-21T17:00:00Z"
    entry = events.change(
        work, choir, {"start": "2026-07-22T16:00:00Z", "end": "2026-07-22T18:00:00Z"}, key=key, scope="future"
    )
    assert entry.id != choir
    assert starts(work, *JULY) == ["07-07 19:00", "07-14 19:00", "07-22 18:00", "07-29 18:00"]


def test_a_count_goes_on_in_what_follows(work):
    id_ = events.make(work, {**CHOIR, "rrule": "FREQ=WEEKLY;COUNT=4"}).id
    entry = events.change(work, id_, {"label": "New"}, key="2026-07-21T17:00:00Z", scope="future")
    assert "COUNT=2" in text_of(work, entry.id)
    assert starts(work, "2026-07-01", "2026-09-01") == [
        "07-07 19:00",
        "07-14 19:00",
        "07-21 19:00",
        "07-28 19:00",
    ]


def test_all_move_with_what_was_different_about_some(work, choir):
    events.change(work, choir, {"label": "Party"}, key="2026-07-14T17:00:00Z", scope="this")
    events.remove(work, choir, key="2026-07-28T17:00:00Z", scope="this")
    events.move(work, choir, datetime(2026, 7, 22, 18, tzinfo=UTC), key="2026-07-21T17:00:00Z", scope="all")
    assert starts(work, *JULY) == ["07-08 20:00", "07-14 19:00", "07-22 20:00"]
    assert "BYDAY=WE" in text_of(work, choir)
    assert events.one(work, choir, "2026-07-15T18:00:00Z").body["label"] == "Party"


def test_an_event_becomes_a_whole_day_and_a_time_again(work):
    id_ = events.make(
        work,
        {
            "label": "x",
            "start": "2026-07-07T17:00:00Z",
            "end": "2026-07-07T19:00:00Z",
            "timezone": "Europe/Paris",
        },
    ).id
    events.move(work, id_, datetime(2026, 7, 9, tzinfo=UTC), is_all_day=True)
    assert "DTSTART;VALUE=DATE:20260709\r\nDTEND;VALUE=DATE:20260710" in text_of(work, id_)
    events.move(work, id_, datetime(2026, 7, 9, 10, tzinfo=ZoneInfo("Europe/Paris")), is_all_day=False)
    assert "DTSTART;TZID=Europe/Paris:20260709T100000\r\nDTEND;TZID=Europe/Paris:20260709T110000" in text_of(
        work, id_
    )


def test_occurrences_are_removed_one_by_one_from_one_on_or_all(work, choir):
    events.remove(work, choir, key="2026-07-14T17:00:00Z", scope="this")
    assert starts(work, *JULY) == ["07-07 19:00", "07-21 19:00", "07-28 19:00"]
    events.remove(work, choir, key="2026-07-28T17:00:00Z", scope="future")
    assert starts(work, "2026-07-01", "2027-08-01") == ["07-07 19:00", "07-21 19:00"]
    events.remove(work, choir)
    assert starts(work, *JULY) == []
    assert len(collections.binned.all_(work, "calendars")) == 1


def test_the_last_occurrence_that_is_removed_takes_the_event_along(work):
    id_ = events.make(work, {**CHOIR, "rrule": "FREQ=WEEKLY;COUNT=1"}).id
    events.remove(work, id_, key="2026-07-07T17:00:00Z", scope="this")
    assert not collections.items.of_ids(work, "io.cozy.calendar.events", [id_])


def test_an_occurrence_that_there_is_not_is_not_found(work, choir):
    for key in ("2026-07-08T17:00:00Z", "nonsense", "2026-07-14"):
        with pytest.raises(NoOccurrence):
            events.change(work, choir, {"label": "x"}, key=key, scope="this")


def test_what_cannot_be_said_is_refused_by_name(work):
    for members, name in (
        ({"label": 5}, "label"), ({"start": "yesterday"}, "start"), ({"rrule": "FREQ=NEVER"}, "rrule"),
        ({"end": "2026-07-07T16:00:00Z"}, "end"), ({"reminders": ["soon"]}, "reminders"),
    ):  # fmt: skip
        with pytest.raises(BadEvent) as refused:
            events.make(work, {**CHOIR, **members})
        assert refused.value.facts["member"] == name


def test_a_change_of_what_somebody_else_changed_is_refused(work, choir):
    rev = events.one(work, choir).entry.rev
    events.change(work, choir, {"label": "First"}, rev=rev)
    with pytest.raises(NotExpected):
        events.change(work, choir, {"label": "Second"}, rev=rev)


def test_what_nobody_here_understands_survives_every_change(work, put):
    id_ = put(both(
        [f"DTSTART;{PARIS}:20260706T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "SUMMARY;LANGUAGE=fr;X-A=\"b;c\":Choeur",
         "X-COLOR:puce", "ATTACH;FMTTYPE=text/plain:data:x", "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER;RELATED=END:PT5M",
         "X-ODD:1", "END:VALARM", "BEGIN:X-THING", "A:B", "END:X-THING"],
    ))  # fmt: skip
    events.change(work, id_, {"location": "Hall", "reminders": [10]})
    events.change(work, id_, {"label": "Party"}, key="2026-07-13T07:00:00Z", scope="this")
    text = text_of(work, id_)
    assert 'SUMMARY;LANGUAGE=fr;X-A="b;c":Choeur\r\n' in text
    for kept in (
        "X-COLOR:puce",
        "ATTACH;FMTTYPE=text/plain:data:x",
        "ACTION:EMAIL",
        "TRIGGER;RELATED=END:PT5M",
        "X-ODD:1",
        "BEGIN:X-THING",
    ):
        assert text.count(kept) == 2, kept


def test_an_answer_is_noted_for_the_whole_or_once(work, put):
    invited = [
        "ORGANIZER:mailto:bob@example.org",
        "ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:alice@example.org",
    ]
    id_ = put(ics(f"DTSTART;{PARIS}:20260706T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", *invited))
    events.answer(work, id_, "ACCEPTED")
    events.answer(work, id_, "DECLINED", key="2026-07-13T07:00:00Z")
    assert events.one(work, id_).body["attendees"] == [{"email": "alice@example.org", "status": "ACCEPTED"}]
    once = events.one(work, id_, "2026-07-13T07:00:00Z")
    assert once.body["attendees"] == [{"email": "alice@example.org", "status": "DECLINED"}]
    with pytest.raises(NotInvited):
        events.answer(work, put(ics("DTSTART:20260706T090000Z", uid="u2"), name="f.ics"), "ACCEPTED")


def test_people_who_come_are_asked_again_when_the_time_changes(work):
    members = {**CHOIR, "attendees": [{"email": "bob@example.org", "status": "ACCEPTED"}]}
    id_ = events.make(work, members).id
    events.change(work, id_, {"label": "Same time"})
    assert events.one(work, id_).body["attendees"][0]["status"] == "ACCEPTED"
    assert events.one(work, id_).body["organizer"] == {"email": "alice@example.org", "name": "Alice"}
    events.move(work, id_, datetime(2026, 7, 7, 20, tzinfo=UTC), scope="all")
    assert events.one(work, id_).body["attendees"][0]["status"] == "NEEDS-ACTION"
