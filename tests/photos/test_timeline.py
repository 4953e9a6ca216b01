"""Photos by time: months of the owner's clock, pages of them, what is beside one."""

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


def test_the_index_serves_both_the_list_and_the_counts(work, photo, postgres):
    for n in range(5):
        photo(f"{n}.jpg", f"2026-07-0{n + 1}T10:00:00Z")
    if postgres:
        work.db.run("SET LOCAL enable_seqscan = off")
    explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
    seen: list[str] = []
    reading = work.db.all

    class Telling:
        def __getattr__(self, name):
            return getattr(work_db, name)

        def all(self, sql, **params):
            seen.append(" ".join(str(row) for row in reading(explain + sql, **params)))
            return reading(sql, **params)

    work_db = work.db
    work.db = Telling()
    months = timeline.months(work)
    timeline.of_month(work, months[0], months)
    assert len(seen) == 2
    assert all("photos_by_moment" in plan for plan in seen), seen


def test_the_map_reads_its_own_index(work, photo, postgres):
    photo("somewhere.jpg", gps={"lat": 48.5, "long": -4.0})
    if postgres:
        work.db.run("SET LOCAL enable_seqscan = off")
    db, seen = work.db, []

    class Telling:
        def __getattr__(self, name):
            return getattr(db, name)

        def all(self, sql, **params):
            explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
            seen.append(" ".join(str(row) for row in db.all(explain + sql, **params)))
            return db.all(sql, **params)

    work.db = Telling()
    photos.places.points(work)
    assert "photos_with_place" in seen[-1]
