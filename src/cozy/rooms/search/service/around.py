"""What many of the things that were found have in common, by which they can be narrowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cozy.rooms.files.model import FILES, ROOT

from ..model.entries import Entry

_MOST = 4


def people(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The names of people that some of these have and others have not, the most frequent first."""
    return _frequent(
        (name for each in entries for name in set(each.people.split("\n")) if name and "@" not in name),
        len(entries),
    )


def places(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The ids of the folders that some of these are in and others are not, the most frequent first."""
    of_files = [each for each in entries if each.doctype == FILES]
    return _frequent((each.place for each in of_files if each.place not in {"", ROOT}), len(entries))


def _frequent(names: Iterable[str], of: int) -> tuple[str, ...]:
    counts = Counter(names).most_common(_MOST)
    return tuple(name for name, count in counts if 1 < count < of)
