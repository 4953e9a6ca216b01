"""The first of what was found, in the order that an index cannot tell: what is called as it was asked, what has the words together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from cozy.kernel.work import Work

from .. import store
from ..model import snippets, words
from ..model.asking import Query
from ..model.entries import Entry

FIRST = 40  # that are looked at
_READ = 400_000  # characters in all that are looked through for it
_AHEAD = 3  # how slowly the order of the index fades: its first one has 1/3, its second 1/4…
_SAME, _IN_NAME, _TOGETHER = (
    0.5,
    0.2,
    0.15,
)  # what a name adds that is the words, or has all of them; words that stand together


def ranked(work: Work, query: Query, entries: Sequence[Entry]) -> list[Entry]:
    """The same entries, the best first, of those that the index had in its order."""
    asked = _asked(query)
    if not asked:
        return list(entries)
    first = entries[:FIRST]
    contents = dict.fromkeys(each.sha256 for each in first if each.sha256)
    texts = store.texts_of(work, contents, _READ) if len(asked) > 1 else {}
    scores = [
        1 / (n + _AHEAD)
        + _by_name(each, asked)
        + _TOGETHER * _by_text(each, texts.get(each.sha256, ""), asked)
        for n, each in enumerate(first)
    ]
    order = sorted(range(len(first)), key=lambda n: (-scores[n], n))
    return [*(first[n] for n in order), *entries[FIRST:]]


def _asked(query: Query) -> list[str]:
    """The words that are looked for anywhere, as they were typed."""
    said = [word for word in query.words if not word.is_without and not word.where]
    return [part for word in said for _, _, part in words.spelt(word.text) if not words.is_small(part)]


def _by_name(entry: Entry, asked: Sequence[str]) -> float:
    title = PurePosixPath(entry.title).stem if entry.extension else entry.title
    named = [words.plain(word) for _, _, word in words.spelt(title)]
    wanted = [words.plain(word) for word in asked]
    if named == wanted:
        return _SAME
    return _IN_NAME if set(wanted) <= set(named) else 0.0


def _by_text(entry: Entry, text: str, asked: Sequence[str]) -> float:
    """How many of the words stand together somewhere, from 0 to 1."""
    return snippets.togetherness(f"{entry.title}\n{entry.excerpt}\n{text}", asked) if len(asked) > 1 else 0.0
