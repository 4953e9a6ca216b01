"""When triggers are due: the grammars of cozy-stack (docs/jobs.md, model/job/*_test.go), and what clocks do twice a year."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozy.rooms.jobs.model.cron import cron
from cozy.rooms.jobs.model.durations import duration, long_duration
from cozy.rooms.jobs.model.periodic import periodic
from cozy.rooms.jobs.model.schedules import schedule

NOW = datetime(2026, 7, 18, 14, 2, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h30m", 5400), ("1.5h", 5400), ("30m10s", 1810), ("300ms", 0.3), ("-2s", -2), ("0", 0), (".5s", 0.5), ("+1m", 60), ("1us", 1e-6)],
)  # fmt: skip
def test_durations_are_those_of_go(text, seconds):
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", "1", "h", "1d", "1h 2m", "one hour", "-", "1e3s", "9" * 400 + "h", "99999999h", "1h1h" * 9 + "x"],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        duration(text)


def test_longer_durations_name_weeks_and_months():
    assert [long_duration(text).days for text in ("10D", "3W", "2M", "1Y")] == [10, 21, 60, 365]
    with pytest.raises(ValueError, match=r"\w"):
        long_duration("2 weeks")


def upcoming(text, after=NOW, count=3):
    when, found = cron(text), []
    for _ in range(count):
        after = when.next(after) or NOW
        found.append(after)
    return [f"{time:%a %m-%d %H:%M:%S}" for time in found]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("0 0 0 1 1 *", ["Fri 01-01 00:00:00", "Sat 01-01 00:00:00", "Mon 01-01 00:00:00"]),
        ("0 0 0 * * 0", ["Sun 07-19 00:00:00", "Sun 07-26 00:00:00", "Sun 08-02 00:00:00"]),
        ("0 0 * * * *", ["Sat 07-18 15:00:00", "Sat 07-18 16:00:00", "Sat 07-18 17:00:00"]),
        ("0 * * * *", ["Sat 07-18 15:00:00", "Sat 07-18 16:00:00", "Sat 07-18 17:00:00"]),
        ("3-59/25 2 14 * * *", ["Sat 07-18 14:02:03", "Sat 07-18 14:02:28", "Sat 07-18 14:02:53"]),
        ("0 40/5 * * * ?", ["Sat 07-18 14:40:00", "Sat 07-18 14:45:00", "Sat 07-18 14:50:00"]),
        ("0 0 9-17/4 * * MON-FRI", ["Mon 07-20 09:00:00", "Mon 07-20 13:00:00", "Mon 07-20 17:00:00"]),
        ("0 0 0 1,15 * Wed", ["Wed 07-22 00:00:00", "Wed 07-29 00:00:00", "Sat 08-01 00:00:00"]),
        ("0 0 0 */10 * Wed", ["Tue 07-21 00:00:00", "Wed 07-22 00:00:00", "Wed 07-29 00:00:00"]),
        ("0 0 0 ? * Wed", ["Wed 07-22 00:00:00", "Wed 07-29 00:00:00", "Wed 08-05 00:00:00"]),
        ("0 0 0 29 2 *", ["Tue 02-29 00:00:00", "Sun 02-29 00:00:00", "Fri 02-29 00:00:00"]),
        ("0 0 0 31 jan-dec/2 *", ["Fri 07-31 00:00:00", "Sun 01-31 00:00:00", "Wed 03-31 00:00:00"]),
        ("@daily", ["Sun 07-19 00:00:00", "Mon 07-20 00:00:00", "Tue 07-21 00:00:00"]),
        ("@yearly", ["Fri 01-01 00:00:00", "Sat 01-01 00:00:00", "Mon 01-01 00:00:00"]),
    ],
)  # fmt: skip
def test_cron_means_what_it_means_in_cozy_stack(text, times):
    assert upcoming(text) == times


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "* * * * * * *", "60 * * * * *", "0 0 24 * * *", "0 0 0 0 * *", "0 0 0 1 13 *", "0 0 0 * * 7", "5-3 * * * * *",
     "*/0 * * * * *", "a * * * * *", "1-2-3 * * * * *", "*-5 * * * * *", "@never", "1,,2 * * * * *", "0 0 0 1 foo *", "TZ=Mars/North 0 0 0 * * *",
     "-1 * * * * *", "1/ * * * * *", "²  * * * * *"],
)  # fmt: skip
def test_what_is_no_cron_line_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        cron(text)


def test_a_day_that_never_comes_is_known_to_never_come():
    assert cron("0 0 0 30 2 *").next(NOW) is None


class TestWhenClocksChange:
    """Paris: on 28 March 2027 two o'clock is three; on 25 October 2026 three o'clock is two."""

    def test_a_zone_may_be_named(self):
        assert upcoming("CRON_TZ=Europe/Paris 0 0 6 * * *", count=1) == ["Sun 07-19 04:00:00"]
        assert upcoming("TZ=Asia/Kathmandu 0 0 6 * * *", count=1) == ["Sun 07-19 00:15:00"]

    def test_an_hour_that_is_left_out_comes_once_it_is_over(self):
        saturday = datetime(2027, 3, 27, 12, tzinfo=UTC)
        times = upcoming("TZ=Europe/Paris 0 30 2 * * *", saturday)
        assert times == ["Sun 03-28 01:30:00", "Mon 03-29 00:30:00", "Tue 03-30 00:30:00"]

    def test_an_hour_that_comes_twice_is_taken_once(self):
        saturday = datetime(2026, 10, 24, 12, tzinfo=UTC)
        times = upcoming("TZ=Europe/Paris 0 30 2 * * *", saturday)
        assert times == ["Sun 10-25 00:30:00", "Mon 10-26 01:30:00", "Tue 10-27 01:30:00"]

    @pytest.mark.parametrize(
        "day", [datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2027, 3, 27, 23, tzinfo=UTC)]
    )
    def test_every_quarter_of_an_hour_means_every_quarter(self, day):
        when, time, found = cron("TZ=Europe/Paris 0 */15 * * * *"), day, []
        for _ in range(30):
            time = when.next(time) or NOW
            found.append(time)
        assert found == [day + timedelta(minutes=15 * (i + 1)) for i in range(30)]


@given(
    st.integers(0, 94_608_000).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s)),
    st.sampled_from(["Europe/Paris", "UTC", "America/St_Johns"]),
)
def test_the_next_time_is_always_ahead_and_one_that_was_asked_for(after, zone):
    found = cron(f"TZ={zone} 30 */20 * * * *").next(after)
    assert found is not None
    assert timedelta() < found - after <= timedelta(minutes=20)
    assert found.second == 30


def places(frequency, text, now=NOW):
    when = periodic(frequency, text)
    return [when.next(now, f"home/{i}") for i in range(400)]


def test_a_trigger_keeps_its_place():
    when = periodic("weekly", "on weekday before 5am")
    first = when.next(NOW, "home/1")
    assert when.next(first, "home/1") - first == timedelta(days=7)
    assert when.next(first - timedelta(seconds=1), "home/1") == first


def test_places_spread_over_what_was_asked_for():
    assert {time.minute for time in places("hourly", "")} == set(range(60))
    assert {time.hour for time in places("daily", "")} == set(range(24))
    assert {time.hour for time in places("daily", "before 5am")} == {0, 1, 2, 3, 4}
    assert {time.hour for time in places("daily", "after 10pm")} == {22, 23}
    assert {time.hour for time in places("daily", "between 8am and 6pm")} == set(range(8, 18))
    assert {time.isoweekday() for time in places("weekly", "on wed-fri")} == {3, 4, 5}
    assert {time.isoweekday() for time in places("weekly", "on sat-mon,thu")} == {6, 7, 1, 4}
    assert {time.isoweekday() for time in places("weekly", "on weekend")} == {6, 7}
    assert {(time.isoweekday(), time.hour) for time in places("weekly", "on monday before 2am")} == {
        (1, 0),
        (1, 1),
    }
    assert {time.day for time in places("monthly", "")} == set(range(1, 29))
    assert {time.day for time in places("monthly", "on the 1-5 after 10pm")} == {1, 2, 3, 4, 5}
    most = Counter(time.hour for time in places("daily", "")).most_common(1)[0][1]
    assert most < 400 / 24 * 2.5


def test_a_month_without_a_31st_has_a_last_day():
    when, time, days = periodic("monthly", "on the 31"), datetime(2027, 1, 1, tzinfo=UTC), []
    for _ in range(4):
        time = when.next(time, "seed")
        days.append((time.month, time.day))
    assert days == [(1, 31), (2, 28), (3, 31), (4, 30)]


@pytest.mark.parametrize(
    ("frequency", "text"),
    [("daily", "on monday"), ("weekly", "on the 1"), ("monthly", "on monday"), ("weekly", "on"), ("weekly", "on noday"), ("daily", "before"),
     ("daily", "before 13pm"), ("daily", "before 0am"), ("daily", "at noon"), ("daily", "between 6pm and 8am"), ("monthly", "on the 32"),
     ("monthly", "on the 5-1"), ("weekly", "on mon-mon"), ("daily", "before 5")],
)  # fmt: skip
def test_what_is_no_time_of_a_day_is_refused(frequency, text):
    with pytest.raises(ValueError, match=r"\w"):
        periodic(frequency, text)


def next_of(type_, arguments, now=NOW, since=NOW):
    found = schedule(type_, arguments, "seed", since)
    return found and found.next(now)


def test_each_type_has_its_next_time():
    assert next_of("@at", "2018-12-12T15:36:25.507Z") == datetime(2018, 12, 12, 15, 36, 25, 507_000, UTC)
    assert next_of("@in", "1h30m") == NOW + timedelta(minutes=90)
    assert next_of("@in", "-5m") == NOW
    assert next_of("@every", "30m10s") == NOW + timedelta(seconds=1810)
    assert next_of("@every", "1ms") == NOW + timedelta(seconds=1)
    assert next_of("@cron", "@every 2h") == NOW + timedelta(hours=2)
    assert all(next_of(type_, "") is not None for type_ in ("@hourly", "@daily", "@weekly", "@monthly"))
    assert [next_of(type_, "") for type_ in ("@event", "@webhook", "@client")] == [None] * 3


def test_what_was_missed_while_the_program_was_off_is_one():
    late = NOW + timedelta(days=3, minutes=5)
    assert next_of("@every", "1h", now=late) == NOW + timedelta(days=3, hours=1)
