"""XML of strangers: no document type that declares anything, no entity, nothing fetched, one element at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

_DEEPEST = 200  # elements inside each other


class UnfitXml(ValueError):
    """This is not the XML that its name promises, or it asks for what XML should not."""


def elements(stream: IO[bytes], *names: str, dtd: bool = False) -> Iterator[ET.Element]:
    """Each element of these names, whole, whatever its namespace; forgotten as soon as the next is asked for.

    dtd: whether a document type may be named (ENEX names its own; what it would declare is refused all the same).
    Raises UnfitXml where it breaks: what came before it counts.
    """
    open_: list[ET.Element] = []
    inside = 0
    try:
        for event, element in defusedxml.ElementTree.iterparse(stream, ("start", "end"), forbid_dtd=not dtd):
            is_wanted = local(element.tag) in names
            if event == "start":
                open_.append(element)
                inside += is_wanted
                if len(open_) > _DEEPEST:
                    raise UnfitXml("it is nested too deeply")
                continue
            open_.pop()
            if is_wanted:
                inside -= 1
                yield element
            if not inside:
                element.clear()
                if open_:
                    open_[-1].remove(element)
    except (ET.ParseError, DefusedXmlException, LookupError) as error:
        raise UnfitXml(str(error)) from error


def local(tag: object) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: ET.Element | None, *path: str) -> ET.Element | None:
    """The first element at a path of names, whatever their namespaces."""
    for name in path:
        element = (
            next((one for one in element if local(one.tag) == name), None) if element is not None else None
        )
    return element


def children(element: ET.Element | None, name: str) -> list[ET.Element]:
    """The elements of a name right inside another."""
    return [one for one in element if local(one.tag) == name] if element is not None else []


def text(element: ET.Element | None, *path: str) -> str:
    """The text at a path of names; none where it is not."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""
