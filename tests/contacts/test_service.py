"""People as documents and as cards, in step."""

import pytest

from cozy.rooms.collections import service as collections
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.errors import GroupNameTaken, NobodyKnown
from cozy.rooms.contacts.model import CONTACTS, GROUPS, cards
from cozy.rooms.documents import service as documents
from tests.contacts.conftest import card, put, text_of


def test_a_card_of_a_phone_is_a_person(work):
    entry = put(work, card(more="X-ODD;A=b:c\r\nTEL;TYPE=CELL:06 12\r\n"))
    person = contacts.people.fetch(work, entry.id)
    assert person.body["phone"] == [{"number": "06 12", "type": "cell"}]
    assert (person.body["displayName"], person.body["indexes"]) == (
        "Ann", {"byFamilyNameGivenNameEmailCozyUrl": "ann"},
    )  # fmt: skip


def test_a_change_of_a_page_keeps_what_nobody_knows(work):
    entry = put(work, card(more="X-ODD;A=b:c\r\nTEL;TYPE=CELL:06 12\r\n"))
    person = contacts.people.fetch(work, entry.id)
    contacts.people.save(work, {**person.body, "note": "Hello, you"}, entry.id, person.rev)
    text = text_of(work, CONTACTS, entry.id)
    assert "X-ODD;A=b:c\r\nTEL;TYPE=CELL:06 12\r\nNOTE:Hello\\, you\r\n" in text
    assert "REV:2026-07-18T14:02:00Z" in text


def test_categories_are_groups(work):
    entry = put(work, card(more="CATEGORIES:Work,Choir\r\n"))
    assert [(group.name, group.number) for group in contacts.groups.all_(work)] == [("Choir", 1), ("Work", 1)]
    choir = contacts.groups.all_(work)[0]
    contacts.groups.rename(work, choir.id, "Singers")
    assert "CATEGORIES:Work,Singers" in text_of(work, CONTACTS, entry.id)
    contacts.groups.delete(work, choir.id)
    assert "CATEGORIES:Work\r\n" in text_of(work, CONTACTS, entry.id)


def test_a_card_of_a_group_names_its_people(work):
    ann, bob = put(work, card("u1", "Ann"), "1.vcf"), put(work, card("u2", "Bob"), "2.vcf")
    group = put(
        work,
        card("g1", "Club", "X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u1\r\n"),
        "g.vcf",
    )
    assert group.doctype == GROUPS
    assert [each.id for each in contacts.people.all_(work, group.id)] == [ann.id]
    contacts.groups.put_into(work, group.id, [bob.id])
    text = text_of(work, GROUPS, group.id)
    assert "urn:uuid:u2" in text
    assert "urn:uuid:u1" not in text


def test_nobody_without_a_name_is_kept(work):
    with pytest.raises(NobodyKnown):
        contacts.people.save(work, {"note": "?"})


def test_who_is_thrown_away_comes_back(work):
    made = contacts.people.save(work, {"name": {"givenName": "Ann", "familyName": "Éluard"}})
    binned = contacts.people.remove(work, made.id)
    assert contacts.people.all_(work) == []
    back = contacts.bins.restore(work, binned)
    assert documents.fetch(work, CONTACTS, back.id).body["displayName"] == "Ann Éluard"
    assert contacts.people.letter(back.body) == "E"


def test_a_group_of_many_is_kept_in_step_quickly(work):
    people = [put(work, card(f"u{n}", f"N{n}"), f"{n}.vcf") for n in range(40)]
    members = "".join(f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u{n}\r\n" for n in range(40))
    group = put(work, card("g1", "All", f"X-ADDRESSBOOKSERVER-KIND:group\r\n{members}"), "g.vcf")
    assert len(contacts.people.all_(work, group.id)) == 40
    before = documents.fetch(work, GROUPS, group.id).rev
    contacts.groups.put_into(work, group.id, [each.id for each in people[:5]])
    after = documents.fetch(work, GROUPS, group.id).rev
    assert int(after.split("-")[0]) == int(before.split("-")[0]) + 1
    assert text_of(work, GROUPS, group.id).count("MEMBER") == 5
    contacts.groups.delete(work, group.id)
    assert contacts.people.all_(work, group.id) == []
    assert len(contacts.people.all_(work)) == 40


def test_a_card_of_thousands_of_numbers_is_kept_as_it_came(work):
    numbers = "".join(f"TEL:{n}\r\n" for n in range(20_000))
    entry = put(work, card("u1", "Ann", numbers))
    person = contacts.people.fetch(work, entry.id)
    contacts.people.save(work, {**person.body, "note": "x", "phone": [{"number": "1"}]}, entry.id)
    text = text_of(work, CONTACTS, entry.id)
    assert numbers in text
    assert "NOTE:x" in text


def in_bin(work):
    """The one thing that is in the bin."""
    (binned,) = contacts.bins.all_(work)
    return binned


def test_a_group_comes_back_with_its_people(work):
    ann = put(work, card("u1", "Ann", "CATEGORIES:Work,Choir\r\n"), "1.vcf")
    choir = contacts.groups.all_(work)[0]
    before = documents.fetch(work, GROUPS, choir.id).body
    binned = contacts.groups.delete(work, choir.id)
    assert (in_bin(work).id, contacts.groups.number_in(in_bin(work))) == (binned, 1)
    assert "CATEGORIES:Work\r\n" in text_of(work, CONTACTS, ann.id)
    back = contacts.bins.restore(work, binned)
    assert (back.id, back.body) == (choir.id, before)
    assert [each.id for each in contacts.people.all_(work, choir.id)] == [ann.id]
    assert "CATEGORIES:Work,Choir\r\n" in text_of(work, CONTACTS, ann.id)
    assert contacts.bins.all_(work) == []


CLUB = card(
    "g1",
    "Club",
    "X-ADDRESSBOOKSERVER-KIND:group\r\nX-ODD:1\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u1\r\n"
    "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u2\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:elsewhere\r\n",
)


@pytest.mark.parametrize("by", ["page", "device"])
def test_a_group_with_a_card_comes_back_with_its_people(work, by):
    ann, bob = put(work, card("u1", "Ann"), "1.vcf"), put(work, card("u2", "Bob"), "2.vcf")
    club = put(work, CLUB, "g.vcf")
    if by == "page":
        contacts.groups.delete(work, club.id)
    else:
        collections.items.delete(work, "contacts", "contacts", "g.vcf")
    assert documents.fetch(work, CONTACTS, ann.id).body["relationships"]["groups"]["data"] == []
    contacts.bins.restore(work, in_bin(work).id)
    assert [each.id for each in contacts.people.all_(work, club.id)] == [ann.id, bob.id]
    assert text_of(work, GROUPS, club.id) == CLUB
    assert "people" not in documents.fetch(work, GROUPS, club.id).body


def test_an_address_book_comes_back_with_its_groups_and_the_people_in_them(work):
    book = collections.shelves.create(work, "contacts", {"name": "Club"}).id
    for name, text in (("1.vcf", card("u1", "Ann")), ("2.vcf", card("u2", "Bob")), ("0.vcf", CLUB)):
        collections.items.put(work, "contacts", book, name, text)
    collections.shelves.delete(work, "contacts", book)
    assert contacts.people.all_(work) == []
    (gone,) = collections.binned.collections(work, "contacts")
    collections.binned.restore(work, gone.id)
    (club,) = contacts.groups.all_(work)
    assert [person.body["fullname"] for person in contacts.people.all_(work, club.id)] == ["Ann", "Bob"]
    assert text_of(work, GROUPS, club.id) == CLUB
    assert contacts.bins.all_(work) == []


def test_a_group_waits_in_the_bin_while_another_has_its_name(work):
    old = contacts.groups.create(work, "Choir")
    binned = contacts.groups.delete(work, old.id)
    new = contacts.groups.create(work, "choir")
    with pytest.raises(GroupNameTaken):
        contacts.bins.restore(work, binned)
    contacts.groups.rename(work, new.id, "Singers")
    assert contacts.bins.restore(work, binned).id == old.id


@pytest.mark.parametrize(
    ("lines", "is_named"),
    [
        ("MEMBER:urn:uuid:a", True),
        ("item1.X-ADDRESSBOOKSERVER-MEMBER;X=1:urn:uuid:a", True),
        ("MEMBER:urn:uu\r\n id:a", True),
        ("NOTE:aaa\r\nMEMBER:urn:uuid:b\r\nMEMBER:a", True),
        ("NOTE:" + "a" * 2_000_000, False),
        ("NOTE;X=MEMBER:a", False),
        ("MEMBER:urn:uuid:aa", False),
    ],
)
def test_a_card_of_a_group_names_those_of_its_member_lines(lines, is_named):
    text = card("g1", "Club", f"X-ADDRESSBOOKSERVER-KIND:group\r\n{lines}\r\n")
    assert cards.names_person(text, "a") is is_named
    assert ("a" in cards.people_of_text(text)) is is_named


def test_a_card_of_thousands_of_categories_keeps_them_and_makes_a_hundred_groups(work):
    said = "CATEGORIES:" + ",".join(f"c{n}" for n in range(5_000)) + "\r\n"
    entry = put(work, card(more=said))
    person = contacts.people.fetch(work, entry.id)
    there = contacts.groups.all_(work)
    assert {group.name for group in there} == {f"c{n}" for n in range(100)}
    contacts.people.save(work, {**person.body, "note": "x"}, entry.id)
    contacts.groups.put_into(work, there[0].id, [])
    text = text_of(work, CONTACTS, entry.id)
    assert said in text
    assert "NOTE:x" in text
    put(work, text)
    assert len(contacts.groups.all_(work)) == 100


def test_who_says_an_address_book_that_is_not_there_is_in_the_first_one(work):
    collections.shelves.create(work, "contacts", {"name": "Work"}, "work")
    for name, book in [("Ann", "gone"), ("Bob", "work"), ("Cid", "contacts")]:
        documents.create(work, CONTACTS, {"fullname": name, "collection": book})
    said = {
        book: [each.body["fullname"] for each in contacts.people.all_(work, book=book)]
        for book in ("", "contacts", "work", "gone")
    }
    assert said == {"": ["Ann", "Bob", "Cid"], "contacts": ["Ann", "Cid"], "work": ["Bob"], "gone": []}
