"""Words as they are compared, and what is read of a query and shown of a text."""

import pytest

from cozy.rooms.search.model import asking, snippets, typos, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("chevaux", "cheval"),
        ("mangé", "manger"),
        ("Élèves", "eleve"),
        ("running", "runs"),
        ("œuvres", "oeuvre"),
        ("facturée", "FACTURES"),
    ],
)
def test_forms_of_a_word_are_one(one, other):
    assert set(words.forms(one)) & set(words.forms(other))


@pytest.mark.parametrize(("one", "other"), [("chat", "chameau"), ("2024", "2025"), ("port", "porte-monnaie")])
def test_other_words_are_others(one, other):
    assert not set(words.forms(one)) & set(words.forms(other))


def test_a_language_is_known_by_its_small_words():
    assert words.language_of("Le chat est dans la maison avec son ami") == "french"
    assert words.language_of("The cat is in the house with its friend") == "english"
    assert words.language_of("IMG_2024.jpg") is None
    assert "la" not in words.of_text("Le chat est dans la maison avec son ami")


def test_capitals_part_the_words_of_a_name():
    assert {"mon", "budget"} <= set(words.of_title("MonBudget.ods"))


@pytest.mark.parametrize(
    ("one", "other", "mistakes"),
    [
        ("facture", "facture", 0),
        ("facture", "factrue", 1),
        ("facture", "facure", 1),
        ("facture", "fakture", 1),
        ("abcd", "dcba", 3),
        ("a", "abcdef", 3),
    ],
)
def test_mistakes_are_counted(one, other, mistakes):
    assert typos.distance(one, other) == typos.distance(other, one) == mistakes


def test_a_query_is_read_with_its_filters():
    query = asking.read(
        'facture type:pdf -brouillon "mars 2024" dossier:Impôts avant:05/2025 après:2023 de:Zoé http://x'
    )
    assert [(word.text, word.where, word.is_without, word.is_phrase) for word in query.words] == [
        ("facture", "", False, False), ("brouillon", "", True, False), ("mars 2024", "", False, True),
        ("Zoé", "people", False, False), ("http", "", False, False), ("x", "", False, False),
    ]  # fmt: skip
    assert (query.kinds, query.folders, query.since, query.until) == (
        ("pdf",),
        ("Impôts",),
        "2024-01-01",
        "2025-05-01",
    )


@pytest.mark.parametrize(
    ("said", "first", "after"),
    [
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-12", "2024-12-01", "2025-01-01"),
        ("29/02/2024", "2024-02-29", "2024-03-01"),
    ],
)
def test_days_are_read_as_people_write_them(said, first, after):
    assert asking.span(said) == (first, after)


@pytest.mark.parametrize("said", ["2024-13", "30/02/2024", "x", "", "24", "2024-05-1x"])
def test_what_is_no_day_is_none(said):
    assert asking.span(said) is None


def test_small_words_count_only_when_there_are_no_others():
    assert [word.text for word in asking.read("la maison de Zoé").words] == ["maison", "Zoé"]
    assert [word.text for word in asking.read("the who").words] == ["the", "who"]


def test_a_snippet_shows_where_most_words_stand_together():
    text = "Une facture. " + "Rien. " * 100 + "Total de la facture d'électricité : 12 €. " + "Rien. " * 100
    looked = snippets.Looked({form for word in ("factures", "electricite") for form in words.forms(word)})
    shown = snippets.snippet(text, looked)
    assert [piece.text for piece in shown if piece.is_hit] == ["facture", "électricité"]
    assert "".join(piece.text for piece in shown).startswith("… ")
    assert snippets.snippet("Rien de tel.", looked) == ()
