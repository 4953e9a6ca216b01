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
from cozy.rooms.files import service as files

from ..errors import NoSource
from ..model import Source
from .trees import Handle, OnDisk, Remote


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
        file, content = await house.read(home, SYSTEM, files.open_content, source.file_id)
    except Problem as problem:
        raise NoSource(name=source.name) from problem

    async def read(start: int, size: int) -> bytes:
        return await _read(house, home, content, start, size)

    return Remote(file.name, content.size, read, asyncio.get_running_loop())


async def _read(house: House, home: Home, content: Content, start: int, size: int) -> bytes:
    if content.inline is not None:
        return content.inline[start : start + size]
    assert content.blob is not None
    return b"".join([piece async for piece in house.blobs.read(home.id, content.blob, start, size)])
