"""The form of an event: what its fields hold, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from starlette.datastructures import FormData

from cozy.kernel.clock import time_zones
from cozy.ui.words import N_, NN_, Words

from ..model.moments import EPOCH
from ..model.rules import Frequency, Rule, spelled
from .dates import read_time
from .repetition import EVERY

KEEP = "keep"  # a rule that the form has no words for stays as it is
UNITS: tuple[Frequency, ...] = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WORKDAYS = tuple((0, day) for day in range(5))
REMINDERS = ("", "0", "5", "10", "30", "60", "120", "1440", "2880", "10080")  # minutes before
GUESTS_LIMIT = 200
TITLE_LIMIT, NOTE_LIMIT = 500, 20_000
_MAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+|[^@\s<>,;]+@localhost")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Values(Struct, frozen=True, kw_only=True):
    """What the fields hold, as they are sent."""

    title: str = ""
    calendar: str = ""
    all_day: bool = False
    start_day: str = ""
    start_time: str = ""
    end_day: str = ""
    end_time: str = ""
    tz: str = ""
    place: str = ""
    note: str = ""
    repeat: str = ""
    every: str = "1"
    unit: str = "WEEKLY"
    days: tuple[str, ...] = ()
    ends: str = ""
    until: str = ""
    count: str = ""
    reminders: tuple[str, ...] = ()
    guests: str = ""
    scope: str = "this"


class Details(Struct, frozen=True, kw_only=True):
    """What they mean. start, end: without a zone; for whole days, midnights, and end the day after the last."""

    title: str
    calendar: str
    is_all_day: bool
    start: datetime
    end: datetime
    tz: str
    place: str
    note: str
    rule: Rule | None
    keeps_rule: bool
    reminders: tuple[int, ...]
    guests: tuple[str, ...]


class BadFields(Exception):
    """Some fields cannot be understood. errors: field to msgid."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = errors


def read(form: FormData) -> Values:
    """The fields of a form."""

    def said(name: str, limit: int = 200) -> str:
        return str(form.get(name, "")).strip()[:limit]

    return Values(
        title=said("title", TITLE_LIMIT), calendar=said("calendar"), all_day=bool(form.get("all_day")),
        start_day=said("start_day"), start_time=said("start_time"), end_day=said("end_day"), end_time=said("end_time"),
        tz=said("tz"), place=said("place", TITLE_LIMIT), note=str(form.get("note", ""))[:NOTE_LIMIT].replace("\r\n", "\n").strip(),
        repeat=said("repeat"), every=said("every"), unit=said("unit"), days=tuple(map(str, form.getlist("days")))[:7],
        ends=said("ends"), until=said("until"), count=said("count"), reminders=tuple(map(str, form.getlist("reminders")))[:2],
        guests=said("guests", 20_000), scope=said("scope") or "this",
    )  # fmt: skip


def proposed(day: date, at: time | None, now: datetime, calendar: str, tz: str) -> Values:
    """A new event of an hour on a day: at a time, or at the next full hour where the day is today, else in the morning."""
    if at is None:
        following = (now + timedelta(hours=1)).replace(minute=0)
        at = following.time() if day == now.date() and following.date() == day else time(9)
    start = datetime.combine(day, at.replace(second=0, microsecond=0, tzinfo=None))
    return replace(Values(calendar=calendar, tz=tz), **_times(start, start + timedelta(hours=1)))


def times_of(start: datetime, end: datetime, *, is_all_day: bool) -> dict[str, object]:
    """The fields of the times of an event; of whole days the last one is named, not the day after."""
    if not is_all_day:
        return {**_times(start, end), "all_day": False}
    last = max(end - timedelta(days=1), start)
    return {**_times(start.replace(hour=9), last.replace(hour=10)), "all_day": True}


def _times(start: datetime, end: datetime) -> dict[str, str]:
    return {
        "start_day": f"{start:%Y-%m-%d}", "start_time": f"{start:%H:%M}", "end_day": f"{end:%Y-%m-%d}", "end_time": f"{end:%H:%M}",
    }  # fmt: skip


def checked(values: Values) -> Details:
    """What the fields mean. Raises BadFields."""
    errors: dict[str, str] = {}
    if not values.title:
        errors["title"] = N_("Say what it is.")
    if values.tz not in time_zones():
        errors["tz"] = N_("This time zone is not known.")
    start, end = _span(values, errors)
    rule = _rule(values, start, errors)
    guests = tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", values.guests) if part))
    if len(guests) > GUESTS_LIMIT or any(not _MAIL.fullmatch(guest) for guest in guests):
        errors["guests"] = N_("Give one mail address a line, such as ana@example.org.")
    if errors:
        raise BadFields(errors)
    return Details(
        title=values.title, calendar=values.calendar, is_all_day=values.all_day, start=start, end=end, tz=values.tz,
        place=values.place, note=values.note, rule=rule, keeps_rule=values.repeat == KEEP,
        reminders=tuple(sorted({int(each) for each in values.reminders if each in REMINDERS[1:]})), guests=guests,
    )  # fmt: skip


def _span(values: Values, errors: dict[str, str]) -> tuple[datetime, datetime]:
    first = _day(values.start_day)
    last = _day(values.end_day) if values.end_day else first
    if first is None or last is None:
        errors["end_day" if first else "start_day"] = N_("Give a day.")
        return EPOCH, EPOCH
    if values.all_day:
        start, end = datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
        if end <= start:
            errors["end_day"] = N_("It cannot end before it begins.")
        return start, end
    at = read_time(values.start_time)
    until = read_time(values.end_time) if values.end_time else at
    if at is None or until is None:
        errors["end_time" if at else "start_time"] = N_("Give a time such as 14:30.")
        return EPOCH, EPOCH
    start, end = datetime.combine(first, at), datetime.combine(last, until)
    if end < start:
        errors["end_time" if last == first else "end_day"] = N_("It cannot end before it begins.")
    return start, end


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and 1900 <= found.year < 2200 else None


def _rule(values: Values, start: datetime, errors: dict[str, str]) -> Rule | None:
    if values.repeat in {"", KEEP}:
        return None
    rule = _pattern(values, start, errors)
    if rule is None:
        return None
    if values.ends == "until":
        last = _day(values.until)
        if last is None or last < start.date():
            errors["until"] = N_("Give a day after the beginning.")
            return None
        return replace(rule, until=datetime.combine(last, start.time()))
    if values.ends == "count":
        if not values.count.isdecimal() or not 1 <= int(values.count) <= 999:
            errors["count"] = N_("Give a number from 1 to 999.")
            return None
        return replace(rule, count=int(values.count))
    return rule


def _pattern(values: Values, start: datetime, errors: dict[str, str]) -> Rule | None:
    simple = usual(start)
    if values.repeat in simple:
        return simple[values.repeat]
    if values.repeat != "custom" or values.unit not in UNITS:
        errors["repeat"] = N_("Choose how it repeats.")
        return None
    if not values.every.isdecimal() or not 1 <= int(values.every) <= 99:
        errors["every"] = N_("Give a number from 1 to 99.")
        return None
    unit: Frequency = values.unit  # type: ignore[assignment]
    days = tuple((0, int(day)) for day in sorted(set(values.days)) if day in set("0123456"))
    return Rule(unit, interval=int(values.every), by_day=days if unit == "WEEKLY" else ())


def usual(start: datetime) -> dict[str, Rule]:
    """The rules that have a name of their own in the form, for something that begins then."""
    nth = (start.day - 1) // 7 + 1
    return {
        "daily": Rule("DAILY"),
        "weekly": Rule("WEEKLY"),
        "workdays": Rule("WEEKLY", by_day=WORKDAYS),
        "fortnightly": Rule("WEEKLY", interval=2),
        "monthly": Rule("MONTHLY"),
        "monthly_day": Rule("MONTHLY", by_day=((nth if nth < 5 else -1, start.weekday()),)),
        "yearly": Rule("YEARLY"),
    }


def choices(words: Words, kept: str = "") -> list[tuple[str, str]]:
    """The ways to repeat, to choose from. kept: a rule of an event in words, which the form leaves as it is."""
    said: list[tuple[str, str | tuple[str, str]]] = [
        ("", N_("Does not repeat")),
        ("daily", EVERY["DAILY"]),
        ("weekly", EVERY["WEEKLY"]),
        ("workdays", N_("From Monday to Friday")),
        ("fortnightly", N_("Every two weeks")),
        ("monthly", N_("Every month, on that date")),
        ("monthly_day", N_("Every month, on that day of the week")),
        ("yearly", EVERY["YEARLY"]),
        ("custom", N_("In another way…")),
    ]
    named = [
        (key, words.gettext(label) if isinstance(label, str) else words.ngettext(*label, 1))
        for key, label in said
    ]
    return [*named, (KEEP, kept)] if kept else named


def repeat_of(rule: Rule | None, start: datetime) -> dict[str, object]:
    """The fields of how it repeats; KEEP where the form has no words for a rule."""
    if rule is None:
        return {"repeat": ""}
    ends: dict[str, object] = {}
    if rule.until:
        ends = {"ends": "until", "until": f"{rule.until:%Y-%m-%d}"}
    elif rule.count:
        ends = {"ends": "count", "count": str(rule.count)}
    bare = replace(rule, until=None, count=0, week_start=0)
    weekly = Rule("WEEKLY", interval=bare.interval, by_day=((0, start.weekday()),))
    if bare == weekly:  # the day that it begins on needs no saying
        bare = replace(bare, by_day=())
    for name, known in usual(start).items():
        if bare == known or _same_day(bare, known, start):
            return {**ends, "repeat": name}
    if bare == Rule(bare.freq, interval=bare.interval, by_day=bare.by_day) and bare.freq in UNITS:
        days = tuple(str(day) for nth, day in bare.by_day if not nth)
        if len(days) == len(bare.by_day) and (bare.freq == "WEEKLY" or not days):
            return {**ends, "repeat": "custom", "every": str(bare.interval), "unit": bare.freq, "days": days}
    return {"repeat": KEEP}


def _same_day(rule: Rule, known: Rule, start: datetime) -> bool:
    """Whether a rule says only what the beginning says too: each 27th, of something that begins on a 27th."""
    if known.freq == "MONTHLY" and not known.by_day:
        return rule == replace(known, by_month_day=(start.day,))
    if known.freq == "YEARLY":
        return rule == replace(known, by_month=(start.month,), by_month_day=(start.day,))
    return False


def reminder_choices(words: Words) -> list[tuple[str, str]]:
    """How long before one can be reminded."""
    return [
        (key, reminder(words, int(key)) if key else words.gettext(N_("No reminder"))) for key in REMINDERS
    ]


def reminder(words: Words, minutes: int) -> str:
    """When a reminder comes, in words."""
    if minutes <= 0:
        return words.gettext(N_("When it begins"))
    for unit, counted in (
        (10_080, NN_("%(num)s week before", "%(num)s weeks before")),
        (1_440, NN_("%(num)s day before", "%(num)s days before")),
        (60, NN_("%(num)s hour before", "%(num)s hours before")),
    ):
        if minutes % unit == 0:
            return words.ngettext(*counted, minutes // unit)
    return words.ngettext("%(num)s minute before", "%(num)s minutes before", minutes)


def zones(kept: str) -> list[tuple[str, str]]:
    """All time zones by name, to choose from."""
    names = sorted(
        zone for zone in time_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/"))
    )
    return [(name, name.replace("_", " ")) for name in dict.fromkeys(["UTC", *names, kept])]


def shifted(start: datetime, end: datetime, day: date, at: time | None) -> tuple[datetime, datetime]:
    """The same length, beginning on another day, at the same time or another. All without a zone."""
    begins = datetime.combine(day, start.time() if at is None else at)
    return begins, begins + (end - start)


def localized(at: datetime, zone: ZoneInfo) -> datetime:
    """The time on the clock of a zone, without the zone."""
    return at.astimezone(zone).replace(tzinfo=None)


def members(details: Details) -> dict[str, object]:
    """The same as members of the document of an event; None for what it shall not have."""
    zone = ZoneInfo(details.tz)
    held: dict[str, object] = {
        "label": details.title,
        "location": details.place or None,
        "description": details.note or None,
        "allDay": True if details.is_all_day else None,
        "timezone": None if details.is_all_day else details.tz,
        "start": moment(details.start, zone, is_all_day=details.is_all_day),
        "end": moment(details.end, zone, is_all_day=details.is_all_day),
        "reminders": list(details.reminders) or None,
    }
    if not details.keeps_rule:
        held["rrule"] = _spelled(details.rule, zone, is_all_day=details.is_all_day) if details.rule else None
    return held


def moment(at: datetime, zone: ZoneInfo, *, is_all_day: bool) -> str:
    """A time on the clock of a zone as members spell it: `2026-11-27`, or `2026-11-27T13:30:00Z`."""
    if is_all_day:
        return at.date().isoformat()
    return f"{at.replace(tzinfo=zone).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _spelled(rule: Rule, zone: ZoneInfo, *, is_all_day: bool) -> str:
    """RFC 5545 §3.3.10: UNTIL is a day where the start is one, else a moment in UTC."""
    if rule.until is None:
        return spelled(rule)
    if is_all_day:
        return spelled(rule, f"{rule.until:%Y%m%d}")
    return spelled(rule, f"{rule.until.replace(tzinfo=zone).astimezone(UTC):%Y%m%dT%H%M%SZ}")
