"""`cozy admin`: who is let in to the administration."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
import typer
from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table

from cozy.kernel.desk import Desk
from cozy.kernel.house import House

from .model import Token
from .service import tokens

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
