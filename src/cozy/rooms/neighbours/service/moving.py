"""A home gets another address on its host: any that the host gives it, or a domain that its owner has and proves."""

from __future__ import annotations

import base64

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home, app_origin, origin_of
from cozy.kernel.house import House
from cozy.kernel.names import Names
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import DomainTaken, NoHome

from ..errors import NoMove, NotPossible, NotProved, NotThisKind
from . import introducing

_PROOF = "_cozy"  # the name below the domain with which the proof is kept


class Claim(Struct, frozen=True):
    """A domain that the owner says they have, and what is seen of it. app: a name below it, as apps have them."""

    domain: str
    proof_name: str
    proof: str
    app: str
    is_proved: bool
    leads_here: bool
    apps_lead_here: bool

    @property
    def is_ready(self) -> bool:
        """Whether the home can live there."""
        return self.is_proved and self.leads_here and self.apps_lead_here


async def move(house: House, home: Home, domain: str) -> tuple[Home, str]:
    """Give a home another address. The other is a link where its owner chooses a passphrase, as what is kept of one is made
    with the address. Raises NoMove, BadDomain, DomainTaken.
    """
    there = origin_of(house.settings, domain)
    if there == home.origin:
        raise NoMove(domain=domain)
    record = await house.read(home, SYSTEM, introducing.move_record, home.origin, there)
    await house.write_host(homes.move, home.domain, domain, msgspec.json.encode(record).decode())
    moved = msgspec.structs.replace(home, domain=domain, origin=there)
    for each in (home.domain, domain):
        house.relisted[each] += 1
    await house.write(moved, SYSTEM, homes.tell_move, home.origin)
    return moved, auth.reset.link(there, await house.write(moved, SYSTEM, auth.reset.begin))


def may_have_own(work: Work) -> bool:
    """Whether owners may bring domains of their own: certificates for these must come by themselves."""
    return bool(work.settings.public) or homes.context(work).own_domains


async def look(house: House, home: Home, text: str) -> Claim:
    """What is seen of a domain by now. Raises NotPossible, BadDomain, DomainTaken, NotThisKind, NoMove, NoNames."""
    domain, proof = await house.read(home, SYSTEM, _wanted, text)
    await house.read_host(_make_sure_is_free, domain)
    app = app_origin(f"https://{domain}", "drive", house.settings.subdomains).partition("//")[2]
    settings, names = house.settings, _names(house)
    here = await names.addresses(settings, home.domain)
    kept = await names.texts(settings, f"{_PROOF}.{domain}")
    lead = [bool(here & await names.addresses(settings, name)) for name in (domain, app)]
    return Claim(domain, f"{_PROOF}.{domain}", proof, app, proof in kept, *lead)


def _names(house: House) -> Names:
    (names,) = house.ports[Names]
    return names


def _wanted(work: Work, text: str) -> tuple[str, str]:
    if not may_have_own(work):
        raise NotPossible
    domain = homes.clean_domain(text.strip().removeprefix("https://").rstrip("/"))
    if domain == work.domain:
        raise NoMove(parameter="domain")
    first, _, rest = domain.partition(".")
    is_flat = work.settings.subdomains == "flat"
    below = (*homes.contexts.lobbies(work.settings), *filter(None, [work.settings.public]))
    if (is_flat and ("-" in first or "." not in rest)) or any(
        f".{domain}".endswith(f".{each}") for each in below
    ):
        raise NotThisKind(parameter="domain")
    key = homes.derived_key(work, f"own domain {domain}")[:15]
    return domain, f"cozy-home={base64.b32encode(key).decode().lower()}"


def _make_sure_is_free(work: Work, domain: str) -> None:
    try:
        homes.at(work, domain)
    except NoHome:
        return
    raise DomainTaken(domain=domain, parameter="domain")


async def take(house: House, home: Home, text: str) -> tuple[Home, str]:
    """Let the home live at a domain of its owner's; see `move`. Raises NotProved as well."""
    claim = await look(house, home, text)
    if not claim.is_ready:
        raise NotProved(parameter="domain")
    return await move(house, home, claim.domain)
