"""Who understands what: the formats, asked in order, until nothing is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import structlog
from msgspec import Struct

from ..errors import TooManyParts
from ..formats import FORMATS
from ..model import MOVES_FROM, Format, Match, Table
from .trees import Whole

_TABLES = 20  # of a part that are shown
_MOST = 1_000  # parts of one tree
log = structlog.get_logger()


class Recognised(Struct, frozen=True):
    """A part of a tree, and who understands it."""

    format: Format
    match: Match
    tree: Whole


def recognise(tree: Whole, formats: Sequence[Format] = FORMATS) -> list[Recognised]:
    """The parts of a tree. Each file is in one; the same tree has the same parts each time. Raises TooManyParts."""
    found = list(islice(_parts(tree, formats), _MOST + 1))
    if len(found) > _MOST:
        raise TooManyParts(limit=_MOST)
    return found


def told(part: Recognised, columns: Mapping[str, Mapping[str, int]], moves_from: str = "") -> Recognised:
    """A part, with what the owner said of the columns of its tables in place of what its format guessed.

    moves_from: the address of the Cozy that moves here with it; "" where nobody does.
    """
    facts = dict(part.match.facts)
    if guessed := facts.get("columns"):
        facts["columns"] = {name: columns.get(name, each) for name, each in guessed.items()}
    if moves_from:
        facts[MOVES_FROM] = moves_from
    return Recognised(part.format, Match(part.match.under, facts), part.tree)


def tables(part: Recognised) -> list[Table]:
    """The tables of a part, for the owner to look at."""
    rows = part.match.facts.get("rows", {})
    return [
        Table(name, dict(columns), rows.get(name, []))
        for name, columns in islice(part.match.facts.get("columns", {}).items(), _TABLES)
    ]


def _parts(rest: Whole, formats: Sequence[Format]) -> Iterator[Recognised]:
    for format_ in formats:
        while rest.entries and (match := _recognised(format_, rest)) is not None:
            part, left = rest.within(match.under), rest.without(match.under)
            if not part.entries:
                break  # it wants nothing that is there
            yield Recognised(format_, match, part)
            rest = left


def _recognised(format_: Format, rest: Whole) -> Match | None:
    """What a format makes of what is left; one that stumbles over a file has nothing, and the next ones are asked."""
    try:
        return format_.recognise(rest)
    except Exception as error:
        log.warning("a format stumbled over what it looked at", format=format_.name, exc_info=error)
        return None
