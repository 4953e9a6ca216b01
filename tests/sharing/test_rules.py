"""What rules may say, ids in another home, and addresses (cozy-stack model/sharing/rule_test.go, files_test.go)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozy.rooms.sharing.errors import BadHomeAddress, BadRule, NotAHome
from cozy.rooms.sharing.model import Rule
from cozy.rooms.sharing.model.addresses import home_address, is_part_of
from cozy.rooms.sharing.model.ids import new_key, xored
from cozy.rooms.sharing.model.rules import checked, for_another

KEY = bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])


def test_ids_are_those_that_cozy_stack_makes():
    assert xored("12345678", bytes([0, 0, 0, 0])) == "12345678"
    assert xored("abcdef", bytes([0x0, 0xF])) == "a4c2e0"
    assert xored("ABz-", bytes([0, 0])) == "abz-"


@given(st.text(alphabet="0123456789abcdef-", max_size=40))
def test_twice_is_the_id_itself(id_):
    key = base64.b64decode(new_key())
    assert len(key) == 16
    assert max(key) < 16
    assert xored(xored(id_, key), key) == id_


def test_what_another_home_keeps_of_a_rule():
    by_id = Rule("io.cozy.files", "t", ("12",))
    referred = Rule("io.cozy.files", "t", ("io.cozy.photos.albums/12",), "referenced_by")
    member = Rule("io.cozy.events", "t", ("12",), "calendar.id")
    key = bytes([1] * 16)
    assert [for_another(each, key).values for each in (by_id, referred, member)] == [
        ("03",), ("io.cozy.photos.albums/03",), ("12",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        Rule("io.cozy.tests", "", ("a",)),
        Rule("io.cozy.tests", "t", ()),
        Rule("tests", "t", ("a",)),
        Rule("io.cozy.*", "t", ("a",)),
        Rule("io.cozy.locked", "t", ("a",)),
        Rule("io.cozy.settings", "t", ("a",)),
        Rule("io.cozy.files", "t", ("a", "b")),
        Rule("io.cozy.files", "t", ("io.cozy.files.trash-dir",)),
        Rule("io.cozy.files", "t", ("album",), "referenced_by"),
        Rule("io.cozy.tests", "t", ("a",), add="revoke"),
        Rule("io.cozy.tests", "t", ("a",), update="sometimes"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule):
    with pytest.raises(BadRule):
        checked([rule], lambda doctype: doctype != "io.cozy.locked")


def test_what_a_rule_does_not_say_stays_at_home():
    [kept] = checked([Rule("io.cozy.tests", "t", ("a",), add="Sync", remove="revoke")], lambda doctype: True)
    assert (kept.add, kept.update, kept.remove) == ("sync", "none", "revoke")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("bob.example.org", "https://bob.example.org"),
        (" https://Bob.Example.org/#/drive ", "https://bob.example.org"),
        ("https://bob.example.org:443/", "https://bob.example.org"),
        ("https://bob.example.org:8443", "https://bob.example.org:8443"),
        ("bob.example.org.", "https://bob.example.org"),
        ("https://bob-drive.mycozy.cloud/", "https://bob.mycozy.cloud"),
        ("https://my-cozy.example.net/", "https://my-cozy.example.net"),
        ("bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_however_it_is_typed(typed, address):
    assert home_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "http://bob.example.org", "ftp://bob.example.org", "https://", "invalid url format", "https://a b"],
)
def test_what_is_no_address_of_a_home(typed):
    with pytest.raises(BadHomeAddress):
        home_address(typed)


def test_the_address_of_a_mailbox_is_told_apart():
    with pytest.raises(NotAHome):
        home_address("bob@example.org")


@pytest.mark.parametrize(
    ("url", "is_part"),
    [
        ("https://ana.example.org/x", True), ("https://drive.ana.example.org/preview?sharecode=1", True),
        ("https://ana-drive.example.org/preview", True), ("https://banana.example.org/", False), ("http://ana.example.org/", False),
        ("https://ana.example.org:444/", False), ("https://ana.example.org@evil.org/", False), ("https://ana.example.org.evil.org/", False),
        ("https://example.org/", False), ("javascript:alert(1)", False),
    ],
)  # fmt: skip
def test_what_is_of_a_home(url, is_part):
    assert is_part_of(url, "https://ana.example.org") is is_part
