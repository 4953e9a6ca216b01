"""What is said of each use that others make of a home's documents, so that the owner can be told.

Uses are summed up in memory: none costs a write of its own. Who writes the sums down, and when, is for the app to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from .caller import Caller, Kind, Verb
from .home import Home

WATCHED: frozenset[Kind] = frozenset({"app", "konnector", "client", "device", "cli", "share"})
OTHERS = "*"  # the doctype of what goes beyond the sums that are kept of one home
SUMS = 2_000


class Use(Struct, frozen=True):
    """Documents that somebody read or wrote. requests: 0 for what goes on after one, such as events on a socket."""

    verb: Verb
    doctype: str
    documents: int = 1
    requests: int = 1


class Sum(Struct):
    """What one holder did with one doctype, by one verb, since it was last written down."""

    kind: Kind
    name: str
    doctype: str
    verb: Verb
    last_at: datetime
    requests: int = 0
    documents: int = 0


class Ledger:
    """The sums that are not written down yet, by home. A crash loses what a second held."""

    def __init__(self) -> None:
        self._homes: dict[str, tuple[Home, dict[tuple[str, str, str, str], Sum]]] = {}

    def note(self, home: Home, caller: Caller, use: Use, now: datetime) -> None:
        """Add a use. The owner's own, and the program's, are nobody's business."""
        if caller.kind not in WATCHED:
            return
        known = self._homes.get(home.id)
        if known is None:
            known = self._homes[home.id] = (home, {})
        one = _sum_in(known[1], caller, use, now)
        one.requests += use.requests
        one.documents += use.documents
        one.last_at = now

    def take(self) -> list[tuple[Home, list[Sum]]]:
        """Every sum, which is no longer held here."""
        taken, self._homes = self._homes, {}
        return [(home, list(sums.values())) for home, sums in taken.values()]

    def take_of(self, home_id: str) -> list[Sum]:
        """The sums of one home, which are no longer held here."""
        taken = self._homes.pop(home_id, None)
        return list(taken[1].values()) if taken else []

    def give_back(self, home: Home, sums: Sequence[Sum]) -> None:
        """Hold sums again that could not be written down, with what has come since."""
        held = self._homes.setdefault(home.id, (home, {}))[1]
        for one in sums:
            since = held.setdefault((one.kind, one.name, one.doctype, one.verb), one)
            if since is not one:
                since.requests += one.requests
                since.documents += one.documents


def _sum_in(sums: dict[tuple[str, str, str, str], Sum], caller: Caller, use: Use, now: datetime) -> Sum:
    key = (caller.kind, caller.name, use.doctype, use.verb)
    one = sums.get(key)
    if one is None and len(sums) >= SUMS:
        key = (caller.kind, caller.name, OTHERS, use.verb)
        one = sums.get(key)
    if one is None:
        one = sums[key] = Sum(caller.kind, caller.name, key[2], use.verb, now)
    return one
