"""`cozy device-password`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.permissions import service as permissions

from .. import service
from ..model import device_passwords as words
from ..model.device_passwords import Wanted


def device_password(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home.")],
    name: Annotated[str, typer.Option(help="How the owner will know the device again.")],
    areas: Annotated[
        list[str] | None,
        typer.Option(
            "--opens",
            help="What it opens: files, calendars, contacts; may be repeated.",
            show_default="everything",
        ),
    ] = None,
    only_see: Annotated[bool, typer.Option("--only-see", help="Let it change nothing.")] = False,
    until: Annotated[str, typer.Option(help="The last day on which it is good: 2026-12-31.")] = "",
) -> None:
    """Print a new password for a device, and on the error output the addresses where it is good."""
    desk: Desk = context.obj
    opened = tuple(areas or words.OFFERED)
    for area in opened:
        if area not in words.OFFERED:
            raise typer.BadParameter(f"not one of {', '.join(words.OFFERED)}: {area}", param_hint="--opens")

    async def making(house: House, home: Home) -> tuple[str, str]:
        end = await house.read(home, SYSTEM, permissions.end_of, "date" if until else "", until)
        wanted = Wanted(name=name, areas=opened, may_write=not only_see, expires_at=end)
        made = await service.device_passwords.make(house, home, SYSTEM, wanted)
        return made.password, home.origin

    password, origin = desk.run_in(domain, making)
    print(password, flush=True)
    reached = service.reaching.addresses(origin)
    for area in opened:
        print(f"{area}: {getattr(reached, area)}", file=sys.stderr)
    if opened != ("files",):
        print(f"for programs that look for the rest by themselves: {reached.home}", file=sys.stderr)
