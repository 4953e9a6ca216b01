"""`cozy homes`: the homes of this host. Making one is the room auth's: it comes with a passphrase."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from cozy.kernel.desk import Desk
from cozy.kernel.home import State
from cozy.kernel.house import House

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
        table.add_row(listing.domain, listing.state, _quota(listing), listing.created_at[:10])
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
    as_json: AsJson = False,
) -> None:
    """Change what the host decides about a home."""
    desk: Desk = context.obj
    chosen = _state(state)
    wanted = "same" if quota is None else octets(quota)

    async def setting(house: House) -> Listing:
        return await house.write_host(
            service.change, service.clean_domain(domain), state=chosen, quota=wanted
        )

    _print(desk, desk.run(setting), as_json)


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
        gone = await house.write_host(service.delist, listing.domain)
        await house.blobs.drop(gone.id)
        await house.drawings.drop(gone.id)
        await house.storage.drop(gone.id)

    desk.run(destroying)
    print(f"{listing.domain} is destroyed.")


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


def _quota(listing: Listing) -> str:
    return "none" if listing.quota is None else f"{listing.quota:,} bytes"
