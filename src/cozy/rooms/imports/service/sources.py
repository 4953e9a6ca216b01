"""Sources: what was dropped, opened where it lies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from ..errors import NoSource
from ..model import Source
from .trees import Handle, Held, OnDisk, Remote
from .trees.guards import check_number

_PAGE = 1000
_Stored = tuple[files.File, Content]


async def handles(house: House, home: Home, sources: Sequence[Source]) -> list[Handle]:
    """What reads each source. Raises NoSource."""
    return [await _handle(house, home, source) for source in sources]


async def _handle(house: House, home: Home, source: Source) -> Handle:
    if source.path:
        path = Path(source.path)
        if not path.exists():
            raise NoSource(name=source.name)
        return OnDisk(path)
    try:
        found = await house.scan(home, SYSTEM, _found, source.file_id)
    except Problem as problem:
        raise NoSource(name=source.name) from problem
    if isinstance(found, tuple):
        return _remote(house, home, *found)
    files_ = [
        (path, file.size, file.updated_at, _remote(house, home, file, content))
        for path, file, content in found
    ]
    return Held(source.name, files_)


def _found(work: Work, id_: str) -> _Stored | list[tuple[str, files.File, Content]]:
    """A file and what it holds; of a folder, all that is below it. Raises NoFile, TooManyEntries."""
    file = files.fetch(work, id_)
    if not file.is_folder:
        return file, files.content_in_file(work, file)
    found: list[tuple[str, files.File, Content]] = []
    waiting = [(file.id, "")]
    while waiting:
        dir_id, above = waiting.pop()
        last: files.File | None = None
        while page := files.children(work, dir_id, after=last, limit=_PAGE):
            last = page[-1]
            waiting += [(each.id, f"{above}{each.name}/") for each in page if each.is_folder]
            found += [
                (above + each.name, each, files.content_in_file(work, each))
                for each in page
                if not each.is_folder
            ]
            check_number(len(found))
    return sorted(found, key=lambda each: each[0])


def _remote(house: House, home: Home, file: files.File, content: Content) -> Remote:
    async def read(start: int, size: int) -> bytes:
        return await _read(house, home, content, start, size)

    return Remote(file.name, content.size, read, asyncio.get_running_loop())


async def _read(house: House, home: Home, content: Content, start: int, size: int) -> bytes:
    if content.inline is not None:
        return content.inline[start : start + size]
    assert content.blob is not None
    return b"".join([piece async for piece in house.blobs.read(home.id, content.blob, start, size)])
