"""What is looked for in cards (RFC 6352 §10.5), found in their texts without reading more of them than is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cozy.dav import lines
from cozy.dav.filters import CardFilter, CardPropFilter, ParamFilter
from cozy.dav.lines import Line

_FOLD = re.compile(r"\r?\n[ \t]")


@lru_cache(maxsize=256)
def _lines_of(name: str) -> re.Pattern[str]:
    """The lines of a property, in a text without folds."""
    group = r"(?:[\w-]+\.)?" if "." not in name else ""
    spelled = re.escape(name)
    return re.compile(
        rf'^{group}{spelled}((?:;(?:[^":;\r\n]++|"[^"\r\n]*+")*+)*+):([^\r\n]*)', re.IGNORECASE | re.MULTILINE
    )


def matches(text: str, wanted: CardFilter) -> bool:
    """Whether a card is among those that are looked for."""
    if not wanted.props:
        return True
    whole = _FOLD.sub("", text) if "\n " in text or "\n\t" in text else text
    found = (_prop_matches(whole, each) for each in wanted.props)
    return any(found) if wanted.is_any else all(found)


def _prop_matches(text: str, wanted: CardPropFilter) -> bool:
    name = wanted.name
    found = (Line(name, value, parameters) for parameters, value in _lines_of(name).findall(text))
    if wanted.is_absent:
        return next(found, None) is None
    return any(_line_matches(line, wanted) for line in found)


def _line_matches(line: Line, wanted: CardPropFilter) -> bool:
    if not wanted.texts and not wanted.params:
        return True
    value = lines.unescape(line.value)
    checks: Iterable[bool] = (
        *(text.holds(value) for text in wanted.texts),
        *(_param_matches(line, each) for each in wanted.params),
    )
    return any(checks) if wanted.is_any else all(checks)


def _param_matches(line: Line, wanted: ParamFilter) -> bool:
    values = line.params().get(wanted.name.upper())
    if wanted.is_absent or values is None:
        return wanted.is_absent and values is None
    return wanted.text is None or any(wanted.text.holds(value) for value in values)


def uid_of(wanted: CardFilter) -> str:
    """The UID of the one card that is looked for; "" where it is not known so."""
    if len(wanted.props) != 1:
        return ""
    (prop,) = wanted.props
    is_one = prop.name == "UID" and not prop.is_absent and not prop.params and len(prop.texts) == 1
    if not is_one:
        return ""
    (text,) = prop.texts
    return text.text if text.match == "equals" and not text.is_negated and text.collation == "i;octet" else ""
