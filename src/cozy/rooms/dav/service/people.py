"""Who is found here: the owner, by what programs know of them (RFC 3744 §9.4, §9.5; RFC 3253 §3.8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from cozy.dav import answers, xml
from cozy.dav.filters import TextMatch
from cozy.dav.reports import Expanded, ExpandProperty, PrincipalSearch, Search
from cozy.dav.telling import responder
from cozy.kernel.work import Work

from . import owner
from .owner import Node

_HREF = re.compile(r"<d:href>([^<]*)</d:href>")
_TAG = re.compile(r"<[^>]*>")
_SEARCHABLE = (
    ("{DAV:}displayname", "Name"),
    (f"{{{xml.CALDAV}}}calendar-user-address-set", "Address"),
    (f"{{{xml.CS}}}email-address-set", "Mail address"),
)  # fmt: skip


def search(work: Work, asked: PrincipalSearch) -> str:
    """The owner, if that is who is looked for. Raises NotAllowed."""
    node = owner.principal(work)
    matches = [_matches(node, each) for each in asked.searches]
    is_meant = any(matches) if asked.is_any else all(matches)
    tell = responder(owner.words(node), asked.asked.props)
    return answers.multistatus([tell(node)] if is_meant else [])


def _matches(node: Node, search: Search) -> bool:
    match = TextMatch(search.text, "i;unicode-casemap", search.match)
    return any(match.holds(value) for name in search.names for value in _values(node.values.get(name, "")))


def _values(inside: str) -> list[str]:
    """The texts of a property, of its elements one by one."""
    return [text for text in (unescape(part).removeprefix("mailto:") for part in _TAG.split(inside)) if text]


def searchable() -> str:
    """By which properties people can be looked for."""
    found = "".join(
        f"<d:principal-search-property><d:prop>{xml.empty(name)}</d:prop>"
        f'<d:description xml:lang="en">{said}</d:description></d:principal-search-property>'
        for name, said in _SEARCHABLE
    )
    return f"<d:principal-search-property-set {xml.NAMESPACES}>{found}</d:principal-search-property-set>"


def expand(work: Work, path: str, asked: ExpandProperty) -> str:
    """Properties of an address of the owner, and of the addresses that they name in turn. Raises NotAllowed."""
    nodes = {node.href.rstrip("/"): node for node in (*owner.root(work), owner.principal(work))}
    return answers.multistatus([_expanded(nodes[path.rstrip("/")], nodes, asked.props)])


def _expanded(node: Node, nodes: dict[str, Node], props: Sequence[Expanded]) -> str:
    there = [xml.element(prop.name, _inside(node, nodes, prop)) for prop in props if prop.name in node.values]
    missing = [xml.empty(prop.name) for prop in props if prop.name not in node.values]
    said = answers.propstat("".join(there), 200) if there or not missing else ""
    return answers.response(node.href, said + (answers.propstat("".join(missing), 404) if missing else ""))


def _inside(node: Node, nodes: dict[str, Node], prop: Expanded) -> str:
    value = node.values[prop.name]
    if not prop.inside:
        return value
    return "".join(
        _expanded(nodes[href.rstrip("/")], nodes, prop.inside) if href.rstrip("/") in nodes else answers.outcome(href, 404)
        for href in _HREF.findall(value)
    )  # fmt: skip
