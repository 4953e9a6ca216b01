"""The index follows the documents: by a cursor over their seq, so that nothing is missed and nothing is done twice."""

from __future__ import annotations

import structlog

from cozy.kernel.bus import Change
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .. import store
from ..events import TextsWait
from ..model import words
from ..model.entries import Entry
from ..model.recipes import TURNS
from ..model.sources import SOURCES, entry
from . import places
from .index import index_of, said_by, told_by, words_in

log = structlog.get_logger()
AT_ONCE = 100  # changes of one transaction, in which nobody else can write
_TEXT_AT_ONCE = 400_000  # characters of it
DOCTYPES = frozenset(SOURCES)


def concerns(work: Work) -> bool:
    """Whether this transaction changed anything that can be found."""
    return any(change.doctype in DOCTYPES and change.verb != "NOTIFIED" for change in work.changes)


def length(work: Work) -> int:
    """How many changes there were in all."""
    return documents.last_seq(work)


def behind(work: Work) -> int:
    """How many changes were not looked at yet."""
    return max(0, documents.last_seq(work) - store.cursor(work))


def advance(work: Work, most: int = AT_ONCE) -> bool:
    """Look at the next changes; whether there are more."""
    since = store.cursor(work)
    last, changes = documents.told_since(work, since, most)
    seq, length, is_waiting = since, 0, False
    for change in changes:
        if length > _TEXT_AT_ONCE:
            break
        seq = change.seq
        if change.doctype in DOCTYPES:
            read, waits = _follow(work, change)
            length += read
            is_waiting |= waits
    else:
        seq = max(last, seq)
    if seq != since:
        store.set_cursor(work, seq)
    if is_waiting:
        work.publish(TextsWait())
    return seq < documents.last_seq(work)


def _follow(work: Work, change: Change) -> tuple[int, bool]:
    """The characters that were read for it, and whether there is a content that has to be read first."""
    known = store.entry_of(work, change.doctype, change.id)
    new = None if change.verb == "DELETED" else _entry(work, change)
    if new is None:
        if known is not None:
            remove(work, known)
        return 0, False
    waits = bool(new.sha256) and store.await_text(work, new.sha256, new.recipe, TURNS[new.recipe])
    text = (store.text_of(work, new.sha256) or "") if new.sha256 else ""
    put(work, new, text, known)
    return len(text), waits


def _entry(work: Work, change: Change) -> Entry | None:
    try:
        made = entry(change.doctype, change.id, change.body)
        return made and places.named(work, made, change.body)
    except Exception as error:  # whatever an app wrote there: one odd document must not hold up all others
        log.error(
            "a document cannot be searched",
            home=work.home,
            doctype=change.doctype,
            id=change.id,
            exc_info=error,
        )
        return None


def put(work: Work, new: Entry, text: str, known: store.Stored | None) -> None:
    """Let an entry be found by what it says now. text: of its content."""
    gone = _words_of(work, known) if known is not None else set()
    new = told_by(new, text)
    number = store.save(work, new)
    index_of(work).put(work.db, work.home, number, said_by(new, text))
    there = words_in(new, text)
    store.add_words(work, there - gone)
    _forget_words(work, gone - there)
    if known is not None and known.entry.sha256 not in {"", new.sha256}:
        store.forget_text(work, known.entry.sha256)


def put_text(work: Work, known: store.Stored, text: str) -> None:
    """Let an entry be found by the text of its content, which was just read."""
    entry = told_by(known.entry, text)
    if entry != known.entry:
        store.save(work, entry)
    index_of(work).put(work.db, work.home, known.number, said_by(entry, text))
    store.add_words(work, words_in(entry, text))


def remove(work: Work, known: store.Stored) -> None:
    """Let an entry be found no more; what only it said is forgotten."""
    gone = _words_of(work, known)
    index_of(work).drop(work.db, work.home, known.number)
    store.forget(work, known.number)
    if known.entry.sha256:
        store.forget_text(work, known.entry.sha256)
    _forget_words(work, gone)


def _words_of(work: Work, known: store.Stored) -> set[str]:
    text = store.text_of(work, known.entry.sha256) if known.entry.sha256 else ""
    return words_in(known.entry, text or "")


def _forget_words(work: Work, gone: set[str]) -> None:
    """Words that no entry has any more."""
    index = index_of(work)
    held = [word for word in gone if not index.holds(work.db, work.home, words.term(word))]
    if held:
        store.forget_words(work, held)
