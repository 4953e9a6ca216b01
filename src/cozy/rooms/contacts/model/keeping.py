"""What apps say beside a card, kept when a phone sends another one: members of entries that no card can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import cards, dates, labels, names, writing

_LABEL = ("label", "type", "primary")


def kept(said: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The members that a card says, each spelt as before where it says the same, with what else was in it."""
    made = dict(said)
    for listed in cards.LISTS:
        if entries := names.entries(said, listed.member):
            made[listed.member] = _kept_entries(listed, entries, names.entries(before, listed.member))
    for member in ("birthday", "anniversary"):
        if made.get(member) and dates.day_of(names.text(before, member)) == made[member]:
            made[member] = before[member]
    was = before.get("name")
    if isinstance(was, Mapping) and "name" in made:
        made["name"] = {
            **{part: value for part, value in was.items() if part not in cards.NAME_PARTS},
            **made["name"],
        }
    return made


def _kept_entries(
    listed: cards.Listed, entries: list[Mapping[str, Any]], before: list[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    free, found = list(before[: cards.MOST]), []
    for entry in entries[: cards.MOST]:
        said = writing.value_of(listed, entry)
        same = next((each for each in free if writing.value_of(listed, each) == said), None)
        if same is None:
            found.append(entry)
            continue
        free.remove(same)
        is_alike = labels.of_entry(same) == labels.of_entry(entry)
        others = {name: value for name, value in same.items() if name not in _LABEL}
        found.append(
            same if is_alike else {**others, **{name: entry[name] for name in _LABEL if name in entry}}
        )
    return [*found, *entries[cards.MOST :]]
