"""What is at a place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import TRASH_PATH, Entry, File

from ..errors import NoFolderAbove, Unmapped
from ..model import Body, above, etag, folder_etag, is_below

PAGE = 1000  # lines of a listing that are read at once
_decode = msgspec.json.Decoder(Body).decode


def at(work: Work, path: str) -> File:
    """The file or folder at a path. Raises Unmapped, and NotAllowed where the caller may not read it."""
    there = found(work, path)
    if there is None:
        raise Unmapped
    return there


def found(work: Work, path: str) -> File | None:
    """The same; None where there is nothing."""
    return None if _is_in_bin(path) else files.found_at(work, path)


def folder_above(work: Work, path: str) -> File:
    """The folder that holds a path, or would. Raises NoFolderAbove."""
    folder = found(work, above(path))
    if folder is None or not folder.is_folder or _is_in_bin(path):
        raise NoFolderAbove
    return folder


def _is_in_bin(path: str) -> bool:
    return path == TRASH_PATH or is_below(path, TRASH_PATH)


def body_of(file: File) -> Body:
    """What is told of it."""
    return msgspec.convert(file.body, Body)


def tag(work: Work, file: File | None) -> str:
    """The validator of what is there, of a folder that of everything below; "" for nothing."""
    if file is None:
        return ""
    return (
        folder_etag(file.id, files.below(work, [file.id])[file.id]) if file.is_folder else etag(file.sha256)
    )


def changed_at(file: File) -> datetime:
    """When it last changed, to the second, as HTTP tells it."""
    return parse(file.updated_at).replace(microsecond=0)


def told(entry: Entry) -> Body:
    """The same, of a line of a list."""
    return _decode(entry.body)


def lines(work: Work, folder: File, after: tuple[str, str] = ("", "")) -> list[Entry]:
    """A page of what is in a folder that the caller may see."""
    return files.entries(work, folder, after=after, limit=PAGE)


def all_lines(work: Work, folder: File) -> Iterator[Entry]:
    """Everything that is directly in a folder."""
    after = ("", "")
    while page := lines(work, folder, after):
        yield from page
        after = (page[-1].sort_key, page[-1].id)
