"""Parts of an archive as zip files in a folder."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from cozy.kernel.clock import parse
from cozy.kernel.home import Home
from cozy.kernel.house import House

from ..errors import NotEmpty
from ..model import Done, Export, Line, Part
from . import cozy_archive, freezing, writing
from .spool import Spool

_FIRST = (1980, 1, 1, 0, 0, 0)  # that a zip can tell
_LARGE = 2**31 - 1  # bytes: what is larger has wider fields


def name_of(number: int, count: int) -> str:
    """What a part of the archive of a Cozy is called; from 0 on."""
    return f"{cozy_archive.TOP} - part{number:03d}.zip" if count > 1 else f"{cozy_archive.TOP}.zip"


async def archive(house: House, home: Home, target: Path, part_size: int = 0, *, moves: bool = False) -> Done:
    """Write the archive of a home into a folder, in place of one that was written there before. Raises NotEmpty, OSError.

    moves: the home is handed over with it.
    """
    target.mkdir(parents=True, exist_ok=True)
    before = [path for path in target.iterdir() if not path.name.endswith(".partial")]
    if any(not path.match(f"{cozy_archive.TOP}*.zip") for path in before):
        raise NotEmpty(path=str(target))
    done = Done()
    written: list[Path] = []
    with Spool() as spool:
        await cozy_archive.gather_in(house, home, spool, Export(moves=moves))
        limit = part_size or cozy_archive.part_size(spool.size)
        async for lines in _parts(house, home, spool, limit):
            written.append(target / f"{len(written):03d}.partial")
            await _write(house, home, spool, lines, written[-1])
            done.files += len(lines)
            done.bytes += sum(line.size for line in lines)
        done.left_out = spool.left_out
    for path in before:
        path.unlink()
    for number, path in enumerate(written):
        path.replace(target / name_of(number, len(written)))
    return done


async def _parts(house: House, home: Home, spool: Spool, limit: int) -> AsyncIterator[list[Line]]:
    """The lines of each part."""
    part: Part | None = None
    found: list[Line] = []
    async for lines, _ in freezing.sure(house, home, spool):
        if not lines:
            continue
        if not freezing.fits(part, lines, limit):
            if found:
                yield found
            part, found = Part(0, 0), []
        found += lines
        part.lines += len(lines)
        part.size += sum(line.size for line in lines)
    if found:
        yield found


async def _write(house: House, home: Home, spool: Spool, lines: Sequence[Line], path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for line in lines:
            info = zipfile.ZipInfo(line.path, max(parse(line.modified).timetuple()[:6], _FIRST))
            info.file_size = line.size
            info.external_attr = (0o100750 if line.executable else 0o100640) << 16
            with archive.open(info, "w", force_zip64=line.size > _LARGE) as out:
                async for piece in writing.pieces(house, home, spool, line):
                    await asyncio.to_thread(out.write, piece)
