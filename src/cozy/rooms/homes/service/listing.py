"""The host's list of homes."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.home import NOTHING_AGREED, Hosted, State
from cozy.kernel.work import Work

from .. import store
from ..errors import BadDomain, BadProfile, HomeElsewhere, NoHome, NotFirst, WhichHome
from ..events import HomeMoved
from ..model import Listing, is_domain
from ..ports import Witness


def clean_domain(domain: str) -> str:
    """The address as we keep it. Raises BadDomain."""
    clean = domain.strip().rstrip(".").lower()
    if not is_domain(clean):
        raise BadDomain(domain=domain, parameter="domain")
    return clean


def enlist(
    work: Work,
    home_id: str,
    domain: str,
    quota: int | None,
    public_key: str,
    *,
    hosted: Hosted = NOTHING_AGREED,
    is_first: bool = False,
) -> Listing:
    """Put a furnished home on the host's list; it answers from then on. is_first: only if it is the only one.

    Raises BadDomain, DomainTaken, NotFirst.
    """
    if is_first and store.listed(work, "", 1):
        raise NotFirst
    made = store.add(work, home_id, clean_domain(domain), quota, public_key, hosted, is_first=is_first)
    return _seen(work, None, made)


def _seen(work: Work, before: Listing | None, after: Listing) -> Listing:
    """What became of a home, once those know of it who want to."""
    for plugged in work.plugged(Witness):
        plugged(work, before, after)
    return after


def is_vacant(work: Work) -> bool:
    """Whether this host has no home yet."""
    return not store.listed(work, "", 1)


def at(work: Work, domain: str) -> Listing:
    """The home at an address. Raises NoHome."""
    found = store.by_domain(work, domain)
    if found is None:
        raise NoHome(domain=domain)
    return found


def held(work: Work, domain: str) -> Listing:
    """The same, to be changed: until this is written, nobody else changes it. Raises NoHome."""
    store.hold(work, domain)
    return at(work, domain)


def of_id(work: Work, home_id: str) -> Listing | None:
    """The home of this id."""
    return store.by_id(work, home_id)


def only(work: Work) -> Listing:
    """The one home of this host. Raises NoHome when there is none, WhichHome when there are several."""
    found = store.listed(work, "", 2)
    if not found:
        raise NoHome("There is no home on this host yet: make one with `cozy homes add`.")
    if len(found) > 1:
        raise WhichHome
    return found[0]


def listed(work: Work, after: str = "", limit: int = 100) -> list[Listing]:
    """Homes by address, a page at a time: those after an address."""
    return store.listed(work, after, limit)


def skipped_to(work: Work, skip: int, limit: int = 100) -> list[Listing]:
    """The same, by how many come before: slow where these are many."""
    return store.skipped_to(work, skip, limit)


def count(work: Work) -> int:
    """How many homes this host lists."""
    return store.count(work)


def count_by_state(work: Work) -> dict[str, int]:
    """How many homes are in each state."""
    return store.count_by_state(work)


def count_due(work: Work) -> int:
    """How many homes wait for the worker: a hint, which may be stale."""
    return store.count_due(work, iso(work.now))


def is_listed(work: Work, home_id: str) -> bool:
    """Whether a home of this id is on the list."""
    return store.is_listed(work, home_id)


def search(
    work: Work,
    text: str = "",
    state: State | Literal["", "leaving", "unpaid", "asking"] = "",
    among: list[str] | None = None,
    after: str = "",
    limit: int = 100,
) -> list[Listing]:
    """Homes whose address holds a text, in a state (`leaving`: that wait to be deleted; `unpaid`: whose bill is open; `asking`: for
    another plan), a page at a time.

    among: by id, None for all.
    """
    return store.search(work, text.strip().lower(), state, among, after, limit)


def late(work: Work, by: timedelta) -> int:
    """How many homes have had something to do by themselves for that long."""
    return store.late(work, iso(work.now - by))


def due(work: Work, limit: int, within: timedelta = timedelta()) -> list[Listing]:
    """Homes that may have something to do by themselves now, or soon: a hint, which may be stale."""
    return store.due(work, iso(work.now + within), limit)


def with_live_folder(work: Work) -> list[Listing]:
    """Homes that are shown in a folder of this machine."""
    return store.with_live_folder(work)


def hasten(work: Work, home_id: str) -> None:
    """A home has something to do by itself now."""
    store.hasten(work, home_id, iso(work.now))


def hasten_all(work: Work) -> None:
    """Every home may have something to do by itself: the hints are not to be trusted."""
    store.hasten_all(work, iso(work.now))


def set_due(work: Work, home_id: str, due_at: str) -> None:
    """When a home next has something to do by itself."""
    store.set_due(work, home_id, due_at)


def change(
    work: Work,
    domain: str,
    *,
    state: State | None = None,
    quota: int | str | None = "same",
    hosted: Hosted | None = None,
) -> Listing:
    """Set a home's state, quota (bytes; None: no limit; "same": as it is), or what it agreed on with its host.

    Raises NoHome, BadProfile, HomeElsewhere.
    """
    home = held(work, domain)
    if isinstance(quota, int) and quota < 0:
        raise BadProfile("A quota is a number of bytes.", parameter="quota")
    if home.state == "gone" and state is not None:
        raise HomeElsewhere(domain=domain)
    kept = home.quota if isinstance(quota, str) else quota
    store.change(work, home.id, state=state or home.state, quota=kept, hosted=hosted or home.hosted)
    return _seen(work, home, at(work, domain))


def move(work: Work, domain: str, new: str, record: str) -> Listing:
    """Give a home another address. record: what the old one says from then on, JSON signed by the home.

    Raises NoHome, BadDomain, DomainTaken.
    """
    home, there = held(work, domain), clean_domain(new)
    formerly = tuple(each for each in (*home.hosted.formerly, home.domain) if each != there)
    store.move(work, home.id, home.domain, there, replace(home.hosted, formerly=formerly), record)
    return _seen(work, home, at(work, there))


def gone_from(work: Work, domain: str) -> str:
    """What the home says that was at this address. Raises NoHome when none was."""
    record = store.moved_from(work, domain)
    if record is None:
        raise NoHome(domain=domain)
    return record


def tell_move(work: Work, before: str) -> None:
    """This home has a new address. before: the old one, https://alice.example.org. Publishes HomeMoved."""
    work.publish(HomeMoved(before, work.origin))


def delist(work: Work, domain: str) -> Listing:
    """Take a home off the list; it answers no more. Raises NoHome."""
    home = at(work, domain)
    store.forget_moves(work, home.id)
    return _removed(work, home)


def _removed(work: Work, home: Listing) -> Listing:
    store.remove(work, home.id)
    for plugged in work.plugged(Witness):
        plugged(work, home, None)
    return home


def depart(work: Work, domain: str, record: str) -> None:
    """The home at an address lives on another host from now on. record: what it says of that, JSON signed by the home; whoever
    comes by follows it. Raises NoHome.
    """
    home = held(work, domain)
    store.change(work, home.id, state="gone", quota=home.quota, hosted=home.hosted)
    store.point(work, home.id, home.domain, record)
    _seen(work, home, at(work, domain))


def stay(work: Work, domain: str, state: State) -> None:
    """The home at an address did not go after all; it is as it was. Raises NoHome."""
    home = held(work, domain)
    store.unpoint(work, home.id, home.domain)
    store.change(work, home.id, state=state, quota=home.quota, hosted=home.hosted)
    _seen(work, home, at(work, domain))


def let_go(work: Work, domain: str) -> Listing:
    """Take a home off the list that lives elsewhere; whoever comes by goes on being told where. Raises NoHome."""
    return _removed(work, at(work, domain))


def leave(work: Work, domain: str) -> None:
    """The owner asks the host to delete this home; the host's list says since when. Raises NoHome."""
    home = held(work, domain)
    if not home.hosted.leaving_at:
        change(work, domain, hosted=replace(home.hosted, leaving_at=iso(work.now)))
