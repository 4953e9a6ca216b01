"""`cozy admin`: who is let in to the administration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table

from cozy.kernel.desk import Desk
from cozy.kernel.house import House
from cozy.rooms.homes.model import octets

from .errors import BadParameter
from .model import Changing, Delivery, Invitation, Invited, Inviting, Offer, Token, Webhook
from .service import asking, homes, invitations, plans, tokens, webhooks

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


@cli.command("change")
def change_home(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home: camille.example.org.")],
    asked: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUE…", help="As PATCH /instances has them: Plan=family Unpaid=true."),
    ],
) -> None:
    """Change what the host decides about a home, by the names that its API has for it."""
    desk: Desk = context.obj
    pairs = [(name, value) for name, _, value in (each.partition("=") for each in asked)]

    async def changing(house: House) -> list[str]:
        wanted, passed_over = asking.read(pairs, Changing, owners=True)
        await homes.change(house, domain, wanted)
        return passed_over

    for name in desk.run(changing):
        print(f"{name} has no meaning here.")


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


@cli.command("webhook")
def add_webhook(context: typer.Context, url: Annotated[str, typer.Argument(help="https://…")]) -> None:
    """Tell an address from now on what becomes of homes. Prints the secret that messages are signed with, this once."""
    desk: Desk = context.obj

    async def adding(house: House) -> str:
        return (await house.write_host(webhooks.add, url))[1]

    print(desk.run(adding))


@cli.command("webhooks")
def listed_webhooks(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List who is told, without the secrets."""
    desk: Desk = context.obj

    async def listing(house: House) -> list[Webhook]:
        return await house.read_host(webhooks.listed)

    _print(desk.run(listing), ("id", "url", "created_at"), as_json=as_json)


@cli.command("renew-webhook")
def renew_webhook(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Print a new secret for an address, this once. The one before signs messages, too, for two days more."""
    desk: Desk = context.obj

    async def renewing(house: House) -> str:
        return await house.write_host(webhooks.renew, id_)

    print(desk.run(renewing))


@cli.command("drop-webhook")
def drop_webhook(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Tell an address nothing any more, not even what waits."""
    desk: Desk = context.obj

    async def dropping(house: House) -> None:
        await house.write_host(webhooks.drop, id_)

    desk.run(dropping)


@cli.command("deliveries")
def listed_deliveries(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="waiting, sent or given_up.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what webhooks were told, and what waits, the newest first."""
    desk: Desk = context.obj

    async def listing(house: House) -> list[Delivery]:
        return await house.read_host(webhooks.deliveries, state, 1000)

    names = ("id", "kind", "created_at", "state", "tries", "due_at", "error")
    _print(desk.run(listing), names, as_json=as_json)


@cli.command("send-again")
def send_again(context: typer.Context, id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Send a message to a webhook anew, under the same id."""
    desk: Desk = context.obj

    async def sending(house: House) -> None:
        await house.write_host(webhooks.send_again, id_)

    desk.run(sending)


def _print(found: Sequence[Struct], names: tuple[str, ...], *, as_json: bool) -> None:
    rows = [[str(getattr(each, name)) for name in names] for each in found]
    if as_json:
        print(msgspec.json.encode([{name: getattr(each, name) for name in names} for each in found]).decode())
        return
    table = Table(*names, box=None)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
