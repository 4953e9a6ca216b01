"""What is looked for in calendars (RFC 4791 §9.7) and address books (RFC 6352 §10.5), as structs.

Names of components, properties and parameters are in capitals. Whoever keeps the texts does the matching.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal
from xml.etree import ElementTree as ET

from msgspec import Struct

from . import xml
from .problems import BadAddressFilter, BadFilter, UnknownAddressCollation, UnknownCollation

Collation = Literal["i;ascii-casemap", "i;octet", "i;unicode-casemap"]
Match = Literal["contains", "equals", "starts-with", "ends-with"]
_COLLATIONS: dict[str, Collation] = {
    "i;ascii-casemap": "i;ascii-casemap", "i;octet": "i;octet", "i;unicode-casemap": "i;unicode-casemap",
}  # fmt: skip
_MATCHES: dict[str, Match] = {
    "contains": "contains", "equals": "equals", "starts-with": "starts-with", "ends-with": "ends-with",
}  # fmt: skip
_MOMENT = re.compile(r"(\d{8})(?:T(\d{6})Z?)?", re.ASCII)
_C, _A = f"{{{xml.CALDAV}}}", f"{{{xml.CARDDAV}}}"
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class TextMatch(Struct, frozen=True):
    """A text to compare values with (RFC 4790)."""

    text: str
    collation: Collation = "i;ascii-casemap"
    match: Match = "contains"
    is_negated: bool = False

    def holds(self, value: str) -> bool:
        """Whether a value matches; where this is negated, whether it does not."""
        return self._matches(folded(value, self.collation)) != self.is_negated

    def _matches(self, value: str) -> bool:
        text = folded(self.text, self.collation)
        if self.match == "equals":
            return value == text
        if self.match == "starts-with":
            return value.startswith(text)
        return value.endswith(text) if self.match == "ends-with" else text in value


def folded(text: str, collation: Collation) -> str:
    """A text as it is compared: two that a collation holds for the same are equal."""
    if collation == "i;octet":
        return text
    return text.translate(_ASCII_LOWER) if collation == "i;ascii-casemap" else text.casefold()


class TimeRange(Struct, frozen=True):
    """From start to just before end, UTC; None: without bound on that side."""

    start: datetime | None = None
    end: datetime | None = None


class ParamFilter(Struct, frozen=True):
    """A parameter that must be there, must match, or must not be there."""

    name: str
    is_absent: bool = False
    text: TextMatch | None = None


class PropFilter(Struct, frozen=True):
    """A property of a component: one of that name must fulfil all of this."""

    name: str
    is_absent: bool = False
    range: TimeRange | None = None
    text: TextMatch | None = None
    params: tuple[ParamFilter, ...] = ()


class CompFilter(Struct, frozen=True):
    """A component: one of that name must fulfil all of this. The outermost is VCALENDAR."""

    name: str
    is_absent: bool = False
    range: TimeRange | None = None
    props: tuple[PropFilter, ...] = ()
    comps: tuple[CompFilter, ...] = ()


class CardPropFilter(Struct, frozen=True):
    """A property of a card. is_any: one of the texts and parameters is enough; else all must hold."""

    name: str
    is_absent: bool = False
    is_any: bool = True
    texts: tuple[TextMatch, ...] = ()
    params: tuple[ParamFilter, ...] = ()


class CardFilter(Struct, frozen=True):
    """Properties of a card. is_any: one is enough; else all must hold. Without any, every card matches."""

    props: tuple[CardPropFilter, ...] = ()
    is_any: bool = True


def time_range(element: ET.Element) -> TimeRange:
    """RFC 4791 §9.9. Raises BadFilter."""
    found = TimeRange(moment(element.get("start", "")), moment(element.get("end", "")))
    if found == TimeRange():
        raise BadFilter
    if found.start is not None and found.end is not None and found.end <= found.start:
        raise BadFilter
    return found


def moment(text: str) -> datetime | None:
    """A time as iCalendar writes it, None for nothing. Raises BadFilter.

    Dates, and times without a zone, are taken for UTC, as clients mean them that send such.
    """
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise BadFilter
    try:
        return datetime.strptime(f"{found[1]}{found[2] or '000000'}+0000", "%Y%m%d%H%M%S%z")
    except ValueError as error:
        raise BadFilter from error


def calendar(element: ET.Element | None) -> CompFilter:
    """The filter of a calendar-query (RFC 4791 §9.7). Raises BadFilter, UnknownCollation."""
    inside = list(element) if element is not None else []
    if len(inside) != 1 or inside[0].tag != f"{_C}comp-filter":
        raise BadFilter
    found = _comp(inside[0])
    if found.name != "VCALENDAR":
        raise BadFilter
    return found


def _comp(element: ET.Element) -> CompFilter:
    return CompFilter(
        _name(element), _is_absent(element, _C), _range(element),
        tuple(map(_prop, element.iterfind(f"{_C}prop-filter"))),
        tuple(map(_comp, element.iterfind(f"{_C}comp-filter"))),
    )  # fmt: skip


def _prop(element: ET.Element) -> PropFilter:
    return PropFilter(
        _name(element), _is_absent(element, _C), _range(element), _text(element, _C),
        tuple(_param(each, _C) for each in element.iterfind(f"{_C}param-filter")),
    )  # fmt: skip


def _range(element: ET.Element) -> TimeRange | None:
    found = element.find(f"{_C}time-range")
    return None if found is None else time_range(found)


def cards(element: ET.Element | None) -> CardFilter:
    """The filter of an addressbook-query (RFC 6352 §10.5). Raises BadAddressFilter, UnknownAddressCollation."""
    if element is None:
        return CardFilter()
    return CardFilter(tuple(map(_card_prop, element.iterfind(f"{_A}prop-filter"))), _is_any(element))


def _card_prop(element: ET.Element) -> CardPropFilter:
    return CardPropFilter(
        _name(element, BadAddressFilter), _is_absent(element, _A), _is_any(element),
        tuple(_text_match(each, _A) for each in element.iterfind(f"{_A}text-match")),
        tuple(_param(each, _A) for each in element.iterfind(f"{_A}param-filter")),
    )  # fmt: skip


def _is_any(element: ET.Element) -> bool:
    test = element.get("test", "anyof")
    if test not in {"anyof", "allof"}:
        raise BadAddressFilter
    return test == "anyof"


def _param(element: ET.Element, space: str) -> ParamFilter:
    problem = BadFilter if space == _C else BadAddressFilter
    return ParamFilter(_name(element, problem), _is_absent(element, space), _text(element, space))


def _name(element: ET.Element, problem: type[BadFilter | BadAddressFilter] = BadFilter) -> str:
    name = element.get("name", "").strip()
    if not name:
        raise problem
    return name.upper()


def _is_absent(element: ET.Element, space: str) -> bool:
    return element.find(f"{space}is-not-defined") is not None


def _text(element: ET.Element, space: str) -> TextMatch | None:
    found = element.find(f"{space}text-match")
    return None if found is None else _text_match(found, space)


def _text_match(element: ET.Element, space: str) -> TextMatch:
    """In cards, letters are compared whatever their case by default, in calendars those of ASCII only."""
    otherwise: Collation = "i;ascii-casemap" if space == _C else "i;unicode-casemap"
    said = element.get("collation", "default")
    collation = otherwise if said == "default" else _COLLATIONS.get(said)
    if collation is None:
        raise UnknownCollation if space == _C else UnknownAddressCollation
    match = _MATCHES.get(element.get("match-type", "contains"))
    if match is None:
        raise BadFilter if space == _C else BadAddressFilter
    is_negated = element.get("negate-condition", "no") == "yes"
    return TextMatch("".join(element.itertext()), collation, match, is_negated)
