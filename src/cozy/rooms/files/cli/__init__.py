"""`cozy files`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from .. import service
from ..errors import IsFile
from .exporting import export_tree
from .importing import import_tree
from .transfer import Report, Unwritable, fetch_into, listed, readable, store, why

cli = typer.Typer(no_args_is_help=True, help="The files of a home.")

HomeOption = Annotated[
    str, typer.Option("--home", help="The address of the home; not needed when there is one only.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@cli.command("ls")
def ls(
    context: typer.Context,
    path: Annotated[str, typer.Argument(help="A folder.")] = "/",
    home: HomeOption = "",
    as_json: JsonOption = False,
) -> None:
    """List a folder."""
    desk: Desk = context.obj

    async def listing(house: House, home: Home) -> list[service.File]:
        folder = await house.read(home, SYSTEM, service.at_path, path)
        if not folder.is_folder:
            raise IsFile(path=path)
        return [file async for file in listed(house, home, folder.id)]

    for file in desk.run_in(home, listing):
        if as_json:
            shown = {"id": file.id, "rev": file.rev, **file.body}
            sys.stdout.write(msgspec.json.encode(shown).decode() + "\n")
        else:
            size = "" if file.is_folder else f"{file.size:,}"
            print(f"{size:>15}  {file.updated_at[:19]}  {readable(file.name)}{'/' if file.is_folder else ''}")


@cli.command("put")
def put(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A file of this machine.")],
    path: Annotated[
        str, typer.Argument(help="Where it goes: a folder, or a whole path with its name.")
    ] = "/",
    home: HomeOption = "",
) -> None:
    """Copy a file into a home; over a file of that name it becomes its newest version."""
    desk: Desk = context.obj
    stored = desk.run_in(home, lambda house, found: store(house, found, source, path))
    print(f"{stored.id}  {readable(stored.name)}")


@cli.command("get")
def get(
    context: typer.Context,
    path: Annotated[str, typer.Argument(help="A file of the home.")],
    target: Annotated[Path, typer.Argument(help="Where it goes: a folder, or a name.")] = Path(),
    home: HomeOption = "",
) -> None:
    """Copy a file out of a home."""
    desk: Desk = context.obj

    async def getting(house: House, home: Home) -> Path:
        file = await house.read(home, SYSTEM, service.at_path, path)
        written = target / file.name if target.is_dir() else target
        try:
            await fetch_into(house, home, file, written)
        except OSError as error:
            raise Unwritable(f"{written} cannot be written: {why(error)}.", path=str(written)) from error
        return written

    print(readable(str(desk.run_in(home, getting))))


@cli.command("rm")
def rm(
    context: typer.Context,
    path: Annotated[str, typer.Argument(help="A file or folder.")],
    home: HomeOption = "",
) -> None:
    """Put a file or folder into the bin."""
    desk: Desk = context.obj

    async def removing(house: House, home: Home) -> service.File:
        file = await house.read(home, SYSTEM, service.at_path, path)
        return await house.write(home, SYSTEM, service.trash, file.id)

    print(f"{readable(desk.run_in(home, removing).name)} is in the bin.")


@cli.command("import")
def import_(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A folder of this machine.", exists=True, file_okay=False)],
    path: Annotated[str, typer.Argument(help="The folder of the home that receives what is in it.")] = "/",
    home: HomeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Copy a folder into a home, dates included. Run again, it goes on: what is already there is not copied twice."""
    desk: Desk = context.obj
    _conclude(
        desk.run_in(home, lambda house, found: import_tree(house, found, source, path)), "copied in", as_json
    )


@cli.command("export")
def export(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="A folder of this machine, made when it is missing.")],
    path: Annotated[str, typer.Argument(help="The folder of the home to copy.")] = "/",
    home: HomeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Copy a home's files out, as plain files in plain folders. Run again, it goes on."""
    desk: Desk = context.obj
    _conclude(
        desk.run_in(home, lambda house, found: export_tree(house, found, path, target)), "copied out", as_json
    )


def _conclude(report: Report, done: str, as_json: bool) -> None:
    """Say what happened; anything that was left out is named, and makes the command fail."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        for left in report.left_out:
            print(f"left out: {left.path}: {left.why}", file=sys.stderr)
        print(f"{report.copied} {done}, {report.already} already there, {len(report.left_out)} left out.")
    if report.left_out:
        raise typer.Exit(1)
