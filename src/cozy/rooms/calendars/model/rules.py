"""Recurrence rules (RFC 5545 §3.3.10): read, written, worked out a period at a time, within bounds.

Everything here is wall-clock time without a zone: where a day is 23 hours long is the matter of who asks. A rule without
COUNT is worked out from any moment on, without the years in between; whoever holds one with COUNT finds its last
occurrence once (`last`) and then treats it as one with UNTIL.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Literal, get_args

from msgspec import Struct, convert
from msgspec.structs import replace

Frequency = Literal["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
INSTANCES = 10_000  # of one item: more are refused when it is taken in, and when they are asked for
STEPS = 40_000  # periods and times that one question may look at: about 0.1 s of work
_STEP_S = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
_DAY = timedelta(days=1)


class OddRule(ValueError):
    """A rule that cannot be read."""


class TooMuchWork(Exception):
    """A rule asks for more work than anybody's calendar is worth."""


class Rule(Struct, frozen=True, omit_defaults=True):
    """How often something happens again. until: the last moment that may be one, in wall-clock time of its start."""

    freq: Frequency
    interval: int = 1
    count: int = 0  # 0: no such bound
    until: datetime | None = None
    by_month: tuple[int, ...] = ()
    by_week: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()  # (0, 1): every Tuesday; (-1, 4): the last Friday
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_position: tuple[int, ...] = ()
    week_start: int = 0

    @property
    def is_dense(self) -> bool:
        """Whether it may happen more than once a day."""
        return (
            self.freq in _STEP_S
            or len(self.by_hour) * max(1, len(self.by_minute)) * max(1, len(self.by_second)) > 1
            or len(self.by_minute) * max(1, len(self.by_second)) > 1
            or len(self.by_second) > 1
        )


def parsed(text: str) -> tuple[Rule, str]:
    """The rule that an RRULE's value spells, and its UNTIL as it is written ("" for none). Raises OddRule."""
    members: dict[str, object] = {}
    seen: set[str] = set()
    until = ""
    for part in filter(None, text.strip().split(";")):
        name, _, value = part.partition("=")
        name = name.strip().upper()
        if name in seen:
            raise OddRule(f"{name[:20]} comes twice")
        seen.add(name)
        if name == "UNTIL":
            until = value.strip().upper()
        elif name in _READERS:
            member, read = _READERS[name]
            members[member] = read(name, value.strip().upper())
        elif not name.startswith("X-"):
            raise OddRule(f"{name[:20]} is not part of a rule")
    if "freq" not in members:
        raise OddRule("FREQ is missing")
    if until and "count" in members:
        raise OddRule("COUNT and UNTIL exclude each other")
    rule = convert(members, Rule)
    _check(rule)
    return rule, until


def spelled(rule: Rule, until: str = "") -> str:
    """The value of an RRULE. until: how its UNTIL is written, "" for none."""
    parts = [f"FREQ={rule.freq}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.count:
        parts.append(f"COUNT={rule.count}")
    if until:
        parts.append(f"UNTIL={until}")
    for name, member in _LISTS.items():
        if values := getattr(rule, member):
            parts.append(f"{name}={','.join(map(str, values))}")
    if rule.by_day:
        parts.append("BYDAY=" + ",".join(f"{nth or ''}{DAYS[day]}" for nth, day in rule.by_day))
    if rule.week_start:
        parts.append(f"WKST={DAYS[rule.week_start]}")
    return ";".join(parts)


def _freq(name: str, value: str) -> Frequency:
    for known in FREQUENCIES:
        if known == value:
            return known
    raise OddRule(f"there is no frequency {value[:20]}")


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal()) or not int(value[:9]) > 0 or len(value) > 9:
        raise OddRule(f"{name} is a number above 0")
    return int(value)


_RANGES = {
    "BYSECOND": (0, 60), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53), "BYMONTH": (1, 12), "BYSETPOS": (-366, 366),
}  # fmt: skip


def _numbers(name: str, value: str) -> tuple[int, ...]:
    low, high = _RANGES[name]
    try:
        numbers = {int(each) for each in value.split(",")} if len(value) < 4_000 else set()
    except ValueError:
        numbers = set()
    if not numbers or any(not low <= each <= high for each in numbers) or (low < 0 and 0 in numbers):
        raise OddRule(f"{name} is a list of numbers from {low} to {high}")
    if name == "BYSECOND":  # leap seconds are not counted here
        numbers = {min(each, 59) for each in numbers}
    return tuple(sorted(numbers))


def _days(name: str, value: str) -> tuple[tuple[int, int], ...]:
    days = []
    for each in value.split(","):
        nth, day = each[:-2].strip(), each[-2:]
        if day not in DAYS or (nth and not nth.lstrip("+-").isdecimal()) or len(nth) > 3 or len(days) > 400:
            raise OddRule("BYDAY is a list of days such as MO, 2TU or -1FR")
        number = int(nth) if nth else 0
        if (nth and not number) or abs(number) > 53:
            raise OddRule("BYDAY counts from 1 to 53, or from the end")
        days.append((number, DAYS.index(day)))
    return tuple(dict.fromkeys(days))


def _weekday(name: str, value: str) -> int:
    if value not in DAYS:
        raise OddRule("WKST is a day such as MO")
    return DAYS.index(value)


_LISTS = {
    "BYMONTH": "by_month", "BYWEEKNO": "by_week", "BYYEARDAY": "by_year_day", "BYMONTHDAY": "by_month_day",
    "BYHOUR": "by_hour", "BYMINUTE": "by_minute", "BYSECOND": "by_second", "BYSETPOS": "by_position",
}  # fmt: skip
_READERS = {
    "FREQ": ("freq", _freq), "INTERVAL": ("interval", _number), "COUNT": ("count", _number), "BYDAY": ("by_day", _days),
    "WKST": ("week_start", _weekday), **{name: (member, _numbers) for name, member in _LISTS.items()},
}  # fmt: skip


def _check(rule: Rule) -> None:
    if any(nth for nth, _ in rule.by_day) and (rule.freq not in {"YEARLY", "MONTHLY"} or rule.by_week):
        raise OddRule("BYDAY counts days only in a month or a year")
    if rule.by_week and rule.freq != "YEARLY":
        raise OddRule("BYWEEKNO goes with a yearly rule only")
    if rule.by_month_day and rule.freq == "WEEKLY":
        raise OddRule("BYMONTHDAY does not go with a weekly rule")
    if rule.by_year_day and rule.freq in {"DAILY", "WEEKLY", "MONTHLY"}:
        raise OddRule("BYYEARDAY does not go with a daily, weekly or monthly rule")


class Budget:
    """How much work is left to do. Raises TooMuchWork when there is none."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Do some of it."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork


def last(rule: Rule, start: datetime) -> datetime:
    """The last occurrence of a rule with COUNT; DTSTART is the first one, whether the rule meets it or not.

    Raises TooMuchWork.
    """
    left, at = rule.count, start
    if left > INSTANCES:
        raise TooMuchWork
    first = True
    for at in occurrences(rule, start, start, None, Budget()):
        left -= 1
        if first and at != start:
            left -= 1
        first = False
        if left <= 0:
            return at if left == 0 else start
    return at


def occurrences(
    rule: Rule, start: datetime, low: datetime, high: datetime | None, budget: Budget
) -> Iterator[datetime]:
    """When it happens from `low` to `high`, both included, in order; COUNT is not looked at, `until` is.

    start: DTSTART. Where the rule does not meet it, it is not among them. Raises TooMuchWork.
    """
    high = min((each for each in (rule.until, high) if each is not None), default=None)
    if high is not None and high < low:
        return
    low = max(low, start)
    rule = _completed(rule, start)
    try:
        for found, after in _periods(rule, start, low, budget):
            budget.spend()
            for at in found:
                if high is not None and at > high:
                    return
                if at >= low:
                    yield at
            if high is not None and after > high:
                return
    except (OverflowError, ValueError):  # the year 10000
        return


_Period = tuple[
    Sequence[datetime], datetime
]  # the occurrences of one, in order; when the next begins, at the earliest
_NEVER = datetime(9999, 12, 31, 23, 59, 59)


@lru_cache(maxsize=1024)
def _completed(rule: Rule, start: datetime) -> Rule:
    """The rule with what DTSTART says where it says nothing: the same day, at the same time."""
    names_day = rule.by_week or rule.by_year_day or rule.by_month_day or rule.by_day
    if rule.freq == "YEARLY" and not names_day:
        rule = replace(rule, by_month=rule.by_month or (start.month,), by_month_day=(start.day,))
    elif (
        rule.freq == "YEARLY" and rule.by_week and not (rule.by_day or rule.by_month_day or rule.by_year_day)
    ):
        rule = replace(rule, by_day=((0, start.weekday()),))
    elif rule.freq == "MONTHLY" and not names_day:
        rule = replace(rule, by_month_day=(start.day,))
    elif rule.freq == "WEEKLY" and not names_day:
        rule = replace(rule, by_day=((0, start.weekday()),))
    if rule.freq not in _STEP_S:
        rule = replace(
            rule, by_hour=rule.by_hour or (start.hour,), by_minute=rule.by_minute or (start.minute,),
            by_second=rule.by_second or (start.second,),
        )  # fmt: skip
    elif rule.freq != "SECONDLY":
        rule = replace(
            rule, by_minute=rule.by_minute or ((start.minute,) if rule.freq == "HOURLY" else ()),
            by_second=rule.by_second or (start.second,),
        )  # fmt: skip
    return rule


def _periods(rule: Rule, start: datetime, low: datetime, budget: Budget) -> Iterator[_Period]:
    match rule.freq:
        case "YEARLY":
            return _yearly(rule, start, low, budget)
        case "MONTHLY":
            return _monthly(rule, start, low, budget)
        case "WEEKLY":
            return _weekly(rule, start, low, budget)
        case "DAILY":
            return _daily(rule, start, low, budget)
    return _in_steps(rule, start, low, budget)


def _yearly(rule: Rule, start: datetime, low: datetime, budget: Budget) -> Iterator[_Period]:
    # A week of a year may begin in the one before, or end in the one after (ISO 8601): look one year around.
    margin = 1 if rule.by_week else 0
    skipped = max(0, low.year - margin - start.year)
    year = start.year + -(-skipped // rule.interval) * rule.interval
    while year <= 9999:
        days = _days_of_year(rule, year)
        after = datetime(year + 1, 1, 1) - 7 * margin * _DAY if year < 9999 else _NEVER
        yield _timed(rule, days, budget), after
        year += rule.interval


def _days_of_year(rule: Rule, year: int) -> list[date]:
    """The days of a year that a yearly rule names: each part that it has narrows them."""
    if rule.by_week:
        days = _days_of_weeks(rule, year)
    elif rule.by_year_day:
        days = _days_by_number(rule.by_year_day, date(year, 1, 1), date(year, 12, 31))
    elif rule.by_month or rule.by_month_day:
        months = rule.by_month or range(1, 13)
        return list(chain.from_iterable(_days_of_month(rule, year, month) for month in months))
    else:
        return _by_weekday(rule.by_day, date(year, 1, 1), date(year, 12, 31))
    days = [day for day in days if not rule.by_month or day.month in rule.by_month]
    if rule.by_month_day:
        days = [day for day in days if _is_month_day(rule, day)]
    if rule.by_week and rule.by_year_day:
        wanted = set(_days_by_number(rule.by_year_day, date(year, 1, 1), date(year, 12, 31)))
        days = [day for day in days if day in wanted]
    if rule.by_day:
        if any(nth for nth, _ in rule.by_day):
            wanted = set(_by_weekday(rule.by_day, date(year, 1, 1), date(year, 12, 31)))
            return [day for day in days if day in wanted]
        weekdays = {weekday for _, weekday in rule.by_day}
        days = [day for day in days if day.weekday() in weekdays]
    return days


def _days_of_weeks(rule: Rule, year: int) -> list[date]:
    """The days of some weeks of a year: the first one has four days in it (RFC 5545 §3.3.10)."""
    first, next_first = _first_week(year, rule.week_start), _first_week(year + 1, rule.week_start)
    count = (next_first - first).days // 7
    weeks = sorted({each - 1 if each > 0 else count + each for each in rule.by_week})
    return [first + (week * 7 + day) * _DAY for week in weeks if 0 <= week < count for day in range(7)]


def _first_week(year: int, week_start: int) -> date:
    fourth = date(year, 1, 4)
    return fourth - ((fourth.weekday() - week_start) % 7) * _DAY


def _days_by_number(numbers: Sequence[int], first: date, last_: date) -> list[date]:
    length = (last_ - first).days + 1
    places = {each - 1 if each > 0 else length + each for each in numbers}
    return [first + place * _DAY for place in sorted(places) if 0 <= place < length]


def _by_weekday(wanted: Sequence[tuple[int, int]], first: date, last_: date) -> list[date]:
    """Days of the week in a span of days: each of them, or the nth, from the end where it is negative."""
    days: set[date] = set()
    for nth, weekday in wanted:
        head = first + ((weekday - first.weekday()) % 7) * _DAY
        count = (last_ - head).days // 7 + 1
        places = range(count) if not nth else [nth - 1 if nth > 0 else count + nth]
        days.update(head + 7 * place * _DAY for place in places if 0 <= place < count)
    return sorted(days)


def _monthly(rule: Rule, start: datetime, low: datetime, budget: Budget) -> Iterator[_Period]:
    origin = start.year * 12 + start.month - 1
    skipped = max(0, low.year * 12 + low.month - 1 - origin)
    number = origin + -(-skipped // rule.interval) * rule.interval
    while True:
        year, month = divmod(number, 12)
        month += 1
        days = [] if rule.by_month and month not in rule.by_month else _days_of_month(rule, year, month)
        after = datetime(year + month // 12, month % 12 + 1, 1) if year < 9999 else _NEVER
        yield _timed(rule, days, budget), after
        number += rule.interval


def _days_of_month(rule: Rule, year: int, month: int) -> list[date]:
    """The days of a month that a rule names, by number, by day of the week, or by both."""
    first, last_ = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if not rule.by_day:
        return _days_by_number(rule.by_month_day, first, last_) if rule.by_month_day else _all(first, last_)
    days = _by_weekday(rule.by_day, first, last_)
    return [day for day in days if _is_month_day(rule, day)] if rule.by_month_day else days


def _all(first: date, last_: date) -> list[date]:
    return [first + place * _DAY for place in range((last_ - first).days + 1)]


def _is_month_day(rule: Rule, day: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    return day.day in rule.by_month_day or day.day - length - 1 in rule.by_month_day


def _weekly(rule: Rule, start: datetime, low: datetime, budget: Budget) -> Iterator[_Period]:
    week = start.date() - ((start.weekday() - rule.week_start) % 7) * _DAY
    step = 7 * rule.interval
    week += max(0, (low.date() - week).days // step) * step * _DAY
    places = sorted({(weekday - rule.week_start) % 7 for _, weekday in rule.by_day})
    while True:
        days = [week + place * _DAY for place in places]
        if rule.by_month:
            days = [day for day in days if day.month in rule.by_month]
        after = week + step * _DAY
        yield _timed(rule, days, budget), datetime(after.year, after.month, after.day)
        week = after


def _daily(rule: Rule, start: datetime, low: datetime, budget: Budget) -> Iterator[_Period]:
    day = start.date()
    day += max(0, (low.date() - day).days // rule.interval) * rule.interval * _DAY
    while True:
        after = day + rule.interval * _DAY
        days = [day] if _is_day(rule, day) else []
        yield _timed(rule, days, budget), datetime(after.year, after.month, after.day)
        day = after


def _is_day(rule: Rule, day: date) -> bool:
    """Whether a rule that is counted in days or less lets something happen on a day."""
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_month_day and not _is_month_day(rule, day):
        return False
    if rule.by_day and all(day.weekday() != weekday for _, weekday in rule.by_day):
        return False
    if rule.by_year_day:
        number, length = day.timetuple().tm_yday, 365 + (monthrange(day.year, 2)[1] == 29)
        return number in rule.by_year_day or number - length - 1 in rule.by_year_day
    return True


def _timed(rule: Rule, days: Sequence[date], budget: Budget) -> list[datetime]:
    """The moments of these days that a rule names, of which BYSETPOS may pick some."""
    if len(rule.by_hour) == len(rule.by_minute) == len(rule.by_second) == 1:
        (hour,), (minute,), (second,) = rule.by_hour, rule.by_minute, rule.by_second
        moments = [datetime(day.year, day.month, day.day, hour, minute, second) for day in days]
    else:
        budget.spend(len(days) * len(rule.by_hour) * len(rule.by_minute) * len(rule.by_second))
        moments = [
            datetime(day.year, day.month, day.day, hour, minute, second)
            for day in days
            for hour in rule.by_hour
            for minute in rule.by_minute
            for second in rule.by_second
        ]
    return _picked(rule, moments) if rule.by_position else moments


def _picked(rule: Rule, moments: Sequence[datetime]) -> list[datetime]:
    places = {each - 1 if each > 0 else len(moments) + each for each in rule.by_position}
    return [moments[place] for place in sorted(places) if 0 <= place < len(moments)]


def _in_steps(rule: Rule, start: datetime, low: datetime, budget: Budget) -> Iterator[_Period]:
    """Rules that are counted in hours, minutes or seconds, a day at a time."""
    step = rule.interval * _STEP_S[rule.freq]
    base = start
    if rule.freq == "HOURLY":
        base = start.replace(minute=0, second=0)
    elif rule.freq == "MINUTELY":
        base = start.replace(second=0)
    day = max(start, low).replace(hour=0, minute=0, second=0)
    while True:
        after = day + _DAY
        ahead = max(0, -(-int((day - base).total_seconds()) // step))
        at = base + timedelta(seconds=ahead * step)
        if at >= after:
            day = at.replace(hour=0, minute=0, second=0)
            yield (), day
            continue
        found: list[datetime] = []
        if _is_day(rule, day.date()):
            while at < after:
                budget.spend()
                found += _inside(rule, at)
                at += timedelta(seconds=step)
        yield found, after
        day = after


def _inside(rule: Rule, at: datetime) -> list[datetime]:
    """The moments of one hour, minute or second."""
    if rule.by_hour and at.hour not in rule.by_hour:
        return []
    if rule.freq == "SECONDLY":
        fits = (not rule.by_minute or at.minute in rule.by_minute) and (
            not rule.by_second or at.second in rule.by_second
        )
        return [at] if fits else []
    if rule.freq == "MINUTELY":
        if rule.by_minute and at.minute not in rule.by_minute:
            return []
        moments = [at.replace(second=second) for second in rule.by_second]
    else:
        moments = [at.replace(minute=m, second=s) for m in rule.by_minute for s in rule.by_second]
    return _picked(rule, moments) if rule.by_position else moments
