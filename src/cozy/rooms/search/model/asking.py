"""What people type into the box: words, "whole phrases", -without, filters such as `type:pdf` or `avant:2024`, times in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from .entries import GROUPS, KINDS, Kind
from .moments import Moment, told
from .words import is_small, plain, spelt

Where = Literal["", "title", "people"]
_LONGEST = 200  # characters of a query that are read
_MOST = 12  # words of it
_TOKEN = re.compile(r'(-?)(?:([^\W\d_]{2,12}):)?(?:"([^"]*)"?|(\S+))')
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?|(?:(?:(\d{1,2})/)?(\d{1,2})/)?(\d{4})")

_KEYS: dict[str, str] = {
    key: name
    for name, keys in {
        "type": "type kind genre", "folder": "dossier folder dans in", "before": "avant before", "after": "apres after",
        "since": "depuis since", "on": "date le on en year annee", "people": "de from par by avec with qui who personne person to a",
        "title": "nom name titre title",
    }.items()
    for key in keys.split()
}  # fmt: skip
_TYPES: dict[str, tuple[Kind, ...]] = {
    word: kinds
    for words, kinds in (
        ("dossier dossiers folder folders", ("folder",)),
        ("photo photos image images picture pictures", ("photo",)),
        ("video videos film films movie movies", ("video",)),
        ("musique music audio son sound", ("audio",)),
        ("document documents doc docs", GROUPS["documents"]),
        ("texte text", ("document", "code", "note")),
        ("tableur tableurs tableau tableaux sheet sheets spreadsheet spreadsheets", ("sheet",)),
        ("presentation presentations slides slide diapo diapos", ("slides",)),
        ("code", ("code",)),
        ("archive archives", ("archive",)),
        ("mail mails email courriel courriels message messages", ("mail",)),
        ("contact contacts personne personnes person people", ("contact",)),
        ("evenement evenements event events rendezvous rdv agenda calendar calendrier", ("event",)),
        ("tache taches task tasks todo todos", ("task",)),
        ("journal journaux journals", ("journal",)),
        ("note notes", ("note", "journal")),
        ("album albums", ("album",)),
        (
            "fichier fichiers file files",
            tuple(
                kind
                for kind in KINDS
                if kind not in {"folder", "contact", "event", "task", "journal", "album"}
            ),
        ),
        ("pdf", ("pdf",)),
    )
    for word in words.split()
}


class Word(Struct, frozen=True):
    """One thing that is looked for. text: as it was typed; is_phrase: word for word."""

    text: str
    where: Where = ""
    is_without: bool = False
    is_phrase: bool = False


class Query(Struct, frozen=True, kw_only=True):
    """What is looked for. said: as it was typed. is_open: the last word may go on. folders: their names; places: their ids.

    since, until: RFC 3339 days, the second no longer; "" without bound. moment: a time that some of the words tell.
    """

    said: str = ""
    words: tuple[Word, ...] = ()
    is_open: bool = False
    kinds: tuple[Kind, ...] = ()
    extensions: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    moment: Moment | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        narrowed = self.kinds or self.extensions or self.folders or self.places or self.since or self.until
        return not (self.words or narrowed)


def read(said: str, *, is_open: bool = False, today: date | None = None) -> Query:
    """What somebody typed. is_open: they may still be typing; today: where they are, None to read no times in words."""
    text = said.strip()[:_LONGEST]
    reading = _Reading()
    for minus, key, quoted, bare in _TOKEN.findall(text):
        _take(reading, minus == "-", _KEYS.get(plain(key), ""), key, quoted, bare)
    words, moment = _with_moment(reading.words[:_MOST], today)
    still = is_open and bool(words) and text[-1].isalnum() and not words[-1].is_phrase
    return Query(
        said=text, words=tuple(words), is_open=still, kinds=tuple(dict.fromkeys(reading.kinds)), extensions=tuple(reading.extensions),
        folders=tuple(reading.folders), since=reading.since, until=reading.until, moment=moment,
    )  # fmt: skip


def _with_moment(words: list[Word], today: date | None) -> tuple[list[Word], Moment | None]:
    """The words that tell something, and the time that some of them tell, by their places among these."""
    bare = ["" if word.is_phrase or word.is_without or word.where else plain(word.text) for word in words]
    moment = told(bare, today) if today else None
    if moment is None:
        return _without_small(words), None
    before, after = words[: moment.start], words[moment.end :]
    telling = [*_telling(before), *words[moment.start : moment.end], *_telling(after)]
    start = len(_telling(before))
    return telling, replace(moment, start=start, end=start + moment.end - moment.start)


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.kinds: list[Kind] = []
        self.extensions: list[str] = []
        self.folders: list[str] = []
        self.since = ""
        self.until = ""


def _take(reading: _Reading, is_without: bool, name: str, key: str, quoted: str, bare: str) -> None:
    value = quoted or bare
    if name == "type" and not is_without and _took_type(reading, plain(value)):
        return
    if name in {"before", "after", "since", "on"} and _took_time(reading, name, value):
        return
    if name == "folder" and value and not is_without:
        reading.folders.append(value)
        return
    where: Where = "title" if name == "title" else "people" if name == "people" else ""
    if key and not where:  # a colon that means nothing here: what stands before it is a word as well
        _add(reading, key, is_without, "", is_phrase=False)
    _add(reading, value, is_without, where, is_phrase=bool(quoted))


def _add(reading: _Reading, value: str, is_without: bool, where: Where, *, is_phrase: bool) -> None:
    found = [word for _, _, word in spelt(value)]
    if is_phrase and len(found) > 1:
        reading.words.append(Word(value, where, is_without, is_phrase=True))
    else:
        reading.words += [Word(word, where, is_without) for word in found]


def _took_type(reading: _Reading, value: str) -> bool:
    if value in _TYPES:
        reading.kinds += _TYPES[value]
    elif value:
        reading.extensions.append(value)
    return bool(value)


def _took_time(reading: _Reading, name: str, value: str) -> bool:
    days = span(value)
    if days is None:
        return False
    first, after = days
    if name == "before":
        reading.until = first
    elif name == "after":
        reading.since = after
    elif name == "since":
        reading.since = first
    else:
        reading.since, reading.until = first, after
    return True


def span(value: str) -> tuple[str, str] | None:
    """The first day and the day after the last of `2024`, `2024-05`, `2024-05-12`, `05/2024`, `12/05/2024`; None for others."""
    match = _DAY.fullmatch(value)
    if match is None:
        return None
    year, month, day = match[1] or match[6], match[2] or match[5], match[3] or match[4]
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        if day:
            after = first + timedelta(days=1)
        elif month:
            after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            after = first.replace(year=first.year + 1)
    except (ValueError, OverflowError):
        return None
    return first.isoformat(), after.isoformat()


def _without_small(words: list[Word]) -> list[Word]:
    """Without words that tell nothing, unless there are no others."""
    telling = _telling(words)
    return telling if any(not word.is_without for word in telling) else words


def _telling(words: list[Word]) -> list[Word]:
    return [word for word in words if word.is_phrase or word.where or not is_small(word.text)]


def with_person(query: Query, name: str) -> Query:
    """The same, of what this person has to do with."""
    words = tuple(Word(word, "people") for _, _, word in spelt(name[:_LONGEST]))
    moment = query.moment and replace(
        query.moment, start=query.moment.start + len(words), end=query.moment.end + len(words)
    )
    return replace(query, words=(*words, *query.words), moment=moment)


def spelled_again(query: Query, corrections: Mapping[str, str]) -> str:
    """What was typed, with these words in place of others."""
    said = query.said
    for wrong, right in corrections.items():
        said = said.replace(wrong, right)
    return said
