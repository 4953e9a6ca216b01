"""Sequences of photos: favourites, films, days, memories."""

from datetime import date

from cozy.rooms.photos import service as photos
from cozy.rooms.photos.service import memories, places, rolls, together


def test_favourites_and_films_are_rolls_of_their_own(work, photo):
    photo("plain.jpg", "2026-07-01T10:00:00Z")
    liked = photo("liked.jpg", "2026-07-02T10:00:00Z", favourite=True)
    film = photo("film.mp4", "2026-07-03T10:00:00Z", "video/mp4", favourite=True)
    assert rolls.favourites(work).ids == [film, liked]
    assert rolls.films(work).ids == [film]


def test_one_turns_within_the_roll_that_one_looks_at(work, photo):
    first = photo("a.jpg", "2026-07-01T10:00:00Z", favourite=True)
    photo("b.jpg", "2026-07-02T10:00:00Z")
    last = photo("c.jpg", "2026-07-03T10:00:00Z", favourite=True)
    newer, older = rolls.around(work, rolls.fetch(work, first), "favourites")
    assert (newer and newer.id, older) == (last, None)


def test_days_hold_the_photos_of_the_owners_days(work, photo):
    photo("before.jpg", "2026-07-16T10:00:00Z")
    inside = [photo(f"{n}.jpg", f"2026-07-1{n}T10:00:00Z") for n in (7, 8)]
    roll = rolls.named(work, "days:2026-07-17/2026-07-18")
    assert roll is not None
    assert roll.ids == inside[::-1]
    assert rolls.named(work, "days:yesterday") is None


def test_a_place_holds_what_was_taken_between_its_edges(work, photo):
    roscoff = photo("roscoff.jpg", gps={"lat": 48.72, "long": -3.98})
    photo("lyon.jpg", gps={"lat": 45.76, "long": 4.84})
    photo("nowhere.jpg", gps={"lat": "north", "long": 3})
    roll = rolls.named(work, "place:48,-5,49,-3")
    assert roll is not None
    assert roll.ids == [roscoff]


def test_memories_are_of_this_day_else_of_the_days_around_it(work, photo):
    assert work.now.date() == date(2026, 7, 18)
    photo("today.jpg", "2026-07-18T10:00:00Z")
    exact = photo("last-year.jpg", "2025-07-18T10:00:00Z")
    photo("day-before.jpg", "2025-07-17T10:00:00Z")
    around = [photo(f"{n}.jpg", f"2021-07-{n}T10:00:00Z") for n in (16, 20)]
    photo("too-far.jpg", "2019-07-30T10:00:00Z")
    one, five = memories.on_this_day(work)
    assert (one.years, one.first, one.last, one.count, one.cover.id) == (
        1,
        date(2025, 7, 18),
        date(2025, 7, 18),
        1,
        exact,
    )
    assert (five.years, five.count, five.cover.id) == (5, 2, around[-1])


def test_a_roll_is_turned_in_pages(work, photo):
    roll = rolls.Roll("favourites", [str(n) for n in range(450)])
    assert [len(roll.page(n)) for n in (1, 2, 3, 4)] == [200, 200, 50, 0]
    assert photos.rolls.photos(work, roll, 1) == []


def test_a_place_that_is_no_number_stops_no_map(work, photo):
    photo("somewhere.jpg", gps={"lat": 48.5, "long": -4.0})
    photo("nowhere.jpg", gps={"lat": "nan", "long": "inf"})
    points = places.points(work)
    assert [each.count for each in places.clusters(work, points, places.everywhere(points))] == [1]


def test_what_belongs_together_is_one_of_which_a_favourite_or_the_first_stands_for_all(work, photo):
    burst = [photo(f"{n}.jpg", f"2026-07-01T10:00:0{n}Z", burst="b1", favourite=n == 2) for n in range(4)]
    still = photo("live.heic", "2026-07-02T10:00:00Z", "image/heic", live="l1")
    film = photo("live.mov", "2026-07-02T10:00:00Z", "video/quicktime", live="l1")
    alone = photo("alone.mov", "2026-07-03T10:00:00Z", "video/quicktime", live="l2")
    lone = photo("last of a burst.jpg", "2026-07-04T10:00:00Z", burst="b2")
    groups = together.grouped(rolls.many(work, [lone, alone, film, still, *burst[::-1]]))
    assert set(groups) == {*burst, still, film}
    assert (groups[burst[0]].shown.id, groups[burst[0]].number) == (burst[2], 4)
    live = groups[film]
    assert (live.shown.id, live.film and live.film.id, live.number) == (still, film, 1)
    found = together.of(work, rolls.fetch(work, burst[3]))
    assert found is not None
    assert {each.id for each in found.photos} == set(burst)
    assert together.of(work, rolls.fetch(work, alone)) is None
