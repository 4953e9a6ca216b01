"""What an entry says, as the index of the engine takes it."""

from __future__ import annotations

from cozy.kernel.search import Said, TextIndex
from cozy.kernel.work import Work

from ..model import words
from ..model.entries import Entry

READ = 150_000  # characters of a text that are found by; a long book's first hundred pages


def index_of(work: Work) -> TextIndex:
    """The index of the engine that this work runs on."""
    return next(each for each in work.plugged(TextIndex) if each.engine == work.db.engine)


def said_by(entry: Entry, text: str) -> Said:
    """The words of an entry. text: of its content."""
    own = f"{entry.excerpt}\n{text[:READ]}" if entry.excerpt else text[:READ]
    return Said(
        title=words.of_title(entry.title),
        people=words.of_title(entry.people),
        words=words.of_title(entry.words),
        text=words.of_text(own),
    )


def words_in(entry: Entry, text: str) -> set[str]:
    """The whole words of an entry, for those who mistype one."""
    return words.whole(" ".join((entry.title, entry.people, entry.words, entry.excerpt, text[:READ])))
