"""Scopes: what a program asks for, as text (RFC 6749 §3.3; cozy-stack docs/permissions.md), and as rules of a grant."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cozy.rooms.permissions.model import LEAST_DOTS, WILDCARD, Rule

from ..errors import BadScope
from ..model.clients import EVERYTHING, LOGIN, OFFLINE, SCOPES

LONGEST = 10_000  # characters
_WORDS = {rule.doctype: word for word, rule in SCOPES.items()}
_DOCTYPE = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}(\.\*)?")


def rules(scope: str) -> dict[str, Rule]:
    """The rules that a scope spells, by title, in its order. Raises BadScope.

    A verb that nobody knows opens nothing, as in cozy-stack.
    """
    parts = [part for part in dict.fromkeys(scope.split()) if part != OFFLINE]
    if len(scope) > LONGEST or not parts:
        raise BadScope(parameter="scope")
    if parts == [LOGIN]:
        return {}
    return {
        (part if part in SCOPES else f"rule{number}"): SCOPES.get(part) or _rule(part)
        for number, part in enumerate(parts)
    }


def _rule(part: str) -> Rule:
    if part == EVERYTHING:
        return Rule(EVERYTHING)
    doctype, *rest = part.split(":")
    is_wide = doctype.endswith(WILDCARD) and doctype.count(".") < LEAST_DOTS
    if not _DOCTYPE.fullmatch(doctype) or is_wide or len(rest) > 3:
        raise BadScope(parameter="scope", part=part[:200])
    verbs, values, selector = [*rest, "", "", ""][:3]
    return Rule(doctype, _split(verbs) if verbs != "ALL" else (), _split(values), selector if values else "")


def _split(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def spelled(wanted: Mapping[str, Rule]) -> str:
    """The scope of these rules."""
    return " ".join(_WORDS.get(rule.doctype) or _spelled(rule) for rule in wanted.values())


def _spelled(rule: Rule) -> str:
    parts = [rule.doctype, ",".join(rule.verbs), ",".join(rule.values), rule.selector]
    if not rule.verbs and (rule.values or rule.selector):
        parts[1] = "ALL"
    while not parts[-1]:
        parts.pop()
    return ":".join(parts)
