"""Calendars and address books as they are told, renamed, coloured, made and deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from cozy.dav import bodies, telling, xml
from cozy.dav.bodies import Change, PropFind
from cozy.dav.telling import Vocabulary, simples
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import AlreadyHere
from cozy.rooms.collections.model import TEXT_LIMIT, Collection
from cozy.rooms.permissions import service as permissions

from ..errors import AlreadyThere, CannotBeMade, TooManyProperties, WrongType
from ..model import PROPERTIES, PROPERTIES_LIMIT
from . import owner, privileges
from .addresses import of_shelf
from .dialects import ALL, CALDAV, CARDDAV, Dialect

METHODS = ("OPTIONS", "PROPFIND", "PROPPATCH", "REPORT", "DELETE")
_D, _C, _A = f"{{{xml.DAV}}}", f"{{{xml.CALDAV}}}", f"{{{xml.CARDDAV}}}"
_CTAG, _SYNC = f"{{{xml.CS}}}getctag", f"{_D}sync-token"
_COLOR, _ORDER = f"{{{xml.ICAL}}}calendar-color", f"{{{xml.ICAL}}}calendar-order"
_COMPONENTS = f"{_C}supported-calendar-component-set"
_ZONE, _ZONE_ID = f"{_C}calendar-timezone", f"{_C}calendar-timezone-id"
_TRANSPARENT = f"{_C}schedule-calendar-transp"
_TYPE, _NAME = f"{_D}resourcetype", f"{_D}displayname"
_TZID = re.compile(r"^TZID[^:\r\n]*:([^\r\n]+)", re.MULTILINE)
_HEX = re.compile(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")
_ORDER_LIMIT = 2**31


class Shelf(Struct, frozen=True):
    """A collection as it is told to one caller. token: of its last change, "" where nobody asks."""

    collection: Collection
    dialect: Dialect
    privileges: str
    token: str = ""


Value = Callable[[Shelf], str | None]


def of(work: Work, dialect: Dialect, asked: PropFind) -> Callable[[Collection], Shelf]:
    """Who makes collections ready to be told; only what is asked for is looked up."""
    names = frozenset(asked.include if asked.names is None else asked.names)
    needs_token = bool(names & {_CTAG, _SYNC})
    may_write, may_rename = (
        privileges.writes(work, dialect),
        permissions.may(work.caller, "PATCH", dialect.shelves),
    )

    def shelf(collection: Collection) -> Shelf:
        held = privileges.told(
            may_write=may_write and not collection.is_read_only, may_rename=may_rename, is_calendar=dialect is CALDAV
        )  # fmt: skip
        return Shelf(collection, dialect, held, token(work, collection) if needs_token else "")

    return shelf


def token(work: Work, collection: Collection) -> str:
    """What stands for all that is in a collection at this moment."""
    last = collections.sync.last(work, collection.kind, collection.id)
    return collections.sync.token(work, last)


def _type(shelf: Shelf) -> str:
    return f"<d:collection/>{xml.empty(shelf.dialect.type)}"


def _components(shelf: Shelf) -> str:
    return "".join(f'<cal:comp name="{xml.text(name)}"/>' for name in shelf.collection.components)


_USUAL: dict[str, Value] = {
    _TYPE: _type,
    _NAME: lambda shelf: xml.text(shelf.collection.name),
}
_OTHERS: dict[str, Value] = {
    _CTAG: lambda shelf: xml.text(shelf.token),
    _SYNC: lambda shelf: xml.text(shelf.token),
    f"{_D}current-user-privilege-set": lambda shelf: shelf.privileges,
    f"{_D}acl": lambda shelf: privileges.acl(shelf.privileges),
    f"{_D}supported-report-set": lambda shelf: owner.reports(shelf.dialect.reports),
    **{name: telling.always(value) for name, value in owner.around().items()},
}  # fmt: skip
_RANGES = '<cal:supported-collation>i;ascii-casemap</cal:supported-collation><cal:supported-collation>i;octet</cal:supported-collation><cal:supported-collation>i;unicode-casemap</cal:supported-collation>'  # fmt: skip
_OF_CALENDARS: dict[str, Value] = {
    _COMPONENTS: _components,
    _COLOR: lambda shelf: xml.text(shelf.collection.color) or None,
    _ORDER: lambda shelf: str(shelf.collection.order),
    CALDAV.description: lambda shelf: xml.text(shelf.collection.description) or None,
    CALDAV.formats: lambda _: '<cal:calendar-data content-type="text/calendar" version="2.0"/>',
    CALDAV.size: lambda _: str(TEXT_LIMIT),
    _ZONE_ID: lambda shelf: xml.text(shelf.collection.timezone) or None,
    f"{_C}supported-collation-set": lambda _: _RANGES,
}
_OF_BOOKS: dict[str, Value] = {
    CARDDAV.description: lambda shelf: xml.text(shelf.collection.description) or None,
    CARDDAV.formats: lambda _: "".join(
        f'<card:address-data-type content-type="text/vcard" version="{version}"/>' for version in ("3.0", "4.0")
    ),
    CARDDAV.size: lambda _: str(TEXT_LIMIT),
    f"{_A}supported-collation-set": lambda _: _RANGES.replace("cal:", "card:"),
}  # fmt: skip


def _transparent(shelf: Shelf) -> str:
    """Whether events of a calendar make the owner busy: they do, where nobody said that they do not (RFC 6638 §9.1)."""
    said = shelf.collection.properties.get(_TRANSPARENT)
    return said or f"<{xml.tag(_TRANSPARENT)}><cal:opaque/></{xml.tag(_TRANSPARENT)}>"


def _dead(shelf: Shelf) -> Mapping[str, str]:
    return shelf.collection.properties


def _words(dialect: Dialect, more: Mapping[str, Value]) -> Vocabulary[Shelf]:
    others = simples({**_OTHERS, **more})
    if dialect is CALDAV:
        others[_TRANSPARENT] = _transparent
    return Vocabulary(
        href=lambda shelf: of_shelf(shelf.dialect, shelf.collection.id), dead=_dead, usual=simples(_USUAL), others=others
    )  # fmt: skip


WORDS = {CALDAV.kind: _words(CALDAV, _OF_CALENDARS), CARDDAV.kind: _words(CARDDAV, _OF_BOOKS)}


def _number(text: str) -> int | None:
    """An order as Apple's programs send it; nonsense is none."""
    said = text.strip()
    is_one = said.removeprefix("-").isascii() and said.removeprefix("-").isdecimal() and len(said) < 12
    return int(said) if is_one and abs(int(said)) < _ORDER_LIMIT else None


def _color(text: str) -> str | None:
    """A colour, without how much of what is behind it shines through; nonsense is none."""
    said = text.strip()
    return said[:7].upper() if _HEX.fullmatch(said) else None


def _zone(text: str) -> str | None:
    """The zone that a text of iCalendar is about, where it is one that everybody knows."""
    found = _TZID.search(text)
    return _known_zone(found[1] if found else "")


def _known_zone(text: str) -> str | None:
    name = text.strip()
    try:
        return ZoneInfo(name).key if name else None
    except (ValueError, OSError):
        return None


def _text(text: str) -> str | None:
    return text.strip() or None


_MEMBERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    _NAME: ("name", _text), _COLOR: ("color", _color), _ORDER: ("order", _number),
    CALDAV.description: ("description", _text), CARDDAV.description: ("description", _text),
    _ZONE: ("timezone", _zone), _ZONE_ID: ("timezone", _known_zone),
}  # fmt: skip
_ALSO_DEAD = frozenset({_ZONE, _TRANSPARENT})  # kept as it is sent, too
_PROTECTED = {
    dialect.kind: frozenset(WORDS[dialect.kind].tellers) - _MEMBERS.keys() - _ALSO_DEAD for dialect in ALL
}


def _refused(dialect: Dialect, changes: Iterable[Change]) -> list[str]:
    """Those of these that nobody sets: what is told by us, and whatever else RFC 4918 itself speaks of."""
    protected = _PROTECTED[dialect.kind]
    return [
        each.name
        for each in changes
        if each.name in protected or (each.name.startswith(_D) and each.name != _NAME)
    ]


def patch(work: Work, dialect: Dialect, id_: str, changes: Sequence[Change]) -> list[str]:
    """Set and remove properties, all or none (RFC 4918 §9.2); the outcomes, as elements.

    Raises NoCollection, TooManyProperties, NobodyIn, NotAllowed.
    """
    collection = collections.shelves.one(work, dialect.kind, id_)
    if said := telling.refused(changes, _refused(dialect, changes)):
        return said
    collections.shelves.change(work, dialect.kind, id_, _members(dialect, collection.properties, changes))
    return telling.accepted(changes)


def _members(dialect: Dialect, before: Mapping[str, str], changes: Sequence[Change]) -> dict[str, Any]:
    """What changes of properties are of the members of a collection."""
    live = {name for name in _MEMBERS if name in WORDS[dialect.kind].tellers or name in _ALSO_DEAD}
    members: dict[str, Any] = {}
    for change in changes:
        if change.name in live:
            member, read = _MEMBERS[change.name]
            members[member] = read(change.text) if change.element else None
    dead = [change for change in changes if change.name not in live or change.name in _ALSO_DEAD]
    if dead:
        kept = telling.merged(before, dead)
        if telling.size(kept) > PROPERTIES_LIMIT:
            raise TooManyProperties(limit=PROPERTIES_LIMIT)
        members[PROPERTIES] = kept or None
    return members


def make(work: Work, dialect: Dialect, id_: str, changes: Sequence[Change]) -> None:
    """A new collection with these properties.

    Raises AlreadyThere, WrongType, CannotBeMade, BadName, TooManyProperties, NobodyIn, NotAllowed.
    """
    said = {change.name: change for change in changes}
    _check_type(dialect, said.get(_TYPE))
    others = [change for change in changes if change.name not in {_TYPE, _COMPONENTS}]
    if refused := _refused(dialect, others):
        raise CannotBeMade(properties=refused)
    members = {name: value for name, value in _members(dialect, {}, others).items() if value is not None}
    if components := _components_of(said.get(_COMPONENTS)):
        members["components"] = components
    try:
        collections.shelves.create(work, dialect.kind, {"name": id_, **members}, id_=id_)
    except AlreadyHere as error:
        raise AlreadyThere(allowed=METHODS, condition="resource-must-be-null") from error


def _check_type(dialect: Dialect, said: Change | None) -> None:
    """What is made here is what belongs here (RFC 5689 §3.3); who says nothing means that."""
    types = {element.tag for element in bodies.elements(said)} if said else set()
    if not types <= {f"{_D}collection", dialect.type}:
        raise WrongType


def _components_of(said: Change | None) -> list[str]:
    names = [element.get("name", "").upper() for element in bodies.elements(said)] if said else []
    return [name for name in dict.fromkeys(names) if name in {"VEVENT", "VTODO", "VJOURNAL"}]
