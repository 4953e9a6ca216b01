"""`cozy device-password`."""

from __future__ import annotations

from typing import Annotated

import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from .. import service
from ..model.device_passwords import OFFERED, Wanted


def device_password(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home.")],
    name: Annotated[str, typer.Option(help="How the owner will know the device again.")],
    only_see: Annotated[bool, typer.Option("--only-see", help="Let it change nothing.")] = False,
) -> None:
    """Print a new password for a device, which opens the files of a home by WebDAV."""
    desk: Desk = context.obj
    wanted = Wanted(name=name, areas=OFFERED, may_write=not only_see)

    async def making(house: House, home: Home) -> str:
        return (await service.device_passwords.make(house, home, SYSTEM, wanted)).password

    print(desk.run_in(domain, making))
