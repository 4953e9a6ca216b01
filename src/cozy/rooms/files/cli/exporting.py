"""`cozy files export`: a folder of a home to this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem

from .. import service
from ..errors import IsFile
from .transfer import Report, bars, fetch_into, listed, mark, sha256_of, why


async def export_tree(house: House, home: Home, path: str, target: Path) -> Report:
    """Copy a folder of the home to a folder of this machine. What is there with the same content is not written."""
    top = await house.read(home, SYSTEM, service.at_path, path)
    if not top.is_folder:
        raise IsFile(path=path)
    report = Report()
    with bars() as progress:
        task = progress.add_task("Copying out", total=None)
        folders = [(top, target)]
        while folders:
            folder, here = folders.pop()
            try:
                here.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                report.leave_out(here, why(error))
                continue
            async for file in listed(house, home, folder.id):
                if file.is_folder:
                    folders.append((file, here / file.name))
                else:
                    await _export_file(house, home, file, here / file.name, report)
                    progress.update(task, completed=report.copied + report.already)
    return report


async def _export_file(house: House, home: Home, file: service.File, target: Path, report: Report) -> None:
    try:
        if await asyncio.to_thread(_is_there, file, target):
            mark(target, file)
            report.already += 1
            return
        await fetch_into(house, home, file, target)
    except Problem as problem:
        report.leave_out(target, problem.detail)
    except OSError as error:
        report.leave_out(target, why(error))
    else:
        report.copied += 1
        report.bytes += file.size


def _is_there(file: service.File, target: Path) -> bool:
    return target.is_file() and target.stat().st_size == file.size and sha256_of(target) == file.sha256
