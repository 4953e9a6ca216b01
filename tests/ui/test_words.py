"""Languages: choosing one, saying things in it, and nothing left untranslated."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cozy.ui import formats, negotiate, translations, words

NOW = datetime(2026, 7, 20, 18, 4, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "en"),
        ("", "en"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("de, en;q=0.5, fr;q=0.7", "fr"),
        ("fr;q=0, en", "en"),
        ("ja", "en"),
        ("*", "en"),
        ("fr;q=banana", "fr"),
    ],
)
def test_a_browser_gets_the_language_that_it_asks_for_first(header, locale):
    assert negotiate(header) == locale


def test_french_counts_zero_as_one():
    said = [words("fr").ngettext("%(num)s item", "%(num)s items", n) for n in (0, 1, 2)]
    assert said == ["0 élément", "1 élément", "2 éléments"]


def test_english_counts_zero_as_many():
    said = [words("en").ngettext("%(num)s item", "%(num)s items", n) for n in (0, 1, 2)]
    assert said == ["0 items", "1 item", "2 items"]


def test_a_sentence_without_translation_is_said_in_english():
    assert words("fr").gettext("100% never translated") == "100% never translated"


@pytest.mark.parametrize(
    ("octets", "english", "french"),
    [
        (0, "0 bytes", "0 octet"),
        (1, "1 byte", "1 octet"),
        (999, "999 bytes", "999 octets"),
        (1000, "1 kB", "1 Ko"),
        (4_200_000, "4.2 MB", "4,2 Mo"),
        (9_960_000, "10 MB", "10 Mo"),
        (999_999, "1 MB", "1 Mo"),
        (86_400_000, "86 MB", "86 Mo"),
        (10**12, "1 TB", "1 To"),
        (3 * 10**18, "3,000 PB", "3\u202f000 Po"),
    ],
)
def test_sizes_are_decimal_and_short(octets, english, french):
    assert formats.size(octets, "en").replace("\xa0", " ") == english
    assert formats.size(octets, "fr").replace("\xa0", " ") == french


@pytest.mark.parametrize(
    ("ago", "english", "french"),
    [
        (timedelta(seconds=20), "just now", "à l’instant"),
        (timedelta(hours=2), "2h ago", "il y a 2 h"),
        (timedelta(hours=20), "yesterday", "hier"),
        (timedelta(days=3), "Friday", "vendredi"),
        (timedelta(days=30), "20 Jun", "20 juin"),
        (timedelta(days=700), "19 Aug 2024", "19 août 2024"),
    ],
)
def test_dates_are_said_as_people_do(ago, english, french):
    assert formats.when(NOW - ago, NOW, "en").replace("\xa0", " ") == english
    assert formats.when(NOW - ago, NOW, "fr").replace("\xa0", " ") == french


def test_a_day_starts_at_the_readers_midnight():
    late_in_utc = datetime(2026, 7, 19, 22, 30, tzinfo=UTC)
    assert formats.when(late_in_utc, NOW, "en").endswith("ago")


def test_the_checker_names_what_is_missing(monkeypatch):
    monkeypatch.setattr(translations, "used", lambda: {"Nobody translated this": "somewhere.html:1"})
    found = translations.complaints("fr")
    assert "somewhere.html:1: no fr for 'Nobody translated this'" in found
    assert any("nothing uses" in line for line in found)


def test_no_line_of_french_begins_with_a_mark():
    torn = ["Nom : %(name)s", "Vraiment ?", "Stop !", "Ici ; là", "Dit « oui »", "Tapez « oui » : `a:b`"]
    whole = [
        "Nom\xa0: %(name)s", "Vraiment\xa0?", "Stop\xa0!", "Ici\xa0; là", "Dit «\xa0oui\xa0»", "Tapez «\xa0oui\xa0»\xa0: `a:b`",
    ]  # fmt: skip
    assert [translations.joined(text, "fr") for text in torn] == whole
    assert [translations.joined(text, "fr") for text in whole] == whole
    assert [translations.joined(text, "en") for text in torn] == torn
    said = [form for message in translations._catalogue("fr") for form in translations._forms(message)]
    assert [form for form in said if form != translations.joined(form, "fr")] == []


def test_a_home_has_one_name_in_french():
    said = [form for message in translations._catalogue("fr") for form in translations._forms(message)]
    assert [form for form in said if "domicile" in form.lower()] == []


def test_words_of_templates_scripts_and_problems_are_all_found():
    found = translations.used()
    assert "Skip to content" in found
    assert ("%(num)s item", "%(num)s items") in found
    assert "There is nothing here." in found


@pytest.mark.parametrize(
    ("sum_", "currency", "english", "french"),
    [(-12.5, "EUR", "-€12.50", "-12,50 €"), (1000, "JPY", "¥1,000", "1 000 JPY"), (3, "", "3.00", "3,00"), (3.5, "points", "3.50 points", "3,50 points")],
)  # fmt: skip
def test_sums_are_written_as_people_of_the_language_do(sum_, currency, english, french):
    assert formats.money(sum_, currency, "en") == english
    assert formats.money(sum_, currency, "fr").replace("\xa0", " ").replace("\u202f", " ") == french
