"""What rules may say (cozy-stack model/sharing/rule.go)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ..errors import BadRule, NoRules
from . import BY_ID, REFERRED, Rule
from .ids import xored, xored_reference

FILES = "io.cozy.files"
MOST, MOST_VALUES, LONGEST = 100, 1000, 1000  # rules, values of one, characters of a text
WHOLE = frozenset(
    f"io.cozy.files.{name}-dir"
    for name in ("root", "trash", "shared-with-me", "shared-drives", "no-longer-shared")
)
_NEVER = frozenset({"io.cozy.settings", "io.cozy.accounts"})  # what opens other doors is nobody else's
_DOCTYPE = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")
_ACTIONS = {"none", "push", "sync"}
_IN = "organization_id"
IN_OTHERS = frozenset({REFERRED, _IN})  # selectors of what is part of something that another rule names
_XORED = BY_ID | {_IN}


def checked(rules: Sequence[Rule], is_writable: Callable[[str], bool]) -> tuple[Rule, ...]:
    """The rules as they are kept. is_writable: whether apps may write a doctype. Raises NoRules, BadRule."""
    if not rules:
        raise NoRules
    if len(rules) > MOST:
        raise BadRule(limit=MOST)
    return tuple(_checked(rule, is_writable) for rule in rules)


def _checked(rule: Rule, is_writable: Callable[[str], bool]) -> Rule:
    kept = replace(
        rule,
        add=(rule.add or "none").lower(),
        update=(rule.update or "none").lower(),
        remove=(rule.remove or "none").lower(),
    )
    if not kept.title or not kept.values or len(kept.values) > MOST_VALUES:
        raise BadRule
    if any(len(text) > LONGEST for text in (kept.title, kept.selector, kept.mime, *kept.values)):
        raise BadRule
    if not _DOCTYPE.fullmatch(kept.doctype) or kept.doctype in _NEVER:
        raise BadRule
    if kept.add not in _ACTIONS or kept.update not in _ACTIONS or kept.remove not in {*_ACTIONS, "revoke"}:
        raise BadRule
    if kept.doctype == FILES:
        _check_files(kept)
    elif not is_writable(kept.doctype):
        raise BadRule
    return kept


def _check_files(rule: Rule) -> None:
    """One file or folder a rule, or what is part of something; and no folder that is the whole of a home."""
    if not rule.is_by_id and rule.selector != REFERRED:
        raise BadRule
    if WHOLE & set(rule.values) or (rule.is_by_id and len(rule.values) > 1):
        raise BadRule
    if rule.selector == REFERRED and not all("/" in value for value in rule.values):
        raise BadRule


def for_another(rule: Rule, key: bytes) -> Rule:
    """The rule as the home of another member keeps it: the ids in it are those over there."""
    if rule.selector in _XORED:
        return replace(rule, values=tuple(xored(value, key) for value in rule.values))
    if rule.selector == REFERRED:
        return replace(rule, values=tuple(xored_reference(value, key) for value in rule.values))
    return rule
