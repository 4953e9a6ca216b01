"""Tree: what somebody dropped, seen as names and streams, whatever it was packed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

from msgspec import Struct


class Entry(Struct, frozen=True, gc=False):
    """One file of a tree. Folders have no entry: they are where files are.

    name: its path in the tree, `Takeout/Drive/cat.jpg`, checked: no `..`, no absolute path, no empty step; modified: RFC 3339, ""
    where it is not known; size: bytes, as the archive says.
    """

    name: str
    size: int
    modified: str = ""

    @property
    def base(self) -> str:
        """The last step of its name."""
        return self.name.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The steps before, without "/" at the end; "" at the top."""
        return self.name.rpartition("/")[0]

    @property
    def extension(self) -> str:
        """`.jpg`, in lower case; "" for none."""
        stem, dot, end = self.base.rpartition(".")
        return f".{end.lower()}" if dot and stem else ""


class Tree(Protocol):
    """A guarded view of everything that was dropped together: several parts are one tree.

    Its order is the same every time that the same parts are opened, and reading in that order is cheapest.
    """

    @property
    def title(self) -> str:
        """What people call it: the name of the first part without its extensions."""
        ...

    @property
    def entries(self) -> Sequence[Entry]:
        """All files."""
        ...

    def find(self, name: str) -> Entry | None:
        """The file of this name."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Its bytes as a stream, to be closed. Raises NoEntry, Damaged (while reading, too), TooMuch."""
        ...

    def read(self, name: str, limit: int = 64 * 1024 * 1024) -> bytes:
        """All its bytes. Raises NoEntry, Damaged, TooMuch when they are more than `limit`."""
        ...

    def within(self, under: Sequence[str]) -> Tree:
        """The same tree with those files only whose names begin with one of these texts; names stay whole."""
        ...

    def without(self, under: Sequence[str]) -> Tree:
        """The others."""
        ...

    def ending(self, *extensions: str) -> Iterator[Entry]:
        """The files with one of these extensions: `tree.ending(".vcf", ".vcard")`."""
        ...
