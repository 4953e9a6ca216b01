"""Tables in text: CSV with whatever stands between its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

from .texts import decoded

LARGEST = 64 * 1024 * 1024  # bytes
_CELL = 10 * 1024 * 1024  # characters: a note's whole text may stand in a cell
_BETWEEN = ";\t|,"


def rows(stream: IO[bytes], otherwise: str = "cp1252") -> Iterator[list[str]]:
    """The rows of a table, their cells without spaces around them; lines without anything are left out."""
    text = decoded(stream.read(LARGEST), otherwise)
    csv.field_size_limit(_CELL)
    try:
        for row in csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter(text)):
            if any(cell.strip() for cell in row):
                yield [cell.strip() for cell in row]
    except csv.Error:
        return


def records(stream: IO[bytes], *needed: str) -> Iterator[dict[str, str]]:
    """The rows below a head that holds the names that are needed; what stands above it (notes of LinkedIn) is passed over."""
    head: list[str] | None = None
    for row in rows(stream):
        if head is None:
            head = row if set(needed) <= set(row) else None
            continue
        yield dict(zip(head, row, strict=False))


def delimiter(text: str) -> str:
    """What stands between columns: what the first lines agree on most."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    return max(_BETWEEN, key=lambda mark: _agreement(lines, mark))


def _agreement(lines: list[str], mark: str) -> tuple[int, int]:
    counts = [len(next(csv.reader([line], delimiter=mark), [])) - 1 for line in lines]
    most = max(counts, default=0)
    return (counts.count(most) if most else 0, most)
