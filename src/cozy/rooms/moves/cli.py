"""`cozy expect` and `cozy move`: a home moves from one host to another while it is in use."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from cozy.kernel.carrying import CarriedAlready
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import octets

from .errors import GivenUp
from .model import Departure
from .service import expecting, leaving

_LOOK_S = 0.5


def expect(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address that the home gets here.")],
    quota: Annotated[str, typer.Option(help="How much it may hold: 50GB, or none for no limit.")] = "none",
    reached_by: Annotated[
        str,
        typer.Option(
            help="Another name of this host, for a home that keeps its address: that one leads elsewhere until it has moved."
        ),
    ] = "",
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Expect it no longer, and remove what came.")
    ] = False,
) -> None:
    """Let a home come here from another host. Prints what `cozy move` wants there, good once, for a week."""
    desk: Desk = context.obj
    clean = homes.clean_domain(domain)

    async def expecting_(house: House) -> str:
        if abandon:
            await expecting.abandon(house, clean)
            return f"No home is expected at {clean} any more."
        code = await house.write_host(expecting.expect, clean, octets(quota))
        door = f"@{desk.origin(homes.clean_domain(reached_by))}" if reached_by else ""
        return f"{desk.origin(clean)}#{code}{door}"

    print(desk.run(expecting_))


def move(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home.")],
    invitation: Annotated[
        str, typer.Argument(help="What `cozy expect` printed at the other host; not needed to go on.")
    ] = "",
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Let it stay after all, as long as it does not live there.")
    ] = False,
    unheard: Annotated[
        bool,
        typer.Option(
            "--unheard",
            help="With --abandon: the other host is gone for good, and never says that the home does not live there.",
        ),
    ] = False,
    erase: Annotated[
        bool, typer.Option("--erase", help="Remove what is left here, once it lives there.")
    ] = False,
) -> None:
    """Move a home to another host while it is in use. Whatever ends this, the server goes on with it, or the same command.

    At the end it prints a link at the new address where the owner chooses a passphrase, within an hour: what is kept of one is
    made with the address. What is left here stays until --erase; the old address leads to the new one.
    """
    desk: Desk = context.obj

    async def moving(house: House, home: Home) -> str:
        if erase:
            return _erased(await leaving.erase(house, home.id))
        if abandon:
            await house.write_host(leaving.give_up, home.id, unheard=unheard)
        elif invitation:
            await leaving.begin(house, home, invitation)
        try:
            return _moved(await _carried(house, home))
        except GivenUp:
            if abandon:
                return f"{home.domain} stays."
            raise

    print(desk.run_in(domain, moving))


async def _carried(house: House, home: Home) -> Departure:
    """Carry it, or look on while the server does."""
    while True:
        try:
            return await leaving.carry_on(house, home.id)
        except CarriedAlready:
            await asyncio.sleep(_LOOK_S)


def _moved(departure: Departure) -> str:
    there = f"at {departure.address}"
    then = (
        f"A passphrase is chosen at {departure.link}"
        if departure.link
        else "Its owner chose a passphrase there, or asks that host for a link."
    )
    if departure.is_in_place:
        there = f"at the host of {departure.door}"
        then = f"Let the name {departure.domain} lead there now: whoever still comes by here is told to try again."
    return (
        f"{departure.domain} lives {there}. Writers waited for {departure.pause_ms} ms.\n"
        f"{then}\n"
        f"What is left here is removed by: cozy move {departure.domain} --erase"
    )


def _erased(departure: Departure) -> str:
    still = "" if departure.is_in_place else f"; its address still leads to {departure.address}"
    return f"What was left here of {departure.domain} is removed{still}."
