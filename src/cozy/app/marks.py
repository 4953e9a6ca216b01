"""Marks of the processes that are at work on this machine: a file each, locked for as long as the process lives.

A lock ends with its process however that ends, so a mark without one tells of a process that was killed. What it left waiting
may then be missing from the host's hints.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cozy.kernel.ids import new_id

_FOLDER = "at-work"


@contextmanager
def marked(data: Path) -> Iterator[None]:
    """Be at work while the block runs."""
    folder = data / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / new_id()
    with path.open("wb") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield
        with suppress(FileNotFoundError):
            path.unlink()


def fallen(data: Path) -> bool:
    """Whether some process was killed since this was asked last; its mark goes."""
    found = False
    for path in (data / _FOLDER).glob("*"):
        with suppress(OSError), path.open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
            found = True
    return found


def alive(data: Path) -> bool:
    """Whether some process is at work."""
    for path in (data / _FOLDER).glob("*"):
        with suppress(FileNotFoundError), path.open("rb") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False
