"""What rules mean for one document: whether it is in, and which of its changes travel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec.structs import replace

from cozy.kernel.selectors import held
from cozy.rooms.sharing.model import REFERRED, Rule, Sharing
from cozy.rooms.sharing.model.ids import xored

FILES = "io.cozy.files"
ORGANIZATION = "organization_id"
Deed = Literal["add", "update", "remove"]


def travels(rule: Rule, deed: Deed, *, by_owner: bool) -> bool:
    """Whether what somebody did reaches the others."""
    mode = getattr(rule, deed)
    return mode in {"sync", "revoke"} or (mode == "push" and by_owner)


def references(body: Mapping[str, Any]) -> list[str]:
    """What a file is part of: `io.cozy.photos.albums/c0ffee…`."""
    found = body.get(REFERRED)
    return [
        f"{each.get('type')}/{each.get('id')}"
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, Mapping)
    ]


def picks(rule: Rule, doctype: str, id_: str, body: Mapping[str, Any]) -> bool:
    """Whether a rule is about a document, as far as this alone tells: not for what is in a folder."""
    if rule.local or doctype != rule.doctype:
        return False
    if rule.is_by_id:
        return id_ in rule.values
    if doctype == FILES and rule.selector == REFERRED:
        return not set(rule.values).isdisjoint(references(body))
    value = held(body, rule.selector)
    items = value if isinstance(value, list) else [value]
    return any(item in rule.values for item in items if isinstance(item, str))


def first(rules: Sequence[Rule], doctype: str, id_: str, body: Mapping[str, Any]) -> int | None:
    """The index of the first rule that is about a document."""
    return next((index for index, rule in enumerate(rules) if picks(rule, doctype, id_, body)), None)


def bound(sharing: Sharing, key: bytes) -> dict[str, str]:
    """Values of rules that are ids of documents of the same sharing, as members' homes know them, by how they travel.

    An event names its calendar: where both are shared, the copy is to name the copy. The ids that other members hold are
    changed from home to home by nobody (cozy-stack has no such rule): a member's home changes these, and changes them back.
    """
    if sharing.owner or not key:
        return {}
    ids = {value for rule in sharing.rules if rule.is_by_id for value in rule.values}
    named = {value for rule in sharing.rules if _names(rule) for value in rule.values}
    return {value: xored(value, key) for value in named if xored(value, key) in ids}


def _names(rule: Rule) -> bool:
    return not rule.is_by_id and rule.selector not in {REFERRED, ORGANIZATION}


def here(sharing: Sharing, bindings: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules as documents of this home meet them."""
    if not bindings:
        return sharing.rules
    return tuple(
        replace(rule, values=tuple(bindings.get(value, value) for value in rule.values))
        if _names(rule)
        else rule
        for rule in sharing.rules
    )


def with_names(body: Mapping[str, Any], selectors: Iterable[str], names: Mapping[str, str]) -> dict[str, Any]:
    """A body in which the members that these selectors name hold other ids."""
    changed = dict(body)
    for selector in selectors:
        _rename(changed, selector.split("."), names)
    return changed


def _rename(body: dict[str, Any], path: Sequence[str], names: Mapping[str, str]) -> None:
    name, *deeper = path
    value = body.get(name)
    if deeper and isinstance(value, Mapping):
        body[name] = dict(value)
        _rename(body[name], deeper, names)
    elif not deeper and isinstance(value, str) and value in names:
        body[name] = names[value]


def selectors(sharing: Sharing) -> list[str]:
    """The members by which documents of a sharing may name others."""
    return [rule.selector for rule in sharing.rules if _names(rule)]
