"""`cozy homes`: the homes of this host. Making one is the room auth's: it comes with a passphrase."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from cozy.kernel.desk import Desk
from cozy.kernel.home import Hosted, State
from cozy.kernel.house import House
from cozy.kernel.work import Work

from . import service
from .errors import BadProfile
from .model import Listing, octets

cli = typer.Typer(no_args_is_help=True, help="The homes of this host.")

Domain = Annotated[str, typer.Argument(help="The address of the home.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PAGE = 500


@cli.command("ls")
def ls(context: typer.Context, as_json: AsJson = False) -> None:
    """List the homes."""
    desk: Desk = context.obj
    listings = desk.run(_all)
    if as_json:
        print(msgspec.json.encode(listings).decode())
        return
    if not listings:
        print("There is no home on this host yet: make one with `cozy homes add`.")
        return
    table = Table("address", "state", "quota", "since", box=None)
    for listing in listings:
        table.add_row(listing.domain, _standing(listing), _quota(listing), listing.created_at[:10])
    Console().print(table)


async def _all(house: House) -> list[Listing]:
    found: list[Listing] = []
    while page := await house.read_host(service.listed, found[-1].domain if found else "", PAGE):
        found += page
    return found


@cli.command()
def show(context: typer.Context, domain: Domain, as_json: AsJson = False) -> None:
    """Show one home, as its host knows it."""
    desk: Desk = context.obj
    _print(desk, _found(desk, domain), as_json)


@cli.command("set")
def set_(
    context: typer.Context,
    domain: Domain,
    quota: Annotated[
        str | None, typer.Option(help="How much it may hold: 50GB, or none for no limit.")
    ] = None,
    state: Annotated[str | None, typer.Option(help="active or blocked.")] = None,
    context_name: Annotated[
        str | None, typer.Option("--context", help="The context of the settings that it belongs to.")
    ] = None,
    flag: Annotated[
        list[str] | None, typer.Option(help="A feature flag: name=value, JSON or text; name= takes it away.")
    ] = None,
    stays: Annotated[
        bool, typer.Option("--stays", help="Forget that the owner asked to have it deleted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Change what the host decides about a home."""
    desk: Desk = context.obj
    chosen = _state(state)
    wanted = "same" if quota is None else octets(quota)

    def changed(work: Work) -> Listing:
        clean = service.clean_domain(domain)
        hosted = _agreed(desk, service.held(work, clean).hosted, context_name, flag or [], stays)
        return service.change(work, clean, state=chosen, quota=wanted, hosted=hosted)

    async def setting(house: House) -> Listing:
        return await house.write_host(changed)

    _print(desk, desk.run(setting), as_json)


def _agreed(desk: Desk, hosted: Hosted, context_name: str | None, flags: list[str], stays: bool) -> Hosted:
    """What home and host have agreed on from now on. Raises BadProfile."""
    if context_name:
        service.contexts.find(desk.settings, context_name)
    kept = dict(hosted.flags)
    for name, _, value in (flag.partition("=") for flag in flags):
        kept[name] = _value(value)
    return replace(
        hosted,
        context=hosted.context if context_name is None else context_name,
        flags={name: value for name, value in kept.items() if value is not None},
        leaving_at="" if stays else hosted.leaving_at,
    )


def _value(text: str) -> Any:
    """JSON where it is some, else the text; None where there is none."""
    try:
        return msgspec.json.decode(text) if text else None
    except msgspec.DecodeError:
        return text


def _state(text: str | None) -> State | None:
    if text is None or text in {"active", "blocked"}:
        return msgspec.convert(text, State | None)
    raise BadProfile("A home is active or blocked.", parameter="state")


@cli.command()
def destroy(
    context: typer.Context,
    domain: Domain,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy a home with all that is in it, for good."""
    desk: Desk = context.obj
    listing = _found(desk, domain)
    if not yes:
        typed = typer.prompt(
            f"Everything in {listing.domain} will be lost. Type its address to go on", default=""
        )
        if typed.strip().lower() != listing.domain:
            raise BadProfile("Nothing was destroyed: that was not the address.")

    async def destroying(house: House) -> None:
        await service.destroy(house, listing.domain)

    desk.run(destroying)
    print(f"{listing.domain} is destroyed.")
    if listing.hosted.live_folder:
        print(f"Its files still stand in {listing.hosted.live_folder}: remove that folder yourself.")


def _found(desk: Desk, domain: str) -> Listing:
    async def finding(house: House) -> Listing:
        return await house.read_host(service.at, service.clean_domain(domain))

    return desk.run(finding)


def _print(desk: Desk, listing: Listing, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(listing).decode())
        return
    print(f"{desk.origin(listing.domain)}")
    print(
        f"  state: {listing.state}\n  quota: {_quota(listing)}\n  since: {listing.created_at[:10]}\n  id:    {listing.id}"
    )
    if listing.hosted.context:
        print(f"  context: {listing.hosted.context}")
    if listing.hosted.flags:
        print(f"  flags: {msgspec.json.encode(listing.hosted.flags).decode()}")
    if listing.hosted.live_folder:
        print(f"  live folder: {listing.hosted.live_folder}")
    if listing.hosted.leaving_at:
        print(f"  its owner asked on {listing.hosted.leaving_at[:10]} to have it deleted")


def _standing(listing: Listing) -> str:
    return f"{listing.state}, wants to be deleted" if listing.hosted.leaving_at else listing.state


def _quota(listing: Listing) -> str:
    return "none" if listing.quota is None else f"{listing.quota:,} bytes"
