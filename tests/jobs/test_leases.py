"""Who may do what waits, when, and what happens when it goes wrong."""

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from cozy.kernel.clock import iso
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Event, Work
from cozy.rooms.files.events import MediaStored, PictureStored
from cozy.rooms.files.jobs import draw_ahead, read_media
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import LeaseLost
from cozy.rooms.jobs.model import LEASE, NEVER, Waiting, next_hour


class Rang(Event, frozen=True):
    """The bell rang."""

    times: int


@job("bell.answer", retries=2)
def answer(work: Work, event: Rang) -> None:
    """For tests."""


ONCE = msgspec.structs.replace(answer, retries=0)


@job("bell.polish", retries=1)
def polish(work: Work, event: DayPassed) -> None:
    """For tests."""


def later(work: Work, **by: float) -> Work:
    return replace(work, now=work.now + timedelta(**by))


def test_an_event_without_reactions_stores_nothing(work: Work):
    assert jobs.enqueue(work, [], Rang(1)) is False
    assert jobs.lease(work) is None


def test_jobs_are_leased_in_the_order_of_their_events(work: Work):
    for times in (1, 2, 3):
        jobs.enqueue(later(work, seconds=times), [answer], Rang(times))
    leased = [jobs.lease(later(work, seconds=9)) for _ in range(4)]
    assert [one and json.loads(one.argument) for one in leased] == [
        {"times": 1},
        {"times": 2},
        {"times": 3},
        None,
    ]


def test_photos_by_the_thousand_hold_nothing_up_that_somebody_is_told(work: Work):
    for n in range(3):
        jobs.enqueue(work, [draw_ahead], PictureStored(f"photo-{n}", "5ha", "image"))
        jobs.enqueue(later(work, seconds=n), [read_media], MediaStored(f"photo-{n}", "5ha", True, True))
    jobs.enqueue(later(work, seconds=5), [answer], Rang(1))
    leased = [jobs.lease(later(work, seconds=9)) for _ in range(7)]
    assert [one and one.name for one in leased] == [
        "bell.answer",
        *3 * ["files.read_media"],
        *3 * ["files.draw_ahead"],
    ]


def test_a_job_is_hastened_and_never_put_off_by_who_asks_for_it_again(work: Work):
    def due(**by: float) -> Waiting:
        return Waiting("bell", "bell.answer", "{}", iso(work.now + timedelta(**by)), 0, None)

    jobs.hasten(work, due(hours=1))
    jobs.hasten(work, due(minutes=1))
    jobs.hasten(work, due(hours=2))
    assert jobs.next_due(work) == iso(work.now + timedelta(minutes=1))
    leased = jobs.lease(later(work, minutes=1))
    assert leased is not None
    jobs.hasten(later(work, minutes=1), due(minutes=5))
    jobs.finish(later(work, minutes=2), leased, answer)
    assert jobs.next_due(work) == iso(work.now + timedelta(minutes=5))


def test_a_leased_job_is_nobody_elses_until_the_lease_lapses(work: Work):
    jobs.enqueue(work, [answer], Rang(1))
    assert jobs.lease(work) is not None
    assert jobs.lease(later(work, seconds=LEASE.total_seconds() - 1)) is None
    again = jobs.lease(later(work, seconds=LEASE.total_seconds()))
    assert again is not None
    assert again.tries == 2


def test_who_let_a_lease_lapse_can_finish_or_fail_nothing(work: Work):
    jobs.enqueue(work, [answer], Rang(1))
    first = jobs.lease(work)
    second = jobs.lease(later(work, minutes=10))
    assert first is not None
    assert second is not None
    for action in (
        lambda: jobs.finish(work, first, answer),
        lambda: jobs.fail(work, first, answer, "late"),
        lambda: jobs.renew(work, first),
    ):
        with pytest.raises(LeaseLost):
            action()
    jobs.finish(work, second, answer)
    assert jobs.next_due(work) == NEVER


def test_a_renewed_lease_lasts_longer(work: Work):
    jobs.enqueue(work, [answer], Rang(1))
    leased = jobs.lease(work)
    assert leased is not None
    jobs.renew(later(work, seconds=LEASE.total_seconds() * 0.8), leased)
    assert jobs.lease(later(work, seconds=LEASE.total_seconds() * 1.2)) is None


def test_a_failure_is_tried_again_after_longer_and_longer_pauses_then_kept(work: Work):
    jobs.enqueue(work, [answer], Rang(1))
    pauses = []
    for _ in range(2):
        leased = jobs.lease(work)
        assert leased is not None
        assert jobs.fail(work, leased, answer, "ValueError: no")
        due = jobs.next_due(work)
        pauses.append(due)
        work = later(work, hours=1)
    assert pauses == ["2026-07-18T14:02:30.000000Z", "2026-07-18T15:04:00.000000Z"]
    last = jobs.lease(work)
    assert last is not None
    assert not jobs.fail(work, last, answer, "ValueError: never")
    assert jobs.lease(later(work, days=400)) is None
    assert [(kept.name, kept.last_error) for kept in jobs.given_up(work)] == [
        ("bell.answer", "ValueError: never")
    ]


def test_a_job_that_only_a_newer_program_knows_waits_for_one_and_is_given_up_after_a_day(work: Work):
    jobs.enqueue(work, [answer], Rang(1))
    tries, began = 0, work.now
    while not jobs.given_up(work):
        work = replace(work, now=work.now + timedelta(hours=6))
        leased = jobs.lease(work)
        assert leased is not None
        tries += 1
        jobs.fail(work, leased, None, "LookupError: gone")
    assert tries > 1
    assert work.now - began > timedelta(days=1)


def test_what_was_given_up_is_forgotten_after_a_month(work: Work):
    jobs.enqueue(work, [answer], Rang(1))
    leased = jobs.lease(work)
    assert leased is not None
    jobs.fail(work, leased, ONCE, "LookupError: gone")
    born = jobs.given_up(work)[0].id
    moment = work.now.fromtimestamp(int(born[:14], 16) / 1_000_000, work.now.tzinfo)
    assert jobs.forget_given_up(replace(work, now=moment + timedelta(days=29))) == 0
    assert jobs.forget_given_up(replace(work, now=moment + timedelta(days=31))) == 1


def test_a_chore_is_due_once_a_day_at_the_hour_of_the_home(work: Work):
    hour = next_hour(work.home, work.now)
    assert jobs.lease(work, [polish]) is None
    assert jobs.next_due(work) == iso(hour)
    work = replace(work, now=hour)
    leased = jobs.lease(work, [polish])
    assert leased is not None
    jobs.finish(work, leased, polish)
    assert jobs.next_due(work) == iso(hour + timedelta(days=1))


def test_a_chore_that_keeps_failing_is_tried_again_the_next_day(work: Work):
    jobs.lease(work, [polish])
    hour = next_hour(work.home, work.now)
    for minutes in (0, 30):
        at = replace(work, now=hour + timedelta(minutes=minutes))
        leased = jobs.lease(at)
        assert leased is not None
        jobs.fail(at, leased, polish, "OSError: disk")
    assert jobs.next_due(work) == iso(hour + timedelta(days=1))


def test_the_hours_of_homes_spread_over_the_day(work: Work):
    hours = sorted({next_hour(f"home-{i}", work.now).hour for i in range(500)})
    assert hours == list(range(24))


def test_a_job_of_that_name_that_was_given_up_begins_anew(work: Work):
    line = Waiting("bell", answer.name, '{"times":1}', iso(work.now), 0, None)
    assert jobs.put(work, line)
    assert not jobs.put(work, line)
    leased = jobs.lease(work)
    assert leased is not None
    assert not jobs.put(work, line)
    assert not jobs.fail(work, leased, ONCE, "LookupError: gone")
    assert jobs.put(work, line)
    again = jobs.lease(work)
    assert again is not None
    assert (again.id, again.tries, again.failures, again.last_error) == ("bell", 1, 0, None)


def test_a_line_that_is_asked_for_while_somebody_is_at_it_waits_once_more_when_it_is_done(work: Work):
    def line(minutes: float) -> Waiting:
        return Waiting("bell", answer.name, '{"times":1}', iso(later(work, minutes=minutes).now), 0, None)

    jobs.put(work, line(0))
    leased = jobs.lease(work)
    assert leased is not None
    assert not jobs.put(work, line(9))
    assert not jobs.put(work, line(7))
    jobs.finish(work, leased, answer)
    assert jobs.next_due(work) == line(7).due_at
    again = jobs.lease(later(work, minutes=7))
    assert again is not None
    assert (again.tries, again.failures) == (1, 0)
    jobs.finish(work, again, answer)
    assert jobs.next_due(work) == NEVER


def test_what_was_asked_for_while_somebody_died_over_it_is_done_by_who_comes_next(work: Work):
    line = Waiting("bell", answer.name, '{"times":1}', iso(work.now), 0, None)
    jobs.put(work, line)
    jobs.lease(work)
    jobs.put(work, line)
    second = jobs.lease(later(work, minutes=10))
    assert second is not None
    jobs.finish(work, second, answer)
    assert jobs.next_due(work) == NEVER
