"""Folders of boxes: made, held for as long as somebody is at them, and gone at the end."""

from __future__ import annotations

import asyncio
import fcntl
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path, PurePosixPath

from cozy.kernel.running import CannotRun, Program

from .inside.clearing import clear

_PREFIX = "cozy-box-"
_SETTLED_S = 60.0  # a younger folder may not be held yet


@asynccontextmanager
async def opened(program: Program) -> AsyncIterator[Path]:
    """A folder for a box: `home` with the program's files, `shown` for what it may only read, `root` for its walls."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with _held(folder, fcntl.LOCK_SH):
            for name in ("home", "shown", "root"):
                (folder / name).mkdir(mode=0o700)
            await asyncio.to_thread(_unpack, program, folder / "home")
            yield folder
    finally:
        await asyncio.to_thread(clear, str(folder))


def sweep() -> None:
    """Remove what is left of boxes that a house and their supervisors were killed in front of, all at once."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # somebody holds it, or else removes it
            found = folder.lstat()
            if found.st_uid == os.getuid() and found.st_mtime < time.time() - _SETTLED_S:
                with _held(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    clear(str(folder))


@contextmanager
def _held(folder: Path, how: int) -> Iterator[None]:
    """Hold a folder while the block runs. Raises OSError."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, how)
        yield
    finally:
        os.close(held)


def _unpack(program: Program, home: Path) -> None:
    for name, content in program.files:
        inner = PurePosixPath(name)
        if inner.is_absolute() or ".." in inner.parts:
            raise CannotRun("A file of this program would lie outside of its folder.")
        path = home / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
