"""`cozy check`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.homes import service as homes

from . import service
from .model import KINDS, Finding, Tick

_PAGE = 100


class Line(msgspec.Struct, frozen=True):
    """A finding as `--json` prints it: an object a line."""

    home: str
    kind: str
    id: str
    sentence: str
    is_fault: bool
    facts: dict[str, str | int]


class Paper:
    """Where findings are written down, one line each, as they come."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.faults = 0

    def write(self, home: str, finding: Finding) -> None:
        """Print a finding; count it when it is a fault."""
        kind = KINDS[finding.kind]
        self.faults += kind.is_fault
        line = Line(home, finding.kind, finding.id, kind.sentence, kind.is_fault, dict(finding.facts))
        print(msgspec.json.encode(line).decode() if self._as_json else _spelled(line), flush=True)


def _spelled(line: Line) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in line.facts.items())
    return " ".join(
        f"{line.home}: {line.kind}: {line.id}: {line.sentence}{f' ({facts})' if facts else ''}".split()
    )


def check(
    context: typer.Context,
    home: Annotated[str | None, typer.Option(help="The address of one home; all homes without it.")] = None,
    scrub: Annotated[
        bool, typer.Option("--scrub", help="Read every content back through its hashes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object for each finding.")] = False,
) -> None:
    """Look for everything that must not be; print a line for each, and fail when there is any. Changes nothing."""
    desk: Desk = context.obj
    paper = Paper(as_json=as_json)

    async def one(house: House, home: Home) -> int:
        await _check(house, home, paper, scrub=scrub)
        return 1

    async def every(house: House) -> int:
        await service.check_host(house, lambda finding: paper.write("host", finding))
        here = set(await house.storage.homes())
        after, checked = "", 0
        while page := await house.read_host(homes.listed, after, _PAGE):
            for listing in page:
                if listing.id in here:
                    known = Home(
                        listing.id, listing.domain, desk.origin(listing.domain), listing.state, listing.quota
                    )
                    checked += await one(house, known)
            after = page[-1].domain
        return checked

    checked = desk.run_in(home, one) if home else desk.run(every)
    if paper.faults:
        raise typer.Exit(1)
    if not as_json:
        print(f"{checked} {'home is' if checked == 1 else 'homes are'} whole.")


async def _check(house: House, home: Home, paper: Paper, *, scrub: bool) -> None:
    def report(finding: Finding) -> None:
        paper.write(home.domain, finding)

    with _progress(home.domain, await service.count(house, home, scrub=scrub)) as tick:
        await service.check(house, home, report, tick, scrub=scrub)


@contextmanager
def _progress(name: str, total: int | None) -> Iterator[Tick]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=total)
        yield lambda count: progress.advance(task, count)
