"""What a search finds."""

from __future__ import annotations

from msgspec import Struct

from .entries import Entry


class Piece(Struct, frozen=True):
    """A piece of a text; is_hit: it is what was looked for."""

    text: str
    is_hit: bool = False


class Hit(Struct, frozen=True):
    """One thing that was found. title, snippet: with what was looked for marked; snippet: () where nothing tells more."""

    entry: Entry
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...] = ()


class Found(Struct, frozen=True):
    """What a search found, the best first.

    is_more: there is more than what was asked for; corrected: what was looked for instead, where a word is nowhere; is_loose:
    no entry has all the words, these have some. people, places: the names and the folders that many of all of it have, the
    most frequent first.
    """

    hits: tuple[Hit, ...] = ()
    is_more: bool = False
    corrected: str = ""
    is_loose: bool = False
    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
