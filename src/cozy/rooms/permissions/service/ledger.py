"""The ledger: who read or wrote how much of which doctype, by which verb, when last. The owner's to read and to delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import structlog

from cozy.kernel.caller import SYSTEM, Kind, Verb
from cozy.kernel.carrying import HomeGone
from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ledger import Sum
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work

from .. import store
from ..model import Permission, Type
from ..model.ledger import EVERYTHING, Entry, Holder, Picked, holder_of
from . import grants

log = structlog.get_logger()
_TYPES: Mapping[str, Type] = {"app": "app", "konnector": "konnector", "client": "oauth", "device": "device"}


async def flush(house: House) -> None:
    """Write down what was noted until now, one write a home.

    What finds no room, or no database, waits for the next time, but of a home that has gone; anything else that goes wrong is said in
    the log.
    """
    for home, sums in house.ledger.take():
        try:
            await house.write(home, SYSTEM, record, sums)
        except HomeGone:
            continue
        except Problem:
            house.ledger.give_back(home, sums)
        except Exception:
            log.exception("the ledger of a home cannot be written", home=home.id)


async def flush_home(house: House, home: Home) -> None:
    """The same for one home, before somebody looks at its ledger."""
    if sums := house.ledger.take_of(home.id):
        await house.write(home, SYSTEM, record, sums)


def record(work: Work, sums: Sequence[Sum]) -> None:
    """Write sums down."""
    titles = {(one.kind, one.name): "" for one in sums}
    titles = {holder: _title(work, *holder) for holder in titles}
    for one in sums:
        at = iso(one.last_at)
        store.ledger.add(
            work,
            Entry(
                at[:10], one.kind, one.name, one.doctype, one.verb, one.requests, one.documents, at,
                titles[one.kind, one.name],
            ),
        )  # fmt: skip


def _title(work: Work, kind: Kind, name: str) -> str:
    """How a holder is called, kept with what they did: whoever looks later may find no grant any more.

    Whose grant ended with this very use is called as before.
    """
    if kind in _TYPES:
        found = grants.of_source(work, _TYPES[kind], name)
    elif kind == "share":
        found = grants.of_id(work, name)
    else:
        return ""
    if found is not None:
        return found.title
    before = store.ledger.entries(work, Picked(holder=Holder(kind, name)), skip=0, limit=1)
    return before[0].title if before else ""


def entries(work: Work, picked: Picked = EVERYTHING, *, skip: int = 0, limit: int = 100) -> list[Entry]:
    """Lines of the ledger, a page at a time: the newest day first, and in it the last use."""
    return store.ledger.entries(work, picked, skip=skip, limit=limit)


def last_access(work: Work, holder: Holder | Permission) -> str:
    """When somebody last used anything (RFC 3339); "" for never, or when that was forgotten."""
    known = holder_of(holder) if isinstance(holder, Permission) else holder
    return store.ledger.last_access(work, known.kind, known.name)


def requests(work: Work, holder: Holder | Permission, verb: Verb) -> int:
    """How many requests of a kind somebody made, as far as they were not forgotten."""
    known = holder_of(holder) if isinstance(holder, Permission) else holder
    return store.ledger.requests(work, known.kind, known.name, verb)


def last_accesses(work: Work) -> dict[Holder, str]:
    """The same, of everybody who is in the ledger."""
    return {Holder(kind, name): at for (kind, name), at in store.ledger.last_accesses(work).items()}  # pyrefly: ignore


def export(work: Work, picked: Picked = EVERYTHING) -> Iterator[Entry]:
    """Every line, oldest first."""
    return store.ledger.each(work, picked)


def forget(work: Work, picked: Picked = EVERYTHING) -> int:
    """Delete lines for good, and say how many."""
    return store.ledger.forget(work, picked)
