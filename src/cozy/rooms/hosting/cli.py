"""`cozy admin`: who is let in to the administration."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table

from cozy.kernel.desk import Desk
from cozy.kernel.house import House
from cozy.rooms.homes.model import octets

from .errors import BadParameter
from .model import Invitation, Invited, Inviting, Offer, Token
from .service import invitations, plans, tokens

cli = typer.Typer(no_args_is_help=True, help="The administration of this host.")


@cli.command("token")
def token(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Who or what will hold it.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days it is good.")] = 365,
) -> None:
    """Print a new token of the administration. It is shown this once."""
    desk: Desk = context.obj

    async def making(house: House) -> str:
        return await house.write_host(tokens.make, name, timedelta(days=days))

    print(desk.run(making))


@cli.command("tokens")
def listed(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List the tokens, without their secrets."""
    desk: Desk = context.obj

    async def listing(house: House) -> list[Token]:
        return await house.read_host(tokens.listed)

    found = desk.run(listing)
    if as_json:
        print(msgspec.json.encode([_shown(each) for each in found]).decode())
        return
    table = Table("id", "name", "made", "last used", "good until", box=None)
    for each in found:
        table.add_row(each.id, each.name, each.created_at[:10], each.seen_at[:10], each.expires_at[:10])
    Console().print(table)


def _shown(token: Token) -> dict[str, str]:
    return {name: value for name, value in asdict(token).items() if name != "secret_sha256"}


@cli.command()
def revoke(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Let nobody in by a token any more."""
    desk: Desk = context.obj

    async def revoking(house: House) -> None:
        await house.write_host(tokens.revoke, id_)

    desk.run(revoking)


def invite(
    context: typer.Context,
    mails: Annotated[list[str] | None, typer.Argument(metavar="MAIL…", help="Whom to invite.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="A text or a table (CSV) with mail addresses in it.", exists=True, dir_okay=False),
    ] = None,
    plan: Annotated[str, typer.Option(help="The plan of their homes; else they choose.")] = "",
    of: Annotated[str, typer.Option("--context", help="The context of their homes.")] = "default",
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days the links are good.")] = 14,
    locale: Annotated[str, typer.Option(help="The language of the mail: en or fr.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Invite people to make a home themselves, by mail where there is a mail server. Prints their links, this once."""
    desk: Desk = context.obj
    everybody = [*(mails or ()), *(invitations.addresses_in(file.read_text()) if file else ())]
    try:
        asked = {"mails": everybody, "plan": plan, "context": of, "days": days, "locale": locale}
        inviting = msgspec.convert(asked, Inviting)
    except msgspec.ValidationError as error:
        raise BadParameter(f"Say whom to invite, up to 500 at once, and how: {error}.") from error

    async def sending(house: House) -> list[Invited]:
        return await invitations.invite(house, inviting)

    made = desk.run(sending)
    if as_json:
        print(msgspec.json.encode(made).decode())
        return
    for each in made:
        print(f"{each.mail} {each.link}{' (mailed)' if each.mailed else ''}")


def invited(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List whom you have invited, without the links."""
    desk: Desk = context.obj

    async def listing(house: House) -> list[Invitation]:
        return await house.read_host(invitations.listed)

    found = desk.run(listing)
    if as_json:
        told = [
            {name: value for name, value in asdict(each).items() if name != "secret_sha256"} for each in found
        ]
        print(msgspec.json.encode(told).decode())
        return
    table = Table("id", "mail", "context", "plan", "good until", "used", box=None)
    for each in found:
        table.add_row(each.id, each.mail, each.context, each.plan, each.expires_at[:10], each.used_at[:10])
    Console().print(table)


def uninvite(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take an invitation back: its link opens nothing any more."""
    desk: Desk = context.obj

    async def taking(house: House) -> None:
        await house.write_host(invitations.take_back, id_)

    desk.run(taking)


@cli.command()
def plan(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    title: Annotated[str, typer.Option(help="What people read.")],
    quota: Annotated[str, typer.Option(help="How much a home may hold: 200GB, or none.")] = "none",
    price: Annotated[int, typer.Option(min=0, help="Of a month, in the smallest unit of the currency.")] = 0,
    currency: Annotated[str, typer.Option(help="EUR, CHF…")] = "EUR",
    asked: Annotated[bool, typer.Option(help="Whether owners may ask for it by themselves.")] = True,
) -> None:
    """Offer a plan, or change it for homes that get it from now on."""
    desk: Desk = context.obj
    offer = msgspec.convert(
        {"title": title, "quota": octets(quota), "price": price, "currency": currency, "changeable": asked},
        Offer,
    )

    async def offering(house: House) -> None:
        await house.write_host(plans.keep, name, offer)

    desk.run(offering)
