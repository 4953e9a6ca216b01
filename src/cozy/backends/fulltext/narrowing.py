"""What both engines ask of an entry beside its words."""

from __future__ import annotations

from typing import Any

from cozy.kernel.search import Wanted

_ASKS = {
    "kinds": "kind IN :kinds",
    "extensions": "extension IN :extensions",
    "places": "place IN :places",
    "since": "at >= :since",
    "until": "at < :until",
}


def narrowing(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """Conditions on columns of search_entries, each after an AND, and what they are asked with."""
    asked = {name: value for name in _ASKS if (value := getattr(wanted, name))}
    return "".join(f" AND {_ASKS[name]}" for name in asked), asked
