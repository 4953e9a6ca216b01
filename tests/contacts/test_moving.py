"""Files of cards: brought in and given out."""

from pathlib import Path

from cozy.dav import lines
from cozy.kernel.caller import SYSTEM
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import CONTACTS, cards
from cozy.rooms.contacts.model.people import Refused
from tests.contacts.conftest import card, put, text_of

CARDS = Path(__file__).parent / "cards"


def take(work, *contents):
    pieces = [piece for content in contents for piece in contacts.moving.pieces(content)]
    report = contacts.moving.take(work, pieces)
    return report.added, report.updated, report.same, list(report.refused)


def test_what_every_device_wrote_is_taken_in_once(work):
    everything = b"".join(path.read_bytes() for path in sorted(CARDS.iterdir()))
    contents = [path.read_bytes() for path in sorted(CARDS.iterdir())]
    assert take(work, *contents) == (10, 0, 0, [])
    assert take(work, *contents) == (0, 0, 10, [])
    assert everything.count(b"BEGIN:VCARD") == 10
    assert [contacts.people.name_of(each.body) for each in contacts.people.all_(work)] == [
        "Nadia Benali", "Boulangerie Éclair", "Claire Dupont", "Paul Éluard", "Lady Ada Byron Lovelace",
        "Jean-Paul Martin", "Zoë Müller", "Mr. Léo Petit", "Omar Sharif",
    ]  # fmt: skip
    assert {group.name: group.number for group in contacts.groups.all_(work)} == {
        "Choir": 1, "Family": 1, "Friends": 1, "Shops": 1, "Ski": 1,
    }  # fmt: skip


def test_a_card_whose_uid_is_known_updates_it(work):
    take(work, card("u1", "Ann", "X-ODD:1\r\n").encode())
    assert take(work, card("u1", "Anna").encode()) == (0, 1, 0, [])
    (person,) = contacts.people.all_(work)
    assert person.body["displayName"] == "Anna"


def test_what_is_wrong_is_refused_with_its_line_and_the_rest_is_taken(work):
    text = (
        card("u1", "Ann")
        + "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob\r\nnonsense\r\nEND:VCARD\r\n"
        + card("u3", "Cid")
    )
    assert take(work, text.encode()) == (
        2,
        0,
        0,
        [Refused("Bob", 10, "a name, a colon and a value are expected")],
    )


def test_a_file_that_holds_no_card_is_refused(work):
    assert take(work, b"GIF89a;\n\n") == (
        0,
        0,
        0,
        [Refused("", 1, "a name, a colon and a value are expected")],
    )


def test_a_card_without_uid_that_a_phone_brought_already_is_the_same(work):
    put(work, card("u1", "Ann", "TEL:1\r\n"))
    assert take(work, card("u1", "Ann", "TEL:1\r\n").replace("UID:u1\r\n", "").encode()) == (0, 0, 1, [])


def test_a_file_of_latin_1_with_bare_line_feeds_is_understood(work):
    take(work, card("u1", "Zoë").replace("\r\n", "\n").encode("cp1252"))
    assert contacts.people.all_(work)[0].body["fullname"] == "Zoë"


def test_everybody_goes_out_in_either_version(work):
    take(work, *[path.read_bytes() for path in sorted(CARDS.iterdir())])
    ids = contacts.moving.ids_in(work)
    for version in ("3.0", "4.0"):
        text = contacts.moving.cards_of(work, ids, version)
        found = lines.parse(text)
        assert len(found) == 9
        assert {each.value("VERSION") for each in found} == {version}
    assert [cards.kind_of(each) for each in lines.parse(contacts.moving.cards_of_groups(work))] == ["group"]


def test_a_group_goes_out_alone(work):
    take(work, card("u1", "Ann", "CATEGORIES:Choir\r\n").encode(), card("u2", "Bob").encode())
    (choir,) = contacts.groups.all_(work)
    assert len(contacts.moving.ids_in(work, choir.id)) == 1


def test_a_large_photo_comes_and_goes_as_it_was(work):
    photo = "A" * 2_000_000
    entry = put(work, card("u1", "Ann", f"PHOTO;ENCODING=b;TYPE=JPEG:{photo}\r\n"))
    document = contacts.people.fetch(work, entry.id)
    assert len(str(document.body)) < 2_000
    (out,) = lines.parse(text_of(work, CONTACTS, entry.id))
    assert out.value("PHOTO") == photo
    contacts.people.save(work, {**document.body, "note": "x"}, entry.id)
    (out,) = lines.parse(text_of(work, CONTACTS, entry.id))
    assert (out.value("PHOTO"), out.value("NOTE")) == (photo, "x")
    (four,) = lines.parse(contacts.moving.cards_of(work, [entry.id], "4.0"))
    assert four.value("PHOTO") == f"data:image/jpeg;base64,{photo}"


async def test_a_large_file_is_brought_in_some_at_a_time(house, home):
    file = "".join(card(f"u{number}", f"N{number}") for number in range(contacts.moving.AT_ONCE + 5))
    without = file.replace("UID:u7\r\n", "")
    report = await contacts.moving.bring_in(house, home, SYSTEM, [file.encode(), without.encode()])
    assert (report.added, report.same, report.refused) == (105, 105, ())
