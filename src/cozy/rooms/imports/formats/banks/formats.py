"""The formats of banks, one row each."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import partial

from ...model import Entry, Format, Item, Match, Tree
from ..making import each, head
from ..reading import tables as texts
from . import camt, mt940, ofx, qif, tables
from .model import BadStatement, Statement
from .statements import documents

_NAME = "bank"  # of all: an account is the same, whichever format its next statement comes in
_LARGEST = 64 * 1024 * 1024  # bytes of a statement
_TRIED = 64 * 1024  # bytes of a table that are looked at
_MOST_TABLES = 500
_SHOWN, _CELL = 4, 60  # rows of a table that the owner sees, and letters of a cell
_SENDERS = re.compile(r"(^|/)(Takeout|Drive)[^/]*/", re.IGNORECASE)

_Reader = Callable[[bytes, str], Iterator[Statement]]


def _format(
    title: str, extensions: tuple[str, ...], is_one: Callable[[bytes], bool], read: _Reader
) -> Format:
    def recognise(tree: Tree) -> Match | None:
        found = tuple(entry.name for entry in tree.ending(*extensions) if is_one(head(tree, entry)))
        return Match(under=found) if found else None

    def items(tree: Tree, match: Match) -> Iterator[Item]:
        return each(tree, list(tree.entries), partial(_items, read))

    return Format(name=_NAME, title=title, recognise=recognise, items=items)


def _items(read: _Reader, tree: Tree, entry: Entry) -> Iterator[Item]:
    title = entry.base.rpartition(".")[0] or entry.base
    return documents(entry, read(tree.read(entry.name, _LARGEST), title))


def _unnamed(read: Callable[[bytes], Iterator[Statement]]) -> _Reader:
    return lambda raw, _: read(raw)


OFX = _format("OFX", (".ofx", ".qfx", ".qbo", ".qif", ".txt"), ofx.is_ofx, _unnamed(ofx.read))
QIF = _format("QIF", (".qif",), qif.is_qif, qif.read)
CAMT = _format("CAMT.053", (".xml", ".053", ".camt"), camt.is_camt, _unnamed(camt.read))
MT940 = _format(
    "MT940",
    (".sta", ".mt940", ".940", ".swi", ".txt", ".mta", ".fin"),
    mt940.is_mt940,
    _unnamed(mt940.read),
)


def _recognise_tables(tree: Tree) -> Match | None:
    """The tables that look like operations of a bank; what their columns hold is in the facts, for the owner to correct."""
    found: dict[str, dict[str, int]] = {}
    seen: dict[str, list[list[str]]] = {}
    for entry in list(tree.ending(".csv", ".tsv"))[:_MOST_TABLES]:
        rows = list(texts.rows(io.BytesIO(head(tree, entry, _TRIED))))
        guessed = tables.guess(rows)
        if guessed and not _SENDERS.search(entry.name):
            found[entry.name] = guessed[1]
            seen[entry.name] = [[cell[:_CELL] for cell in row] for row in rows[guessed[0] :][:_SHOWN]]
    return Match(under=tuple(found), facts={"columns": found, "rows": seen}) if found else None


def _table_items(tree: Tree, match: Match) -> Iterator[Item]:
    said = match.facts.get("columns", {})

    def read(tree: Tree, entry: Entry) -> Iterator[Item]:
        rows = list(texts.rows(io.BytesIO(tree.read(entry.name, _LARGEST))))
        guessed = tables.guess(rows)
        if guessed is None:
            raise BadStatement("no columns")
        place, columns = guessed
        title = entry.base.rpartition(".")[0] or entry.base
        return documents(entry, tables.read(rows[place + 1 :], said.get(entry.name, columns), title))

    return each(tree, list(tree.entries), read)


TABLE = Format(name=_NAME, title="Bank table (CSV)", recognise=_recognise_tables, items=_table_items)

FORMATS = (OFX, QIF, CAMT, MT940, TABLE)
