"""Sources: what was dropped, opened where it lies."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from ..errors import NoSource, NoZip
from ..model import Source
from . import elsewhere
from .trees import Handle, Held, OnDisk, Remote, Whole, opened
from .trees.guards import check_number
from .trees.zips import is_zip

_PAGE = 1000
# How the names in a part of a Cozy begin: documents, or what they hold.
_COZY = ("Data/io.cozy.", "Files/", "Versions/", "Bin/", "manifest-sha256.txt")
_GOOGLE = "Takeout"  # the folder that all is in of each part, in every language
_Stored = tuple[files.File, Content]


async def handles(house: House, home: Home, sources: Sequence[Source]) -> list[Handle]:
    """What reads each source. Raises NoSource."""
    found = [await _handle(house, home, source) for source in sources]
    return [handle for each in found for handle in each]


async def _handle(house: House, home: Home, source: Source) -> list[Handle]:
    if source.account:
        return [OnDisk(each) for each in await elsewhere.parts(house, home, source)]
    if source.path:
        path = Path(source.path)
        if not path.exists():
            raise NoSource(name=source.name)
        return [OnDisk(each) for each in await asyncio.to_thread(_parts, path)]
    try:
        found = await house.scan(home, SYSTEM, _found, source.file_id)
    except Problem as problem:
        raise NoSource(name=source.name) from problem
    if isinstance(found, tuple):
        return [_remote(house, home, *found)]
    files_ = [
        (path, file.size, file.updated_at, _remote(house, home, file, content))
        for path, file, content in found
    ]
    return [Held(source.name, files_)]


def _parts(path: Path) -> list[Path]:
    """The parts of a Cozy or of a Takeout, where a folder holds nothing but these; else itself."""
    inside = sorted(path.iterdir()) if path.is_dir() else []
    tops = [_top(each) for each in inside]
    return inside if inside and tops[0] and all(top == tops[0] for top in tops) else [path]


def _top(path: Path) -> str:
    """The folder that all is in of a zip that may be such a part; "" for anything else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return ""
    tops = {name.partition("/")[0] for name in names}
    top = tops.pop() if len(tops) == 1 else ""
    is_cozy = any(name.removeprefix(f"{top}/").startswith(_COZY) for name in names)
    return top if is_cozy or top == _GOOGLE else ""


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


async def zip_in(house: House, home: Home, file_id: str) -> Handle:
    """A zip of the home, whatever its name says. Raises NoSource, NoZip."""
    try:
        _, content = await house.read(home, SYSTEM, files.open_content, file_id)
    except Problem as problem:
        raise NoSource(name=file_id) from problem
    handle = Remote(
        "archive.zip", content.size, partial(_read, house, home, content), asyncio.get_running_loop()
    )
    if not await asyncio.to_thread(_is_zip, handle):
        raise NoZip(file=file_id)
    return handle


def _is_zip(handle: Handle) -> bool:
    with handle.open() as file:
        return is_zip(file)


@asynccontextmanager
async def tree(found: Sequence[Handle], *, unwraps: bool = True) -> AsyncIterator[Whole]:
    """What was dropped, opened and closed in threads beside the loop; unwraps: as in opened. Raises Damaged, TooMuch, TooManyEntries."""
    opening = opened(found, unwraps=unwraps)
    whole = await asyncio.to_thread(opening.__enter__)
    try:
        yield whole
    finally:
        await asyncio.to_thread(opening.__exit__, None, None, None)


def _remote(house: House, home: Home, file: files.File, content: Content) -> Remote:
    return Remote(file.name, content.size, partial(_read, house, home, content), asyncio.get_running_loop())


async def _read(house: House, home: Home, content: Content, start: int, size: int) -> bytes:
    if content.inline is not None:
        return content.inline[start : start + size]
    assert content.blob is not None
    return b"".join([piece async for piece in house.blobs.read(home.id, content.blob, start, size)])
