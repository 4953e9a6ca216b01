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
REPORT_LIMIT = 4 * 1024 * 1024  # bytes of a body that may name thousands of addresses
DEPTH_LIMIT = 64  # elements inside each other
DAV = "DAV:"
OC = "http://owncloud.org/ns"
NC = "http://nextcloud.org/ns"
OCS = "http://open-collaboration-services.org/ns"
CALDAV = "urn:ietf:params:xml:ns:caldav"
CARDDAV = "urn:ietf:params:xml:ns:carddav"
CS = "http://calendarserver.org/ns/"
ICAL = "http://apple.com/ns/ical/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA_TYPE = "application/xml; charset=utf-8"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_PREFIXES = {DAV: "d", OC: "oc", NC: "nc", OCS: "ocs", CALDAV: "cal", CARDDAV: "card", CS: "cs", ICAL: "ical"}
NAMESPACES = " ".join(f'xmlns:{prefix}="{namespace}"' for namespace, prefix in _PREFIXES.items())

text = escape


def parse(body: bytes, *roots: str) -> ET.Element:
    """The root of a document, which has one of these names, where any is said.

    No document type, no entity, nothing fetched. Raises BadXml.
    """
    try:
        found: ET.Element = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadXml from error
    if roots and found.tag not in roots:
        raise BadXml(expected=roots[0])
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
def tag(name: str) -> str:
    """What is between `<` and `>` of an element's start: `d:href`; any other namespace is declared in place.

    Inside `NAMESPACES`.
    """
    namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    if namespace in _PREFIXES:
        return f"{_PREFIXES[namespace]}:{local}"
    return f"x:{local} xmlns:x={quoteattr(namespace)}" if namespace else local


@lru_cache(maxsize=1024)
def empty(name: str) -> str:
    """`<d:href/>`. Inside `NAMESPACES`."""
    return f"<{tag(name)}/>"


def element(name: str, inside: str) -> str:
    """An element of a namespace of ours around XML that is written already. Inside `NAMESPACES`."""
    return f"<{tag(name)}>{inside}</{tag(name)}>" if inside else f"<{tag(name)}/>"


def hrefs(addresses: tuple[str, ...]) -> str:
    """Addresses, each as an element."""
    return "".join(f"<d:href>{escape(address)}</d:href>" for address in addresses)


def condition(name: str, addresses: tuple[str, ...] = ()) -> str:
    """What a refusal is about, as an element (RFC 4918 §16). name: of `DAV:`, or with its namespace one of ours."""
    return element(name if name.startswith("{") else f"{{{DAV}}}{name}", hrefs(addresses))


def error(name: str, addresses: tuple[str, ...] = (), sentence: str = "") -> str:
    """The body of a refusal. name: of its condition, "" for none; sentence: for people."""
    named = condition(name, addresses) if name else ""
    said = f"<oc:message>{escape(sentence)}</oc:message>" if sentence else ""
    return f"{HEAD}<d:error {NAMESPACES}>{named}{said}</d:error>"
