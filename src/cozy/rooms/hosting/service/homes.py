"""What is done with a home from outside: made, changed, destroyed. What is in it is not touched, and not looked at."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.home import Home, Hosted, State, origin_of
from cozy.kernel.house import House
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Typed
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing

from ..errors import BadParameter
from ..model import Asked, Changing, Opening
from ..ports import Moving
from . import plans

_KEPT = ("uuid", "oidc_id", "org_id", "org_domain")  # words of the host's books
_LISTS = ("sponsorships", "feature_sets")  # the same, of several


def home_of(settings: Settings, listing: Listing) -> Home:
    """A listed home, with the address that people type."""
    origin = origin_of(settings, listing.domain)
    return Home(listing.id, listing.domain, origin, listing.state, listing.quota, listing.hosted)


def clean_domain(text: str) -> str:
    """The address of a home, with or without a port. Raises BadDomain."""
    return homes.clean_domain(text.partition(":")[0])


async def find(house: House, domain: str) -> Home:
    """The home at an address. Raises NoHome, BadDomain."""
    return home_of(house.settings, await house.read_host(homes.at, clean_domain(domain)))


async def open_(house: House, asked: Opening, chosen: Typed | None = None) -> tuple[Listing, str]:
    """Make a home. The other is the link by which its owner comes in; "" where there is a passphrase.

    chosen: the passphrase, where its owner is there already and chooses it.

    Raises BadDomain, BadProfile, BadParameter, DomainTaken, NoContext, WeakPassphrase.
    """
    settings, domain = house.settings, clean_domain(asked.domain)
    profile = homes.profile_of(
        {
            "public_name": asked.public_name or domain.split(".", 1)[0].capitalize(),
            "email": asked.email or f"me@{domain}",
            "locale": asked.locale,
            "tz": asked.tz,
            "theme": "system",
        }
    )
    hosted = _agreed(settings, Hosted(), asked)
    hosted, plan = await house.read_host(plans.given, hosted, asked.plan)
    typed = chosen or (Typed(raw=asked.passphrase) if asked.passphrase else None)
    key = await auth.passphrase.new_key_of(typed, domain) if typed else ""
    quota = _quota(asked, plan.quota if plan else settings.default_quota)
    origin = origin_of(settings, domain)
    listing = await auth.open_home(house, domain, profile, origin, quota, key=key, hosted=hosted)
    house.relisted[domain] += 1
    home = home_of(settings, listing)
    if asked.oidc_id:
        await house.write(home, SYSTEM, auth.delegated.link, asked.oidc_id)
    return listing, "" if key else await first_link(house, home)


async def first_link(house: House, home: Home) -> str:
    """The link by which an owner comes in for the first time. Raises HasBeenEntered."""
    token = await house.write(home, SYSTEM, auth.reset.begin_first)
    return auth.reset.link(home.origin, token)


async def change(house: House, domain: str, asked: Changing) -> Listing:
    """Change what the host decides about a home. Raises NoHome, BadDomain, BadParameter, NoContext, HomeElsewhere."""
    clean = clean_domain(domain)
    listing = await house.write_host(apply, clean, asked)
    house.relisted[clean] += 1
    if asked.oidc_id is not None:
        await house.write(home_of(house.settings, listing), SYSTEM, auth.delegated.link, asked.oidc_id)
    return listing


def apply(work: Work, domain: str, asked: Changing) -> Listing:
    """The same, but for who the owner is elsewhere, in a transaction on the host's list."""
    found = homes.held(work, domain)
    hosted, plan = plans.given(work, _agreed(work.settings, found.hosted, asked), asked.plan)
    if asked.unpaid is not None:
        hosted = replace(hosted, unpaid_since=(hosted.unpaid_since or iso(work.now)) if asked.unpaid else "")
    if asked.deleting is not None:
        hosted = replace(hosted, leaving_at=(hosted.leaving_at or iso(work.now)) if asked.deleting else "")
    state: State | None = None
    if asked.blocked is not None:
        state = "blocked" if asked.blocked else "active"
        hosted = replace(hosted, reason=(asked.reason or hosted.reason) if asked.blocked else "")
    elif asked.reason is not None:
        hosted = replace(hosted, reason=asked.reason)
    return homes.change(
        work, domain, state=state, quota=_quota(asked, plan.quota if plan else found.quota), hosted=hosted
    )


def set_flags(work: Work, domain: str, patch: dict[str, Any]) -> Listing:
    """Change feature flags of one home; None takes one away. Raises NoHome."""
    found = homes.held(work, domain)
    flags = {name: value for name, value in {**found.hosted.flags, **patch}.items() if value is not None}
    return homes.change(work, domain, hosted=replace(found.hosted, flags=flags))


def set_sets(work: Work, domain: str, sets: list[str]) -> Listing:
    """Keep the names of the feature sets that the host gives a home. Raises NoHome."""
    found = homes.held(work, domain)
    books = {**found.hosted.books, "feature_sets": sorted(sets)}
    return homes.change(work, domain, hosted=replace(found.hosted, books=books))


def moving(work: Work) -> set[str]:
    """The homes that are on their way to another host, by id."""
    return {each.home_id for plugged in work.plugged(Moving) for each in plugged(work)}


async def end_sessions(house: House, home: Home) -> None:
    """End every session of a home: whoever is in has to come in anew."""
    await house.write(home, SYSTEM, auth.sessions.end_all_but, "")


def _agreed(settings: Settings, hosted: Hosted, asked: Asked) -> Hosted:
    """What home and host agreed on, with what is asked for."""
    pairs = _pairs(asked.settings or "")
    context = pairs.pop("context", None) if asked.context is None else asked.context
    terms = pairs.pop("tos", None) if asked.terms is None else asked.terms
    if context:
        homes.contexts.find(settings, context)
    if terms and not homes.terms.is_version(terms):
        raise BadParameter("This is no version of terms of service: 1.0.0-20261201.", parameter="TOSSigned")
    kept = {name: value for name in _KEPT if (value := getattr(asked, name, None)) is not None}
    lists = {name: _words(value) for name in _LISTS if (value := getattr(asked, name, None)) is not None}
    books = {**hosted.books, **pairs, **kept, **lists}
    return replace(
        hosted,
        context=hosted.context if context is None else context,
        terms=hosted.terms if terms is None else terms,
        books={name: value for name, value in books.items() if value not in ("", [])},
    )


def _pairs(text: str) -> dict[str, str]:
    """`offer:premium,context:family` as a table. Raises OwnersToSay, BadParameter."""
    pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    if any(not name or not colon for name, colon, _ in pairs):
        raise BadParameter("Settings are name:value pairs, separated by commas.", parameter="Settings")
    return {name: value for name, _, value in pairs}


def _words(text: str) -> list[str]:
    return sorted(word.strip() for word in text.split(",") if word.strip())


def _quota(asked: Asked, before: int | None) -> int | None:
    """Bytes that a home may hold; None for no limit."""
    return {None: before, 0: before, -1: None}.get(asked.quota, asked.quota)
