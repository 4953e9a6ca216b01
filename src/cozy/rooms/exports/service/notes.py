"""Notes as Markdown: a file `.cozy-note` is some already, or an archive with the pictures that it shows."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from contextlib import suppress

from cozy.kernel.blobs import Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.files import service as files

from ..model import FILES, NOTES
from .names import Names, plain
from .open_folder import Note
from .spool import Spool

_LARGEST = 64 * 1024 * 1024  # bytes of a note with its pictures
_MOST = 1_000  # pictures of a note


async def write_notes(house: House, home: Home, spool: Spool, notes: Sequence[Note]) -> None:
    """Add each note as Markdown, below `Notes`."""
    names = Names()
    for note in notes:
        content = await house.read(home, SYSTEM, files.content_by_hash, note.sha256)
        if content is None or content.size > _LARGEST:
            continue
        with suppress(Missing):  # the file itself says so where it is written
            data = b"".join([piece async for piece in files.content_pieces(house, home, content)])
            stem = note.path.removeprefix(f"{FILES}/").removesuffix(".cozy-note")
            _write(spool, names, stem, note.modified, data)


def _write(spool: Spool, names: Names, stem: str, modified: str, data: bytes) -> None:
    folder, slash, name = stem.rpartition("/")
    pictures = _pictures(data)
    if pictures is None:
        spool.made(f"{NOTES}/{folder}{slash}{names.free(f'{name}.md')}", modified, [data])
        return
    inside = names.free(name)
    for path, held in pictures:
        spool.made(f"{NOTES}/{folder}{slash}{inside}/{path}", modified, [held])


def _pictures(data: bytes) -> list[tuple[str, bytes]] | None:
    """What a note with pictures is made of; None for one that is a text."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            names = Names()
            found: list[tuple[str, bytes]] = []
            for member in archive:
                held = archive.extractfile(member) if member.isfile() else None
                if held is not None and len(found) < _MOST:
                    found.append((names.free(plain(member.name.rpartition("/")[2])), held.read()))
            return found
    except tarfile.TarError:
        return None
