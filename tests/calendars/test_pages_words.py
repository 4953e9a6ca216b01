"""Rules told in words, in both languages."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cozy.rooms.calendars.errors import TakenBack
from cozy.rooms.calendars.pages import reasons
from cozy.rooms.calendars.pages.form import reminder
from cozy.rooms.calendars.pages.repetition import in_words, rule_of
from cozy.rooms.calendars.service import files
from cozy.ui import words
from tests.calendars.conftest import ics

PARIS = ZoneInfo("Europe/Paris")
FRIDAY = datetime(2026, 11, 27, 12, 30)


def told(rule: str, locale: str = "en") -> str:
    return in_words(rule_of({"rrule": rule}, PARIS), FRIDAY, words(locale))


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        ("FREQ=DAILY", "Every day", "Chaque jour"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=1", "Every 3 days, 1 time", "Tous les 3 jours, 1 fois"),
        ("FREQ=WEEKLY", "Every week, on Friday", "Chaque semaine, le vendredi"),
        ("FREQ=WEEKLY;BYDAY=FR,MO", "Every week, on Monday and Friday", "Chaque semaine, le lundi et vendredi"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "From Monday to Friday", "Du lundi au vendredi"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day", "Chaque jour"),
        ("FREQ=MONTHLY", "Every month, on the 27th", "Chaque mois, le 27"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,22", "Every month, on the 1st and 22nd", "Chaque mois, le 1er et 22"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "Every month, on the last day", "Chaque mois, le dernier jour"),
        ("FREQ=MONTHLY;BYDAY=4FR", "Every month, on the fourth Friday", "Chaque mois, le quatrième vendredi"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1SU", "Every 2 months, on the last Sunday", "Tous les 2 mois, le dernier dimanche"),
        ("FREQ=YEARLY", "Every year, on 27 November", "Chaque année, le 27 novembre"),
        ("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "Every year, on the last Sunday of October", "Chaque année, le dernier dimanche, en octobre"),
        ("FREQ=DAILY;UNTIL=20261223T233000Z", "Every day, until 24 December 2026", "Chaque jour, jusqu’au 24 décembre 2026"),
        ("FREQ=DAILY;UNTIL=20261224", "Every day, until 24 December 2026", "Chaque jour, jusqu’au 24 décembre 2026"),
    ],
)  # fmt: skip
def test_rules_that_people_use_are_told_whole(rule, english, french):
    assert (told(rule), told(rule, "fr")) == (english, french)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYWEEKNO=20", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "FREQ=YEARLY;BYDAY=20MO", "FREQ=DAILY;BYMONTH=1", "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=3", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "FREQ=YEARLY;BYYEARDAY=100", "FREQ=NEVER", "",
    ],
)  # fmt: skip
def test_rules_beyond_words_are_not_told_wrongly(rule):
    assert told(rule) == "At times that follow a rule of its own"


@pytest.mark.parametrize(
    ("minutes", "english", "french"),
    [(15, "15 minutes before", "15 minutes avant"), (60, "1 hour before", "1 heure avant"),
     (2880, "2 days before", "2 jours avant"), (10080, "1 week before", "1 semaine avant")],
)  # fmt: skip
def test_reminders_are_told_in_both_languages(minutes, english, french):
    assert (reminder(words("en"), minutes), reminder(words("fr"), minutes)) == (english, french)


@pytest.mark.parametrize(
    ("lines", "french"),
    [
        (["DTSTART:yesterday"], "«\xa0yesterday\xa0» n’est ni une date, ni une heure, ni une durée."),
        (["SUMMARY:x"], "Il n’est pas dit quand cela commence."),
        (["DTSTART:20260706T090000Z", "RRULE:COUNT=2"], "La façon dont cela se répète est incompréhensible."),
        (["DTSTART:20260706T090000Z", "RRULE:FREQ=DAILY;COUNT=x"], "La façon dont cela se répète est incompréhensible."),
        (["DTSTART:20260706T090000Z", "RRULE:FREQ=SECONDLY"], "Cela a lieu trop souvent pour être gardé."),
        (["DTSTART:20260706T090000Z", "no line"], "Cette ligne n’est pas écrite comme elle doit l’être."),
    ],
)  # fmt: skip
def test_why_something_did_not_come_in_is_said_in_everyday_words(work, lines, french):
    (refused,) = files.import_(work, "personal", ics(*lines).encode()).refused
    assert reasons.told(refused.reason, words("fr")) == french


def test_reasons_that_are_sentences_are_translated():
    assert reasons.told(TakenBack().detail, words("fr")).startswith("Ceci annule un événement")
