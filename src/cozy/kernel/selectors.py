"""What a selector names in a document: grants, triggers and sharings spell it alike (cozy-stack docs/permissions.md, docs/jobs.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def held(members: Mapping[str, Any], selector: str) -> Any:
    """What the member of that name holds: `a.b` is b inside a; None for nothing."""
    value: Any = members
    for name in selector.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def texts(members: Mapping[str, Any], selector: str) -> list[str]:
    """The same as the values of rules are spelled, of a list each of its items."""
    value = held(members, selector)
    items = value if isinstance(value, list) else [value]
    return [text for item in items for text in _texts(item)]


def _texts(item: Any) -> tuple[str, ...]:
    if isinstance(item, str):
        return (item,)
    if isinstance(item, bool):
        return ("true" if item else "false",)
    if isinstance(item, int | float):
        return (str(item),)
    if isinstance(item, Mapping) and isinstance(item.get("id"), str):  # what files and others are part of
        return (item["id"], f"{item.get('type', '')}/{item['id']}")
    return ()
