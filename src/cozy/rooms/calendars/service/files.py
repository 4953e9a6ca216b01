"""Calendars as files: in, as any program writes them, and out as one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence

from msgspec import Struct

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.dav.problems import BadLine
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import BadText
from cozy.rooms.collections.model import Entry

from ..errors import BadCalendarFile
from ..model import KIND, texts
from . import invitations, replies
from .events import item_of
from .queries import every

SIZE_LIMIT = 32 * 1024 * 1024  # bytes of a file
WRITTEN_LIMIT = 4 * SIZE_LIMIT  # of its items together, each with the zones that it names
REFUSED_LIMIT = 200  # that are told
AT_ONCE = 100  # items of one transaction


class Refused(Struct, frozen=True):
    """What did not come in: the line where it begins or is wrong, and why."""

    line: int
    reason: str


class Report(Struct, frozen=True):
    """What became of a file."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: tuple[Refused, ...] = ()
    refused_in_all: int = 0


class Found(Struct, frozen=True):
    """One item of a file. line: where it begins; method: what the file wants of it (RFC 5546), "" where it says nothing."""

    uid: str
    component: str
    text: str
    line: int
    method: str = ""


def parse(content: bytes) -> tuple[list[Found], list[Refused], dict[str, str]]:
    """The items of a file, what of it cannot be understood, and what the calendar says of itself: name, color.

    Raises BadCalendarFile where it is no calendar at all, or is too large, whole or as items.
    """
    if len(content) > SIZE_LIMIT:
        raise BadCalendarFile(limit=SIZE_LIMIT)
    refused: list[Refused] = []
    found: list[Found] = []
    about: dict[str, str] = {}
    is_calendar = False
    written = 0
    for start, text in lines.split(lines.decode(content), "VCALENDAR"):
        try:
            roots = lines.parse(text, start)
        except BadLine as error:
            refused.append(Refused(int(error.facts.get("line", start)), str(error.facts.get("reason", ""))))
            is_calendar = is_calendar or "BEGIN:VCALENDAR" in text.upper()
            continue
        for root in roots:
            if root.name == "VCALENDAR":
                is_calendar = True
                about |= _about(root)
                for each in _items(root):
                    written += len(each.text)
                    if written > WRITTEN_LIMIT:
                        raise BadCalendarFile(limit=WRITTEN_LIMIT)
                    found.append(each)
    if not is_calendar:
        raise BadCalendarFile
    return found, refused, about


def _about(root: Component) -> dict[str, str]:
    said = {
        "name": root.value("X-WR-CALNAME") or root.value("NAME"),
        "color": root.value("X-APPLE-CALENDAR-COLOR") or root.value("COLOR"),
        "timezone": root.value("X-WR-TIMEZONE"),
    }
    return {name: lines.unescape(value).strip() for name, value in said.items() if value.strip()}


def _items(root: Component) -> Iterator[Found]:
    """Each UID of a calendar as an item of its own, with the zones that it names."""
    groups: dict[tuple[str, str], list[Component]] = {}
    for number, component in enumerate(root.components()):
        if component.name in texts.COMPONENTS:
            uid = component.value("UID").strip()
            groups.setdefault((component.name, uid or f"\0{number}"), []).append(component)
    zones = {each.value("TZID"): each for each in root.components("VTIMEZONE")}
    method = root.value("METHOD").strip().upper()
    head = [
        part for part in root.parts
        if type(part) is Line and part.name != "METHOD" and not part.name.startswith("X-WR-")
        and part.name not in {"NAME", "X-APPLE-CALENDAR-COLOR", "COLOR", "REFRESH-INTERVAL", "SOURCE", "X-PUBLISHED-TTL"}
    ]  # fmt: skip
    for (name, uid), components in groups.items():
        if uid.startswith("\0"):
            uid = _made_uid(components[0])
            components = [texts.with_value(each, "UID", uid) for each in components]
        components = _newest(components)
        wanted = sorted(_tzids(components))
        whole = Component(
            "VCALENDAR",
            (*head, *(zones[tzid] for tzid in wanted if tzid in zones), *components),
            root.begin,
            root.end,
        )
        yield Found(uid, name, texts.written(whole), components[0].number, method)


def _made_uid(component: Component) -> str:
    """The same for the same component, so that a file that names none comes in once only."""
    return "made-" + hashlib.sha256(lines.write((component,)).encode()).hexdigest()[:32]


def _newest(components: Sequence[Component]) -> list[Component]:
    """One of each: where a file has the same instance more than once, the one with the highest SEQUENCE, else the last."""
    held: dict[str, Component] = {}
    for component in components:
        key = component.value("RECURRENCE-ID").strip()
        other = held.get(key)
        if other is None or _sequence(component) >= _sequence(other):
            held[key] = component
    return list(held.values())


def _sequence(component: Component) -> int:
    said = component.value("SEQUENCE").strip()
    return int(said[:9]) if said.isdecimal() else 0


def _tzids(components: Sequence[Component]) -> set[str]:
    return {
        tzid
        for each in components
        for line in each.lines()
        if line.parameters and (tzid := line.param("TZID"))
    }


async def bring_in(house: House, home: Home, caller: Caller, calendar: str, content: bytes) -> Report:
    """The same as `import_`, some items at a time: a large file lets everybody else write in between. Stopped, it adds the rest another time.

    Raises what `import_` raises.
    """
    found, refused, _ = await asyncio.to_thread(parse, content)
    report = Report()
    for start in range(0, len(found) or 1, AT_ONCE):
        some = found[start : start + AT_ONCE]
        report = _sum(report, await house.write(home, caller, _take_all, calendar, some, refused))
        refused = []
    return report


def import_(work: Work, calendar: str, content: bytes) -> Report:
    """Take a file into a calendar: what is new is added, what is newer replaces, the same again changes nothing.

    Of the mails about events, a guest's answer is noted in the event; what else they ask for is refused, in words.

    Raises BadCalendarFile, NoCollection, ReadOnly, NobodyIn, NotAllowed.
    """
    found, refused, _ = parse(content)
    return _take_all(work, calendar, found, refused)


def _take_all(work: Work, calendar: str, found: Sequence[Found], refused: Sequence[Refused]) -> Report:
    collections.shelves.one(work, KIND, calendar)
    counts = {"added": 0, "updated": 0, "unchanged": 0}
    wrong = list(refused)
    for each in found:
        try:
            with work.attempt():
                counts[_taken(work, calendar, each)] += 1
        except Problem as problem:
            if not isinstance(problem, BadText) and problem.kind in {"not_found", "unauthenticated"}:
                raise
            wrong.append(_refused(each, problem))
    return _sum(Report(**counts), Report(refused=tuple(wrong), refused_in_all=len(wrong)))


def _sum(one: Report, other: Report) -> Report:
    """Both together; of what did not come in, what stands first in the file."""
    refused = sorted((*one.refused, *other.refused), key=lambda each: each.line)
    return Report(
        one.added + other.added, one.updated + other.updated, one.unchanged + other.unchanged, tuple(refused[:REFUSED_LIMIT]),
        one.refused_in_all + other.refused_in_all,
    )  # fmt: skip


def _taken(work: Work, calendar: str, each: Found) -> str:
    if each.method in replies.METHODS:
        return replies.take(work, each.method, each.uid, each.text)
    outcome = take(work, calendar, each)
    if outcome != "unchanged" and (entry := with_uid(work, calendar, each.uid)):
        invitations.known(work, entry, each.text)
    return outcome


def _refused(each: Found, problem: Problem) -> Refused:
    inside = problem.facts.get("line")
    reason = str(problem.facts.get("reason") or problem.detail)
    at = each.line
    if isinstance(inside, int) and inside > 1:
        at = _line_of(each, inside)
    return Refused(at, reason)


def _line_of(each: Found, inside: int) -> int:
    """The line of the file for a line of an item: its component was moved as a whole."""
    first = each.text.upper().split("\r\n").index(f"BEGIN:{each.component}") + 1
    return max(each.line, each.line + inside - first)


def take(work: Work, calendar: str, each: Found, *, by_source: bool = False) -> str:
    """Write one item: `added`, `updated` or `unchanged`. Raises what `items.put` raises."""
    there = with_uid(work, calendar, each.uid)
    if there is None:
        collections.items.put(work, KIND, calendar, name_of(each.uid), each.text, by_source=by_source)
        return "added"
    old = collections.items.many(work, KIND, calendar, [there.name])
    if old and (_same(old[0].text, each.text) or (not by_source and _is_older(each.text, old[0].text))):
        return "unchanged"
    entry, _ = collections.items.put(work, KIND, calendar, there.name, each.text, by_source=by_source)
    return "unchanged" if entry.rev == there.rev else "updated"


def _same(old: str, new: str) -> bool:
    """Whether two texts say the same, but for when they were written out."""
    return old == new or _bare(old) == _bare(new)


def _bare(text: str) -> list[str]:
    return [
        line
        for line in text.replace("\r\n ", "").split("\r\n")
        if not line.startswith(("DTSTAMP", "PRODID", "CALSCALE", "VERSION"))
    ]


def _is_older(new: str, old: str) -> bool:
    """Whether what comes is an earlier state of what is here (RFC 5546 §2.1.5)."""
    try:
        first, second = texts.planned(new).first, texts.planned(old).first
    except ValueError:
        return False
    if _sequence(first) != _sequence(second):
        return _sequence(first) < _sequence(second)
    said = [each.value("LAST-MODIFIED") for each in (first, second)]
    return all(said) and said[0] < said[1]


def with_uid(work: Work, calendar: str, uid: str) -> Entry | None:
    """The item of a UID in a calendar."""
    return next(
        (each for each in collections.items.with_uid(work, KIND, uid) if each.collection == calendar), None
    )


def name_of(uid: str) -> str:
    """The name of an item that came in a file."""
    plain = uid if uid.isascii() and len(uid) <= 200 and all(c.isalnum() or c in "-._@" for c in uid) else ""
    return f"{plain.lstrip('.') or hashlib.sha256(uid.encode()).hexdigest()[:40]}.ics"


def export(work: Work, calendar: str) -> str:
    """A whole calendar as one file, each zone in it once. Raises NoCollection, NobodyIn, NotAllowed."""
    shelf = collections.shelves.one(work, KIND, calendar)
    zones: dict[str, Component] = {}
    found: list[Component] = []
    for item in every(work, calendar):
        (root,) = lines.parse(item.text)
        for zone in root.components("VTIMEZONE"):
            zones.setdefault(zone.value("TZID"), zone)
        found += [each for each in root.components() if each.name != "VTIMEZONE"]
    root = texts.calendar(found, zones.values())
    said = [lines.make("X-WR-CALNAME", lines.escape(shelf.name))]
    if shelf.color.isprintable() and shelf.color:
        said.append(lines.make("X-APPLE-CALENDAR-COLOR", shelf.color))
    return texts.written(Component(root.name, (*root.parts[:3], *said, *root.parts[3:])))


def sent(work: Work, id_: str, doctype: str) -> str:
    """One item as a file. Raises NoDocument, NobodyIn, NotAllowed."""
    return item_of(work, doctype, id_).text
