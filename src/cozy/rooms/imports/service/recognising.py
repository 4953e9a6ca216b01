"""Who understands what: the formats, asked in order, until nothing is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ..formats import FORMATS
from ..model import Format, Match
from .trees import Whole

_MOST = 200  # parts of one tree


class Recognised(Struct, frozen=True):
    """A part of a tree, and who understands it."""

    format: Format
    match: Match
    tree: Whole


def recognise(tree: Whole, formats: Sequence[Format] = FORMATS) -> list[Recognised]:
    """The parts of a tree. Each file is in one; the same tree has the same parts each time."""
    return list(_parts(tree, formats))[:_MOST]


def _parts(rest: Whole, formats: Sequence[Format]) -> Iterator[Recognised]:
    for format_ in formats:
        while rest.entries and (match := format_.recognise(rest)) is not None:
            part, left = rest.within(match.under), rest.without(match.under)
            if not part.entries:
                break  # it wants nothing that is there
            yield Recognised(format_, match, part)
            rest = left
