"""`cozy live-folder`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from . import service
from .errors import NeedsOneMachine
from .model import FILES, INBOX, Status

cli = typer.Typer(no_args_is_help=True, help="A home's files as plain files in a folder of this machine.")

HomeOption = Annotated[
    str, typer.Option("--home", help="The address of the home; not needed when there is one only.")
]


@cli.command()
def on(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="An empty folder of this machine, made when it is missing.")],
    home: HomeOption = "",
) -> None:
    """Show a home's files in a folder of this machine, and keep them current."""
    desk: Desk = context.obj
    if desk.settings.postgres:
        raise NeedsOneMachine

    async def turning(house: House, home: Home) -> Status | None:
        await service.turn_on(house, home, path)
        while await service.catch_up(house, home):
            pass
        return await service.status(house, home)

    _print(desk.run_in(home, turning))


@cli.command()
def off(context: typer.Context, home: HomeOption = "") -> None:
    """Show a home's files there no more. What is in the inbox stays."""
    desk: Desk = context.obj
    print(f"{desk.run_in(home, service.turn_off)} shows this home no more.")


@cli.command("status")
def status(
    context: typer.Context,
    home: HomeOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Say where the live folder of a home is, and whether it is current."""
    desk: Desk = context.obj
    found = desk.run_in(home, service.status)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _print(found)


def _print(found: Status | None) -> None:
    if found is None:
        print("This home has no live folder: `cozy live-folder on FOLDER` makes one.")
        return
    print(f"{found.path}/{FILES} shows {_count(found.files, 'file')} in {_count(found.folders, 'folder')}.")
    if found.waiting:
        print(f"Not current yet: {_count(found.waiting, 'folder')}.")
    print(f"What is put into {found.path}/{INBOX} comes into the home.")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
