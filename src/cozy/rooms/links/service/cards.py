"""Somebody's card, as far as it is for others: without what the owner notes about them for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cozy.dav import lines
from cozy.dav.lines import Component, Line
from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts

from .opening import Opened

_OWN = frozenset({"NOTE", "CATEGORIES", "RELATED"})  # what is between the owner and their address book


def body(work: Work, opened: Opened) -> Mapping[str, Any]:
    """The members of a card that is shared. Raises NoContact."""
    found = contacts.people.fetch(replace(work, caller=SYSTEM), opened.thing.id)
    return {
        name: value for name, value in found.body.items() if name not in {"note", "relationships", "groups"}
    }


def text(work: Work, opened: Opened) -> str:
    """The same as a vCard."""
    whole = contacts.moving.cards_of(replace(work, caller=SYSTEM), [opened.thing.id])
    return lines.write(_without(card) for card in lines.parse(whole))


def _without(card: Component) -> Component:
    kept: tuple[Line | Component, ...] = tuple(
        part
        for part in card.parts
        if part.name.upper() not in _OWN and not part.name.upper().startswith("X-")
    )
    return Component(card.name, kept)
