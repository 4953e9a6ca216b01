"""What finds entries of a home by their words. Words come as they are compared: letters and digits, without case or accents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from .db import Db, Engine

Part = Literal["title", "people", "words", "text"]
PARTS: tuple[Part, ...] = ("title", "people", "words", "text")


class Said(Struct, frozen=True):
    """The words of an entry, by where they stand; those of the title count most, those of the text least. kind: of it."""

    title: Sequence[str] = ()
    people: Sequence[str] = ()
    words: Sequence[str] = ()
    text: Sequence[str] = ()
    kind: str = ""


class Term(Struct, frozen=True):
    """One thing that is looked for: any of some words, or any word that begins so. part: where it stands, "" anywhere."""

    words: tuple[str, ...]
    beginnings: tuple[str, ...] = ()
    part: Part | Literal[""] = ""


class Wanted(Struct, frozen=True, kw_only=True):
    """What entries must be. terms: all of them, or where `is_any` one; without: none of them. Without terms, all entries.

    kinds, extensions, places: one of these, () for any. since, until: RFC 3339, the second no longer; "" without bound.
    """

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    is_any: bool = False
    kinds: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


class TextIndex(Protocol):
    """The index of an engine, in the same transaction as everything else."""

    engine: Engine

    def put(self, db: Db, home: str, number: int, said: Said) -> None:
        """Let an entry be found by these words and no others. Its row is there already."""
        ...

    def drop(self, db: Db, home: str, number: int) -> None:
        """Let an entry be found no more. Its row goes afterwards."""
        ...

    def clear(self, db: Db, home: str) -> None:
        """Forget every entry. Their rows go afterwards."""
        ...

    def holds(self, db: Db, home: str, term: Term) -> bool:
        """Whether any entry has it."""
        ...

    def find(self, db: Db, home: str, wanted: Wanted, limit: int) -> list[int]:
        """The numbers of the entries, the best first; without terms the newest first."""
        ...
