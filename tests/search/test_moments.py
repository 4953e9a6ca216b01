"""Times in words, French and English, on Saturday 18 July 2026."""

from datetime import date

import pytest

from cozy.rooms.search.model import asking
from cozy.rooms.search.model.moments import told

TODAY = date(2026, 7, 18)


@pytest.mark.parametrize(
    ("said", "first", "after"),
    [
        ("juillet 2024", "2024-07-01", "2024-08-01"),
        ("december 2024", "2024-12-01", "2025-01-01"),
        ("12 juillet 2024", "2024-07-12", "2024-07-13"),
        ("july 4th 2024", "2024-07-04", "2024-07-05"),
        ("ete 2024", "2024-06-01", "2024-09-23"),
        ("en 2024", "2024-01-01", "2025-01-01"),
        ("winter of 2023", "2023-12-01", "2024-03-21"),
        ("hiver 2023 2024", "2023-12-01", "2024-03-21"),
        ("l ete dernier", "2025-06-01", "2025-09-23"),
        ("last summer", "2025-06-01", "2025-09-23"),
        ("last spring", "2026-03-01", "2026-06-21"),
        ("this summer", "2026-06-01", "2026-09-23"),
        ("juillet dernier", "2025-07-01", "2025-08-01"),
        ("next july", "2027-07-01", "2027-08-01"),
        ("la semaine derniere", "2026-07-06", "2026-07-13"),
        ("cette semaine", "2026-07-13", "2026-07-20"),
        ("week end dernier", "2026-07-11", "2026-07-13"),
        ("last month", "2026-06-01", "2026-07-01"),
        ("l annee prochaine", "2027-01-01", "2028-01-01"),
        ("lundi dernier", "2026-07-13", "2026-07-14"),
        ("next saturday", "2026-07-25", "2026-07-26"),
        ("avant hier", "2026-07-16", "2026-07-17"),
        ("aujourd hui", "2026-07-18", "2026-07-19"),
    ],
)
def test_a_time_is_read_as_people_say_it(said, first, after):
    words = said.split()
    moment = told(words, TODAY)
    assert moment is not None
    assert (moment.first, moment.after, moment.start, moment.end) == (first, after, 0, len(words))


@pytest.mark.parametrize(
    "said", ["juillet", "2024", "last", "the last word", "31 fevrier", "may be", "mars 12", "2023 2024"]
)
def test_other_words_tell_no_time(said):
    assert told(said.split(), TODAY) is None


def test_a_query_tells_which_of_its_words_are_a_time():
    query = asking.read("photos de la plage, en juillet 2024", today=TODAY)
    assert [word.text for word in query.words] == ["photos", "plage", "en", "juillet", "2024"]
    assert query.moment is not None
    assert (query.moment.start, query.moment.end) == (2, 5)
    assert not query.moment.is_relative
    assert asking.read('"last summer" date:2024', today=TODAY).moment is None
    assert asking.read("last summer").moment is None
