"""Part: one thing that was dropped, and what it is: a folder, a zip, a tar, or a file by itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from ...errors import Damaged
from ...model import Entry, reasons
from . import tars, zips
from .guards import BROKEN, Names, check_number, clean, guarded, instant
from .handles import Handle, Held
from .refusals import Refusal

_ARCHIVES = {".zip": zips.is_zip, ".tar": tars.is_tar, ".tgz": tars.is_tar, ".gz": tars.is_tar, ".tbz": tars.is_tar,
             ".tbz2": tars.is_tar, ".bz2": tars.is_tar, ".txz": tars.is_tar, ".xz": tars.is_tar}  # fmt: skip


class Part(Struct):
    """What is in something that was dropped. open: the bytes of one of its entries, by its name there."""

    entries: list[Entry]
    refused: list[Refusal]
    open: Callable[[str], BinaryIO]
    close: Callable[[], None]
    title: str
    in_turns: bool = False  # whether going back in it is costly


def part_of(handle: Handle) -> Part:
    """Look into something that was dropped. Raises Damaged, TooMuch, TooManyEntries, OSError."""
    if handle.folder is not None:
        return _folder(handle.folder)
    if isinstance(handle, Held):
        return _held(handle)
    file = handle.open()
    try:
        is_kind = _ARCHIVES.get(Path(handle.name).suffix.lower())
        if is_kind is None or not is_kind(file):
            return _single(handle, file)
        opened = zips.Zip(file) if is_kind is zips.is_zip else tars.Tar(file)
    except BROKEN as error:
        file.close()
        raise Damaged(name=handle.name, reason=str(error)[:200]) from error
    except BaseException:
        file.close()
        raise
    return Part(
        opened.entries, opened.refused, opened.open, file.close, title_of(handle.name), is_kind is tars.is_tar
    )


def title_of(name: str) -> str:
    """What people call a file: `photos` for `photos.tar.gz`."""
    stem = name
    for _ in range(2):
        start, dot, end = stem.rpartition(".")
        if dot and start and f".{end.lower()}" in _ARCHIVES:
            stem = start
    return stem


def _single(handle: Handle, file: BinaryIO) -> Part:
    """A file that is no archive: a tree of one."""
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.close()
    modified = getattr(handle, "modified", "")
    entry = Entry(clean(handle.name) or "file", size, modified)
    return Part([entry], [], lambda _: guarded(handle.open, size), lambda: None, Path(entry.name).stem)


def _folder(top: Path) -> Part:
    """A folder of this machine: under its own name, links left out."""
    entries: list[Entry] = []
    refused: list[Refusal] = []
    paths: dict[str, Path] = {}
    known = Names()

    def unreadable(error: OSError) -> None:
        where = Path(error.filename or top)
        refused.append(Refusal(_shown(where, top), error.strerror or reasons.UNREADABLE))

    for folder, inner, names in os.walk(top, onerror=unreadable):
        inner.sort()
        for name in sorted([*names, *(each for each in inner if Path(folder, each).is_symlink())]):
            path = Path(folder, name)
            shown = known.of(_shown(path, top))
            try:
                status = path.lstat()
            except OSError as error:
                unreadable(error)
                continue
            if not stat.S_ISREG(status.st_mode):
                refused.append(Refusal(shown, reasons.LINK))
            elif not shown:
                refused.append(Refusal(_shown(path, top), reasons.UNHELD))
            else:
                entries.append(Entry(shown, status.st_size, instant(status.st_mtime)))
                paths[shown] = path
        check_number(len(entries))
    sizes = {each.name: each.size for each in entries}

    def open_(name: str) -> BinaryIO:
        return guarded(lambda: paths[name].open("rb"), sizes[name])

    return Part(entries, refused, open_, lambda: None, top.name)


def _held(folder: Held) -> Part:
    """A folder of the home, under its own name."""
    entries: list[Entry] = []
    refused: list[Refusal] = []
    handles: dict[str, tuple[Handle, int]] = {}
    known = Names()
    for path, size, modified, handle in folder.files:
        name = known.of(f"{folder.name}/{path}")
        if name:
            entries.append(Entry(name, size, modified))
            handles[name] = (handle, size)
        else:
            refused.append(Refusal(path, reasons.UNHELD))

    def open_(name: str) -> BinaryIO:
        handle, size = handles[name]
        return guarded(handle.open, size)

    return Part(entries, refused, open_, lambda: None, folder.name)


def _shown(path: Path, top: Path) -> str:
    named = os.fsencode(Path(top.name, path.relative_to(top)))
    return named.decode("utf-8", "backslashreplace")
