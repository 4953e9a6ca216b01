"""`cozy files import`: a folder of this machine into a home."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import Progress, TaskID

from cozy.kernel.blobs import TooLarge
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Full, OutOfSpace, Problem

from .. import service
from ..model import clean_name
from .transfer import LeftOut, Report, bars, listed, save, sha256_of

AT_ONCE = 24  # files on their way together: they share their commits


@dataclass(slots=True)
class _Copy:
    """One run of an import."""

    house: House
    home: Home
    progress: Progress
    task: TaskID
    report: Report = field(default_factory=Report)

    def leave_out(self, path: Path, why: str) -> None:
        """Note what is not copied."""
        self.report.left_out.append(LeftOut(os.fsencode(path).decode("utf-8", "backslashreplace"), why))


async def import_tree(house: House, home: Home, source: Path, path: str) -> Report:
    """Copy what is in a folder of this machine into a folder of the home.

    Links are followed, except those that lead back into themselves. What cannot be copied is in the report.
    """
    with bars() as progress:
        run = _Copy(house, home, progress, progress.add_task("Copying in", total=None))
        top = await house.write(home, SYSTEM, service.create_path, path)
        known: dict[Path, str] = {source: top.id}
        for folder, inner, names in _folders(run, source):
            if folder in known:
                await _import_folder(run, folder, inner, names, known)
        return run.report


def _folders(run: _Copy, source: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Every folder, parents first, with the names of the folders and of the rest in it."""

    def unreadable(error: OSError) -> None:
        run.leave_out(Path(str(error.filename)), error.strerror or "it cannot be read")

    for folder, inner, names in os.walk(source, followlinks=True, onerror=unreadable):
        here = Path(folder)
        for name in sorted(inner):
            if (here / name).is_symlink() and here.resolve().is_relative_to((here / name).resolve()):
                inner.remove(name)
                run.leave_out(here / name, "this link leads back to a folder around it")
        inner.sort()
        yield here, inner, sorted(names)


async def _import_folder(
    run: _Copy, folder: Path, inner: list[str], names: list[str], known: dict[Path, str]
) -> None:
    dir_id = known[folder]
    there = {file.name: file async for file in listed(run.house, run.home, dir_id)}
    for name in inner:
        await _import_subfolder(run, folder / name, dir_id, there, known)
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for name in names:
            await gate.acquire()
            task = group.create_task(_import_file(run, folder / name, dir_id, there))
            task.add_done_callback(lambda _: gate.release())


async def _import_subfolder(
    run: _Copy, folder: Path, dir_id: str, there: dict[str, service.File], known: dict[Path, str]
) -> None:
    try:
        found = there.get(clean_name(folder.name))
        if found is None:
            found = await run.house.write(run.home, SYSTEM, service.create_folder, dir_id, folder.name)
    except Problem as problem:
        run.leave_out(folder, problem.detail)
        return
    if found.is_folder:
        known[folder] = found.id
    else:
        run.leave_out(folder, "a file of that name is already there")


async def _import_file(run: _Copy, path: Path, dir_id: str, there: dict[str, service.File]) -> None:
    """Copy one file, unless it is there already. A full home or disk ends the run: nothing else would fit."""
    try:
        if not path.is_file():
            run.leave_out(path, "it is not a file, or a link to nothing")
            return
        size = path.stat().st_size
        known = there.get(clean_name(path.name))
        if known is not None and known.is_folder:
            run.leave_out(path, "a folder of that name is already there")
        elif known is not None and known.size == size and known.sha256 == await asyncio.to_thread(sha256_of, path):
            run.report.already += 1
        else:
            await save(run.house, run.home, path, dir_id, path.name, known)
            run.report.copied += 1
            run.report.bytes += size
        run.progress.update(run.task, completed=run.report.copied + run.report.already)
    except (Full, OutOfSpace):
        raise
    except TooLarge as error:
        raise Full from error
    except Problem as problem:
        run.leave_out(path, problem.detail)
    except OSError as error:
        run.leave_out(path, error.strerror or "it cannot be read")
