"""What CardDAV programs look for in an address book."""

import pytest

from cozy.dav.filters import CardFilter, CardPropFilter, Match, ParamFilter, TextMatch
from cozy.rooms.collections import service as collections
from cozy.rooms.contacts import service as contacts
from tests.contacts.conftest import card, put

UNICODE = "i;unicode-casemap"


@pytest.fixture(autouse=True)
def everybody(work):
    put(
        work,
        card("u1", "Ann Éluard", "EMAIL;TYPE=HOME:ann@example.org\r\nitem1.TEL;TYPE=CELL:+33 6 12\r\n"),
        "a.vcf",
    )
    put(
        work,
        card("u2", "Bob", "EMAIL;TYPE=WORK:bob@Example.net\r\nNOTE:knows a\r\n nn\\, a bit\r\n"),
        "b.vcf",
    )
    put(work, card("u3", "Cid"), "c.vcf")


def found(work, *props, is_any=True, limit=None):
    return [
        item.entry.name
        for item in contacts.queries.matching(work, "contacts", CardFilter(props, is_any), limit)
    ]


def prop(name: str, text: str = "", match: Match = "contains", *, is_absent: bool = False) -> CardPropFilter:
    texts = (TextMatch(text, UNICODE, match),) if text else ()
    return CardPropFilter(name, is_absent, texts=texts)


def test_without_a_filter_everybody_is_found(work):
    assert found(work) == ["a.vcf", "b.vcf", "c.vcf"]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (prop("FN", "éLUARD"), ["a.vcf"]),
        (prop("EMAIL", "example."), ["a.vcf", "b.vcf"]),
        (prop("EMAIL", "ann@", "starts-with"), ["a.vcf"]),
        (prop("EMAIL", "example.NET", "ends-with"), ["b.vcf"]),
        (prop("TEL", "+33"), ["a.vcf"]),
        (prop("NOTE", "ann, a bit"), ["b.vcf"]),
        (prop("TEL"), ["a.vcf"]),
        (prop("EMAIL", is_absent=True), ["c.vcf"]),
        (CardPropFilter("EMAIL", texts=(TextMatch("ann", UNICODE, "contains", is_negated=True),)), ["b.vcf"]),
        (
            CardPropFilter("EMAIL", params=(ParamFilter("TYPE", text=TextMatch("work", UNICODE, "equals")),)),
            ["b.vcf"],
        ),
        (CardPropFilter("EMAIL", params=(ParamFilter("X-ODD", is_absent=True),)), ["a.vcf", "b.vcf"]),
        (CardPropFilter("UID", texts=(TextMatch("u3", "i;octet", "equals"),)), ["c.vcf"]),
        (prop("NICKNAME", "x"), []),
    ],
)
def test_properties_are_found_by_what_they_say(work, asked, names):
    assert found(work, asked) == names


def test_all_or_one_of_the_properties_must_say_so(work):
    mail, name = prop("EMAIL", "example"), prop("FN", "bob")
    assert found(work, mail, name) == ["a.vcf", "b.vcf"]
    assert found(work, mail, name, is_any=False) == ["b.vcf"]


def test_all_or_one_of_the_texts_must_be_in_the_same_value(work):
    texts = (TextMatch("ann", UNICODE), TextMatch("org", UNICODE))
    assert found(work, CardPropFilter("EMAIL", is_any=False, texts=texts)) == ["a.vcf"]
    assert found(work, CardPropFilter("FN", is_any=False, texts=texts)) == []


def test_one_more_than_the_limit_tells_that_there_are_more(work):
    assert found(work, limit=1) == ["a.vcf", "b.vcf"]


def test_what_an_app_made_is_found_too(work):
    contacts.people.save(work, {"name": {"givenName": "Dora"}, "email": [{"address": "d@example.org"}]})
    assert len(found(work, prop("EMAIL", "d@example"))) == 1


def test_a_book_is_searched_alone(work):
    collections.shelves.create(work, "contacts", {"name": "Work"}, "work")
    collections.items.put(work, "contacts", "work", "x.vcf", card("u9", "Ann"))
    items = contacts.queries.matching(work, "work", CardFilter((prop("FN", "ann"),)))
    assert [item.entry.name for item in items] == ["x.vcf"]
