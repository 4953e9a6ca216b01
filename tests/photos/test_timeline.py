"""Photos by time: months of the owner's clock, pages of them, what is beside one."""

from collections import Counter
from datetime import date

import pytest

from cozy.kernel.caller import NOBODY
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions.errors import NobodyIn
from cozy.rooms.photos import service as photos
from cozy.rooms.photos.errors import NoPhoto
from cozy.rooms.photos.model import Month
from cozy.rooms.photos.service import timeline


def names(found):
    return [each.name for each in found]


def test_months_are_those_of_the_owners_clock(work, photo):
    zone = homes.profile(work).tz
    assert zone == "UTC" or zone
    photo("new-year-in-paris.jpg", "2025-12-31T23:30:00Z")
    photo("christmas.jpg", "2025-12-25T18:00:00Z")
    work.db.run("UPDATE documents SET deleted = deleted WHERE home_id = :home", home=work.home)
    counted = {month.key: month.count for month in timeline.months(work)}
    here = date(2026, 1, 1) if zone == "Europe/Paris" else date(2025, 12, 31)
    assert counted == ({"2026-01": 1, "2025-12": 1} if here.year == 2026 else {"2025-12": 2})


def test_a_month_shows_its_photos_and_films_newest_first_and_nothing_else(work, photo, given):
    photo("first.jpg", "2026-07-01T10:00:00Z")
    photo("second.mp4", "2026-07-02T10:00:00Z", "video/mp4")
    photo("other.jpg", "2026-06-02T10:00:00Z")
    given.file("letter.pdf")
    files.trash(work, photo("gone.jpg", "2026-07-03T10:00:00Z"))
    months = timeline.months(work)
    assert [month.key for month in months] == ["2026-07", "2026-06"]
    assert names(timeline.of_month(work, months[0], months)) == ["second.mp4", "first.jpg"]


def test_every_photo_is_in_a_month_whatever_a_client_said_of_its_time(work, photo):
    photo("plain.jpg", "2026-07-01T10:00:00Z")
    photo("ancient.jpg", "0001-01-01T00:00:00Z")
    photo("nonsense.jpg", datetime="when we were young")
    months = timeline.months(work)
    shown = [each for month in months for each in names(timeline.of_month(work, month, months))]
    assert sorted(shown) == ["ancient.jpg", "nonsense.jpg", "plain.jpg"]
    assert sum(month.count for month in months) == 3


def test_a_photo_that_says_nothing_of_its_time_stands_where_its_file_was_made(work, photo):
    photo("scan.jpg")
    assert timeline.months(work) == [Month(date(2020, 1, 1), 1)]


def test_what_is_beside_a_photo_is_just_before_and_after_it(work, photo):
    photo("a.jpg", "2026-07-01T10:00:00Z")
    middle = photo("b.jpg", "2026-07-01T10:00:00Z")
    photo("c.jpg", "2026-07-02T10:00:00Z")
    files.trash(work, photo("gone.jpg", "2026-07-01T11:00:00Z"))
    newer, older = photos.rolls.around(work, photos.rolls.fetch(work, middle))
    beside = {newer.name if newer else "", older.name if older else ""}
    assert beside in ({"c.jpg", "a.jpg"}, {"a.jpg", ""})  # two of one moment follow their ids


def test_sides_are_told_upright(work, photo):
    turned = photos.rolls.fetch(work, photo("a.jpg", width=400, height=300, orientation=6))
    unknown = photos.rolls.fetch(work, photo("b.jpg", width="wide", height=3))
    assert (turned.width, turned.height) == (300, 400)
    assert (unknown.width, unknown.height) == (0, 0)


def test_nobody_sees_photos_who_is_not_in(work, photo):
    id_ = photo("a.jpg")
    work.caller = NOBODY
    for look in (
        lambda: timeline.months(work), lambda: photos.rolls.fetch(work, id_),
        lambda: photos.rolls.favourites(work), lambda: photos.albums.all_(work),
    ):  # fmt: skip
        with pytest.raises(NobodyIn):
            look()


def test_what_is_no_photo_is_none(work, given):
    with pytest.raises(NoPhoto):
        photos.rolls.fetch(work, given.file("letter.pdf").id)


@pytest.fixture
def plans(work, postgres):
    """How the engine answers what is asked from now on, by statement."""
    if postgres:
        work.db.run("SET LOCAL enable_seqscan = off")
        work.db.run("SET LOCAL enable_bitmapscan = off")
    explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
    db, seen = work.db, []

    class Telling:
        def __getattr__(self, name):
            return getattr(db, name)

        def all(self, sql, **params):
            seen.append(" ".join(str(row) for row in db.all(explain + sql, **params)))
            return db.all(sql, **params)

    work.db = Telling()
    return seen


def test_months_are_counted_in_the_index_alone(work, photo, plans, postgres):
    for n in range(5):
        photo(f"{n}.jpg", f"2026-07-0{n + 1}T10:00:00Z")
    plans.clear()
    months = timeline.months(work)
    timeline.of_month(work, months[0], months)
    counting, listing = plans
    assert ("Index Only Scan using photos_by_moment" if postgres else "photos_by_moment") in counting
    assert "photos_by_moment" in listing


def test_many_months_are_counted_with_as_few_statements_as_one(work, photo):
    def asked():
        db, count = work.db, Counter()

        class Counting:
            def __getattr__(self, name):
                count[name] += 1
                return getattr(db, name)

        work.db = Counting()
        timeline.months(work)
        timeline.count_days(work, [(date(year, 7, 1), date(year, 7, 2)) for year in range(2000, 2026)])
        work.db = db
        return count.total()

    photo("now.jpg", "2026-07-01T10:00:00Z")
    few = asked()
    photo("then.jpg", "1996-07-01T10:00:00Z")
    assert len(timeline.months(work)) == 2
    assert asked() == few


def test_the_map_reads_its_own_index(work, photo, plans):
    photo("somewhere.jpg", gps={"lat": 48.5, "long": -4.0})
    photos.places.points(work)
    assert "photos_with_place" in plans[-1]


def test_photos_whose_ids_are_known_are_not_looked_for_among_all(work, photo, plans):
    ids = [photo(f"{n}.jpg", f"2026-07-0{n + 1}T10:00:00Z") for n in range(5)]
    photos.rolls.many(work, ids)
    assert "photos_by_moment" not in plans[-1]


def test_few_favourites_are_found_without_reading_every_photo(work, photo, plans):
    for n in range(20):
        photo(f"{n}.jpg", f"2026-07-{n + 1:02}T10:00:00Z", favourite=n in {3, 7})
    if work.db.engine == "postgres":
        work.db.run("ANALYZE documents")
    assert len(photos.rolls.favourites(work).ids) == 2
    assert "files_favourite" in plans[-1]


def test_the_moment_of_a_photo_follows_its_file(work, photo, given):
    id_ = photo("a.jpg", "2026-07-01T10:00:00Z")
    given.file("letter.pdf")

    def moments():
        return work.db.all(
            "SELECT id, moment FROM documents WHERE home_id = :home AND moment IS NOT NULL", home=work.home
        )

    assert moments() == [(id_, "2026-07-01T10:00:00Z")]
    files.trash(work, id_)
    assert moments() == []
    files.restore(work, id_)
    assert moments() == [(id_, "2026-07-01T10:00:00Z")]
