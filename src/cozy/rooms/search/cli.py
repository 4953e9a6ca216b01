"""`cozy search`: the index of a home, for who looks after its host."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from . import service

cli = typer.Typer(no_args_is_help=True, help="What can be found in a home.")


@cli.callback()
def search() -> None:
    """What can be found in a home."""


@cli.command("rebuild")
def rebuild(
    context: typer.Context,
    domain: Annotated[
        str, typer.Argument(help="The address of the home; not needed where there is one only.")
    ] = "",
    texts: Annotated[
        bool,
        typer.Option("--texts", help="Read the text of files anew as well, by and by while the server runs."),
    ] = False,
) -> None:
    """Make the index of a home anew from its documents. Searches find a part of them meanwhile; if it is stopped, the next one goes on."""
    desk: Desk = context.obj

    async def rebuilding(house: House, home: Home) -> int:
        total = await house.read(home, SYSTEM, service.following.length)
        with _bar(home.domain, total) as tick:
            return await service.rebuild(house, home, tick, with_texts=texts)

    number = desk.run_in(domain, rebuilding)
    print(f"{number} {'thing' if number == 1 else 'things'} can be found.")


@contextmanager
def _bar(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere. It is told what is left."""
    if not sys.stderr.isatty():
        yield lambda left: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=total)
        yield lambda left: progress.update(task, completed=total - left)
