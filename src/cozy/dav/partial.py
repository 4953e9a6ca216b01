"""Parts of texts: the components and properties that a client wants (RFC 4791 §9.6, RFC 6352 §10.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from . import lines
from .lines import Component, Line
from .problems import BadLine
from .reports import WantedComp, WantedProp


def calendar(text: str, wanted: WantedComp) -> str:
    """What is wanted of a calendar; the text as it is where it cannot be read."""
    return _told(text, lambda component: _of_calendar(component, wanted))


def card(text: str, wanted: Sequence[WantedProp]) -> str:
    """These properties of a card, and its version."""
    props = {prop.name: prop for prop in wanted} | {"VERSION": WantedProp("VERSION")}
    return _told(text, lambda component: _with_props(component, props))


def _told(text: str, part: Callable[[Component], Component]) -> str:
    try:
        return lines.write(map(part, lines.parse(text)))
    except BadLine:
        return text


def _of_calendar(component: Component, wanted: WantedComp) -> Component:
    props = None if wanted.props is None else {prop.name: prop for prop in wanted.props}
    comps = None if wanted.comps is None else {comp.name: comp for comp in wanted.comps}
    kept: list[Line | Component] = []
    for part in component.parts:
        if isinstance(part, Line):
            kept += _line(part, props)
        elif comps is None:
            kept.append(part)
        elif part.name in comps:
            kept.append(_of_calendar(part, comps[part.name]))
    return replace(component, parts=tuple(kept))


def _with_props(component: Component, props: dict[str, WantedProp]) -> Component:
    kept = [each for part in component.parts if isinstance(part, Line) for each in _line(part, props)]
    return replace(component, parts=tuple(kept))


def _line(line: Line, props: dict[str, WantedProp] | None) -> list[Line]:
    if props is None:
        return [line]
    wanted = props.get(line.name)
    if wanted is None:
        return []
    return [Line(line.name, "", line.parameters, line.group)] if wanted.without_value else [line]
