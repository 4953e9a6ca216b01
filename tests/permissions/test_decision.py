"""Which grant covers which document."""

import pytest

from cozy.kernel.caller import Caller, Grant, Verb
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import BadDoctype, BadDuration
from cozy.rooms.permissions.model import Rule, check, grant_of, rules_of
from cozy.rooms.permissions.model.durations import LONGEST, duration

EVENTS = "io.cozy.events"


def holds(grant, *, doctype=EVENTS, verb: Verb = "GET", ids=("x",), body=None, around=()):
    return permissions.may_use(Caller("app", (grant,)), verb, doctype, ids, body, around)


@pytest.mark.parametrize(
    ("doctype", "is_covered"),
    [
        ("io.cozy.bank", True), ("io.cozy.bank.accounts", True), ("io.cozy.bank.accounts.stats", True),
        ("io.cozy.files", False), ("io.cozy.files.bank", False), ("io.cozy.banks", False),
        ("io.cozy.bankrupts", False), ("io.cozy", False), ("io.cozy.bank.", True), ("", False),
    ],
)  # fmt: skip
def test_a_wildcard_covers_a_doctype_and_those_below_it(doctype, is_covered):
    assert holds(Grant("io.cozy.bank.*"), doctype=doctype) is is_covered


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("io.cozy.files", True), ("io.cozy.account_types", True), ("io.cozy.files.*", True), ("io.cozy.bank.*", True),
        ("IO.COZY.FILES", False), ("io.cozy.account-types", False), (".io.cozy.files", False),
        ("io.cozy.files.", False), ("io..cozy..files", False), ("*", False), ("io.cozy.*", False),
        ("com.bitwarden.*", False), ("", False), ("io.cozy.files.*.*", False), ("io.*.cozy.files", False),
        (".*", False), ("...*", False),
    ],
)  # fmt: skip
def test_what_a_rule_can_be_about(name, is_one):
    if is_one:
        check(Rule(name))
    else:
        with pytest.raises(BadDoctype):
            check(Rule(name))


def test_no_verbs_are_all_verbs():
    assert grant_of(Rule(EVENTS)) == grant_of(Rule(EVENTS, ("ALL", "GET"))) == Grant(EVENTS)
    assert grant_of(Rule(EVENTS, ("PUT", "GET"))).verbs == ("GET", "PUT")


def test_a_verb_that_is_not_given_is_refused():
    assert holds(Grant(EVENTS, ("GET",)))
    assert not holds(Grant(EVENTS, ("GET",)), verb="DELETE")


def test_a_grant_for_some_documents_is_none_for_all():
    grant = Grant(EVENTS, values=("x",))
    assert holds(grant, ids={"x"})
    assert not holds(grant, ids={"y"})
    assert not holds(grant, ids=())
    assert not holds(grant, ids=None)


@pytest.mark.parametrize(
    ("selector", "value"),
    [
        ("calendar", "work"), ("worker.name", "mail"), ("tags", "red"), ("tags", "blue"), ("size", "12"),
        ("done", "true"), ("referenced_by", "io.cozy.photos.albums/1"), ("referenced_by", "1"),
    ],
)  # fmt: skip
def test_a_selector_looks_into_members_and_lists(selector, value):
    body = {
        "calendar": "work", "worker": {"name": "mail"}, "tags": ["red", "blue"], "size": 12, "done": True,
        "referenced_by": [{"type": "io.cozy.photos.albums", "id": "1"}],
    }  # fmt: skip
    grant = Grant(EVENTS, values=("nothing", value), selector=selector)
    assert holds(grant, body=body)
    assert holds(grant, body={}, around=[{}, body])
    assert not holds(grant, body={})
    assert not holds(grant, body=None)
    assert not holds(grant, ids={value}, body={})
    assert not holds(grant, ids=None, body=body)


@pytest.mark.parametrize(
    "body", [{"a": None}, {"a": []}, {"a": {"b": 1}}, {"a": [None, {}]}, {"a": {"id": 1}}]
)
def test_what_holds_no_text_is_picked_by_none(body):
    grant = Grant(EVENTS, values=("", "None", "null", "<nil>", "[]", "1", "/1"), selector="a")
    assert not holds(grant, body=body)


def test_a_selector_of_the_id_is_none():
    assert grant_of(Rule(EVENTS, values=("x",), selector="_id")) == Grant(EVENTS, values=("x",))


def test_the_order_of_rules_is_kept():
    assert list(rules_of({"b": {"type": EVENTS}, "a": {"type": EVENTS, "verbs": None, "more": 1}})) == [
        "b",
        "a",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1ns", 0), ("1us", 1e-6), ("1µs", 1e-6), ("1ms", 1e-3), ("1s", 1), ("1m", 60), ("1h", 3600), ("1D", 86_400),
        ("1W", 604_800), ("1M", 2_592_000), ("1Y", 31_536_000), ("1.5h", 5400), (".5m", 30), ("0", 0), ("1h1h", 7200),
        ("4Y3M2D1h30m15s", 37_249 * 3600 + 30 * 60 + 15),
        ("7Y6M5W4D3h2m1s1ms2us3ns", 66_579 * 3600 + 2 * 60 + 1.001002),
    ],
)  # fmt: skip
def test_durations_are_spelled_as_in_cozy_stack(text, seconds):
    assert duration(text).total_seconds() == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("text", ["", "1", "D", "1d", "1H", "h", "-1h", "1D1Y", "1 h", "1h ", ".h", "1..5h", "soon", "1h30", "9" * 30 + "h"])  # fmt: skip
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(BadDuration):
        duration(text)


def test_no_duration_is_endless():
    assert duration("9999Y") == LONGEST
    assert duration("999999999999h") == LONGEST
