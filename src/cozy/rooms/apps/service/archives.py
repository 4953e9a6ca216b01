"""Archives of apps, which anybody may have packed: what is in them, within limits."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar

from ..errors import BadArchive, NoManifest
from ..model import MANIFESTS, Kind
from . import manifests

ARCHIVE_LIMIT = 128 * 1024 * 1024  # bytes of an archive
UNPACKED_LIMIT = 512 * 1024 * 1024  # bytes of all files together
FILE_LIMIT = 128 * 1024 * 1024  # bytes of one
COUNT_LIMIT = 20_000  # files
NAME_LIMIT = 400  # characters of a path
_LINK = 0xA  # the kind of a symbolic link, in the attributes that Unix writes

Entry = tuple[str, bytes]
Item = TypeVar("Item")


def manifest(path: Path, kind: Kind) -> tuple[bytes, str, str]:
    """The manifest that is highest up, the folder that it is in, and the commit that the archive was made of, if it says.

    Raises BadArchive, NoManifest.
    """
    best: Entry | None = None
    for name, content in _entries(path, {MANIFESTS[kind]}):
        if best is None or name.count("/") < best[0].count("/"):
            best = (name, content)
    if best is None:
        raise NoManifest
    return best[1], best[0].removesuffix(MANIFESTS[kind]).rstrip("/"), _commit(path)


def files(path: Path, prefix: str) -> Iterator[Entry]:
    """Every file below a folder of the archive. Raises BadArchive."""
    start = f"{prefix.strip('/')}/".removeprefix("/")
    for name, content in _entries(path, None):
        if name.startswith(start):
            yield name[len(start) :], content


def below(folder: Path) -> Iterator[Entry]:
    """Every file below a folder of the disk, by name, within the same limits; no link is followed out of it."""
    root = folder.resolve()

    def walk() -> Iterator[tuple[str, Path, int]]:
        for path in sorted(root.rglob("*")):
            inner = path.relative_to(root)
            if ".git" not in inner.parts and path.is_file() and path.resolve().is_relative_to(root):
                yield inner.as_posix(), path, path.stat().st_size

    for name, path, _ in _bounded(walk()):
        yield name, path.read_bytes()


def _entries(path: Path, basenames: set[str] | None) -> Iterator[Entry]:
    try:
        yield from _of_zip(path, basenames) if zipfile.is_zipfile(path) else _of_tar(path, basenames)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise BadArchive from error


def _of_tar(path: Path, basenames: set[str] | None) -> Iterator[Entry]:
    with tarfile.open(path) as tar:
        found = ((_clean(member.name), member, member.size) for member in tar if member.isreg())
        for name, member, _ in _bounded(found):
            if basenames is None or name.rpartition("/")[2] in basenames:
                opened = tar.extractfile(member)
                yield name, opened.read() if opened else b""


def _of_zip(path: Path, basenames: set[str] | None) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        members = (
            info for info in archive.infolist() if not info.is_dir() and info.external_attr >> 28 != _LINK
        )
        for name, info, size in _bounded((_clean(info.filename), info, info.file_size) for info in members):
            if basenames is None or name.rpartition("/")[2] in basenames:
                with archive.open(info) as opened:
                    yield name, opened.read(size)


def _bounded(found: Iterable[tuple[str, Item, int]]) -> Iterator[tuple[str, Item, int]]:
    """The same, until there is too much of it."""
    total = 0
    for count, (name, item, size) in enumerate(found, 1):
        total += size
        if count > COUNT_LIMIT or size > FILE_LIMIT or total > UNPACKED_LIMIT or len(name) > NAME_LIMIT:
            raise BadArchive("This app is larger than what is accepted.", name=name[:100])
        yield name, item, size


def _clean(name: str) -> str:
    """A path that stays below the top. Raises BadArchive."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise BadArchive("A file of this app would lie outside of it.", name=name[:100])
    return manifests.inside(name).lstrip("/")


def _commit(path: Path) -> str:
    """What git writes into the archives that it makes (git-get-tar-commit-id)."""
    try:
        with tarfile.open(path) as tar:
            tar.next()
            comment = tar.pax_headers.get("comment", "")
    except (tarfile.TarError, OSError, EOFError):
        return ""
    return comment if len(comment) == 40 and comment.isalnum() else ""
