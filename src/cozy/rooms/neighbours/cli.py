"""`cozy homes move`: a home gets another address, and the homes that know it follow."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes

from . import service
from .errors import NoMove


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
        there = desk.origin(clean)
        if there == home.origin:
            raise NoMove(domain=domain)
        record = await house.read(home, SYSTEM, service.move_record, home.origin, there)
        await house.write_host(homes.move, home.domain, clean, msgspec.json.encode(record).decode())
        moved = msgspec.structs.replace(home, domain=clean, origin=there)
        await house.write(moved, SYSTEM, homes.tell_move, home.origin)
        return auth.reset.link(there, await house.write(moved, SYSTEM, auth.reset.begin))

    print(desk.run_in(domain, moving))
