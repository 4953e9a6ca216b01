"""What the bodies of requests ask: PROPFIND, PROPPATCH, LOCK (RFC 4918 §14), MKCOL (RFC 5689), MKCALENDAR (RFC 4791)."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal
from xml.etree import ElementTree as ET

from msgspec import Struct

from . import xml
from .problems import BadXml

_REMEMBERED_SIZE = 4096  # bytes
OWNER_LIMIT = 4096  # characters that a lock may say of its owner, who is told to everybody
Scope = Literal["exclusive", "shared"]


class PropFind(Struct, frozen=True):
    """Which properties are asked for. names: None for all that there are; include: further ones beside these."""

    names: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    without_values: bool = False


class Change(Struct, frozen=True):
    """One property to set or, where there is no element, to remove. element: the property as XML; text: what is in it."""

    name: str
    element: str = ""
    text: str = ""


class LockInfo(Struct, frozen=True):
    """The lock that is asked for. owner: the element as XML, "" for none."""

    scope: Scope
    owner: str


def propfind(body: bytes) -> PropFind:
    """§14.20; without a body, everything. Programs ask for the same again and again. Raises BadXml."""
    return _remembered(body) if len(body) <= _REMEMBERED_SIZE else _propfind(body)


def _propfind(body: bytes) -> PropFind:
    if not body.strip():
        return PropFind()
    root = xml.parse(body, "{DAV:}propfind")
    if len({child.tag for child in root} & {"{DAV:}prop", "{DAV:}allprop", "{DAV:}propname"}) != 1:
        raise BadXml
    return wanted(root)


def wanted(element: ET.Element) -> PropFind:
    """The properties that an element asks for, as PROPFIND and most of REPORT say it; none where it says nothing."""
    asked = {child.tag: child for child in element}
    if "{DAV:}propname" in asked:
        return PropFind(without_values=True)
    if "{DAV:}allprop" in asked:
        return PropFind(include=_names(asked.get("{DAV:}include")))
    return PropFind(_names(asked.get("{DAV:}prop")))


_remembered = lru_cache(maxsize=256)(_propfind)


def _names(element: ET.Element | None) -> tuple[str, ...]:
    return () if element is None else tuple(dict.fromkeys(child.tag for child in element))


def proppatch(body: bytes) -> list[Change]:
    """§14.19, in the order of the document. Raises BadXml."""
    root = xml.parse(body, "{DAV:}propertyupdate")
    changes = _changes(root, ("{DAV:}set", "{DAV:}remove"))
    if not changes:
        raise BadXml
    return changes


def creation(body: bytes, root: str) -> list[Change]:
    """What a new collection shall have, of MKCOL (`{DAV:}mkcol`) and MKCALENDAR. Raises BadXml."""
    return _changes(xml.parse(body, root), ("{DAV:}set",)) if body.strip() else []


def elements(change: Change) -> list[ET.Element]:
    """What is in a property whose value is of elements: kinds of resources, components."""
    return list(xml.parse(change.element.encode())) if change.element else []


def _changes(root: ET.Element, actions: tuple[str, ...]) -> list[Change]:
    changes: list[Change] = []
    for action in (each for each in root if each.tag in actions):
        for prop in action.iterfind("{DAV:}prop"):
            language = next(
                (e.get(xml.XML_LANG, "") for e in (prop, action, root) if e.get(xml.XML_LANG)), ""
            )
            changes.extend(_change(each, language, action.tag == "{DAV:}set") for each in prop)
    return changes


def _change(element: ET.Element, language: str, is_set: bool) -> Change:
    """A value keeps the language that it is written in, which may be said further out (§4.3)."""
    if not is_set:
        return Change(element.tag)
    if language and element.get(xml.XML_LANG) is None:
        element.set(xml.XML_LANG, language)
    return Change(element.tag, xml.written(element), "".join(element.itertext()))


def lockinfo(body: bytes) -> LockInfo:
    """§14.11. Raises BadXml."""
    root = xml.parse(body, "{DAV:}lockinfo")
    scope, kind = root.find("{DAV:}lockscope"), root.find("{DAV:}locktype")
    if scope is None or kind is None or kind.find("{DAV:}write") is None:
        raise BadXml
    owner = root.find("{DAV:}owner")
    said = "" if owner is None else xml.written(owner)
    if len(said) > OWNER_LIMIT:
        raise BadXml("What this lock says of its owner is too long.")
    if scope.find("{DAV:}exclusive") is not None:
        return LockInfo("exclusive", said)
    if scope.find("{DAV:}shared") is not None:
        return LockInfo("shared", said)
    raise BadXml
