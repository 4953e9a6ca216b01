"""The files of an app as an archive, for who runs it elsewhere."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from cozy.kernel.shelf import Shelf

from ..errors import NoSource
from ..model import App
from . import archives, files
from .archives import Entry


def tarball(shelf: Shelf, app: App) -> bytes:
    """Every file of an app, as a .tar.gz. Slow: call it in a thread. Raises NoSource."""
    return packed(entries(shelf, app))


def entries(shelf: Shelf, app: App) -> Iterable[Entry]:
    """Every file of an app: its path, and what it holds. Raises NoSource."""
    return archives.below(Path(app.folder)) if app.folder else _shelved(shelf, app)


def packed(entries: Iterable[Entry]) -> bytes:
    """A .tar.gz of these files; the same files make the same archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as tar:
        for name, content in entries:
            member = tarfile.TarInfo(f"/{name}")
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


below = archives.below


def _shelved(shelf: Shelf, app: App) -> Iterator[Entry]:
    pack = shelf.find(app.pack) if app.pack else None
    if pack is None:
        raise NoSource
    for name in pack.files:
        found = files.file(shelf, app, name)
        if found is not None:
            yield name, found.plain()
