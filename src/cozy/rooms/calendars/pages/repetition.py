"""How something comes back, in words: every two weeks on Monday and Friday, until 24 December 2026."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from msgspec.structs import replace

from cozy.ui import N_, Words, formats
from cozy.ui.words import NN_

from ..model.rules import OddRule, Rule, parsed

EVERY = {
    "DAILY": NN_("Every day", "Every %(num)s days"),
    "WEEKLY": NN_("Every week", "Every %(num)s weeks"),
    "MONTHLY": NN_("Every month", "Every %(num)s months"),
    "YEARLY": NN_("Every year", "Every %(num)s years"),
    "HOURLY": NN_("Every hour", "Every %(num)s hours"),
    "MINUTELY": NN_("Every minute", "Every %(num)s minutes"),
    "SECONDLY": NN_("Every second", "Every %(num)s seconds"),
}
_NTH = {
    1: N_("the first %(day)s"), 2: N_("the second %(day)s"), 3: N_("the third %(day)s"), 4: N_("the fourth %(day)s"),
    5: N_("the fifth %(day)s"), -1: N_("the last %(day)s"), -2: N_("the second to last %(day)s"),
}  # fmt: skip
_WORKDAYS = {(0, day) for day in range(5)}
_ALL_DAYS = {(0, day) for day in range(7)}


def rule_of(body: Mapping[str, Any], zone: ZoneInfo) -> Rule | None:
    """The rule of an event, with its last moment on the clock of a zone; None where it has none that can be read."""
    text = body.get("rrule")
    if not isinstance(text, str) or not text:
        return None
    try:
        rule, until = parsed(text.removeprefix("RRULE:"))
        return replace(rule, until=_local(until, zone)) if until else rule
    except (OddRule, ValueError):
        return None


def _local(text: str, zone: ZoneInfo) -> datetime:
    if text.endswith("Z"):
        return (
            datetime.strptime(text, "%Y%m%dT%H%M%SZ")
            .replace(tzinfo=UTC)
            .astimezone(zone)
            .replace(tzinfo=None)
        )
    return datetime.fromisoformat(text)


def in_words(rule: Rule | None, start: datetime, said: Words) -> str:
    """The whole sentence; where a rule is beyond words, that it comes back. start: of the event, on its clock."""
    days = _days(rule, start, said) if rule else None
    if rule is None or days is None:
        return said.gettext(N_("At times that follow a rule of its own"))
    if rule.freq == "WEEKLY" and set(rule.by_day) == _WORKDAYS and rule.interval == 1:
        often = said.gettext(N_("From Monday to Friday"))
    elif (rule.freq == "WEEKLY" and set(rule.by_day) == _ALL_DAYS) and rule.interval == 1:
        often = said.ngettext(*EVERY["DAILY"], 1)
    else:
        often = said.ngettext(*EVERY[rule.freq], rule.interval)
        often = said.gettext("%(often)s, %(days)s", often=often, days=days) if days else often
    return _ended(often, rule, said)


def _ended(often: str, rule: Rule, said: Words) -> str:
    if rule.until:
        return said.gettext(
            "%(often)s, until %(day)s", often=often, day=formats.day(rule.until.date(), said.locale)
        )
    if rule.count:
        times = said.ngettext("%(num)s time", "%(num)s times", rule.count)
        return said.gettext("%(often)s, %(times)s", often=often, times=times)
    return often


def _days(rule: Rule, start: datetime, said: Words) -> str | None:
    """On which days, "" where that needs no saying; None where it cannot be said."""
    if (
        rule.by_hour
        or rule.by_minute
        or rule.by_second
        or rule.by_week
        or rule.by_year_day
        or rule.by_position
    ):
        return None
    match rule.freq:
        case "WEEKLY" if not rule.by_month:
            return _weekdays(rule.by_day or ((0, start.weekday()),), said)
        case "MONTHLY" if not rule.by_month and not (rule.by_day and rule.by_month_day):
            return _in_a_month(rule, start, said)
        case "YEARLY" if len(rule.by_month) <= 1 and not (rule.by_day and rule.by_month_day):
            return _in_a_year(rule, start, said)
        case "DAILY" | "HOURLY" | "MINUTELY" | "SECONDLY":
            return "" if not (rule.by_day or rule.by_month or rule.by_month_day) else None
    return None


def _weekdays(days: tuple[tuple[int, int], ...], said: Words) -> str:
    names = [_weekday(day, said) for _, day in sorted(days)]
    return said.gettext("on %(days)s", days=_listed(names, said))


def _in_a_month(rule: Rule, start: datetime, said: Words) -> str | None:
    if not rule.by_day:
        days = rule.by_month_day or (start.day,)
        if any(day < 0 for day in days):
            return said.gettext(N_("on the last day")) if days == (-1,) else None
        return said.gettext("on the %(days)s", days=_listed([_ordinal(day, said) for day in days], said))
    named = [_nth(nth, day, said) for nth, day in rule.by_day]
    return (
        None
        if None in named
        else said.gettext("on %(named)s", named=_listed([each for each in named if each], said))
    )


def _in_a_year(rule: Rule, start: datetime, said: Words) -> str | None:
    month = rule.by_month[0] if rule.by_month else start.month
    if not rule.by_day:
        days = rule.by_month_day or (start.day,)
        if len(days) > 1 or days[0] < 0:
            return None
        day = format_date(datetime(2024, month, days[0]), "d MMMM", locale=Locale.parse(said.locale))
        return said.gettext("on %(date)s", date=day)
    if not rule.by_month:
        return None
    named = [_nth(nth, day, said) for nth, day in rule.by_day]
    if None in named:
        return None
    name = format_date(datetime(2024, month, 1), "MMMM", locale=Locale.parse(said.locale))
    return said.gettext(
        "on %(days)s of %(month)s", days=_listed([each for each in named if each], said), month=name
    )


def _nth(nth: int, day: int, said: Words) -> str | None:
    return said.gettext(_NTH[nth], day=_weekday(day, said)) if nth in _NTH else None


def _weekday(day: int, said: Words) -> str:
    monday = datetime(2024, 1, 1)
    return str(format_date(monday.replace(day=1 + day), "EEEE", locale=Locale.parse(said.locale)))


def _ordinal(day: int, said: Words) -> str:
    """The day of a month as people say it: 3rd; in French only the first has another form."""
    if said.locale == "fr":
        return "1er" if day == 1 else str(day)
    ending = "th" if 10 < day % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _listed(names: list[str], said: Words) -> str:
    return format_list(names, locale={"en": "en_GB"}.get(said.locale, said.locale))
