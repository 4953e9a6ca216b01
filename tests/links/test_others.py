"""Albums, calendars and cards by a link."""

import pytest

from cozy.kernel.caller import SYSTEM, Caller
from cozy.rooms.collections import service as collections
from cozy.rooms.contacts import service as contacts
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from cozy.rooms.photos import service as photos
from tests.calendars.conftest import ics
from tests.links.conftest import code_of, found


async def test_an_album_shows_its_photos_and_no_others(given, share, guest, client, act):
    other = await client.upload("other.jpg", b"\xff\xd8other")
    album = (await act(photos.albums.create, "Brittany", [given["beach.jpg"]])).id
    code = code_of(await share("album", album))
    page = (await guest.get(f"/s/{code}")).text
    assert "Brittany" in page
    assert "beach.jpg" in page
    assert "Holidays" not in page
    large = await guest.get(f"/s/{code}/file/{given['beach.jpg']}")
    assert large.status_code == 200
    assert "Holidays" not in large.text
    raw = found(r"/s/[^\"]+/raw/[0-9a-f]+", large.text)
    assert (await guest.get(raw)).status_code == 200
    for hidden in (other["id"], given["route.txt"], given["Holidays"]):
        assert (await guest.get(f"/s/{code}/file/{hidden}")).status_code == 404
    assert (await guest.get(f"/s/{code}/zip")).status_code == 200
    await act(photos.albums.take_out, album, [given["beach.jpg"]])
    assert (await guest.get(raw)).status_code == 404


@pytest.fixture
async def events(act):
    texts = [
        ics("SUMMARY:Fair", "DTSTART:20260720T100000Z", "DTEND:20260720T110000Z", "LOCATION:Market", uid="a"),
        ics("SUMMARY:Doctor", "DTSTART:20260721T100000Z", "DTEND:20260721T110000Z", "CLASS:PRIVATE", uid="b"),
        ics(
            "SUMMARY:Interview",
            "DTSTART:20260722T100000Z",
            "DTEND:20260722T110000Z",
            "CLASS:CONFIDENTIAL",
            uid="c",
        ),
    ]
    for number, text in enumerate(texts):
        await act(collections.items.put, "calendars", "personal", f"{number}.ics", text)


async def test_a_calendar_shows_what_comes_and_keeps_what_is_private(events, share, guest):
    code = code_of(await share("calendar", "personal"))
    page = (await guest.get(f"/s/{code}")).text
    for shown in ("Fair", "Market", "Busy", f"webcal://alice.localhost:8080/public/calendars/{code}.ics"):
        assert shown in page
    for hidden in ("Doctor", "Interview"):
        assert hidden not in page
    followed = await guest.get(f"/public/calendars/{code}.ics")
    assert (followed.status_code, "SUMMARY:Fair" in followed.text, "Doctor" in followed.text) == (
        200,
        True,
        False,
    )


@pytest.mark.parametrize(("more", "status"), [((), 404), (("io.cozy.calendar.events",), 200)])
async def test_a_link_to_a_calendar_shows_events_where_its_maker_may_see_them(
    events, guest, house, home, more, status
):
    def linked(work):
        held = {name: Rule(name) for name in ("io.cozy.calendars", *more)}
        given = permissions.grant(work, "app", "agenda", held)
        work.caller = Caller("app", given.grants, name="agenda", permission=given.id)
        rules = {"calendar": Rule("io.cozy.calendars", ("GET",), ("personal",))}
        rules |= {name: Rule(name, ("GET",)) for name in more}
        made = permissions.links.make(work, permissions.links.Wanted(rules=rules, labels=("link",)))
        return made.shortcodes["link"]

    code = await house.write(home, SYSTEM, linked)
    page = await guest.get(f"/s/{code}")
    assert (page.status_code, "Fair" in page.text) == (status, status == 200)


async def test_a_calendar_with_a_password_is_no_address_for_programs(events, share, guest):
    code = code_of(await share("calendar", "personal", password="tilleul"))
    assert (await guest.get(f"/public/calendars/{code}.ics")).status_code == 404
    assert (await guest.get(f"/s/{code}")).status_code == 303


async def test_a_card_is_shared_without_what_is_noted_about_somebody(share, guest, house, home, act):
    body = {
        "fullname": "Théo Le Gall",
        "phone": [{"number": "+33 6 12 34 56 78"}],
        "email": [{"address": "theo@example.org"}],
        "note": "owes me a book",
    }
    person = await act(contacts.people.save, body)
    known = await share("contact", person.id)
    code = code_of(known)
    page = (await guest.get(f"/s/{code}")).text
    for shown in ("Théo Le Gall", "tel:+33612345678", "theo@example.org"):
        assert shown in page
    card = await guest.get(f"/s/{code}/card.vcf")
    assert card.headers["content-type"].startswith("text/vcard")
    assert "FN:Théo Le Gall" in card.text
    for told in (page, card.text):
        assert "owes me a book" not in told
    by_program = await guest.get(
        f"/data/io.cozy.contacts/{person.id}", headers={"authorization": f"Bearer {code}"}
    )
    assert by_program.status_code == 403
    assert (
        await house.read(home, SYSTEM, lambda work: contacts.people.fetch(work, person.id).body["note"])
        == "owes me a book"
    )
