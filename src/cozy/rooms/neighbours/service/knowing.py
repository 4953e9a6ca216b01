"""Which homes are known, by which key, and what becomes of that."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import Notice

from .. import store
from ..errors import BadMove, NoNeighbour, NotSigned
from ..events import NeighbourMoved
from ..model import OTHER_KEY, UNSIGNED, Moved, Neighbour, address_of

LIMIT = 1000
PAGE = "/my/settings/neighbours"


def fetch(work: Work, address: str) -> Neighbour:
    """A home that is known. Raises NoNeighbour."""
    found = store.at(work, address_of(address))
    if found is None:
        raise NoNeighbour(address=address)
    return found


def known(work: Work, address: str) -> Neighbour | None:
    """The same; None where none is."""
    return store.at(work, address_of(address))


def listed(work: Work) -> list[Neighbour]:
    """Those that are known, those that are refused first."""
    return store.listed(work, LIMIT)


def refused(work: Work) -> list[Neighbour]:
    """Those that are no longer who was met."""
    return store.refused(work, LIMIT)


def meet(work: Work, address: str, public_key: str) -> Neighbour:
    """The home at an address, which has just shown this key, "" for none. The first key is kept; another is refused, and the
    owner told.
    """
    here = address_of(address)
    met = store.at(work, here)
    if met is None or (public_key and not met.public_key):
        store.keep(work, here, public_key)
    elif met.public_key == public_key:
        if met.is_refused:
            store.forgive(work, here)
            _tell(work, here, is_wrong=False)
    elif not met.is_refused or met.refused_key != public_key:
        store.refuse(work, here, public_key)
        _tell(work, here, is_wrong=True)
    return fetch(work, here)


def accept(work: Work, address: str) -> None:
    """The owner takes the key that was refused for that of the home. Raises NoNeighbour."""
    found = fetch(work, address)
    if found.is_refused:
        store.keep(work, found.address, found.refused_key)
        _tell(work, found.address, is_wrong=False)


def recognise(work: Work, address: str) -> None:
    """Make sure that a request comes from the home at this address, where that is known by its key. Raises NotSigned."""
    met = store.at(work, address_of(address))
    if met is not None and met.public_key and work.caller.signed_by != met.public_key:
        raise NotSigned(address=met.address)


def warn(work: Work, address: str) -> None:
    """Tell the owner, once a day, that somebody asked with what a home was let in by, and without its key: it was refused."""
    notifications.notify(
        work, Notice(kind=UNSIGNED, values={"address": address}, about=address, link=PAGE, priority="high")
    )


def check(work: Work, record: Moved) -> None:
    """Make sure that the home which is known at an address says itself that it moved. Raises BadMove."""
    met = store.at(work, address_of(record.before))
    if met is None or not record.is_by(met.public_key):
        raise BadMove(address=record.before)


def follow(work: Work, record: Moved) -> Neighbour:
    """Know a home at the address that it has moved to, once it is certain that it is there (`sure_of_move`).

    Raises BadMove. Publishes NeighbourMoved.
    """
    check(work, record)
    return moved(work, record.before, record.address)


def moved(work: Work, before: str, address: str) -> Neighbour:
    """Know a home at another address, once it is certain that it says so itself. Publishes NeighbourMoved."""
    old, new = address_of(before), address_of(address)
    met = store.at(work, old)
    if met is not None and old != new:
        there = store.at(work, new)
        if there is not None and there.public_key not in {"", met.public_key}:
            raise BadMove(address=address)  # another home is known there
        store.move(work, old, new, met.public_key)
        _tell(work, old, is_wrong=False)
    work.publish(NeighbourMoved(old, new))
    return store.at(work, new) or Neighbour(new, "", "")


def _tell(work: Work, address: str, *, is_wrong: bool) -> None:
    """Tell the owner once that a home is not who it was, and note when that is over."""
    values = {"address": address}
    notifications.notify(
        work, Notice(kind=OTHER_KEY, values=values, about=address, state=is_wrong, link=PAGE, priority="high")
    )
