"""Who understands what: the formats, asked in order, until nothing is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from ..formats import FORMATS
from ..model import Format, Match, Table
from .trees import Whole

_TABLES = 20  # of a part that are shown
_MOST = 200  # parts of one tree


class Recognised(Struct, frozen=True):
    """A part of a tree, and who understands it."""

    format: Format
    match: Match
    tree: Whole


def recognise(tree: Whole, formats: Sequence[Format] = FORMATS) -> list[Recognised]:
    """The parts of a tree. Each file is in one; the same tree has the same parts each time."""
    return list(_parts(tree, formats))[:_MOST]


def told(part: Recognised, columns: Mapping[str, Mapping[str, int]]) -> Recognised:
    """A part, with what the owner said of the columns of its tables in place of what its format guessed."""
    guessed = part.match.facts.get("columns")
    if not guessed:
        return part
    known = {name: columns.get(name, each) for name, each in guessed.items()}
    return Recognised(part.format, Match(part.match.under, {**part.match.facts, "columns": known}), part.tree)


def tables(part: Recognised) -> list[Table]:
    """The tables of a part, for the owner to look at."""
    rows = part.match.facts.get("rows", {})
    return [
        Table(name, dict(columns), rows.get(name, []))
        for name, columns in islice(part.match.facts.get("columns", {}).items(), _TABLES)
    ]


def _parts(rest: Whole, formats: Sequence[Format]) -> Iterator[Recognised]:
    for format_ in formats:
        while rest.entries and (match := format_.recognise(rest)) is not None:
            part, left = rest.within(match.under), rest.without(match.under)
            if not part.entries:
                break  # it wants nothing that is there
            yield Recognised(format_, match, part)
            rest = left
