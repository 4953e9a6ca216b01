"""`cozy files import`: a folder of this machine into a home."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import Progress, TaskID

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import OutOfSpace, Problem

from .. import service
from ..errors import OverQuota
from ..model import clean_name
from .transfer import Report, bars, is_executable, listed, mark_executable, save, sha256_of, why

AT_ONCE = 24  # files on their way together: they share their commits
_Node = tuple[int, int]  # device and inode: the same folder by whatever name


@dataclass(slots=True)
class _Copy:
    """One run of an import."""

    house: House
    home: Home
    progress: Progress
    task: TaskID
    report: Report = field(default_factory=Report)
    ended: Problem | None = None  # why nothing more can be copied


async def import_tree(house: House, home: Home, source: Path, path: str) -> Report:
    """Copy what is in a folder of this machine into a folder of the home.

    Links are followed, except those that lead back into themselves. What cannot be copied is in the report.
    Raises OverQuota, OutOfSpace: what was copied until then stays, and another run goes on from there.
    """
    with bars() as progress:
        run = _Copy(house, home, progress, progress.add_task("Copying in", total=None))
        top = await house.write(home, SYSTEM, service.create_path, path)
        known: dict[Path, str] = {source: top.id}
        for folder, inner, names in _folders(run, source):
            if folder in known:
                await _import_folder(run, folder, inner, names, known)
            if run.ended is not None:
                raise run.ended
        return run.report


def _folders(run: _Copy, source: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Every folder, parents first, with the names of the folders and of the rest in it."""
    waiting: list[tuple[Path, frozenset[_Node]]] = [(source, frozenset())]
    own = _node(Path(run.house.settings.data))
    while waiting:
        here, around = waiting.pop()
        try:
            around = around | {_node(here)}
            with os.scandir(here) as entries:
                found = sorted((entry.name, _is_folder(entry)) for entry in entries)
        except OSError as error:
            run.report.leave_out(here, why(error))
            continue
        inner = [name for name, is_folder in found if is_folder and _leads_on(run, here / name, around, own)]
        waiting.extend((here / name, around) for name in reversed(inner))
        yield here, inner, [name for name, is_folder in found if not is_folder]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """A link that leads nowhere is no folder."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _leads_on(run: _Copy, folder: Path, around: frozenset[_Node], own: _Node) -> bool:
    """Whether a folder is neither one that we are in already nor our own."""
    try:
        node = _node(folder)
    except OSError as error:
        run.report.leave_out(folder, why(error))
        return False
    if node in around:
        run.report.leave_out(folder, "this link leads back to a folder around it")
    elif node == own:
        run.report.leave_out(folder, "this is where the homes themselves are kept")
    return node not in around and node != own


def _node(folder: Path) -> _Node:
    status = folder.stat()
    return status.st_dev, status.st_ino


async def _import_folder(
    run: _Copy, folder: Path, inner: Sequence[str], names: Sequence[str], known: dict[Path, str]
) -> None:
    dir_id = known[folder]
    there = {file.name: file async for file in listed(run.house, run.home, dir_id)}
    kept = _distinct(run, folder, [*inner, *names])
    for name in inner:
        if name in kept:
            await _import_subfolder(run, folder / name, dir_id, there, known)
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for name in names:
            if name not in kept:
                continue
            await gate.acquire()
            task = group.create_task(_import_file(run, folder / name, dir_id, there))
            task.add_done_callback(lambda _: gate.release())


def _distinct(run: _Copy, folder: Path, names: Sequence[str]) -> set[str]:
    """The names that a home can hold, and of those that it would take for one another (é, e´), one."""
    kept: dict[str, str] = {}
    for name in names:
        try:
            first = kept.setdefault(clean_name(name), name)
        except Problem as problem:
            run.report.leave_out(folder / name, problem.detail)
            continue
        if first != name:
            run.report.leave_out(folder / name, "another name in this folder reads the same")
    return set(kept.values())


async def _import_subfolder(
    run: _Copy, folder: Path, dir_id: str, there: dict[str, service.File], known: dict[Path, str]
) -> None:
    try:
        found = there.get(clean_name(folder.name))
        if found is None:
            found = await run.house.write(run.home, SYSTEM, service.create_folder, dir_id, folder.name)
    except OutOfSpace as problem:
        run.ended = problem
    except Problem as problem:
        run.report.leave_out(folder, problem.detail)
    else:
        if found.is_folder:
            known[folder] = found.id
        else:
            run.report.leave_out(folder, "a file of that name is already there")


async def _import_file(run: _Copy, path: Path, dir_id: str, there: dict[str, service.File]) -> None:
    """Copy one file, unless it is there already. A full home or disk ends the run: nothing else would fit."""
    if run.ended is not None:
        return
    try:
        if not path.is_file():
            run.report.leave_out(path, "it is not a file, or a link to nothing")
            return
        status = path.stat()
        known = there.get(clean_name(path.name))
        if known is not None and known.is_folder:
            run.report.leave_out(path, "a folder of that name is already there")
        elif known is not None and known.size == status.st_size and known.sha256 == await _hashed(path):
            await mark_executable(run.house, run.home, known, is_executable(status))
            run.report.already += 1
        else:
            saved = await save(run.house, run.home, path, dir_id, path.name, known)
            run.report.copied += 1
            run.report.bytes += saved.size
        run.progress.update(run.task, completed=run.report.copied + run.report.already)
    except (OverQuota, OutOfSpace) as problem:
        run.ended = problem
    except Problem as problem:
        run.report.leave_out(path, problem.detail)
    except OSError as error:
        run.report.leave_out(path, why(error))


async def _hashed(path: Path) -> str:
    return await asyncio.to_thread(sha256_of, path)
