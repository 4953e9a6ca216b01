"""Rules and zones, by what must be true of all of them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cozy.rooms.calendars.model import moments, rules, zones
from cozy.rooms.calendars.model.rules import Budget, OddRule, Rule

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_MONTHS = some.sets(some.integers(1, 12), max_size=3).map(lambda found: tuple(sorted(found)))
_DAYS = some.lists(some.tuples(some.just(0), some.integers(0, 6)), max_size=3, unique=True).map(tuple)
_NTH = some.lists(
    some.tuples(some.sampled_from([-2, -1, 1, 2, 5]), some.integers(0, 6)), max_size=2, unique=True
).map(tuple)
_MONTH_DAYS = some.sets(some.sampled_from([1, 15, 29, 31, -1, -5]), max_size=3).map(
    lambda found: tuple(sorted(found))
)
START = datetime.fromisoformat("2019-12-30T22:15:30")


@some.composite
def anything(draw):
    freq = draw(some.sampled_from(rules.FREQUENCIES[:5]))
    days = draw(_NTH if freq in {"YEARLY", "MONTHLY"} and draw(some.booleans()) else _DAYS)
    return Rule(
        freq, interval=draw(some.integers(1, 4)), by_month=draw(_MONTHS), by_day=days,
        by_month_day=draw(_MONTH_DAYS) if freq != "WEEKLY" else (), week_start=draw(some.integers(0, 6)),
        by_week=draw(some.sampled_from([(), (1,), (53,), (-1, 20)])) if freq == "YEARLY" and not any(n for n, _ in days) else (),
    )  # fmt: skip


@QUICK
@given(anything(), some.integers(0, 700), some.integers(1, 60))
def test_a_rule_gives_the_same_from_any_moment_on(rule, ahead, length):
    low = START + timedelta(days=ahead, hours=7)
    high = low + timedelta(days=length)
    whole = list(rules.occurrences(rule, START, START, high, Budget(10**7)))
    assert list(rules.occurrences(rule, START, low, high, Budget(10**7))) == [
        each for each in whole if each >= low
    ]
    assert whole == sorted(set(whole))


@QUICK
@given(anything())
def test_a_rule_is_read_as_it_is_written(rule):
    assert rules.parsed(rules.spelled(rule)) == (rule, "")


@pytest.mark.parametrize(
    "text",
    [
        "", "FREQ=NEVER", "INTERVAL=2", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=2;UNTIL=20260101", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO", "FREQ=MONTHLY;BYWEEKNO=2", "FREQ=WEEKLY;BYMONTHDAY=2", "FREQ=DAILY;BYHOUR=", "FREQ=DAILY;NEW=1",
        "FREQ=DAILY;COUNT=99999999999999999999", "FREQ=DAILY;WKST=1", "FREQ=DAILY;BYDAY=99MO", "FREQ=DAILY;BYHOUR=" + "1," * 5000,
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(OddRule):
        rules.parsed(text)


def test_a_rule_that_never_meets_ends_with_the_work_that_it_may_cost():
    rule, _ = rules.parsed("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")
    with pytest.raises(rules.TooMuchWork):
        list(rules.occurrences(rule, START, START, None, Budget()))


@pytest.mark.parametrize(
    "name", ["Europe/Paris", "America/New_York", "Africa/Casablanca", "Asia/Kolkata", "Australia/Lord_Howe"]
)
def test_a_zone_that_is_explained_is_understood_again(name):
    zone, told = ZoneInfo(name), zones.defined(zones.explained(name, 2020))
    assert told is not None
    at = datetime(2020, 1, 1, tzinfo=UTC)
    while at.year < 2036:
        real, read = at.astimezone(zone), at.astimezone(told)
        assert (real.replace(tzinfo=None), real.fold) == (read.replace(tzinfo=None), read.fold)
        wall = real.replace(tzinfo=None, fold=0)
        assert moments.seconds_of(wall, zone) == moments.seconds_of(wall, told)
        at += timedelta(hours=31, minutes=30)
