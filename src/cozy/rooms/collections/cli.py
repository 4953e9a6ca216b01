"""`cozy homes restored`: what programs that synchronise have to be told after a backup was put back."""

from __future__ import annotations

from typing import Annotated

import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from . import service


def restored(
    context: typer.Context, domain: Annotated[str, typer.Argument(help="The address of the home.")]
) -> None:
    """Say that a backup was put back: phones and computers compare everything again, and overwrite nothing."""
    desk: Desk = context.obj

    async def beginning(house: House, home: Home) -> None:
        await house.write(home, SYSTEM, service.sync.begin_epoch)

    desk.run_in(domain, beginning)
    print("Phones and computers will compare everything again.")
