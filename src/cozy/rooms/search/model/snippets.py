"""What is shown of a text: where most of what was looked for stands together, marked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from .results import Piece
from .words import forms, plain, spelt

READ = 100_000  # characters that are looked through
_BEFORE, _LONG = 60, 220  # characters before the first hit, and of the whole
_MOST = 200  # hits that are weighed
_WEIGHED, _SENTENCE = (
    1_000,
    120,
)  # hits of words that may stand together, and how far from each other in characters
_SPACE = re.compile(r"\s+")
_ACCENTED = {
    "a": "aàâäáãåæ", "c": "cç", "e": "eéèêë", "i": "iîïíì", "n": "nñ", "o": "oôöóòõøœ", "u": "uùûüú", "y": "yÿý",
}  # fmt: skip


class Looked:
    """What marks are made for: words by their forms, and a beginning that may go on."""

    def __init__(self, wanted: Collection[str], beginnings: Collection[str] = ()) -> None:
        self.wanted = frozenset(wanted)
        self.beginnings = tuple(beginnings)
        stems = sorted({*(form[:-1] if len(form) > 3 else form for form in wanted), *beginnings})
        self._rough = (
            re.compile("|".join(rf"\b{_spelling(stem)}\w*" for stem in stems), re.IGNORECASE)
            if stems
            else None
        )

    def hits(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where the words stand, each with what it is compared by."""
        if self._rough is None:
            return
        for match in self._rough.finditer(text):
            for start, end, word in spelt(match.group()):
                if form := self._meant(word):
                    yield match.start() + start, match.start() + end, form

    def _meant(self, word: str) -> str:
        form = next((each for each in forms(word) if each in self.wanted), "")
        return form or next((each for each in self.beginnings if plain(word).startswith(each)), "")


def _spelling(stem: str) -> str:
    """A pattern for a stem whatever its accents; `oe` may be one letter."""
    return "".join(f"[{_ACCENTED[c]}]" if c in _ACCENTED else re.escape(c) for c in stem.replace("oe", "o"))


def marked(text: str, looked: Looked) -> tuple[Piece, ...]:
    """A whole text, with what was looked for marked."""
    pieces: list[Piece] = []
    at = 0
    for start, end, _ in looked.hits(text):
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], is_hit=True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def snippet(text: str, looked: Looked) -> tuple[Piece, ...]:
    """The part of a text where most of it stands together; () when nothing of it does."""
    text = text[:READ]
    hits = [hit for hit, _ in zip(looked.hits(text), range(_MOST), strict=False)]
    if not hits:
        return ()
    first = max(range(len(hits)), key=lambda n: (_together(hits, n), -n))
    start, end = _edges(text, hits[first][0])
    cut = _SPACE.sub(" ", text[start:end]).strip()
    whole = ("… " if start else "") + cut + (" …" if end < len(text) else "")
    return marked(whole, looked)


def _together(hits: list[tuple[int, int, str]], first: int) -> int:
    until = hits[first][0] + _LONG - _BEFORE
    return len({form for start, _, form in hits[first:] if start < until})


def _edges(text: str, hit: int) -> tuple[int, int]:
    """Where to cut around a hit, between words."""
    start = max(0, hit - _BEFORE)
    if start:
        space = text.find(" ", start, hit)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + _LONG)
    if end < len(text):
        space = text.rfind(" ", hit, end)
        end = space if space > hit else end
    return start, end


def togetherness(text: str, asked: Sequence[str]) -> float:
    """How many of some words stand within a sentence of each other, at the best place of a text: 0 for one, 1 for all."""
    numbers = {form: n for n, word in enumerate(asked) for form in forms(word)}
    hits = [(start, numbers[form]) for start, _, form in islice(Looked(numbers).hits(text[:READ]), _WEIGHED)]
    best, first = 0, 0
    for last, (start, _) in enumerate(hits):
        while hits[first][0] < start - _SENTENCE:
            first += 1
        best = max(best, len({number for _, number in hits[first : last + 1]}))
    return max(0, best - 1) / max(1, len(set(numbers.values())) - 1)


def has_phrase(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase, whatever the capitals, the accents and the spaces."""
    return f" {_plainly(phrase)} " in f" {_plainly(text[:READ])} "


def _plainly(text: str) -> str:
    return " ".join(plain(word) for _, _, word in spelt(text))
