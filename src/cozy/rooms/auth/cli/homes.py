"""`cozy homes add`, `cozy homes reset-passphrase` and `cozy homes link-login`."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing, Profile, octets

from .. import service
from ..errors import NotTheSame
from ..model import Typed


def add(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home: camille.example.org.")],
    public_name: Annotated[str, typer.Option(help="The name of the person; the first part of the address by default.")] = "",
    email: Annotated[str, typer.Option(help="Where mails to the person go.")] = "",
    locale: Annotated[str, typer.Option(help="The person's language: en or fr.")] = "en",
    passphrase: Annotated[str | None, typer.Option(help="Asked for when it is not given.")] = None,
    passphrase_stdin: Annotated[bool, typer.Option("--passphrase-stdin", help="Read the passphrase from standard input.")] = False,
    quota: Annotated[str | None, typer.Option(help="How much it may hold: 50GB, or none for no limit.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:  # fmt: skip
    """Make a home."""
    desk: Desk = context.obj
    clean = homes.clean_domain(domain)
    profile = _profile(clean, public_name, email, locale)
    limit = desk.settings.default_quota if quota is None else octets(quota)
    secret = _secret(passphrase, passphrase_stdin)

    async def opening(house: House) -> Listing:
        key = await service.passphrase.new_key_of(Typed(raw=secret), clean)
        return await service.open_home(house, clean, profile, desk.origin(clean), limit, key=key)

    listing = desk.run(opening)
    print(msgspec.json.encode(listing).decode() if as_json else desk.origin(listing.domain))


def _profile(domain: str, public_name: str, email: str, locale: str) -> Profile:
    name = public_name or domain.split(".", 1)[0].capitalize()
    values = {"public_name": name, "email": email or f"me@{domain}", "locale": locale, "theme": "system"}
    return homes.profile_of(values)


def _secret(given: str | None, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if given is not None:
        return given
    typed: str = typer.prompt("Passphrase", hide_input=True)
    if typer.prompt("Once more", hide_input=True) != typed:
        raise NotTheSame
    return typed


def reset_passphrase(
    context: typer.Context, domain: Annotated[str, typer.Argument(help="The address of the home.")]
) -> None:
    """Print a link that lets the owner choose a new passphrase, once, within an hour."""
    desk: Desk = context.obj

    async def resetting(house: House, home: Home) -> str:
        token = await house.write(home, SYSTEM, service.reset.begin)
        return service.reset.link(home.origin, token)

    print(desk.run_in(domain, resetting))


def link_login(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home.")],
    subject: Annotated[str, typer.Argument(help="What the other service calls the owner (its `sub`); empty for nobody.")],
) -> None:  # fmt: skip
    """Say who the owner of a home is at the service that lets people in, where homes say so themselves."""
    desk: Desk = context.obj

    async def linking(house: House, home: Home) -> None:
        await house.write(home, SYSTEM, service.delegated.link, subject)

    desk.run_in(domain, linking)
