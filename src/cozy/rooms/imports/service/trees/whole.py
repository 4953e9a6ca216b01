"""Whole: everything that was dropped together, as one tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from ...errors import NoEntry, TooMuch
from ...model import Entry
from .guards import check_number, with_number
from .handles import Handle
from .parts import Part, part_of
from .refusals import Refusal
from .wrapped import parts_of

_Place = tuple[Part, str]


class Whole:
    """A tree over parts, or over some of what is in them."""

    def __init__(
        self,
        title: str,
        entries: Sequence[Entry],
        places: dict[str, _Place],
        refused: list[Refusal],
        at_once: int = 4,
    ) -> None:
        self.title = title
        self.entries = entries
        self.refused = refused
        self.at_once = at_once  # how many streams may well be read side by side
        self._places = places
        self._by_name: dict[str, Entry] | None = None

    def find(self, name: str) -> Entry | None:
        """The file of this name."""
        if self._by_name is None:
            self._by_name = {entry.name: entry for entry in self.entries}
        return self._by_name.get(name)

    def open(self, name: str) -> BinaryIO:
        """Its bytes as a stream."""
        place = self._places.get(name)
        if place is None:
            raise NoEntry(name=name)
        return place[0].open(place[1])

    def read(self, name: str, limit: int = 64 * 1024 * 1024) -> bytes:
        """All its bytes."""
        with self.open(name) as stream:
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise TooMuch(name=name, limit=limit)
        return content

    def within(self, under: Sequence[str]) -> Whole:
        """Those files only whose names begin with one of these texts."""
        begins = tuple(under)
        return self._some([entry for entry in self.entries if entry.name.startswith(begins)])

    def without(self, under: Sequence[str]) -> Whole:
        """The others."""
        begins = tuple(under)
        return self._some([entry for entry in self.entries if not entry.name.startswith(begins)])

    def _some(self, entries: list[Entry]) -> Whole:
        return Whole(self.title, entries, self._places, [], self.at_once)

    def ending(self, *extensions: str) -> Iterator[Entry]:
        """The files with one of these extensions."""
        return (entry for entry in self.entries if entry.extension in extensions)


@contextmanager
def opened(handles: Sequence[Handle], *, unwraps: bool = True) -> Iterator[Whole]:
    """Everything that was dropped, as one tree. Raises Damaged, TooMuch, TooManyEntries, OSError.

    unwraps: whether archives that a service wrapped in a zip are what was dropped, rather than the zip.
    """
    parts: list[Part] = []
    try:
        for handle in handles:
            for part in parts_of(handle) if unwraps else (part_of(handle),):
                parts.append(part)
                check_number(sum(len(each.entries) for each in parts))
        yield _joined(parts)
    finally:
        for part in parts:
            part.close()


def _joined(parts: Sequence[Part]) -> Whole:
    """Parts side by side. A name that two of them have is one file when it is of one size, else there are two."""
    entries: list[Entry] = []
    places: dict[str, _Place] = {}
    sizes: dict[str, int] = {}
    for number, part in enumerate(parts, 1):
        own = f"{part.title}/" if len(parts) > 1 and _is_flat(part) else ""
        for entry in part.entries:
            name = own + entry.name
            if name in places and sizes[name] == entry.size:
                continue
            while name in places:
                name = with_number(name, number)
            places[name] = (part, entry.name)
            sizes[name] = entry.size
            entries.append(entry if name == entry.name else Entry(name, entry.size, entry.modified))
    refused = [each for part in parts for each in part.refused]
    at_once = 1 if any(part.in_turns for part in parts) else 4
    return Whole(parts[0].title if parts else "", entries, places, refused, at_once)


def _is_flat(part: Part) -> bool:
    """Whether files lie loose in an archive: of several such, each comes in a folder of its own, as chats are all called `_chat.txt`."""
    is_itself = len(part.entries) == 1 and part.entries[0].name.rpartition(".")[0] == part.title
    return not is_itself and all("/" not in entry.name for entry in part.entries)
