"""XML: read without trusting it, and written by hand, since most of an answer is the same words again.

A name is written as in ElementTree: `{DAV:}href`; one without a namespace is `href`.
"""

from __future__ import annotations

from functools import lru_cache
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from .problems import BadXml

BODY_LIMIT = 256 * 1024  # bytes
DEPTH_LIMIT = 64  # elements inside each other
DAV = "DAV:"
OC = "http://owncloud.org/ns"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA_TYPE = "application/xml; charset=utf-8"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
NAMESPACES = f'xmlns:d="{DAV}" xmlns:oc="{OC}"'
_PREFIXES = {DAV: "d", OC: "oc"}

text = escape


def parse(body: bytes, root: str) -> ET.Element:
    """The root of a document, which has this name. No document type, no entity, nothing fetched. Raises BadXml."""
    try:
        found: ET.Element = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadXml from error
    if found.tag != root:
        raise BadXml(expected=root)
    _check_depth(found)
    return found


def _check_depth(root: ET.Element) -> None:
    level = [root]
    for _ in range(DEPTH_LIMIT):
        level = [child for element in level for child in element]
        if not level:
            return
    raise BadXml("This body is nested too deeply.")


def written(element: ET.Element) -> str:
    """An element as text that stands by itself, its namespaces declared."""
    tail, element.tail = element.tail, None
    try:
        return ET.tostring(element, encoding="unicode")
    finally:
        element.tail = tail


@lru_cache(maxsize=1024)
def empty(name: str) -> str:
    """`<d:href/>`; any other namespace is declared in place. Inside `NAMESPACES`."""
    namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    if namespace in _PREFIXES:
        return f"<{_PREFIXES[namespace]}:{local}/>"
    return f"<x:{local} xmlns:x={quoteattr(namespace)}/>" if namespace else f"<{local}/>"


def error(condition: str, hrefs: tuple[str, ...] = (), sentence: str = "") -> str:
    """The body of a refusal (RFC 4918 §16). condition: in `DAV:`, "" for none; sentence: for people."""
    inside = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    named = f"<d:{condition}>{inside}</d:{condition}>" if condition else ""
    said = f"<oc:message>{escape(sentence)}</oc:message>" if sentence else ""
    return f"{HEAD}<d:error {NAMESPACES}>{named}{said}</d:error>"
