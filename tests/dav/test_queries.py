"""Reports that look into calendars, and the outbox: what is found, when the owner is busy."""

from xml.etree import ElementTree as ET

import pytest

from .conftest import D, Pim, condition, statuses
from .texts import card, component, event, todo

C, A = "{urn:ietf:params:xml:ns:caldav}", "{urn:ietf:params:xml:ns:carddav}"
HERE, OUTBOX = "/dav/calendars/personal/", "/dav/calendars/outbox/"
WEEK = '<c:time-range start="20260720T000000Z" end="20260727T000000Z"/>'


@pytest.fixture
async def filled(pim):
    """Two events of that week, one of them each week, and a task."""
    for name, text in {
        "lunch": event("lunch", "Déjeuner"),
        "later": event("later", "Later", start="20270101T120000Z"),
        "weekly": event("weekly", "Choir", "RRULE:FREQ=WEEKLY\r\n", "20260106T190000Z"),
        "plants": todo("plants", more="STATUS:NEEDS-ACTION\r\n"),
    }.items():
        await pim.ok("PUT", f"{HERE}{name}.ics", text, content_type="text/calendar")
    return pim


def text_of(told: dict[int, dict[str, ET.Element]], name: str) -> str:
    """The text of a property, "" where there is none."""
    element = told.get(200, {}).get(name)
    return "" if element is None else element.text or ""


async def found(pim: Pim, inside: str, prop: str = "<d:getetag/>", path: str = HERE) -> dict[str, str]:
    """The names that a query finds, and their texts where they are asked for."""
    answer = await pim.report(
        path,
        f'<c:calendar-query><d:prop>{prop}</d:prop><c:filter><c:comp-filter name="VCALENDAR">{inside}</c:comp-filter></c:filter></c:calendar-query>',
        depth=1,
    )
    assert answer.status_code == 207, answer.text
    told = statuses(answer)
    return {
        href.removeprefix(path).removesuffix(".ics"): text_of(of, f"{C}calendar-data")
        for href, of in told.items()
    }


async def test_events_of_a_week_are_found(filled):
    assert (await found(filled, f'<c:comp-filter name="VEVENT">{WEEK}</c:comp-filter>')).keys() == {
        "lunch",
        "weekly",
    }


async def test_everything_and_everything_of_a_kind_is_found(filled, monkeypatch):
    monkeypatch.setattr("cozy.rooms.dav.service.querying.PAGE", 2)
    assert (await found(filled, "")).keys() == {"lunch", "later", "weekly", "plants"}
    texts = await found(filled, '<c:comp-filter name="VEVENT"/>', "<c:calendar-data/>")
    assert texts.keys() == {"lunch", "later", "weekly"}
    assert "SUMMARY:Choir" in texts["weekly"]
    assert (await found(filled, '<c:comp-filter name="VTODO"/>')).keys() == {"plants"}


async def test_what_a_text_says_is_found(filled):
    match = '<c:text-match collation="i;unicode-casemap">déj</c:text-match>'
    by_name = (
        f'<c:comp-filter name="VEVENT"><c:prop-filter name="SUMMARY">{match}</c:prop-filter></c:comp-filter>'
    )
    assert (await found(filled, by_name)).keys() == {"lunch"}
    open_ = '<c:comp-filter name="VTODO"><c:prop-filter name="COMPLETED"><c:is-not-defined/></c:prop-filter></c:comp-filter>'
    assert (await found(filled, open_)).keys() == {"plants"}


async def test_occurrences_are_told_one_by_one(filled):
    wanted = '<c:calendar-data><c:expand start="20260720T000000Z" end="20260803T000000Z"/></c:calendar-data>'
    texts = await found(filled, f'<c:comp-filter name="VEVENT">{WEEK}</c:comp-filter>', wanted)
    assert texts["weekly"].count("BEGIN:VEVENT") == 2
    assert "RECURRENCE-ID:20260721T190000Z" in texts["weekly"]
    assert "RRULE" not in texts["weekly"]


async def test_overrides_elsewhere_are_left_out(filled):
    moved = "BEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20260701T080000Z\r\nRECURRENCE-ID:{0}\r\nDTSTART:{0}\r\nDURATION:PT2H\r\nSUMMARY:Longer {1}\r\nEND:VEVENT\r\n"
    text = event("weekly", "Choir", "RRULE:FREQ=WEEKLY\r\n", "20260106T190000Z").replace(
        "END:VCALENDAR",
        moved.format("20260721T190000Z", "here")
        + moved.format("20261201T190000Z", "there")
        + "END:VCALENDAR",
    )
    await filled.ok("PUT", f"{HERE}weekly.ics", text, content_type="text/calendar")
    wanted = '<c:calendar-data><c:limit-recurrence-set start="20260720T000000Z" end="20260727T000000Z"/></c:calendar-data>'
    texts = await found(filled, f'<c:comp-filter name="VEVENT">{WEEK}</c:comp-filter>', wanted)
    assert "RRULE" in texts["weekly"]
    assert "Longer here" in texts["weekly"]
    assert "Longer there" not in texts["weekly"]


async def test_a_filter_that_makes_no_sense_is_refused(filled):
    for body, named in (
        ('<c:comp-filter name="VEVENT"/>', "valid-filter"),
        (
            '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="x"/></c:comp-filter></c:comp-filter>',
            "valid-filter",
        ),
        (
            '<c:comp-filter name="VCALENDAR"><c:prop-filter name="X"><c:text-match collation="x">y</c:text-match></c:prop-filter></c:comp-filter>',
            "supported-collation",
        ),
    ):
        answer = await filled.report(
            HERE, f"<c:calendar-query><d:prop/><c:filter>{body}</c:filter></c:calendar-query>"
        )
        assert (answer.status_code, condition(answer)) == (403, f"{C}{named}")


async def test_calendars_are_not_asked_of_contacts(pim):
    query = (
        '<c:calendar-query><d:prop/><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>'
    )
    assert condition(await pim.report("/dav/contacts/contacts/", query)) == f"{D}supported-report"
    assert (await pim.report("/dav/calendars/nowhere/", query)).status_code == 404


async def test_a_calendar_says_when_the_owner_is_busy(filled):
    answer = await filled.report(HERE, f"<c:free-busy-query>{WEEK}</c:free-busy-query>", depth=1)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert busy(answer.text) == ["20260720T120000Z/20260720T130000Z", "20260721T190000Z/20260721T200000Z"]
    half = await filled.report(
        HERE, '<c:free-busy-query><c:time-range start="20260720T000000Z"/></c:free-busy-query>'
    )
    assert (half.status_code, condition(half)) == (403, f"{C}valid-filter")


def busy(text: str) -> list[str]:
    return [
        line.partition(":")[2]
        for line in text.replace("\r\n", "\n").split("\n")
        if line.startswith("FREEBUSY")
    ]


def question(*attendees: str, organizer: str = "mailto:alice@example.org") -> str:
    lines = "".join(f"ATTENDEE:{each}\r\n" for each in attendees)
    times = "DTSTART:20260720T000000Z\r\nDTEND:20260721T000000Z\r\n"
    return component("VFREEBUSY", "q1", f"{times}ORGANIZER:{organizer}\r\n{lines}").replace(
        "PRODID", "METHOD:REQUEST\r\nPRODID"
    )


async def test_the_outbox_tells_who_is_free(filled):
    asked = question("mailto:ALICE@example.org", "mailto:bob@example.net")
    answer = await filled("POST", OUTBOX, asked, content_type="text/calendar")
    assert answer.status_code == 200, answer.text
    assert busy(answer.text) == ["20260720T120000Z/20260720T130000Z"]
    assert "METHOD:REPLY" in answer.text
    assert "UID:q1" in answer.text
    assert "3.7;Invalid calendar user" in answer.text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nonsense", "valid-scheduling-message"),
        (question(), "valid-scheduling-message"),
        (question("mailto:a@example.org").replace("REQUEST", "REPLY"), "valid-scheduling-message"),
        (
            question("mailto:a@example.org").replace("DTEND:20260721", "DTEND:20260719"),
            "valid-scheduling-message",
        ),
        (question("mailto:a@example.org", organizer="mailto:bob@example.net"), "organizer-allowed"),
    ],
)
async def test_a_question_that_is_none_is_refused(pim, text, named):
    answer = await pim("POST", OUTBOX, text, content_type="text/calendar")
    assert (answer.status_code, condition(answer)) == (403, f"{C}{named}")


BOOK = "/dav/contacts/contacts/"


@pytest.fixture
async def known(pim):
    """Three people, one of them in a card of version 4.0."""
    for name, text in {
        "amelie": card("c1", "Amélie Poulain", "EMAIL;TYPE=home:amelie@example.org\r\n"),
        "bob": card("c2", "Bob Stone", "NICKNAME:Bobby\r\n"),
        "chloe": card("c3", "Chloé Martin", "EMAIL:chloe@example.net\r\n").replace(
            "VERSION:3.0", "VERSION:4.0"
        ),
    }.items():
        await pim.ok("PUT", f"{BOOK}{name}.vcf", text, content_type="text/vcard")
    return pim


async def people(
    pim: Pim, inside: str, more: str = "", prop: str = "<d:getetag/><a:address-data/>"
) -> dict[str, str]:
    """The names whom a query finds, and their cards where they are asked for; `507` where there are more."""
    answer = await pim.report(
        BOOK,
        f"<a:addressbook-query><d:prop>{prop}</d:prop><a:filter>{inside}</a:filter>{more}</a:addressbook-query>",
        depth=1,
    )
    assert answer.status_code == 207, answer.text
    told = statuses(answer)
    found = {
        href.removeprefix(BOOK).removesuffix(".vcf"): text_of(of, f"{A}address-data")
        for href, of in told.items()
    }
    return found | ({"507": ""} if b"507" in answer.content else {})


def named(match: str, name: str = "FN", **attributes: str) -> str:
    said = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<a:prop-filter name="{name}"><a:text-match{said}>{match}</a:text-match></a:prop-filter>'


async def test_people_are_found_by_what_their_cards_say(known):
    assert (await people(known, named("AMÉL"))).keys() == {"amelie"}
    assert (await people(known, named("example", "EMAIL", match_type="contains"))).keys() == {
        "amelie",
        "chloe",
    }
    assert (
        await people(known, named("bobby", "NICKNAME", match_type="equals", collation="i;ascii-casemap"))
    ).keys() == {"bob"}
    assert (await people(known, named("c2", "UID", match_type="equals", collation="i;octet"))).keys() == {
        "bob"
    }
    absent = '<a:prop-filter name="EMAIL"><a:is-not-defined/></a:prop-filter>'
    assert (await people(known, absent)).keys() == {"bob"}
    assert (await people(known, "", prop="<d:getetag/>")).keys() == {"amelie", "bob", "chloe"}


async def test_no_more_people_are_told_than_were_asked_for(known):
    limit = "<a:limit><a:nresults>2</a:nresults></a:limit>"
    found = await people(known, "", limit)
    assert "507" in found
    assert len(found.keys() & {"amelie", "bob", "chloe"}) == 2
    assert "507" not in await people(known, "", limit.replace("2", "3"))


async def test_cards_are_told_in_the_version_that_is_asked_for(known):
    everybody = await people(known, "")
    assert all("VERSION:3.0" in text for text in everybody.values())
    four = await people(known, "", prop='<a:address-data content-type="text/vcard" version="4.0"/>')
    assert all("VERSION:4.0" in text for text in four.values())
    assert "FN:Chloé Martin" in everybody["chloe"]
    assert "FN:Amélie Poulain" in four["amelie"]
