"""What apps and pages read of an item, the members of its document, and how a change of them gets into its text.

Times are texts: `2026-07-18` is a day, `2026-07-18T12:02:00Z` a moment, `2026-07-18T14:02:00` a time wherever one is. `timezone`
names the zone in which a moment is meant. The end of an event of whole days is the day after its last one, as in iCalendar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import moments, rules, zones
from .moments import Duration, Moment, OddMoment
from .rules import OddRule
from .series import Times
from .texts import Planned, moment_line, with_lines, with_value

EVENTS, TODOS, JOURNALS = "io.cozy.calendar.events", "io.cozy.todos", "io.cozy.calendar.journals"
DOCTYPES: Mapping[str, str] = {"VEVENT": EVENTS, "VTODO": TODOS, "VJOURNAL": JOURNALS}
COMPONENTS: Mapping[str, str] = {doctype: component for component, doctype in DOCTYPES.items()}
MEMBERS = frozenset(
    [
        "label",
        "description",
        "location",
        "url",
        "status",
        "visibility",
        "categories",
        "start",
        "end",
        "timezone",
        "allDay",
        "free",
        "rrule",
        "rdates",
        "exdates",
        "organizer",
        "attendees",
        "reminders",
        "done",
        "limitDate",
        "completionDate",
        "priority",
        "percent",
    ]
)
_TEXTS = {"SUMMARY": "label", "DESCRIPTION": "description", "LOCATION": "location"}
_PLAIN = {"URL": "url"}
_WORDS = {"CLASS": "visibility"}
_NUMBERS = {"PRIORITY": "priority", "PERCENT-COMPLETE": "percent"}
_REMINDERS_LIMIT = 20


class BadMember(ValueError):
    """A member of a document that cannot be said in iCalendar."""

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member


# From a text ------------------------------------------------------------------------------------------------------


def of_item(item: Planned) -> dict[str, Any]:
    """The members of an item: those of its master, or of the first of its exceptions."""
    times = item.series.main or item.series.overrides[0].times
    return of_component(item.first, times)


def of_component(component: Component, times: Times) -> dict[str, Any]:
    """The members of one component."""
    body: dict[str, Any] = {}
    for part in component.parts:
        if type(part) is not Line:
            continue
        name = part.name
        if name in _TEXTS:
            body.setdefault(_TEXTS[name], lines.unescape(part.value))
        elif name in _PLAIN:
            body.setdefault(_PLAIN[name], part.value)
        elif name in _WORDS:
            body.setdefault(_WORDS[name], part.value.strip().lower())
        elif name in _NUMBERS:
            if part.value.strip().isdecimal() and int(part.value[:9]):
                body[_NUMBERS[name]] = int(part.value[:9])
        elif name == "RRULE":
            body.setdefault("rrule", part.value)
        elif name == "CATEGORIES":
            body["categories"] = [*body.get("categories", ()), *filter(None, lines.texts(part.value))]
        elif name == "ORGANIZER":
            body["organizer"] = _person(part)
        elif name == "ATTENDEE":
            body.setdefault("attendees", []).append(_attendee(part))
    body |= _times(component, times)
    if reminders := sorted(
        {each for alarm in component.components("VALARM") if (each := simple(alarm)) is not None}
    ):
        body["reminders"] = reminders
    return body


def _times(component: Component, times: Times) -> dict[str, Any]:
    body: dict[str, Any] = {}
    first = times.start or times.end
    is_task = times.component == "VTODO"
    if times.status and not (is_task and times.status in {"NEEDS-ACTION", "COMPLETED"}):
        body["status"] = times.status
    if times.is_free:
        body["free"] = True
    if times.start is not None:
        body["start"] = said(times.start)
    end = ended(times)
    if end is not None:
        body["limitDate" if is_task else "end"] = said(end)
    if first is not None and first.is_day:
        body["allDay"] = True
    if first is not None and (name := zone_name(first)):
        body["timezone"] = name
    if is_task:
        body["done"] = times.status == "COMPLETED" or times.completed is not None
        if times.completed is not None:
            body["completionDate"] = said(times.completed)
    if times.start is not None:
        for member, name in (("exdates", "EXDATE"), ("rdates", "RDATE")):
            if dates := _dates(component, name, times.start):
                body[member] = dates
    return body


def _dates(component: Component, name: str, start: Moment) -> list[str]:
    """The moments of EXDATE and RDATE, told as the start is."""
    found = []
    for line in component.lines(name):
        for value in line.value.split(","):
            text = value.partition("/")[0].strip()
            try:
                found.append(said(moments.parsed(text, start.zone if text[-1:] != "Z" else None, start.tzid)))
            except OddMoment:
                continue
    return found


def ended(times: Times) -> Moment | None:
    """When it ends, where it says so, as a moment like its start."""
    if times.end is not None or times.length is None or times.start is None:
        return times.end
    start, length = times.start, times.length
    zone = start.zone_in(UTC)
    local = start.local + timedelta(days=length.days)
    if length.seconds:
        local = moments.local_of(moments.seconds_of(local, zone) + length.seconds, zone)
    return Moment(start.kind, local, start.zone, start.tzid)


def said(moment: Moment) -> str:
    """A moment as members spell it."""
    if moment.kind == "date":
        return moment.local.date().isoformat()
    if moment.kind == "floating":
        return moment.local.isoformat(timespec="seconds")
    return moments.local_of(moment.at(UTC), UTC).isoformat(timespec="seconds") + "Z"


def zone_name(moment: Moment) -> str:
    """The zone of a moment by IANA's name, or by the one that its text has for it."""
    if moment.kind != "zoned":
        return ""
    return moment.zone.key if isinstance(moment.zone, ZoneInfo) else moment.tzid


def _person(line: Line) -> dict[str, Any]:
    person = {"email": address(line.value)}
    if name := line.param("CN"):
        person["name"] = name
    return person


def _attendee(line: Line) -> dict[str, Any]:
    params = line.params()
    person = _person(line)
    for member, name, usual in (
        ("status", "PARTSTAT", "NEEDS-ACTION"), ("role", "ROLE", "REQ-PARTICIPANT"), ("kind", "CUTYPE", "INDIVIDUAL"),
    ):  # fmt: skip
        value = next(iter(params.get(name, ())), usual).upper()
        if value != usual or member == "status":
            person[member] = value
    return person


def address(value: str) -> str:
    """The mail address of a `mailto:` URI; another URI as it is."""
    text = value.strip()
    return text[7:] if text[:7].lower() == "mailto:" else text


def simple(alarm: Component) -> int | None:
    """How many minutes before its start an alarm tells of it; None for one that pages cannot show."""
    trigger = alarm.line("TRIGGER")
    if trigger is None or alarm.value("ACTION").upper() not in {"DISPLAY", "AUDIO"}:
        return None
    if trigger.parameters and (
        trigger.param("RELATED").upper() == "END" or trigger.param("VALUE").upper() == "DATE-TIME"
    ):
        return None
    try:
        length = moments.duration(trigger.value)
    except OddMoment:
        return None
    seconds = -(length.days * 86_400 + length.seconds)
    return seconds // 60 if seconds >= 0 and seconds % 60 == 0 else None


# Into a text ------------------------------------------------------------------------------------------------------


def changed(
    component: Component, was: Mapping[str, Any], now: Mapping[str, Any], start: Moment | None
) -> Component:
    """A component with the members that changed put in; lines of others stay word for word.

    start: of the item as it was. Raises BadMember.
    """
    for member in sorted(MEMBERS, key=_order):
        if was.get(member) == now.get(member) or member in _TOGETHER:
            continue
        component = _SETTERS[member](component, member, now.get(member))
    if any(was.get(member) != now.get(member) for member in _WHEN):
        component = _timed(component, now, start)
    if component.name == "VTODO" and any(was.get(member) != now.get(member) for member in _DONE):
        component = _finished(component, now)
    return component


_WHEN = ("start", "end", "limitDate", "timezone", "allDay", "exdates", "rdates")
_DONE = ("done", "completionDate", "percent")
_TOGETHER = frozenset({*_WHEN, "done", "completionDate"})


def _order(member: str) -> int:
    return ("status", "percent").index(member) - 2 if member in {"status", "percent"} else 0


def _text_setter(name: str) -> Callable[[Component, str, Any], Component]:
    def put(component: Component, member: str, value: Any) -> Component:
        return with_value(component, name, lines.escape(_text(member, value)))

    return put


def _plain_setter(name: str) -> Callable[[Component, str, Any], Component]:
    def put(component: Component, member: str, value: Any) -> Component:
        text = _text(member, value)
        if not text.isprintable():
            raise BadMember(member)
        return with_value(component, name, text)

    return put


def _word_setter(name: str) -> Callable[[Component, str, Any], Component]:
    def put(component: Component, member: str, value: Any) -> Component:
        text = _text(member, value).upper()
        if text and not text.replace("-", "").isalnum():
            raise BadMember(member)
        return with_value(component, name, text)

    return put


def _number_setter(name: str) -> Callable[[Component, str, Any], Component]:
    def put(component: Component, member: str, value: Any) -> Component:
        if value is not None and (not isinstance(value, int) or not 0 <= value <= 100):
            raise BadMember(member)
        return with_value(component, name, str(value) if value else "")

    return put


def _text(member: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadMember(member)
    return value


def _free(component: Component, member: str, value: Any) -> Component:
    return with_value(component, "TRANSP", "TRANSPARENT" if value is True else "OPAQUE")


def _rrule(component: Component, member: str, value: Any) -> Component:
    text = _text(member, value).removeprefix("RRULE:")
    if not text:
        return with_lines(component, "RRULE")
    try:
        rules.parsed(text)
    except OddRule as error:
        raise BadMember(member) from error
    return with_value(component, "RRULE", text)


def _categories(component: Component, member: str, value: Any) -> Component:
    if value is not None and not isinstance(value, list):
        raise BadMember(member)
    text = ",".join(lines.escape(_text(member, each)) for each in value or ())
    new = [lines.make("CATEGORIES", text)] if text else []
    return with_lines(component, "CATEGORIES", *new)


def _organizer(component: Component, member: str, value: Any) -> Component:
    if not value:
        return with_lines(component, "ORGANIZER")
    person = {"email": value} if isinstance(value, str) else value
    old = component.line("ORGANIZER")
    return with_lines(component, "ORGANIZER", _person_line("ORGANIZER", member, person, old))


def _attendees(component: Component, member: str, value: Any) -> Component:
    if value is not None and not isinstance(value, list):
        raise BadMember(member)
    old = {address(line.value).lower(): line for line in component.lines("ATTENDEE")}
    new = []
    for each in value or ():
        person = {"email": each} if isinstance(each, str) else each
        known = old.get(str(person.get("email", "")).lower()) if isinstance(person, dict) else None
        new.append(_person_line("ATTENDEE", member, person, known))
    return with_lines(component, "ATTENDEE", *new)


def _person_line(name: str, member: str, person: Any, old: Line | None) -> Line:
    """The line of an organizer or an invitee; parameters of an old one that members do not tell stay."""
    if (
        not isinstance(person, dict)
        or not isinstance(email := person.get("email"), str)
        or not email.isprintable()
    ):
        raise BadMember(member)
    params = old.params() if old else {}
    told = (("CN", "name"), ("PARTSTAT", "status"), ("ROLE", "role"), ("CUTYPE", "kind"))
    for param, key in told if name == "ATTENDEE" else told[:1]:
        value = _text(member, person.get(key))
        if value:
            params[param] = [value.replace('"', "'") if param == "CN" else value.upper()]
        elif param != "PARTSTAT":
            params.pop(param, None)
    if name == "ATTENDEE":
        params.setdefault("PARTSTAT", ["NEEDS-ACTION"])
        if old is None:
            params.setdefault("RSVP", ["TRUE"])
    uri = (
        old.value
        if old and address(old.value) == email
        else (email if ":" in email.partition("@")[0] else f"mailto:{email}")
    )
    made = lines.make(name, uri, params)
    return old if old and (old.value, old.params()) == (made.value, made.params()) else made


def _reminders(component: Component, member: str, value: Any) -> Component:
    """Alarms that pages can show are replaced; others stay."""
    if value is not None and not (
        isinstance(value, list) and all(type(each) is int and 0 <= each < 10**6 for each in value)
    ):
        raise BadMember(member)
    wanted = dict.fromkeys(sorted(value or ())[:_REMINDERS_LIMIT])
    parts: list[Line | Component] = []
    for part in component.parts:
        minutes = simple(part) if type(part) is Component and part.name == "VALARM" else None
        if minutes is not None:
            if minutes not in wanted:
                continue
            del wanted[minutes]
        parts.append(part)
    return replace(component, parts=(*parts, *map(_alarm, wanted)))


def _alarm(minutes: int) -> Component:
    days, rest = divmod(minutes, 1440)
    trigger = moments.duration_spelled(Duration(-days, -rest * 60)) if minutes else "PT0S"
    return Component(
        "VALARM",
        (
            lines.make("ACTION", "DISPLAY"),
            lines.make("DESCRIPTION", "Reminder"),
            lines.make("TRIGGER", trigger),
        ),
    )


def _timed(component: Component, now: Mapping[str, Any], was: Moment | None) -> Component:
    """DTSTART and what ends it, anew; and the days that are left out or added, on the clock of the start."""
    zone_text = _text("timezone", now.get("timezone"))
    zone = zones.named(zone_text) if zone_text else None
    if zone_text and zone is None and was is not None and was.tzid == zone_text:
        zone = was.zone
    start = moment("start", now.get("start"), zone, zone_text, now)
    end_member, end_name = ("limitDate", "DUE") if component.name == "VTODO" else ("end", "DTEND")
    end = moment(end_member, now.get(end_member), zone, zone_text, now)
    if component.name == "VEVENT" and start is None:
        raise BadMember("start")
    if start is not None and end is not None and end.at(UTC) < start.at(UTC):
        raise BadMember(end_member)
    component = with_lines(component, "DTSTART", *([moment_line("DTSTART", start)] if start else []))
    component = with_lines(component, "DURATION")
    if component.name != "VJOURNAL":
        component = with_lines(component, end_name, *([moment_line(end_name, end)] if end else []))
    for member, name in (("exdates", "EXDATE"), ("rdates", "RDATE")):
        dates = now.get(member)
        if dates is not None and not isinstance(dates, list):
            raise BadMember(member)
        told = _dates(component, name, was) if was is not None else []
        if dates != (told or None) or (was is not None and start is not None and was.kind != start.kind):
            found = [moment(member, each, zone, zone_text, now) for each in dates or ()]
            component = with_lines(component, name, *(moment_line(name, each) for each in found if each))
    return component


def moment(member: str, text: Any, zone: tzinfo | None, tzid: str, now: Mapping[str, Any]) -> Moment | None:
    """The moment that a member says. Raises BadMember."""
    if text is None or text == "":
        return None
    try:
        if not isinstance(text, str):
            raise BadMember(member)
        if len(text) == 10 or now.get("allDay") is True:
            return Moment("date", datetime.fromisoformat(text[:10]))
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadMember(member) from error
    if at.tzinfo is None:
        local = at.replace(microsecond=0)
        return Moment("zoned", local, zone, tzid) if zone is not None else Moment("floating", local)
    at = at.astimezone(UTC).replace(microsecond=0)
    if zone is not None:
        return Moment("zoned", at.astimezone(zone).replace(tzinfo=None), zone, tzid)
    return Moment("utc", at.replace(tzinfo=None))


def _finished(component: Component, now: Mapping[str, Any]) -> Component:
    """A task that is done, or is not any more."""
    is_done = now.get("done") is True
    at = moment("completionDate", now.get("completionDate"), None, "", {}) if is_done else None
    if at is not None and at.kind != "utc":
        at = Moment("utc", at.local)
    component = with_lines(component, "COMPLETED", *([moment_line("COMPLETED", at)] if at else []))
    if is_done:
        component = with_value(component, "STATUS", "COMPLETED")
        return (
            with_value(component, "PERCENT-COMPLETE", "100")
            if component.line("PERCENT-COMPLETE")
            else component
        )
    if component.value("STATUS").strip().upper() == "COMPLETED":
        component = with_value(component, "STATUS", "NEEDS-ACTION")
    if component.value("PERCENT-COMPLETE").strip() == "100":
        component = with_lines(component, "PERCENT-COMPLETE")
    return component


_SETTERS: Mapping[str, Callable[[Component, str, Any], Component]] = {
    **{member: _text_setter(name) for name, member in _TEXTS.items()},
    **{member: _plain_setter(name) for name, member in _PLAIN.items()},
    **{member: _word_setter(name) for name, member in (*_WORDS.items(), ("STATUS", "status"))},
    **{member: _number_setter(name) for name, member in _NUMBERS.items()},
    "free": _free, "rrule": _rrule, "categories": _categories, "organizer": _organizer, "attendees": _attendees,
    "reminders": _reminders,
}  # fmt: skip
