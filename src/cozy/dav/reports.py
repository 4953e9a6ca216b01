"""What the bodies of REPORT ask (RFC 3253 §3.6): queries, multigets, changes, principals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from xml.etree import ElementTree as ET

from msgspec import Struct

from . import filters, xml
from .bodies import PropFind, wanted
from .filters import CardFilter, CompFilter, TimeRange
from .problems import BadXml, UnknownAddressData, UnknownData, UnknownReport

CALENDAR_DATA = f"{{{xml.CALDAV}}}calendar-data"
ADDRESS_DATA = f"{{{xml.CARDDAV}}}address-data"
HREFS_LIMIT = 20_000  # of one multiget
_D, _C, _A = f"{{{xml.DAV}}}", f"{{{xml.CALDAV}}}", f"{{{xml.CARDDAV}}}"


class WantedProp(Struct, frozen=True):
    """A property of a text. name: in capitals; without_value: only that it is there."""

    name: str
    without_value: bool = False


class WantedComp(Struct, frozen=True):
    """Which parts of a component are wanted. props, comps: None for all."""

    name: str
    props: tuple[WantedProp, ...] | None = None
    comps: tuple[WantedComp, ...] | None = None


class CalendarData(Struct, frozen=True):
    """How calendars are to be told (RFC 4791 §9.6).

    comp: None for the whole text; expand: each occurrence as one of its own, in UTC; overrides: only those changed
    occurrences that touch the range; busy: only those periods of FREEBUSY that do.
    """

    comp: WantedComp | None = None
    expand: TimeRange | None = None
    overrides: TimeRange | None = None
    busy: TimeRange | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the text is wanted as it is."""
        return self == CalendarData()


class AddressData(Struct, frozen=True):
    """How cards are to be told (RFC 6352 §10.4). version: `3.0`, which is meant where none is said, or `4.0`.

    props: None for the whole text.
    """

    version: str = "3.0"
    props: tuple[WantedProp, ...] | None = None


class Asked(Struct, frozen=True):
    """What to tell of each item."""

    props: PropFind = PropFind()
    calendar: CalendarData = CalendarData()
    address: AddressData = AddressData()


class CalendarQuery(Struct, frozen=True):
    """RFC 4791 §7.8. timezone: iCalendar with a VTIMEZONE, in which floating times are read, "" for the calendar's."""

    asked: Asked
    filter: CompFilter
    timezone: str = ""


class CardQuery(Struct, frozen=True):
    """RFC 6352 §8.6. limit: the most cards that are wanted, None for all."""

    asked: Asked
    filter: CardFilter
    limit: int | None = None


class Multiget(Struct, frozen=True):
    """RFC 4791 §7.9, RFC 6352 §8.7. kind: of what; hrefs: as they came."""

    kind: Literal["calendars", "contacts"]
    asked: Asked
    hrefs: tuple[str, ...]


class BusyQuery(Struct, frozen=True):
    """RFC 4791 §7.10"""

    range: TimeRange


class SyncCollection(Struct, frozen=True):
    """RFC 6578 §3.2. token: "" for the first time; limit: the most lines that are wanted, None for all."""

    asked: Asked
    token: str = ""
    is_deep: bool = False
    limit: int | None = None


class Search(Struct, frozen=True):
    """One test of a search. names: of properties, one of which must match."""

    names: tuple[str, ...]
    text: str
    match: filters.Match = "contains"


class PrincipalSearch(Struct, frozen=True):
    """RFC 3744 §9.4. is_any: one of the tests is enough."""

    searches: tuple[Search, ...]
    asked: Asked
    is_any: bool = False


class SearchProps(Struct, frozen=True):
    """Which properties can be searched (RFC 3744 §9.5)."""


class Expanded(Struct, frozen=True):
    """A property, and of what its addresses name, these properties in turn."""

    name: str
    inside: tuple[Expanded, ...] = ()


class ExpandProperty(Struct, frozen=True):
    """RFC 3253 §3.8"""

    props: tuple[Expanded, ...]


Report = CalendarQuery | CardQuery | Multiget | BusyQuery | SyncCollection | PrincipalSearch | SearchProps | ExpandProperty  # fmt: skip


def read(body: bytes) -> Report:
    """What is asked. Raises BadXml, UnknownReport, and as `filters` does."""
    root = xml.parse(body)
    reader = _READERS.get(root.tag)
    if reader is None:
        raise UnknownReport(report=root.tag)
    return reader(root)


def _calendar_query(root: ET.Element) -> CalendarQuery:
    zone = root.findtext(f"{_C}timezone", "")
    return CalendarQuery(_asked(root), filters.calendar(root.find(f"{_C}filter")), zone)


def _card_query(root: ET.Element) -> CardQuery:
    return CardQuery(_asked(root), filters.cards(root.find(f"{_A}filter")), _limit(root, _A))


def _calendar_multiget(root: ET.Element) -> Multiget:
    return Multiget("calendars", _asked(root), _hrefs(root))


def _card_multiget(root: ET.Element) -> Multiget:
    return Multiget("contacts", _asked(root), _hrefs(root))


def _hrefs(root: ET.Element) -> tuple[str, ...]:
    found = tuple(dict.fromkeys((href.text or "").strip() for href in root.iterfind(f"{_D}href")))
    if len(found) > HREFS_LIMIT:
        raise BadXml(limit=HREFS_LIMIT)
    return found


def _busy_query(root: ET.Element) -> BusyQuery:
    found = root.find(f"{_C}time-range")
    if found is None:
        raise BadXml(expected=f"{_C}time-range")
    return BusyQuery(filters.time_range(found))


def _sync(root: ET.Element) -> SyncCollection:
    """Where no level is said, an early draft is meant, in which there was one only."""
    level = root.findtext(f"{_D}sync-level", "1").strip()
    if level not in {"1", "infinite", "infinity"}:
        raise BadXml(expected=f"{_D}sync-level")
    token = root.findtext(f"{_D}sync-token", "").strip()
    return SyncCollection(_asked(root), token, level != "1", _limit(root, _D))


def _limit(root: ET.Element, space: str) -> int | None:
    said = root.findtext(f"{space}limit/{space}nresults")
    if said is None:
        return None
    if not (said.strip().isascii() and said.strip().isdecimal() and 0 < len(said.strip()) < 10) or not int(
        said
    ):
        raise BadXml(expected=f"{space}nresults")
    return int(said)


def _asked(root: ET.Element) -> Asked:
    prop = root.find(f"{_D}prop")
    return Asked(
        wanted(root),
        _calendar_data(None if prop is None else prop.find(CALENDAR_DATA)),
        _address_data(None if prop is None else prop.find(ADDRESS_DATA)),
    )


def _calendar_data(element: ET.Element | None) -> CalendarData:
    if element is None:
        return CalendarData()
    if (
        element.get("content-type", "text/calendar") != "text/calendar"
        or element.get("version", "2.0") != "2.0"
    ):
        raise UnknownData
    comp = element.find(f"{_C}comp")
    return CalendarData(
        None if comp is None else _comp(comp), _range(element, "expand"),
        _range(element, "limit-recurrence-set"), _range(element, "limit-freebusy-set"),
    )  # fmt: skip


def _range(element: ET.Element, name: str) -> TimeRange | None:
    """Both ends are said there (§9.6.5)."""
    found = element.find(f"{_C}{name}")
    if found is None:
        return None
    span = filters.time_range(found)
    if span.start is None or span.end is None:
        raise BadXml(expected=f"{_C}{name}")
    return span


def _comp(element: ET.Element) -> WantedComp:
    return WantedComp(
        _name(element),
        None if element.find(f"{_C}allprop") is not None else _props(element, _C),
        None
        if element.find(f"{_C}allcomp") is not None
        else tuple(map(_comp, element.iterfind(f"{_C}comp"))),
    )


def _props(element: ET.Element, space: str) -> tuple[WantedProp, ...]:
    found = element.iterfind(f"{space}prop")
    return tuple(WantedProp(_name(each), each.get("novalue", "no") == "yes") for each in found)


def _name(element: ET.Element) -> str:
    name = element.get("name", "").strip()
    if not name:
        raise BadXml(expected="name")
    return name.upper()


def _address_data(element: ET.Element | None) -> AddressData:
    if element is None:
        return AddressData()
    version = element.get("version", "3.0")
    if element.get("content-type", "text/vcard") != "text/vcard" or version not in {"3.0", "4.0"}:
        raise UnknownAddressData
    return AddressData(version, _props(element, _A) or None)


def _principal_search(root: ET.Element) -> PrincipalSearch:
    """Without a test, everybody is meant. python-caldav leaves DAV:prop empty, and writes the names after it."""
    searches = tuple(map(_search, root.iterfind(f"{_D}property-search")))
    asked = _asked(root)
    if asked.props.names == ():
        names = tuple(each.tag for each in root if each.tag not in {f"{_D}prop", f"{_D}property-search"})
        asked = Asked(PropFind(names))
    return PrincipalSearch(searches, asked, bool(searches) and root.get("test", "allof") == "anyof")


def _search(element: ET.Element) -> Search:
    prop, match = element.find(f"{_D}prop"), element.find(f"{_D}match")
    if prop is None or match is None:
        raise BadXml(expected=f"{_D}match")
    kinds: dict[str, filters.Match] = {
        "equals": "equals",
        "starts-with": "starts-with",
        "ends-with": "ends-with",
    }
    return Search(
        tuple(each.tag for each in prop), match.text or "", kinds.get(match.get("match-type", ""), "contains")
    )


def _search_props(root: ET.Element) -> SearchProps:
    return SearchProps()


def _expand(root: ET.Element) -> ExpandProperty:
    return ExpandProperty(tuple(map(_expanded, root.iterfind(f"{_D}property"))))


def _expanded(element: ET.Element) -> Expanded:
    local = element.get("name", "")
    if not local:
        raise BadXml(expected="name")
    name = f"{{{element.get('namespace', xml.DAV)}}}{local}"
    return Expanded(name, tuple(map(_expanded, element.iterfind(f"{_D}property"))))


_READERS: dict[str, Callable[[ET.Element], Report]] = {
    f"{_C}calendar-query": _calendar_query,
    f"{_C}calendar-multiget": _calendar_multiget,
    f"{_C}free-busy-query": _busy_query,
    f"{_A}addressbook-query": _card_query,
    f"{_A}addressbook-multiget": _card_multiget,
    f"{_D}sync-collection": _sync,
    f"{_D}principal-property-search": _principal_search,
    f"{_D}principal-search-property-set": _search_props,
    f"{_D}expand-property": _expand,
}
