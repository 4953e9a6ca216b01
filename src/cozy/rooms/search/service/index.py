"""What an entry says, as the index of the engine takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import getaddresses
from itertools import islice

from msgspec.structs import replace

from cozy.kernel.clock import dated, iso
from cozy.kernel.search import Said, TextIndex
from cozy.kernel.work import Work

from ..model import words
from ..model.entries import Entry, Kind

READ = 150_000  # characters of a text that are found by; a long book's first hundred pages
_LEAD = 240  # characters at its beginning, which mostly say what it is about
_PEOPLE = 60  # of a mail, or of a box of mails
_HEADER = re.compile(r"^(?:From|To|Cc): (.+)$", re.MULTILINE)
_SENT = re.compile(r"^Date: (.+)$", re.MULTILINE)
_CALLED: Mapping[Kind, str] = {  # what people call things of a kind, where they ask for it in words
    "photo": "photo image picture", "video": "video film movie", "audio": "musique music", "mail": "mail email courriel message",
    "contact": "contact", "event": "événement event rendez-vous", "task": "tâche task", "album": "album",
}  # fmt: skip


def index_of(work: Work) -> TextIndex:
    """The index of the engine that this work runs on."""
    return next(each for each in work.plugged(TextIndex) if each.engine == work.db.engine)


def said_by(entry: Entry, text: str) -> Said:
    """The words of an entry. text: of its content."""
    own = f"{entry.excerpt}\n{text[:READ]}" if entry.excerpt else text[:READ]
    return Said(
        title=words.of_title(entry.title),
        people=words.of_title(entry.people),
        words=[*words.of_title(f"{entry.words} {_CALLED.get(entry.kind, '')}"), *words.of_text(text[:_LEAD])],
        text=words.of_text(own),
        kind=entry.kind,
    )


def told_by(entry: Entry, text: str) -> Entry:
    """The same with what the text of its content tells of it: who wrote a mail, to whom, and when."""
    if entry.kind != "mail" or not text:
        return entry
    headers = [match[1] for match in islice(_HEADER.finditer(text[:READ]), _PEOPLE)]
    people = dict.fromkeys(part for pair in getaddresses(headers) for part in pair if part)
    known = filter(None, entry.people.split("\n"))
    return replace(entry, people="\n".join(dict.fromkeys([*known, *people])), at=_sent(text) or entry.at)


def _sent(text: str) -> str:
    """When a mail was sent; "" for a box of them, and where that is not said."""
    dates = [match[1] for match in islice(_SENT.finditer(text[:READ]), 2)]
    moment = dated(dates[0]) if len(dates) == 1 else None
    return iso(moment) if moment else ""


def words_in(entry: Entry, text: str) -> set[str]:
    """The whole words of an entry, for those who mistype one."""
    return words.whole(" ".join((entry.title, entry.people, entry.words, entry.excerpt, text[:READ])))
