"""Persons: who is the same in several sharings, what each sees, and who is meant by what is typed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cozy.rooms.contacts import service as contacts
from cozy.rooms.files import service as files
from cozy.rooms.permissions import service as permissions
from cozy.rooms.sharing.errors import NoAddress, NoMember, Unknown, Yourself
from cozy.rooms.sharing.model import Member
from cozy.rooms.sharing.service import keeping, people, reaching

from .shared import BOB, CAROL, FILES, given_by_owner, given_to_owner


def contact(work, name, **members):
    return contacts.people.save(work, {"fullname": name, **members})


def mail(address):
    return {"email": [{"address": address, "primary": True}]}


def home(url):
    return {"cozy": [{"url": url, "primary": True}]}


def test_somebody_in_several_sharings_is_one_person(work):
    given_by_owner(work, "Brittany", BOB, CAROL)
    given_by_owner(work, "Recipes", replace(BOB, instance=""))
    given_by_owner(work, "Letters", replace(BOB, email=""))
    found = people.everybody(work)
    assert [(each.name, len(each.sees)) for each in found] == [("Bob", 3), ("Carol", 1)]


def test_the_address_book_tells_that_two_addresses_are_of_one_person(work):
    contact(work, "Théo Le Gall", email=[{"address": "theo@example.org"}, {"address": "t@work.example"}])
    given_by_owner(work, "Brittany", Member(status="ready", email="theo@example.org"))
    given_by_owner(work, "Recipes", Member(status="ready", email="t@work.example"))
    (found,) = people.everybody(work)
    assert (found.name, len(found.sees)) == ("Théo Le Gall", 2)


def test_a_person_is_found_by_the_key_of_any_of_their_addresses(work):
    contact(work, "Bob", email=[{"address": "bob@example.org"}, {"address": "b@work.example"}])
    given_by_owner(work, "Brittany", BOB)
    given_by_owner(work, "Recipes", replace(BOB, email="b@work.example", instance=""))
    keys = {people.key_of(each.members[1]) for each in keeping.all_(work)}
    assert len(keys) == 2
    assert {people.one(work, key).name for key in keys} == {"Bob"}
    with pytest.raises(NoMember):
        people.one(work, "nobody")


def test_who_was_taken_out_sees_nothing_and_is_nobody(work):
    given_by_owner(work, "Brittany", replace(BOB, status="revoked"), CAROL)
    assert [each.name for each in people.everybody(work)] == ["Carol"]


def test_what_others_share_is_theirs_and_an_invitation_counts(work):
    given_to_owner(work)
    (ana,) = people.everybody(work)
    assert (ana.name, len(ana.gives), ana.sees, ana.address) == ("Ana", 1, (), "ana.localhost:8080")
    assert people.waiting(work) == 1


def test_who_sees_a_folder_counts_those_who_took_part_and_not_the_invited(work):
    shared = given_by_owner(work, "Brittany", BOB, CAROL)
    folder = files.fetch(work, shared.rules[0].values[0])
    known = permissions.others(work, "GET", FILES)
    seers = permissions.among(known, "GET", FILES, {folder.id}, folder.body)
    assert [permissions.name_of(each) for each in seers] == ["Bob"]
    (bob,) = permissions.onlookers(work, FILES, seers)
    assert bob.url == f"/my/shared/people/{people.key_of(BOB)}"
    assert bob.lines[0].only[0].name == "Brittany"


@pytest.mark.parametrize(
    "typed", ["bob@example.org", "BOB@example.org ", "Bob <bob@example.org>", "bob", "Bob"]
)
def test_somebody_known_is_meant_by_name_or_address(work, typed):
    bob = contact(work, "Bob", **mail("bob@example.org"))
    (found,) = reaching.meant(work, typed)
    assert (found.id, found.address) == (bob.id, "bob@example.org")


@pytest.mark.parametrize("typed", ["bob.example.org", "https://bob.example.org/", "Bob <bob.example.org>"])
def test_a_home_is_an_address_too(work, typed):
    bob = contact(work, "Bob", **home("https://bob.example.org"))
    assert [each.id for each in reaching.meant(work, typed)] == [bob.id]


@pytest.mark.parametrize(
    ("typed", "member", "entry"),
    [
        ("new@example.org", "email", {"address": "new@example.org", "primary": True}),
        ("new.example.org", "cozy", {"url": "https://new.example.org", "primary": True}),
    ],
)
def test_an_address_of_nobody_known_makes_a_contact(work, typed, member, entry):
    (found,) = reaching.meant(work, typed)
    assert entry.items() <= contacts.people.fetch(work, found.id).body[member][0].items()


def test_several_of_one_name_are_to_choose_from_and_a_group_is_one_of_them(work):
    one, two = (contact(work, "Sam Reed", **mail(f"{name}@example.org")) for name in ("a", "b"))
    group = contacts.groups.create(work, "Sam Reed")
    contacts.groups.put_into(work, group.id, [one.id])
    found = reaching.meant(work, "sam reed")
    assert [each.kind for each in found] == ["group", "contact", "contact"]
    assert {each.id for each in found} == {group.id, one.id, two.id}
    assert reaching.chosen(work, "contact", two.id).id == two.id


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("Nobody Known", Unknown),
        ("", Unknown),
        ("alice@example.org", Yourself),
        ("Quiet", NoAddress),
        ("http://x y.org", Unknown),
    ],
)
def test_who_cannot_be_meant_is_said(work, typed, problem):
    contact(work, "Quiet", phone=[{"number": "+33 6 00 00 00 00"}])
    with pytest.raises(problem):
        reaching.meant(work, typed)


def test_suggestions_are_people_who_can_be_reached_and_groups(work):
    contact(work, "Quiet", phone=[{"number": "+33 6 00 00 00 00"}])
    bob = contact(work, "Bob", **mail("bob@example.org"))
    group = contacts.groups.create(work, "Book club")
    contacts.groups.put_into(work, group.id, [bob.id])
    assert [each.label for each in reaching.suggestions(work, "bo")] == ["Book club", "Bob <bob@example.org>"]


def test_who_says_to_have_the_mail_address_of_somebody_known_is_not_them(work):
    contact(work, "Bob", **mail("bob@example.org"))
    given_by_owner(work, "Brittany", replace(BOB, instance=""))
    liar = replace(BOB, status="owner", instance="http://liar.localhost:8080")
    here = Member(status="pending", instance=work.origin)
    given_to_owner(work, "Free money", members=(liar, here))
    assert {each.address: (len(each.sees), len(each.gives)) for each in people.everybody(work)} == {
        "bob@example.org": (1, 0),
        "liar.localhost:8080": (0, 1),
    }
