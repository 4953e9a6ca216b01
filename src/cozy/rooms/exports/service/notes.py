"""Notes as Markdown: a file `.cozy-note` is some already, or an archive with the pictures that it shows."""

from __future__ import annotations

import asyncio
import io
import tarfile
from collections.abc import Sequence
from contextlib import suppress

from cozy.kernel.blobs import Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.files import service as files

from ..model import FILES, NOTES, LeftOut
from .names import Names, plain
from .open_folder import Note
from .spool import Spool

_LARGEST = 64 * 1024 * 1024  # bytes of a note with its pictures
_MOST = 1_000  # pictures of a note


async def write_notes(house: House, home: Home, spool: Spool, notes: Sequence[Note]) -> None:
    """Add each note as Markdown, below `Notes`. What cannot be unpacked is named as left out; the note itself stays as it is."""
    names = Names()
    for note in notes:
        content = await house.read(home, SYSTEM, files.content_by_hash, note.sha256)
        if content is None:
            continue  # the file itself says so where it is written
        if content.size > _LARGEST:
            spool.left_out.append(_unwritten(note, "it is too large to be written as Markdown"))
            continue
        with suppress(Missing):
            data = b"".join([piece async for piece in files.content_pieces(house, home, content)])
            try:
                pictures = await asyncio.to_thread(_pictures, data)
            except Unfit as error:
                spool.left_out.append(_unwritten(note, str(error)))
                continue
            _write(spool, names, note, pictures, data)


class Unfit(ValueError):
    """A note is an archive that cannot be unpacked."""


def _unwritten(note: Note, why: str) -> LeftOut:
    return LeftOut(f"{NOTES}/{_stem(note)}", f"{why}; the note itself is {note.path}")


def _stem(note: Note) -> str:
    return note.path.removeprefix(f"{FILES}/").removesuffix(".cozy-note")


def _write(
    spool: Spool, names: Names, note: Note, pictures: Sequence[tuple[str, bytes]] | None, data: bytes
) -> None:
    folder, slash, name = _stem(note).rpartition("/")
    if pictures is None:
        spool.made(f"{NOTES}/{folder}{slash}{names.free(f'{name}.md')}", note.modified, [data])
        return
    inside = names.free(name)
    for path, held in pictures:
        spool.made(f"{NOTES}/{folder}{slash}{inside}/{path}", note.modified, [held])


def _pictures(data: bytes) -> list[tuple[str, bytes]] | None:
    """What a note with pictures is made of; None for one that is a text. Raises Unfit."""
    if not _is_archive(data):
        return None
    try:
        return _unpacked(data)
    except Unfit:
        raise
    except Exception as error:  # whatever a broken archive makes of who reads it
        raise Unfit("it is broken") from error


def _is_archive(data: bytes) -> bool:
    """Whether it begins with the header of a tar, whose sum is right."""
    try:
        tarfile.TarInfo.frombuf(data[: tarfile.BLOCKSIZE], "utf-8", "replace")
    except tarfile.HeaderError:
        return False
    return True


def _unpacked(data: bytes) -> list[tuple[str, bytes]]:
    names = Names()
    found: list[tuple[str, bytes]] = []
    size = 0
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errorlevel=2) as archive:
        for member in archive:
            size += member.size
            if size > _LARGEST or len(found) >= _MOST:  # a hole in a file takes no room in the archive
                raise Unfit("it would be too much when unpacked")
            held = archive.extractfile(member) if member.isfile() else None
            if held is not None:
                found.append((names.free(plain(member.name.rpartition("/")[2])), held.read()))
    return found
