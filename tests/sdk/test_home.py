"""What a connector may count on: nothing comes twice, nothing comes back, and a run goes on where the last one stopped."""

import json
import time
from datetime import date

import pytest

from cozy.sdk import BadField, Choice, Connector, Field, LoginFailed, Rule
from cozy.sdk.home import Enough, Home
from cozy.sdk.keeping import InMemory
from cozy.sdk.names import clean, numbered
from cozy.sdk.running import play


def connector(run, **more):
    return Connector(slug="shop", name="Shop", purpose="Brings bills.", fields=(), run=run, **more)


@pytest.fixture
def keeper():
    return InMemory()


def saving(*things, **more):
    """A connector that saves these: name, content, source, version."""

    def run(home, fields):
        for name, content, source, version in things:
            home.save_file(name, content, source=source, version=version, **more)

    return connector(run)


def test_what_was_brought_is_not_brought_again(keeper):
    shop = saving(("a.pdf", b"a", "1", "v1"))
    assert [play(shop, keeper).tally.files for _ in range(2)] == [1, 0]
    assert keeper.files == {"a.pdf": b"a"}


def test_what_the_owner_threw_away_does_not_come_back(keeper):
    shop = saving(("a.pdf", b"a", "1", "v1"))
    play(shop, keeper)
    keeper.files.clear()
    play(shop, keeper)
    assert keeper.files == {}


def test_a_new_version_becomes_the_next_one_of_the_same_file_whatever_it_is_called_by_now(keeper):
    play(saving(("a.pdf", b"old", "1", "v1")), keeper)
    home = play(saving(("renamed.pdf", b"new", "1", "v2")), keeper)
    assert (keeper.files, home.tally.updated) == ({"a.pdf": b"new"}, 1)


def test_the_same_content_under_another_name_is_not_brought_again(keeper):
    play(saving(("a.pdf", b"same", "1", "")), keeper)
    play(saving(("b.pdf", b"same", "2", "")), keeper)
    assert list(keeper.files) == ["a.pdf"]


def test_names_that_are_taken_are_numbered_and_folders_are_made(keeper):
    play(saving(("a.pdf", b"1", "1", ""), ("a.pdf", b"2", "2", ""), folder="2026/Bills"), keeper)
    assert keeper.files == {"2026/Bills/a.pdf": b"1", "2026/Bills/a (2).pdf": b"2"}


def test_a_bill_is_a_file_and_a_document_once(keeper):
    def run(home, fields):
        home.save_bill(
            "b.pdf", b"%PDF", source="1", vendor="Shop", date=date(2026, 3, 4), amount=12.5, type="phone"
        )

    for _ in range(2):
        play(connector(run), keeper)
    (bill,) = keeper.kept_bills
    assert bill["invoice"] == "io.cozy.files:b.pdf"
    assert (bill["vendor"], bill["date"], bill["amount"], bill["currency"], bill["type"]) == (
        "Shop", "2026-03-04T00:00:00Z", 12.5, "EUR", "phone",
    )  # fmt: skip


def test_state_is_kept_from_run_to_run_even_when_a_run_fails(keeper):
    seen = []

    def run(home, fields):
        seen.append(home.state.get("last"))
        home.state["last"] = len(seen)
        raise LoginFailed

    for _ in range(2):
        with pytest.raises(LoginFailed):
            play(connector(run), keeper)
    assert seen == [None, 1]


def test_what_was_saved_before_a_failure_is_known_after_it(keeper):
    def run(home, fields):
        home.save_file("a.pdf", b"a", source="1")
        raise LoginFailed

    with pytest.raises(LoginFailed):
        play(connector(run), keeper)
    assert play(saving(("a.pdf", b"a", "1", "")), keeper).tally.files == 0


def test_a_dry_run_saves_nothing_and_has_seen_enough_after_ten(keeper, capsys):
    shop = saving(*((f"{n}.pdf", b"%d" % n, str(n), "") for n in range(50)))
    home = play(shop, keeper, dry_run=True)
    assert (home.tally.files, keeper.files) == (10, {})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["type"] for line in lines} == {"info"}
    assert play(shop, keeper).tally.files == 50


def test_a_run_whose_time_is_over_ends_well_and_goes_on_the_next_time(keeper):
    home = Home(keeper, "", until=time.monotonic() + 5)
    with pytest.raises(Enough), home.keeping():
        home.save_file("a.pdf", b"a", source="1")
    assert keeper.files == {}


def test_the_last_runs_are_told_to_the_home(keeper):
    for _ in range(2):
        play(saving(("a.pdf", b"a", "1", "")), keeper)
    new, first = keeper.account()["data"]["runs"]
    assert (first["files"], new["files"], new["known"]) == (1, 0, 1)


FIELDS = (
    Field(name="login", label={"en": "Login", "fr": "Identifiant"}),
    Field(name="password", label="Password", kind="password"),
    Field(name="port", label="Port", kind="number", default="993", advanced=True),
    Field(
        name="what",
        label="What",
        kind="choice",
        default="all",
        choices=(Choice("all", "All"), Choice("some", "Some")),
    ),
    Field(name="more", label="More", kind="switch", required=False),
)


def test_fields_come_as_they_are_declared():
    shop = Connector(slug="shop", name="Shop", purpose="", fields=FIELDS, run=lambda home, fields: None)
    assert shop.read({"login": " a ", "password": " b ", "more": True}) == {
        "login": "a", "password": " b ", "port": 993, "what": "all", "more": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"password": "b"}, "BAD_FIELD.LOGIN"),
        ({"login": "a"}, "BAD_FIELD.PASSWORD"),
        ({"login": "a", "password": "b", "port": "many"}, "BAD_FIELD.PORT"),
        ({"login": "a", "password": "b", "what": "none"}, "BAD_FIELD.WHAT"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(typed, code):
    shop = Connector(slug="shop", name="Shop", purpose="", fields=FIELDS, run=lambda home, fields: None)
    with pytest.raises(BadField) as refused:
        shop.read(typed)
    assert refused.value.said == code


def test_the_manifest_says_what_the_store_and_the_form_need():
    rule = Rule("io.cozy.bills", ("POST",), {"en": "why", "fr": "pourquoi"})
    told = Connector(
        slug="shop", name={"en": "Shop", "fr": "Boutique"}, purpose="p", fields=FIELDS, run=lambda home, fields: None, rules=(rule,)
    ).manifest()  # fmt: skip
    assert (told["language"], told["name"], told["locales"]["fr"]["name"]) == ("python", "Shop", "Boutique")
    assert told["fields"]["what"]["type"] == "dropdown"
    assert told["fields"]["port"]["advanced"]
    assert told["locales"]["fr"]["fields"]["login"]["label"] == "Identifiant"
    assert {rule["type"] for rule in told["permissions"].values()} == {
        "io.cozy.accounts", "io.cozy.bills", "io.cozy.connectors.memories",
    }  # fmt: skip
    assert told["permissions"]["accounts"]["values"] == ["shop"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a/b\\c\0d.pdf", "a b c d.pdf"),
        ("..", "file"),
        ("", "file"),
        ("  facture  é .pdf ", "facture é .pdf"),
        ("x" * 300 + ".pdf", "x" * 176 + ".pdf"),
    ],
)
def test_names_are_made_such_that_every_home_takes_them(given, kept):
    assert clean(given) == kept


def test_numbers_stand_before_the_ending():
    assert (numbered("a.tar.gz", 2), numbered("a", 3), numbered(".b", 2)) == (
        "a.tar (2).gz",
        "a (3)",
        ".b (2)",
    )


def test_what_another_run_brings_meanwhile_is_not_brought_twice(keeper):
    def run(home, fields):
        home.save_file("a.pdf", b"a", source="1")
        keeper.files |= {"b.pdf": b"b", "c.pdf": b"another"}
        home.save_file("b.pdf", b"b", source="2")
        home.save_file("c.pdf", b"c", source="3")

    home = play(connector(run), keeper)
    assert keeper.files == {"a.pdf": b"a", "b.pdf": b"b", "c.pdf": b"another", "c (2).pdf": b"c"}
    assert (home.tally.files, home.tally.known) == (2, 1)
