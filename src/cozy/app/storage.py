"""`cozy storage convert`: a host into other databases and another store of contents, and what that asks of both."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cozy.app import marks
from cozy.app.configuration import KEPT, kept_as
from cozy.app.house import opened
from cozy.kernel.desk import Desk
from cozy.kernel.problem import Conflict
from cozy.kernel.settings import Settings
from cozy.rooms.backups import service as backups
from cozy.rooms.backups.service.converting import Converted, Tell

cli = typer.Typer(no_args_is_help=True, help="Where homes are kept.")


class AtWork(Conflict):
    """Cozy is at work here, or there: stop every server first, on every machine."""


@cli.callback()
def storage() -> None:
    """Where homes are kept."""


@cli.command()
def convert(
    context: typer.Context,
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            help="A settings file that says where homes will be kept: data, postgres, contents, s3_endpoint, key_file.",
        ),
    ],
) -> None:
    """Carry all homes from SQLite into PostgreSQL, from a folder into S3, or back, and compare. What is here is only read; the
    server must not run. Interrupted, it goes on when it is begun again.
    """
    desk: Desk = context.obj
    here, there = desk.settings, kept_as(to, desk.settings)
    for settings in (here, there):
        _make_sure_nobody_works(settings)
    with _marked(here, there), _progress() as tell:
        done = asyncio.run(_convert(here, there, tell))
    for settings in (here, there):
        _make_sure_nobody_works(settings)
    _tell(done, there, to)
    if done.faults:
        raise typer.Exit(1)


async def _convert(here: Settings, there: Settings, tell: Tell) -> Converted:
    async with opened(here) as source, opened(there) as target:
        return await backups.converting.convert(source, target, tell)


def _make_sure_nobody_works(settings: Settings) -> None:
    """Raises AtWork."""
    if marks.alive(Path(settings.data)):
        raise AtWork(data=settings.data)
    if settings.postgres:
        from cozy.backends import postgres

        if postgres.others(settings.postgres):
            raise AtWork


@contextmanager
def _marked(*all_settings: Settings) -> Iterator[None]:
    """Let a second command see that we are at work."""
    with ExitStack() as stack:
        for data in {Path(each.data).absolute() for each in all_settings}:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(marks.marked(data))
        yield


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on a terminal, a line a home elsewhere."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: print(f"{done + 1} of {total}: {what}", file=sys.stderr, flush=True)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("")
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)


def _tell(done: Converted, there: Settings, to: Path) -> None:
    homes = f"{done.homes:,} {'home is' if done.homes == 1 else 'homes are'} there"
    print(
        f"{homes}, with {done.documents:,} documents and {done.contents:,} larger contents ({done.carried:,} carried just now)."
    )
    for fault in done.faults:
        print(fault)
    if not done.faults:
        print("All of it was compared, and every byte read back.")
    for domain in done.live_folders if there.postgres else ():
        print(f"{domain} has a live folder, which is one machine's: `cozy live-folder off` ends it.")
    print(f"From now on, cozy.toml must say what {to} says:\n")
    for name in KEPT:
        if value := getattr(there, name):
            print(f'    {name} = "{_shown(name, value)}"')
    print("\nWhat was here is as it was: keep it until you are content, and start no server on it.")


def _shown(name: str, value: str) -> str:
    """Without a password, which is nobody's who looks over a shoulder."""
    return "…" if name == "postgres" and ("password" in value.lower() or "@" in value) else value
