"""`cozy export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO

import msgspec
import typer

from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from .. import service
from ..model import SUMS, Done

__all__ = ["export"]


def export(
    context: typer.Context,
    target: Annotated[
        Path, typer.Argument(help="A folder; or a file that ends in .tar; or - for a stream of tar.")
    ],
    home: Annotated[
        str, typer.Option("--home", help="The address of the home; not needed when there is one only.")
    ] = "",
    since: Annotated[
        Path | None,
        typer.Option(help=f"The {SUMS} of an earlier export: a tar then holds only what changed."),
    ] = None,
    archive: Annotated[
        bool,
        typer.Option(
            "--archive",
            help="Write the archive that every Cozy reads, as zip files in the folder, and no open folder.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Take a whole home along, in forms that need no Cozy. A folder that was written before is brought up to date."""
    desk: Desk = context.obj
    before = service.summed(since.read_bytes()) if since else {}

    async def taking(house: House, home: Home) -> Done:
        if archive:
            return await service.parts.archive(house, home, target)
        async with service.taken(house, home) as opened:
            if str(target) == "-":
                return await _stream(opened, sys.stdout.buffer, before)
            if target.suffix == ".tar":
                with target.open("wb") as out:
                    return await _stream(opened, out, before)
            return await service.folder(opened, target)

    _conclude(desk.run_in(home, taking), as_json, sys.stderr if str(target) == "-" else sys.stdout)


async def _stream(opened: service.Opened, out: BinaryIO, before: dict[str, str]) -> Done:
    async for piece in service.tar(opened, f"Cozy {opened.home.domain}", before):
        out.write(piece)
    out.flush()
    spool = opened.spool
    return Done(spool.count - len(spool.left_out), spool.size, left_out=spool.left_out)


def _conclude(done: Done, as_json: bool, out: TextIO) -> None:
    """Say what happened, and not in a stream; anything that was left out is named, and makes the command fail."""
    if as_json:
        print(msgspec.json.encode(done).decode(), file=out)
    else:
        for left in done.left_out:
            print(f"left out: {left.path}: {left.why}", file=sys.stderr)
        print(
            f"{done.files} files taken along, {done.already} there already, {done.gone} no more, "
            f"{len(done.left_out)} left out.",
            file=out,
        )
    if done.left_out:
        raise typer.Exit(1)
