"""`cozy token`."""

from __future__ import annotations

from typing import Annotated

import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from .. import service


def token(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home.")],
    scope: Annotated[
        str, typer.Option(help="What it may do: `*`, or `io.cozy.files:GET io.cozy.contacts`.")
    ] = "*",
) -> None:
    """Print a bearer token for a home's API."""
    desk: Desk = context.obj

    async def minting(house: House, home: Home) -> str:
        return await house.read(home, SYSTEM, service.mint, scope)

    print(desk.run_in(domain, minting))
