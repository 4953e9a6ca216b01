"""Wrapped: archives that a service put into one more zip, as Notion does with all its exports: what is in them is what was dropped."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .guards import FREE, check_number, check_sum
from .handles import Handle
from .parts import Part, part_of

_NAMED = re.compile(r"(?:^|/)(?:Export(?:Block)?-[0-9a-f-]{36}[^/]*|iCloud [^/]+)\.zip$", re.IGNORECASE)
_MOST = 100  # archives in one


class _Inner:
    """An archive in a part, on disk beside while it is read."""

    folder: Path | None = None

    def __init__(self, part: Part, name: str) -> None:
        self._part, self._inside = part, name
        self.name = name.rpartition("/")[2]

    def open(self) -> BinaryIO:
        """Its bytes, from any place. Raises Damaged, OSError."""
        file = tempfile.TemporaryFile(prefix="cozy-import-")  # noqa: SIM115 (closed with the part)
        try:
            with self._part.open(self._inside) as stream:
                shutil.copyfileobj(stream, file, 1024 * 1024)
        except BaseException:
            file.close()
            raise
        return file  # type: ignore[return-value]


def parts_of(handle: Handle) -> Iterator[Part]:
    """What a handle is: itself, or the archives in it, where it holds nothing but those that a service wraps, and they are not too large.

    Raises what part_of raises.
    """
    part = part_of(handle)
    if not _is_wrapping(part):
        yield part
        return
    packed = _size(handle) or sum(entry.size for entry in part.entries)
    held = 0
    try:
        for entry in part.entries:
            inner = part_of(_Inner(part, entry.name))
            yield inner
            held += sum(each.size for each in inner.entries)
            check_sum(held, packed)
            check_number(len(inner.entries))
    finally:
        part.close()


def _size(handle: Handle) -> int:
    """Bytes of a file; none of a folder."""
    try:
        with handle.open() as file:
            return file.seek(0, os.SEEK_END)
    except IsADirectoryError:
        return 0


def _is_wrapping(part: Part) -> bool:
    return (
        0 < len(part.entries) <= _MOST
        and sum(entry.size for entry in part.entries) <= FREE
        and all(_NAMED.search(entry.name) for entry in part.entries)
    )
