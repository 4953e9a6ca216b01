"""`cozy import`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from . import service
from .errors import NoSource
from .model import Import, Source


def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Archives, files and folders: parts of one archive together.")
    ],
    home: Annotated[
        str, typer.Option("--home", help="The address of the home; not needed when there is one only.")
    ] = "",
    into: Annotated[str, typer.Option(help="The folder of the home that receives the files.")] = "/",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask, once it is known what is in there.")
    ] = False,
    look: Annotated[
        bool, typer.Option("--look", help="Say what would come in, and bring in nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Bring in what you had elsewhere: archives of other services, folders, mailboxes, calendars, cards, bookmarks.

    It is said first what would come in. Stopped at any time, the same command goes on; brought in again, the same adds nothing.
    """
    desk: Desk = context.obj
    sources = [_source(path) for path in paths]

    async def importing(house: House, found: Home) -> Import:
        with _bar() as (tell_look, tell_run):
            known = await house.read(found, SYSTEM, _unfinished, sources)
            if known is None:
                known = await house.write(found, SYSTEM, service.prepare, sources, into, by_job=False)
            known = await service.look(house, found, known.id, tell_look)
        if known.body.state == "planned" and not as_json:
            _say_plan(known.body)
        if (
            known.body.state == "failed"
            or look
            or (known.body.state == "planned" and not (yes or _is_wanted(as_json)))
        ):
            return known.body
        step = {"planned": service.begin, "paused": service.go_on}.get(known.body.state)
        if step is not None:
            await house.write(found, SYSTEM, step, known.id, by_job=False)
        with _bar() as (_, tell_run):
            return (await service.run(house, found, known.id, tell=tell_run)).body

    body = desk.run_in(home, importing)
    if as_json:
        sys.stdout.write(msgspec.json.encode(body).decode() + "\n")
    elif body.state in {"done", "paused", "failed"}:
        _say_report(body)
    if body.state in {"failed", "paused"}:
        raise typer.Exit(1)


def _source(path: Path) -> Source:
    if not path.exists():
        raise NoSource(name=path.name)
    whole = path.resolve()
    return Source(whole.name, path=str(whole), size=0 if whole.is_dir() else whole.stat().st_size)


def _unfinished(work: service.finding.Work, sources: list[Source]) -> service.NewImport | None:
    """An import of the same paths that was stopped."""
    paths = [source.path for source in sources]
    for found in service.all_(work):
        if [source.path for source in found.body.sources] == paths and found.body.state in {
            "looking",
            "planned",
            "running",
            "paused",
        }:
            return found
    return None


def _is_wanted(as_json: bool) -> bool:
    return not as_json and sys.stdin.isatty() and typer.confirm("Bring this in?", default=True)


class _bar:  # noqa: N801 - reads as what it shows
    """A progress display on a terminal; nothing elsewhere."""

    def __enter__(self):
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())
        self._progress.start()
        task = self._progress.add_task("Looking through it", total=None)

        def look(body: Import) -> None:
            self._progress.update(task, completed=body.planned)

        def run(body: Import) -> None:
            self._progress.update(task, description="Bringing in", total=body.planned, completed=body.done)

        return look, run

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


_WORDS = {
    "file": ("file", "files"), "photo": ("photo or film", "photos and films"), "contact": ("contact", "contacts"),
    "event": ("event or task", "events and tasks"), "mail": ("mail", "mails"), "document": ("other thing", "other things"),
    "share": ("share or link", "shares and links"), "left_there": ("thing that does not come along", "things that do not come along"),
    "not_understood": ("thing that is not understood, and is kept", "things that are not understood, and are kept"),
}  # fmt: skip


def _say_plan(body: Import) -> None:
    print(f"{body.title}:")
    for part in body.parts:
        numbers = ", ".join(_number(kind, number) for kind, number in part.planned.items()) or "nothing"
        known = f" ({part.known} came in before)" if part.known else ""
        print(f"  {part.title}: {numbers}{known}")
    for left in body.left[:20]:
        print(f"  left out: {_printable(left.name)}: {left.why}")
    if body.left_in_all > 20:
        print(f"  … {body.left_in_all - 20} more of these")


def _number(kind: str, number: int) -> str:
    one, many = _WORDS.get(kind, (kind, kind))
    return f"{number:,} {one if number == 1 else many}"


def _say_report(body: Import) -> None:
    if body.why:
        print(f"{body.state}: {body.why}", file=sys.stderr)
    added: dict[str, int] = {}
    for part in body.parts:
        for kind, number in part.added.items():
            added[kind] = added.get(kind, 0) + number
    numbers = ", ".join(_number(kind, number) for kind, number in added.items()) or "nothing new"
    same, changed, beside = (
        sum(getattr(part, word) for part in body.parts) for word in ("same", "changed", "beside")
    )
    print(
        f"{numbers} came in; {same} were here already, {changed} are newer now, {beside} stand beside another of their name."
    )
    if body.left_in_all:
        print(f"{body.left_in_all} left out or not understood: the list is in the folder Imports.")


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)
