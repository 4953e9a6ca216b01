"""People are told of events that they are invited to, and answer."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.problem import Unavailable
from cozy.rooms.calendars import jobs
from cozy.rooms.calendars.errors import NoInvitation
from cozy.rooms.calendars.events import PeopleConcerned
from cozy.rooms.calendars.service import events, files, invitations
from cozy.rooms.collections import service as collections
from tests.auth.conftest import mailbox
from tests.calendars.conftest import ics
from tests.conftest import OWNER

__all__ = ["mailbox"]
EVENT = "io.cozy.calendar.events"
PARTY = {
    "label": "Party", "start": "2026-07-20T17:00:00Z", "end": "2026-07-20T20:00:00Z", "timezone": "Europe/Paris",
    "location": "Garden", "attendees": [{"email": "bob@example.org", "name": "Bob"}, {"email": "eve@example.org"}],
}  # fmt: skip


@pytest.fixture
def tell(work):
    """`tell(id)`: to whom which mail goes now, after which they know."""

    def tell(id_: str) -> list[tuple[str, str]]:
        letters, text = invitations.due(work, id_)
        invitations.told(work, id_, text)
        return sorted((letter.to, letter.method) for letter in letters)

    return tell


@pytest.fixture
def party(work):
    return events.make(work, PARTY).id


def letter_to(work, id_, email):
    letters, _ = invitations.due(work, id_)
    return next(letter for letter in letters if letter.to == email)


def test_everybody_is_invited_once(work, party, tell):
    assert [event for event in work.published if isinstance(event, PeopleConcerned)] == [
        PeopleConcerned(party)
    ]
    assert tell(party) == [("bob@example.org", "REQUEST"), ("eve@example.org", "REQUEST")]
    assert tell(party) == []


def test_an_invitation_says_what_calendars_understand(work, party):
    events.change(work, party, {"reminders": [10]})
    text = letter_to(work, party, "bob@example.org").text
    for line in (
        "METHOD:REQUEST", "SUMMARY:Party", "DTSTART;TZID=Europe/Paris:20260720T190000", "TZID:Europe/Paris",
        "ORGANIZER;CN=Alice:mailto:alice@example.org", "DTSTAMP:20260718T140200Z",
    ):  # fmt: skip
        assert f"{line}\r\n" in text, line
    assert "VALARM" not in text
    assert "SEQUENCE:" in text


def test_people_hear_of_what_they_care_about_and_of_nothing_else(work, party, tell):
    tell(party)
    events.change(work, party, {"reminders": [10], "categories": ["Fun"]})
    events.answer(work, party, "ACCEPTED", email="bob@example.org")
    assert tell(party) == []
    events.change(work, party, {"location": "Cellar"})
    assert letter_to(work, party, "eve@example.org").is_change
    assert tell(party) == [("bob@example.org", "REQUEST"), ("eve@example.org", "REQUEST")]


def test_who_is_not_invited_any_more_hears_of_it_and_who_is_new_as_well(work, party, tell):
    tell(party)
    events.change(work, party, {"attendees": [{"email": "eve@example.org"}, {"email": "kim@example.org"}]})
    assert "STATUS:CANCELLED" in letter_to(work, party, "bob@example.org").text
    assert tell(party) == [("bob@example.org", "CANCEL"), ("kim@example.org", "REQUEST")]


def test_an_event_that_is_removed_is_cancelled_with_a_higher_number(work, party, tell):
    events.change(work, party, {"location": "Cellar"})
    tell(party)
    events.remove(work, party)
    text = letter_to(work, party, "bob@example.org").text
    assert "METHOD:CANCEL\r\n" in text
    assert "SEQUENCE:2\r\n" in text
    assert tell(party) == [("bob@example.org", "CANCEL"), ("eve@example.org", "CANCEL")]
    assert tell(party) == []


def test_an_exception_is_told_with_its_key(work, tell):
    id_ = events.make(work, {**PARTY, "rrule": "FREQ=WEEKLY"}).id
    tell(id_)
    events.change(work, id_, {"location": "Roof"}, key="2026-07-27T17:00:00Z", scope="this")
    text = letter_to(work, id_, "bob@example.org").text
    assert "RECURRENCE-ID;TZID=Europe/Paris:20260727T190000\r\n" in text
    assert "RRULE:FREQ=WEEKLY\r\n" in text


def test_who_is_left_out_of_one_occurrence_hears_of_that_one(work, tell):
    id_ = events.make(work, {**PARTY, "rrule": "FREQ=WEEKLY"}).id
    tell(id_)
    key = "2026-07-27T17:00:00Z"
    events.change(work, id_, {"attendees": [{"email": "eve@example.org"}]}, key=key, scope="this")
    text = letter_to(work, id_, "bob@example.org").text
    for line in (
        "METHOD:CANCEL",
        "RECURRENCE-ID;TZID=Europe/Paris:20260727T190000",
        "STATUS:CANCELLED",
        "SEQUENCE:1",
    ):
        assert f"{line}\r\n" in text
    assert "RRULE" not in text.partition("BEGIN:VEVENT")[2]
    assert "mailto:bob@example.org" in text
    assert tell(id_) == [("bob@example.org", "CANCEL"), ("eve@example.org", "REQUEST")]
    assert tell(id_) == []
    events.change(work, id_, {"location": "Roof"})
    assert "EXDATE;TZID=Europe/Paris:20260727T190000\r\n" in letter_to(work, id_, "bob@example.org").text
    assert "EXDATE" not in letter_to(work, id_, "eve@example.org").text


def test_what_is_over_was_written_long_ago_or_is_told_by_a_program_is_not_told(work, put, tell):
    people = ["ORGANIZER:mailto:alice@example.org", "ATTENDEE:mailto:bob@example.org"]
    over = put(ics("CREATED:20260718T140000Z", "DTSTART:20260101T090000Z", *people), name="a.ics")
    old = put(ics("CREATED:20250101T000000Z", "DTSTART:20260801T090000Z", *people, uid="u2"), name="b.ics")
    other = ["ORGANIZER:mailto:alice@example.org", "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:bob@example.org"]
    client = put(ics("CREATED:20260718T140000Z", "DTSTART:20260801T090000Z", *other, uid="u3"), name="c.ics")
    assert [tell(each) for each in (over, old, client)] == [[], [], []]
    events.change(work, old, {"label": "New"})
    assert tell(old) == [("bob@example.org", "REQUEST")]


def test_nobody_is_written_to_but_one_address_each(work, tell):
    odd = [
        {"email": "a@example.org, b@example.org"},
        {"email": "A <c@example.org>"},
        {"email": "tel:+33"},
        {"email": "d"},
    ]
    assert tell(events.make(work, {**PARTY, "attendees": odd}).id) == []


def test_what_comes_in_a_file_is_known_already(work, tell):
    text = ics(
        "CREATED:20260718T140000Z",
        "DTSTART:20260801T090000Z",
        "ORGANIZER:mailto:alice@example.org",
        "ATTENDEE:mailto:bob@example.org",
    )
    files.import_(work, "personal", text.encode())
    (entry,) = collections.items.with_uid(work, "calendars", "u1")
    assert tell(entry.id) == []


def test_what_a_connector_brings_is_known_already_and_nobody_is_told_by_hundreds(work, put, tell):
    people = [f"ATTENDEE:mailto:p{number}@example.org" for number in range(invitations.LETTERS_LIMIT + 5)]
    text = ics(
        "CREATED:20260718T140000Z", "DTSTART:20260801T090000Z", "ORGANIZER:mailto:alice@example.org", *people
    )
    id_ = put(text)
    assert len(tell(id_)) == invitations.LETTERS_LIMIT
    work.published.clear()
    work.caller = Caller("konnector", EVERYTHING, name="bank")
    other = put(text.replace("UID:u1", "UID:u2"), name="b.ics")
    assert work.published == []
    assert tell(other) == []


@pytest.fixture
def asked(work, put, tell):
    """Bob invites the owner."""
    id_ = put(ics("CREATED:20260718T140000Z", "DTSTART:20260801T090000Z", "SUMMARY:Talk", "ORGANIZER;CN=Bob:mailto:bob@example.org",
                  "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:alice@example.org", "ATTENDEE:mailto:kim@example.org"))  # fmt: skip
    assert tell(id_) == []
    return id_


def test_the_organizer_hears_the_owners_answer_once(work, asked, tell):
    events.answer(work, asked, "TENTATIVE")
    text = letter_to(work, asked, "bob@example.org").text
    assert "METHOD:REPLY\r\n" in text
    assert "ATTENDEE;PARTSTAT=TENTATIVE:mailto:alice@example.org\r\n" in text
    assert "kim@example.org" not in text
    assert tell(asked) == [("bob@example.org", "REPLY")]
    assert tell(asked) == []


def test_who_removes_what_they_said_yes_to_says_no(work, asked, tell):
    events.answer(work, asked, "ACCEPTED")
    tell(asked)
    events.remove(work, asked)
    assert letter_to(work, asked, "bob@example.org").answer == "DECLINED"
    assert tell(asked) == [("bob@example.org", "REPLY")]


def test_an_invitee_answers_by_a_link_that_nobody_else_can_make(work, party):
    code = invitations.link(work, party, "Bob@example.org").rpartition("/")[2]
    assert invitations.opened(work, code).status == "NEEDS-ACTION"
    assert invitations.answer(work, code, "DECLINED").status == "DECLINED"
    assert events.one(work, party).body["attendees"][0] == {
        "email": "bob@example.org",
        "name": "Bob",
        "status": "DECLINED",
    }
    for wrong in (code[:-1], code.replace(".", "x."), "", "x", ".", "é.é"):
        with pytest.raises(NoInvitation):
            invitations.opened(work, wrong)
    with pytest.raises(NoInvitation):
        invitations.answer(work, code, "OWNER")
    events.change(work, party, {"attendees": [{"email": "eve@example.org"}]})
    with pytest.raises(NoInvitation):
        invitations.opened(work, code)


def test_a_mail_that_does_not_get_there_is_told_in_the_event_and_tried_again(work, party):
    _, text = invitations.due(work, party)
    invitations.told(work, party, text, ["bob@example.org"])
    assert "SCHEDULE-STATUS=5.1" in collections.items.of_ids(work, EVENT, [party])[0].text
    letters, _ = invitations.due(work, party)
    assert [letter.to for letter in letters] == ["bob@example.org"]


class Posting:
    """A mailer that keeps what it is given; `refuses` are addresses that it cannot reach."""

    configured = True

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.refuses: set[str] = set()

    async def send(self, message: Any) -> None:
        if message.to in self.refuses:
            raise Unavailable
        self.sent.append(message)


async def test_the_job_mails_each_and_tries_again_only_whom_it_did_not_reach(house, home):
    posting = Posting()
    posting.refuses = {"bob@example.org"}
    object.__setattr__(house, "mailer", posting)
    entry = await house.write(home, OWNER, events.make, PARTY)
    concerned = PeopleConcerned(entry.id)
    with pytest.raises(Unavailable):
        await jobs.tell_people.run(house, home, concerned)
    posting.refuses = set()
    await jobs.tell_people.run(house, home, concerned)
    await jobs.tell_people.run(house, home, concerned)
    assert [message.to for message in posting.sent] == ["eve@example.org", "bob@example.org"]
    (message, _) = posting.sent
    assert (message.subject, message.reply_to, message.sender) == (
        "Invitation: Party",
        "alice@example.org",
        "Alice",
    )
    assert "/public/invitations/" in message.text
    assert "Garden" in message.html


async def test_what_is_too_much_for_an_hour_waits_whole_for_the_next_and_nobody_is_told_twice(
    house, home, clock, monkeypatch
):
    monkeypatch.setattr(invitations, "LETTERS_LIMIT", 3)
    posting = Posting()
    object.__setattr__(house, "mailer", posting)
    first = await house.write(home, OWNER, events.make, PARTY)
    second = await house.write(home, OWNER, events.make, {**PARTY, "label": "Later"})
    for _ in range(2):
        for entry in (first, second):
            await jobs.tell_people.run(house, home, PeopleConcerned(entry.id))
    assert [message.subject for message in posting.sent] == ["Invitation: Party"] * 2
    clock.advance(hours=1)
    for _ in range(2):
        await jobs.tell_people.run(house, home, PeopleConcerned(second.id))
    assert [message.subject for message in posting.sent[2:]] == ["Invitation: Later"] * 2
    assert len({(message.to, message.subject) for message in posting.sent}) == 4


def test_what_waits_is_looked_at_when_the_next_hour_begins(work, party):
    assert invitations.may_send(work, party, invitations.LETTERS_LIMIT)
    assert work.planned == []
    assert not invitations.may_send(work, party, 1)
    assert work.planned == [(datetime(2026, 7, 18, 15, tzinfo=UTC), PeopleConcerned(party))]


async def test_a_mail_carries_the_event_for_calendars(house, home, mailbox):
    from cozy.backends.smtp import Smtp

    object.__setattr__(
        house, "mailer", Smtp(replace(house.settings, smtp_url=f"smtp://127.0.0.1:{mailbox.port}"))
    )
    entry = await house.write(
        home, OWNER, events.make, {**PARTY, "attendees": [{"email": "bob@example.org"}]}
    )
    await jobs.tell_people.run(house, home, PeopleConcerned(entry.id))
    mail: EmailMessage = mailbox.messages[0]
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert {"text/plain", "text/html", "text/calendar"} <= set(parts)
    calendar = parts["text/calendar"]
    assert calendar.get_param("method") == "REQUEST"
    assert "METHOD:REQUEST" in calendar.get_content()
    assert mail["Reply-To"] == "alice@example.org"


async def test_the_page_of_an_invitation_notes_an_answer_without_logging_in(house, home, anonymous):
    entry = await house.write(home, OWNER, events.make, PARTY)
    address = await house.read(home, SYSTEM, invitations.link, entry.id, "bob@example.org")
    page = await anonymous.get(address, params={"answer": "ACCEPTED"})
    assert page.status_code == 200
    assert "Party" in page.text
    assert "Monday 20 July 2026" in page.text or "Monday, 20 July 2026" in page.text
    status = (await house.read(home, SYSTEM, events.one, entry.id)).body["attendees"][0]["status"]
    assert status == "NEEDS-ACTION"
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    noted = await anonymous.post(address, data={"answer": "ACCEPTED", "csrf_token": token})
    assert noted.status_code == 200
    assert (await house.read(home, SYSTEM, events.one, entry.id)).body["attendees"][0]["status"] == "ACCEPTED"
    assert (await anonymous.get("/public/invitations/nonsense")).status_code == 404
