"""`cozy homes move`: a home gets another address, and the homes that know it follow."""

from __future__ import annotations

from typing import Annotated

import typer

from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.homes import service as homes

from . import service


def move(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home.")],
    new: Annotated[str, typer.Argument(help="The address that it gets.")],
) -> None:
    """Give a home another address. The homes that it shares with are told, and follow by its key.

    Prints a link at the new address where the owner chooses a passphrase, within an hour: what is kept of one is made with the
    address. Passkeys belong to the old address, and programs have to be told the new one.
    """
    desk: Desk = context.obj
    clean = homes.clean_domain(new)

    async def moving(house: House, home: Home) -> str:
        return (await service.moving.move(house, home, clean))[1]

    print(desk.run_in(domain, moving))
