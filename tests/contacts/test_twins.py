"""People who are there twice."""

import pytest

from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.errors import CannotMerge, NothingToUndo
from cozy.rooms.contacts.model import CONTACTS
from tests.contacts.conftest import card, put, text_of


def pairs(work):
    return [
        ({each.body["displayName"] for each in twins.people}, twins.reasons)
        for twins in contacts.twins.duplicates(work)
    ]


@pytest.fixture
def two(work):
    ann = put(
        work,
        card(
            "u1", "Ann Éluard",
            "TEL;TYPE=CELL:06 12 34 56 78\r\nX-ODD:1\r\nNOTE:First\r\nitem1.X-ABRELATEDNAMES:Bo\r\nitem1.X-ABLabel:Son\r\n",
        ),
        "a.vcf",
    )  # fmt: skip
    again = put(
        work,
        card(
            "u2", "eluard ann",
            "TEL:+33 6 12 34 56 78\r\nEMAIL:ann@example.org\r\nX-ODD:2\r\nNOTE:Second\r\nCATEGORIES:Choir\r\n"
            "item1.X-ABRELATEDNAMES:Al\r\nitem1.X-ABLabel:Daughter\r\nORG:ACME\r\n",
        ),
        "b.vcf",
    )  # fmt: skip
    return [ann.id, again.id]


def test_the_same_number_and_the_same_name_are_reasons(work, two):
    put(work, card("u3", "Cid"), "c.vcf")
    assert pairs(work) == [
        ({"Ann Éluard", "eluard ann"}, [("phone", "06 12 34 56 78"), ("name", "Ann Éluard")])
    ] or pairs(work) == [
        ({"Ann Éluard", "eluard ann"}, [("phone", "+33 6 12 34 56 78"), ("name", "eluard ann")])
    ]


def test_the_same_address_is_a_reason_whatever_its_case(work):
    put(work, card("u1", "Ann", "EMAIL:a@example.org\r\n"), "a.vcf")
    put(work, card("u2", "Bob", "EMAIL:A@Example.org\r\n"), "b.vcf")
    ((_, reasons),) = pairs(work)
    assert [reason for reason, _ in reasons] == ["email"]


def test_what_a_crowd_has_in_common_is_no_reason(work):
    for number in range(14):
        put(work, card(f"u{number}", f"N{number}", "TEL:01 23 45 67 89\r\n"), f"{number}.vcf")
    assert pairs(work) == []


def test_merging_loses_nothing(work, two):
    contacts.twins.merge(work, two)
    (person,) = contacts.people.all_(work)
    assert person.id == two[0]
    assert person.body["company"] == "ACME"
    assert person.body["email"] == [{"address": "ann@example.org"}]
    assert [each["number"] for each in person.body["phone"]] == ["06 12 34 56 78", "+33 6 12 34 56 78"]
    assert person.body["note"] == "First\n\nSecond"
    assert [(group.name, group.number) for group in contacts.groups.all_(work)] == [("Choir", 1)]
    text = text_of(work, CONTACTS, person.id)
    for line in (
        "X-ODD:1",
        "X-ODD:2",
        "item1.X-ABRELATEDNAMES:Bo",
        "item1-m.X-ABRELATEDNAMES:Al",
        "item1-m.X-ABLabel:Daughter",
    ):
        assert f"\r\n{line}\r\n" in text
    assert [each.item for each in contacts.bins.all_(work)] == [two[1]]


def test_a_merge_can_be_undone(work, two):
    before = [text_of(work, CONTACTS, id_) for id_ in two]
    undo = contacts.twins.merge(work, two)
    contacts.twins.unmerge(work, undo)
    assert [text_of(work, CONTACTS, id_) for id_ in two] == before
    assert contacts.bins.all_(work) == []
    with pytest.raises(NothingToUndo):
        contacts.twins.unmerge(work, undo)


def test_a_merge_cannot_be_undone_once_somebody_changed_it(work, two):
    undo = contacts.twins.merge(work, two)
    contacts.people.favour(work, two[0])
    with pytest.raises(NothingToUndo):
        contacts.twins.unmerge(work, undo)


def test_the_owner_stays_whoever_is_named_first(work, two):
    me = contacts.myself(work)
    contacts.twins.merge(work, [two[0], me.id])
    assert {each.id for each in contacts.people.all_(work)} == {me.id, two[1]}


def test_one_alone_cannot_be_merged(work, two):
    with pytest.raises(CannotMerge):
        contacts.twins.merge(work, [two[0], two[0]])


def test_those_who_are_two_are_not_told_again(work, two):
    contacts.twins.keep_apart(work, two)
    assert pairs(work) == []
