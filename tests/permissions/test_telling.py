"""Rules in plain words, and what an owner makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from cozy.kernel.clock import iso, parse
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import BadEnd, NoGrant, NothingKept
from cozy.rooms.permissions.events import GrantEnded
from cozy.rooms.permissions.model import Rule
from cozy.rooms.permissions.service.telling import Line, Named
from cozy.ui import doctypes, leave, words

EVERY = ("GET", "POST", "PUT", "PATCH", "DELETE")


def told(work, *rules: Rule) -> list[Line]:
    return permissions.lines(work, {str(n): rule for n, rule in enumerate(rules)})


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        (Rule("io.cozy.contacts", ("GET",)), "See your contacts", "Voir vos contacts"),
        (Rule("io.cozy.files", ("GET", "POST")), "See and add your files", "Voir et ajouter vos fichiers"),
        (
            Rule("io.cozy.contacts"),
            "See, add, change and delete your contacts",
            "Voir, ajouter, modifier et supprimer vos contacts",
        ),
        (Rule("io.cozy.notes", ("put", "PATCH")), "Change your notes", "Modifier vos notes"),
        (
            Rule("io.cozy.bank.operations", ("GET",)),
            "See your bank accounts",
            "Voir vos comptes bancaires",
        ),
        (Rule("io.cozy.bank.*", ("GET",)), "See your bank accounts", "Voir vos comptes bancaires"),
        (Rule("*", ("GET",)), "See everything in your home", "Voir tout ce qui est chez vous"),
        (
            Rule("com.example.recipes", ("GET",)),
            "See what is kept as “com.example.recipes”",
            "Voir ce qui est rangé sous «\xa0com.example.recipes\xa0»",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_a_sentence(work, rule, english, french):
    (line,) = told(work, rule)
    assert leave.sentence(words("en"), line) == english
    assert leave.sentence(words("fr"), line) == french


def test_a_rule_for_single_documents_names_them(work, given):
    folder, file = given.folder("Recipes"), given.file("cake.txt")
    (line,) = told(work, Rule("io.cozy.files", ("GET",), (folder.id, file.id, "gone")))
    assert leave.limit(words("en"), line) == "Only “Recipes”, “cake.txt” and “gone”"


def test_the_root_of_the_files_is_all_files(work):
    (line,) = told(work, Rule("io.cozy.files", ("GET",), ("io.cozy.files.root-dir",)))
    assert line.only == ()


def test_documents_and_work_that_everybody_asks_for_have_words(work):
    settings, jobs = told(
        work, Rule("io.cozy.settings", ("GET",), ("io.cozy.settings.instance",)),
        Rule("io.cozy.jobs", ("POST",), ("sendmail",), "worker"),
    )  # fmt: skip
    assert leave.limit(words("en"), settings) == "Only your name, language and address"
    assert leave.limit(words("fr"), jobs) == "Seulement envoyer des mails en votre nom"


def test_a_selector_is_told_as_it_is(work):
    (line,) = told(work, Rule("io.cozy.files", ("GET",), ("text/plain",), "mime"))
    assert leave.limit(words("en"), line) == "Only where “mime” is “text/plain”"


def test_what_belongs_to_something_else_is_told_in_plain_words(work):
    own, albums = told(
        work, Rule("io.cozy.files", ("GET",), ("io.cozy.konnectors/edf",), "referenced_by"),
        Rule("io.cozy.files", ("GET",), ("io.cozy.photos.albums/1", "io.cozy.photos.albums/2"), "referenced_by"),
    )  # fmt: skip
    assert leave.limit(words("en"), own) == "Only what is in the folders that it fills"
    assert leave.limit(words("fr"), own) == "Seulement ce qui est dans les dossiers qu’il remplit"
    assert leave.limit(words("en"), albums) == "Only what belongs to your photo albums"


def test_a_summary_says_what_people_care_about_and_counts_the_rest(work, given):
    folder = given.folder("Recipes")
    lines = told(
        work, Rule("io.cozy.apps", ("GET",)), Rule("io.cozy.jobs", ("POST",), ("sendmail",), "worker"),
        Rule("io.cozy.contacts", ("GET",)), Rule("io.cozy.files", EVERY, (folder.id,)), Rule("io.cozy.settings", ("GET",)),
    )  # fmt: skip
    assert leave.summary(words("en"), lines) == (
        "Can change “Recipes” and 1 more. Can see your contacts and 2 more."
    )


def test_a_summary_of_nothing_is_nothing(work):
    assert leave.summary(words("en"), []) == ""


def test_every_doctype_of_the_table_is_said_in_both_languages():
    for doctype in doctypes.KINDS:
        english, french = (doctypes.called(words(locale), doctype) for locale in ("en", "fr"))
        assert english.yours != french.yours
        assert english.counted(2).startswith("2 ")
        assert french.counted(1).startswith("1 ")


def test_what_is_out_of_sight_is_only_what_no_verb_reaches():
    rules = {
        "a": Rule("io.cozy.files", ("POST",)),
        "b": Rule("com.bitwarden.*", ("GET",)),
        "c": Rule("io.cozy.contacts", ("GET",), ("1",)),
    }
    assert permissions.out_of_sight(rules) == ["io.cozy.calendar.events", "io.cozy.bank.operations"]
    assert permissions.out_of_sight({"all": Rule("*")}) == []


def test_an_owner_keeps_some_rules_and_lets_others_only_see():
    rules = {
        "files": Rule("io.cozy.files"),
        "contacts": Rule("io.cozy.contacts"),
        "mail": Rule("io.cozy.jobs", ("POST",)),
    }
    kept = permissions.narrowed(rules, ["files", "mail", "forged"], ["files", "mail"])
    assert kept == {"files": Rule("io.cozy.files", ("GET",)), "mail": Rule("io.cozy.jobs", ("POST",))}


def test_a_grant_that_ends_on_a_day_lasts_until_midnight_where_the_owner_lives(work):
    homes.change_profile(work, replace(homes.profile(work), tz="Europe/Paris"))
    end = permissions.end_of(work, "date", "2026-08-03")
    assert parse(end).isoformat() == "2026-08-03T22:00:00+00:00"
    assert permissions.last_day(work, parse(end)).isoformat() == "2026-08-03"


def test_a_grant_can_last_some_days_or_for_good(work):
    assert permissions.end_of(work, "7") == iso(work.now + timedelta(days=7))
    assert permissions.end_of(work, "") == ""


@pytest.mark.parametrize(
    ("choice", "day"),
    [("date", "2026-07-17"), ("date", ""), ("date", "soon"), ("date", "9999-12-31"), ("2", ""), ("-1", "")],
)
def test_an_end_that_cannot_be_is_refused(work, choice, day):
    with pytest.raises(BadEnd):
        permissions.end_of(work, choice, day)


def test_a_grant_can_be_narrowed_and_never_to_nothing(work):
    given = permissions.grant(
        work, "app", "recipes", {"files": Rule("io.cozy.files"), "contacts": Rule("io.cozy.contacts")}
    )
    narrowed = permissions.narrow(work, given, {"files": Rule("io.cozy.files", ("GET",))})
    assert (
        permissions.fetch(work, given.id).rules
        == narrowed.rules
        == {"files": Rule("io.cozy.files", ("GET",))}
    )
    with pytest.raises(NothingKept):
        permissions.narrow(work, narrowed, {})


def test_ending_a_grant_now_tells_others(work):
    given = permissions.grant(work, "share", "drive", {"files": Rule("io.cozy.files", ("GET",))})
    permissions.set_end(work, given, iso(work.now + timedelta(days=1)))
    assert work.published == []
    permissions.set_end(work, given, iso(work.now))
    assert work.published == [GrantEnded(given.id, "share", "drive")]
    assert permissions.has_ended(work, permissions.fetch(work, given.id))


def test_a_grant_that_is_gone_is_not_found(work):
    with pytest.raises(NoGrant):
        permissions.fetch(work, "nothing")


def test_a_name_is_told_even_when_the_document_has_none(work):
    (line,) = told(work, Rule("io.cozy.contacts", ("GET",), ("1",)))
    assert line.only == (Named("1"),)
