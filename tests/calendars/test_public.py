"""Calendars that everybody may read who has their address."""

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM, Caller, Grant
from cozy.rooms.calendars.errors import NoPublicCalendar
from cozy.rooms.calendars.service import events, public
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotTheMaker
from tests.calendars.conftest import ics
from tests.conftest import OWNER

PARIS = "TZID=Europe/Paris"


def code_of(address):
    return address.rpartition("/")[2].removesuffix(".ics")


def test_a_public_calendar_has_one_address_until_it_is_private_again(work, put):
    put(ics("DTSTART:20260706T090000Z", "SUMMARY:Fair"))
    address = public.open_(work, "personal")
    assert public.open_(work, "personal") == address == public.address(work, "personal")
    assert "SUMMARY:Fair" in public.read(work, code_of(address)).text
    public.close(work, "personal")
    assert public.address(work, "personal") == ""
    with pytest.raises(NoPublicCalendar):
        public.read(work, code_of(address))


def test_the_world_does_not_see_people_and_secrets(work, put):
    put(ics("DTSTART:20260706T090000Z", "SUMMARY:Open", "ORGANIZER:mailto:a@example.org", "ATTENDEE:mailto:b@example.org",
            "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM"))  # fmt: skip
    put(ics("DTSTART:20260706T090000Z", "SUMMARY:Mine", "CLASS:PRIVATE", uid="u2"), name="b.ics")
    put(
        ics("DTSTART:20260707T090000Z", "SUMMARY:Hush", "LOCATION:There", "CLASS:CONFIDENTIAL", uid="u3"),
        name="c.ics",
    )
    text = public.read(work, code_of(public.open_(work, "personal"))).text
    assert "SUMMARY:Open" in text
    for secret in ("example.org", "VALARM", "Mine", "Hush", "There"):
        assert secret not in text, secret
    assert "DTSTART:20260707T090000Z" in text


def test_a_code_that_opens_something_else_opens_no_calendar(work):
    other = documents.create(work, "io.cozy.notes", {"title": "x"})
    rule = permissions.links.Wanted(rules={"x": _rule("io.cozy.notes", other.id)}, labels=("x",))
    code = permissions.links.make(work, rule).shortcodes["x"]
    for wrong in (code, "nonsense", ""):
        with pytest.raises(NoPublicCalendar):
            public.read(work, wrong)


def _rule(doctype, id_):
    from cozy.rooms.permissions.model import Rule

    return Rule(doctype, ("GET",), (id_,))


def test_who_may_give_the_document_of_a_calendar_does_not_give_the_events_in_it(work, put):
    put(ics("DTSTART:20260706T090000Z", "SUMMARY:Fair"))
    other = collections.shelves.create(work, "calendars", {"name": "x"}).id
    public.open_(work, other)
    (link,) = permissions.links.of_doctype(work, "io.cozy.calendars", limit=9)
    work.caller = Caller("app", (Grant("io.cozy.calendars"),), name="colours")
    rule = _rule("io.cozy.calendars", "personal")
    wanted = permissions.links.Wanted(rules={"calendar": rule}, labels=("calendar",))
    made = permissions.links.make(work, wanted)
    patch = permissions.links.Patch(rules={"calendar": rule})
    with pytest.raises(NotTheMaker):
        permissions.links.change(work, link, patch)
    work.caller = replace(work.caller, grants=(*work.caller.grants, Grant("io.cozy.calendar.events")))
    changed = permissions.links.change(work, link, patch)
    for each in (made, changed):
        with pytest.raises(NoPublicCalendar):
            public.read(work, each.shortcodes["calendar"])
    work.caller = OWNER
    assert public.address(work, "personal") == ""
    assert "SUMMARY:Fair" in public.read(work, code_of(public.open_(work, "personal"))).text


def test_a_calendar_that_is_gone_is_public_no_more(work):
    shelf = collections.shelves.create(work, "calendars", {"name": "x"}).id
    code = code_of(public.open_(work, shelf))
    collections.shelves.delete(work, "calendars", shelf)
    with pytest.raises(NoPublicCalendar):
        public.read(work, code)
    assert permissions.links.of_doctype(work, "io.cozy.calendars", after="", limit=10) == []
    (gone,) = collections.binned.collections(work, "calendars")
    collections.binned.restore(work, gone.id)
    assert public.address(work, shelf) == ""
    with pytest.raises(NoPublicCalendar):
        public.read(work, code)
    assert code_of(public.open_(work, shelf)) != code


async def test_programs_read_it_without_logging_in(house, home, anonymous):
    await house.write(
        home,
        SYSTEM,
        events.make,
        {"label": "Fête", "start": "2026-07-06T09:00:00Z", "timezone": "Europe/Paris"},
    )
    address = await house.write(home, OWNER, public.open_, "personal")
    answer = await anonymous.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "SUMMARY:Fête" in answer.text
    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris" in answer.text
    again = await anonymous.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert (await anonymous.get("/public/calendars/nonsense.ics")).status_code == 404
