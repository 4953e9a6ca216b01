"""Words as they are compared: without capitals, accents and endings, in French and in English.

Both engines get the same words, so that both find the same; what an engine knows of languages is not used. A text is in one
language, which its small words tell; a title or a query may be in either, so that it has the words of both.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from Stemmer import Stemmer  # pyrefly: ignore[missing-import]  # its wheel has the compiled module alone

from cozy.kernel.search import Part, Term

Language = Literal["french", "english"]
LANGUAGES: tuple[Language, ...] = ("french", "english")

LONGEST = 40  # letters of a word; what is longer is none, and its beginning will do
_NUMBER = 8  # digits; longer ones may be those of a phone, whatever zero or country comes before
_SAMPLE = 4_000  # characters that tell the language of a text
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ð": "d", "þ": "th"})
_FRENCH = """
    a ai alors au aucun aussi autre aux avec avoir c ca car ce ceci cela ces cet cette ceux ci comme d dans de des
    du elle elles en encore est et etaient etait etre eu il ils j je l la le les leur leurs lui m ma mais
    me meme mes mon n ne ni nos notre nous on ont ou par pas peut plus pour qu quand que quel quelle qui s sa sans se
    sera ses si son sont sous sur t ta te tes ton tous tout tres tu un une vos votre vous y
"""
_ENGLISH = """
    a about all also am an and any are as at be because been but by can could did do does for from had has have he
    her his how i if in into is it its just me more my no not of on one only or other our out s she should so some such
    t than that the their them then there these they this those to too up was we were what when where which who why
    will with would you your
"""
SMALL: dict[Language, frozenset[str]] = {
    "french": frozenset(_FRENCH.split()),
    "english": frozenset(_ENGLISH.split()),
}
_own = threading.local()  # a stemmer serves one thread


def spelt(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the words of a text are, and each as it stands there. What is written without spaces counts as pairs."""
    for match in _WORD.finditer(text):
        start, word = match.start(), match.group()
        if not word.isascii() and _UNSPACED.search(word):
            yield from _pairs(start, word)
        else:
            yield start, match.end(), word


def _pairs(start: int, word: str) -> Iterator[tuple[int, int, str]]:
    for n in range(max(1, len(word) - 1)):
        yield start + n, start + n + 2, word[n : n + 2]


@lru_cache(maxsize=65_536)
def plain(word: str) -> str:
    """Without capitals and accents: `Élève` is `eleve`, `Œuvre` is `oeuvre`."""
    if word.isascii():
        return word.lower()[:LONGEST]
    bare = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(c for c in bare if c.isalnum())[:LONGEST]


@lru_cache(maxsize=65_536)
def forms(word: str, languages: tuple[Language, ...] = LANGUAGES) -> tuple[str, ...]:
    """What a word is compared by: its stems, with the accents that it has and without them, which may differ."""
    bare = plain(word)
    if len(bare) > _NUMBER and bare.isdecimal():
        return tuple(sorted({bare, bare.lstrip("0"), bare[-9:]}))
    if len(bare) < 4 or not bare.isalpha():
        return (bare,) if bare else ()
    full = unicodedata.normalize("NFC", word.casefold())
    stems = [plain(_stem(language, form)) for language in languages for form in {full, bare}]
    return tuple(sorted(set(filter(None, stems))))


def _stem(language: Language, word: str) -> str:
    stemmers: dict[Language, Stemmer] | None = getattr(_own, "stemmers", None)
    if stemmers is None:
        stemmers = _own.stemmers = {each: Stemmer(each) for each in LANGUAGES}
    return stemmers[language].stemWord(word)


def language_of(text: str) -> Language | None:
    """The language whose small words a text has; None where that is not clear."""
    counts = dict.fromkeys(LANGUAGES, 0)
    for _, _, word in spelt(text[:_SAMPLE]):
        for language in LANGUAGES:
            counts[language] += plain(word) in SMALL[language]
    if max(counts.values()) < 3 or counts["french"] == counts["english"]:
        return None
    return max(LANGUAGES, key=lambda language: counts[language])


def of_title(text: str) -> list[str]:
    """The words of a short text, small ones too, also those that capitals alone tell apart: `MonBudget`."""
    whole = [word for _, _, word in spelt(text)]
    parts = [part for word in whole for part in _HUMP.split(word) if part != word]
    return [form for word in [*whole, *parts] for form in forms(word)]


def of_text(text: str) -> list[str]:
    """The words of a long text without its small ones."""
    language = language_of(text)
    languages = (language,) if language else LANGUAGES
    small = SMALL[language] if language else frozenset()
    return [form for _, _, word in spelt(text) if plain(word) not in small for form in forms(word, languages)]


def whole(text: str) -> set[str]:
    """The words of a text as people type them, for those who mistype one: of four letters or more, without accents."""
    return {bare for _, _, word in spelt(text) if 3 < len(bare := plain(word)) <= 30 and bare.isalpha()}


def is_small(word: str) -> bool:
    """Whether it is a word such as `the` or `le`, which nearly every text has."""
    return any(plain(word) in SMALL[language] for language in LANGUAGES)


def term(word: str, part: Part | Literal[""] = "") -> Term:
    """A word as it is looked for, whichever language it is in."""
    return Term(forms(word), part=part)
