"""The folder that backups are kept in: objects that never change, and a list for each backup of those that it needs.

cozy-backup.json     which host it is of
objects/ab/abcd…     locked; the name tells nothing about what is in it
lists/ab/abcd…       the names of a home's objects, one a line: unchanged homes share one
runs/<moment>.json   the lists of a backup, written last: from then on it is one
runs/<moment>.age    its manifest, locked
partial/             what is under way
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from cozy.kernel.durable import sync_file, sync_folder
from cozy.kernel.ids import new_id

from ..errors import BusyPlace, Damaged, NoBackup, OtherHost
from ..model import FORMAT, Run


class Mark(Struct):
    """What the folder says of itself. host: a name that tells nothing."""

    format: int
    host: str


class Place:
    """A folder of backups, open for one command."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._touched: set[Path] = set()
        self.stored = self.stored_bytes = self.there = 0

    def has(self, name: str) -> bool:
        """Whether an object is here, and counts it."""
        is_here = self._object(name).exists()
        self.there += is_here
        return is_here

    def scratch(self) -> Path:
        """A file for what is under way, on the same disk."""
        return self._root / "partial" / new_id()

    def keep(self, name: str, path: Path) -> None:
        """Let a file, made by `scratch`, be an object."""
        self.stored += 1
        self.stored_bytes += path.stat().st_size
        self._settle(path, self._object(name))

    def keep_bytes(self, name: str, data: bytes) -> None:
        """The same of a few bytes."""
        path = self.scratch()
        path.write_bytes(data)
        self.keep(name, path)

    def object(self, name: str) -> Path:
        """An object. Raises Damaged when it is missing."""
        path = self._object(name)
        if not path.is_file():
            raise Damaged(object=name)
        return path

    def keep_list(self, names: Iterable[str]) -> str:
        """Keep the list of a home's objects, and return the list's name."""
        text = "".join(f"{name}\n" for name in sorted(names)).encode()
        name = hashlib.sha256(text).hexdigest()
        if not (target := self._list(name)).exists():
            path = self.scratch()
            path.write_bytes(gzip.compress(text, 6, mtime=0))
            self._settle(path, target)
        return name

    def end(self, run: Run, manifest: bytes) -> None:
        """Let there be a backup: all that it needs is on the disk, and stays there."""
        for suffix, data in ((".age", manifest), (".json", msgspec.json.encode(run))):
            for folder in self._touched:
                sync_folder(folder)
            self._touched.clear()
            path = self.scratch()
            path.write_bytes(data)
            self._settle(path, self._root / "runs" / f"{_name_of(run.at)}{suffix}")
        for folder in self._touched:
            sync_folder(folder)

    def runs(self) -> dict[str, Run]:
        """The backups that are here by name, oldest first."""
        found = {}
        for path in sorted((self._root / "runs").glob("*.json")):
            with suppress(msgspec.MsgspecError):
                found[path.stem] = msgspec.json.decode(path.read_bytes(), type=Run)
        return found

    def manifest(self, name: str) -> bytes:
        """What a backup says to whoever has the key. Raises Damaged."""
        try:
            return (self._root / "runs" / f"{name}.age").read_bytes()
        except FileNotFoundError as error:
            raise Damaged(manifest=name) from error

    def forget(self, names: Iterable[str]) -> None:
        """Let these be backups no more."""
        for name in names:
            (self._root / "runs" / f"{name}.json").unlink()
            (self._root / "runs" / f"{name}.age").unlink(missing_ok=True)
        sync_folder(self._root / "runs")

    def sweep(self) -> None:
        """Remove what no backup needs. Raises Damaged, and removes nothing, when a list cannot be read."""
        lists = {each for run in self.runs().values() for each in run.lists}
        needed = {name for each in lists for name in self._names(each)}
        for folder, keeping in (("objects", needed), ("lists", lists)):
            for path in (self._root / folder).glob("??/*"):
                if path.name not in keeping:
                    path.unlink()

    def _names(self, list_: str) -> list[str]:
        try:
            return gzip.decompress(self._list(list_).read_bytes()).decode().split()
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            raise Damaged(list=list_) from error

    def _settle(self, path: Path, target: Path) -> None:
        """On the disk under its name: bytes first. Names follow before a backup says that it is one."""
        sync_file(path)
        if not target.parent.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._touched.add(target.parent.parent)
        path.rename(target)
        self._touched.add(target.parent)

    def _object(self, name: str) -> Path:
        return self._root / "objects" / name[:2] / name

    def _list(self, name: str) -> Path:
        return self._root / "lists" / name[:2] / name


def _name_of(at: str) -> str:
    """A moment as a file's name: no system minds it, and names are in order."""
    return at.replace(":", "-")


@contextmanager
def opened(root: Path, host: str) -> Iterator[Place]:
    """The place of a host's backups, made when it is not there. Raises OtherHost, BusyPlace."""
    for folder in (root, root / "runs", root / "partial"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(root):
        marked = root / "cozy-backup.json"
        if not marked.exists():
            path = root / "partial" / new_id()
            path.write_bytes(msgspec.json.encode(Mark(FORMAT, host)))
            sync_file(path)
            path.rename(marked)
            sync_folder(root)
        mark = msgspec.json.decode(marked.read_bytes(), type=Mark)
        if mark.host != host:
            raise OtherHost
        for left in (root / "partial").iterdir():
            left.unlink()
        yield Place(root)


@contextmanager
def found(root: Path) -> Iterator[Place]:
    """A place to read from. Raises NoBackup, BusyPlace."""
    if not (root / "cozy-backup.json").is_file():
        raise NoBackup(folder=str(root))
    with alone(root, fcntl.LOCK_SH):
        yield Place(root)


@contextmanager
def alone(root: Path, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Whoever writes is alone here; who only reads is so beside others that do. Raises BusyPlace."""
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyPlace(folder=str(root)) from error
        yield
    finally:
        os.close(handle)
