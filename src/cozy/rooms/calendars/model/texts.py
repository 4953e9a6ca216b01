"""The text of an item: iCalendar with one UID in it, checked as CalDAV asks (RFC 4791 §4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.dav.problems import BadLine

from . import moments, zones
from .moments import Moment
from .series import Misread, Series, on_clock
from .timing import Zones, moment_of, series_of, zones_of

PRODID = "-//Cozy//Cozy//EN"
COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL")
_OTHERS = frozenset({"VTIMEZONE"})
COMPONENTS_LIMIT = 10_001  # of one item: what comes back, and what is different about some of it


class Planned(Struct, frozen=True, dict=True):
    """An item as its text has it. components: in their order; master: the one without RECURRENCE-ID, if there is one."""

    root: Component
    component: str
    uid: str
    components: tuple[Component, ...]
    zones: Zones
    series: Series

    @property
    def master(self) -> Component | None:
        """The component that the others make exceptions of."""
        return next((each for each in self.components if each.line("RECURRENCE-ID") is None), None)

    @property
    def first(self) -> Component:
        """The component that stands for the item: its master, or the first of its exceptions."""
        return self.master or self.components[0]

    def override(self, place: int) -> Component:
        """The component of one of `series.overrides`."""
        return self.by_key[self.series.overrides[place].key]

    @cached_property
    def by_key(self) -> Mapping[datetime, Component]:
        """The components that replace an instance, each by where that was."""
        start = self.clock
        return {
            on_clock(moment_of(line, self.zones), start): component
            for component in self.components
            if (line := component.line("RECURRENCE-ID")) is not None
        }

    @property
    def clock(self) -> Moment:
        """The start whose clock tells which instance is which."""
        main = self.series.main
        if main is not None and main.start is not None:
            return main.start
        line = self.components[0].line("RECURRENCE-ID") or self.components[0].line("DTSTART")
        return moment_of(line, self.zones) if line else Moment("utc", moments.EPOCH)


def planned(text: str) -> Planned:
    """The item that a text is. Raises Misread."""
    try:
        found = lines.parse(text)
    except BadLine as error:
        raise Misread(int(error.facts.get("line", 1)), str(error.facts.get("reason", ""))) from error
    if len(found) != 1 or found[0].name != "VCALENDAR":
        at = found[1].number if len(found) > 1 else 1
        raise Misread(at, "one VCALENDAR is expected, and nothing else")
    return of_root(found[0])


def of_root(root: Component) -> Planned:
    """The same, of a calendar that is read already. Raises Misread."""
    if (method := root.line("METHOD")) is not None:
        raise Misread(method.number, "what is kept in a calendar has no METHOD")
    components = tuple(each for each in root.components() if each.name not in _OTHERS)
    _check(root, components)
    uid = components[0].value("UID").strip()
    known = zones_of(root)
    return Planned(root, components[0].name, uid, components, known, series_of(components, known))


def _check(root: Component, components: Sequence[Component]) -> None:
    if not components:
        raise Misread(root.number, "there is no event, task or journal in it")
    if len(components) > COMPONENTS_LIMIT:
        raise Misread(root.number, f"more than {COMPONENTS_LIMIT} components")
    first = components[0]
    uid = first.value("UID").strip()
    masters = 0
    for component in components:
        if component.name != first.name:
            raise Misread(component.number, f"{component.name} beside {first.name}: one item is of one kind")
        own = component.value("UID").strip()
        if not own or len(own) > 1_000:
            raise Misread(component.number, "a UID of 1 to 1000 characters is expected")
        if own != uid:
            raise Misread(component.number, f"the UID {own[:60]} beside {uid[:60]}: one item has one")
        masters += component.line("RECURRENCE-ID") is None
        if masters > 1:
            raise Misread(component.number, "the same item comes twice")
        if component.name == "VEVENT" and component.line("DTSTART") is None:
            raise Misread(component.number, "an event needs a DTSTART")


def calendar(components: Iterable[Component], definitions: Iterable[Component] = ()) -> Component:
    """A VCALENDAR of ours with these components in it."""
    return Component(
        "VCALENDAR",
        (
            lines.make("VERSION", "2.0"),
            lines.make("PRODID", PRODID),
            lines.make("CALSCALE", "GREGORIAN"),
            *definitions,
            *components,
        ),
    )


def explained(root: Component) -> Component:
    """The same calendar with a VTIMEZONE for each zone of IANA's that it names and does not define yet."""
    known = {each.value("TZID") for each in root.components("VTIMEZONE")}
    wanted: dict[str, int] = {}
    for component in root.components():
        for line in component.lines():
            if line.parameters and (tzid := line.param("TZID")) and tzid not in known:
                year = int(line.value[:4]) if line.value[:4].isdecimal() else 2000
                wanted[tzid] = min(year, wanted.get(tzid, year))
    added = [definition(tzid, year) for tzid, year in sorted(wanted.items()) if _is_plain(tzid)]
    if not added:
        return root
    head = [part for part in root.parts if type(part) is Line]
    return replace(root, parts=(*head, *added, *root.components()))


def _is_plain(tzid: str) -> bool:
    zone = zones.named(tzid)
    return zone is not None and zone.key == tzid


def definition(name: str, year: int) -> Component:
    """The VTIMEZONE of a zone of IANA's for something that begins in a year."""
    return lines.parse(zones.explained(name, zones.since(year)))[0]


def written(root: Component) -> str:
    """The text of a calendar."""
    return lines.write((root,))


def moment_line(name: str, moment: Moment, params: str = "") -> Line:
    """A line that names a moment. params: further parameters, as they are written."""
    if moment.kind == "date":
        params = ";VALUE=DATE" + params
    elif moment.kind == "zoned":
        params = f";TZID={_quoted(moment.tzid)}" + params
    return Line(name, moments.spelled(moment), params)


def _quoted(tzid: str) -> str:
    return f'"{tzid}"' if any(each in tzid for each in ':;,"') else tzid


def with_lines(component: Component, name: str, *new: Line) -> Component:
    """The same component with these lines in the place of those of a name; the first place where there was one."""
    parts: list[Line | Component] = []
    is_placed = False
    for part in component.parts:
        if type(part) is Line and part.name == name:
            if not is_placed:
                parts += new
                is_placed = True
            continue
        parts.append(part)
    if not is_placed:
        at = next((place for place, part in enumerate(parts) if type(part) is Component), len(parts))
        parts[at:at] = new
    return replace(component, parts=tuple(parts))


def with_value(component: Component, name: str, value: str) -> Component:
    """The same component with one line of a name and this value, as written; none where it is empty.

    Parameters of a line that there was stay.
    """
    if not value:
        return with_lines(component, name)
    old = component.line(name)
    return with_lines(component, name, Line(name, value, old.parameters if old else ""))
