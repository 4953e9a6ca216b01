"""A search: what was asked becomes words of the index, mistakes are forgiven, what the caller may not see is left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice

from msgspec.structs import replace

from cozy.kernel.problem import Problem
from cozy.kernel.search import Term, Wanted
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.files.service import views
from cozy.rooms.permissions import service as permissions

from .. import store
from ..model import asking, snippets, typos, words
from ..model.asking import Query, Word
from ..model.entries import Entry, Kind
from ..model.moments import Moment
from ..model.results import Found, Hit
from ..model.sources import KINDS_OF, SOURCES
from . import around
from .index import index_of
from .ranking import ranked

MOST = 200  # things that a search finds at all
_OPEN = 3  # letters of a beginning from which on the index is asked for all that begins so
_GROWN = 5  # letters from which on a beginning may be longer than the stem of what it becomes
_GUESSES = 24  # words that a beginning may become
_LOOKED_AT = 2_000  # of what is found, for who may see a part of it


def search(work: Work, query: Query, limit: int = 30, skip: int = 0, *, only: Collection[str] = ()) -> Found:
    """What the caller may see of what a query finds, the best first. only: of these doctypes, () for all.

    Words are forgiven where they are nowhere as they were typed; where no entry has all of them, those are found that have some.
    """
    if query.is_empty:
        return Found()
    entries, mended, is_loose = _found(work, query, only)
    shown = entries[skip : skip + limit]
    meant = _meant(query, mended)
    return Found(
        _hits(work, shown, _looked(work, meant)),
        len(entries) > skip + limit,
        meant.said if mended else "",
        is_loose,
        around.people(entries),
        around.places(entries),
    )


def found_by(work: Work, query: Query, limit: int = MOST) -> list[Entry]:
    """The same, without what is shown of it."""
    return [hit.entry for hit in search(work, query, limit).hits]


Answer = tuple[list[Entry], dict[str, str], bool]


def _found(work: Work, query: Query, only: Collection[str]) -> Answer:
    """What the caller may see, what was mistyped, and whether it has some of the words only.

    A time in words is a time, and may be written somewhere as well: `juillet 2024`, which comes first then; of what depends on
    today that holds for names alone.
    """
    if query.moment is None:
        return _among(work, query, only)
    literally = replace(query, moment=None)
    said = _exactly(work, _called_so(query, query.moment) if query.moment.is_relative else literally, only)
    of_then = _exactly(work, _of_then(query, query.moment), only)
    entries = {(each.doctype, each.id): each for each in (*said, *of_then)}
    return (list(entries.values()), {}, False) if entries else _among(work, literally, only)


def _of_then(query: Query, moment: Moment) -> Query:
    """The other words, at that time."""
    words = query.words[: moment.start] + query.words[moment.end :]
    return replace(
        query, words=words, moment=None, is_open=query.is_open and moment.end < len(query.words),
        since=max(query.since, moment.first), until=min(query.until or moment.after, moment.after),
    )  # fmt: skip


def _called_so(query: Query, moment: Moment) -> Query:
    """All words, those that tell a time in the name."""
    told = tuple(replace(word, where="title") for word in query.words[moment.start : moment.end])
    return replace(query, words=query.words[: moment.start] + told + query.words[moment.end :], moment=None)


def _exactly(work: Work, query: Query, only: Collection[str]) -> list[Entry]:
    """What has all of it, as it was typed."""
    wanted = _wanted(work, query, only)
    return ranked(work, query, _with_phrases(work, query, _visible(work, wanted))) if wanted else []


def _among(work: Work, query: Query, only: Collection[str]) -> Answer:
    """What has all words, else what has them without their mistakes, else what has some.

    What the caller may not see has no part in it. The words of the home are those of all that is in it, so that they are
    proposed to nobody else than who may see all of it.
    """
    wanted = _wanted(work, query, only)
    if wanted is None:
        return [], {}, False
    entries, mended, is_loose = _forgiven(work, query, wanted)
    meant = _meant(query, mended)
    return ranked(work, meant, _with_phrases(work, query, entries)), mended, is_loose


def _forgiven(work: Work, query: Query, wanted: Wanted) -> Answer:
    entries = _visible(work, wanted)
    if entries or not wanted.terms:
        return entries, {}, False
    if not query.is_open:  # somebody who typed half a word, and Enter
        half = replace(query, is_open=not query.words[-1].is_phrase)
        terms = tuple(_terms(work, half, without=False))
        if entries := _visible(work, replace(wanted, terms=terms)):
            return entries, {}, False
    mended = _mended(work, query) if _may_see_all(work) else {}
    if mended:
        wanted = replace(wanted, terms=tuple(_terms(work, _meant(query, mended), without=False)))
        if entries := _visible(work, wanted):
            return entries, mended, False
    if len(wanted.terms) > 1:
        return _visible(work, replace(wanted, is_any=True)), mended, True
    return [], {}, False


def _visible(work: Work, wanted: Wanted) -> list[Entry]:
    """What the index has, as far as the caller may see it, MOST of it."""
    most = MOST if _sees_whole(work, wanted.kinds) else _LOOKED_AT
    numbers = index_of(work).find(work.db, work.home, wanted, most)
    seen = (each.entry for each in store.entries(work, numbers) if _may_see(work, each.entry))
    return list(islice(seen, MOST))


def _sees_whole(work: Work, kinds: Collection[str]) -> bool:
    """Whether the caller may read everything of these kinds, () for all."""
    return all(
        permissions.may_all(work.caller, "GET", doctype)
        for doctype, its in KINDS_OF.items()
        if not kinds or not set(its).isdisjoint(kinds)
    )


def _may_see_all(work: Work) -> bool:
    """Whether the caller may read everything that is in the index."""
    return all(permissions.may_all(work.caller, "GET", doctype) for doctype in SOURCES)


def _wanted(work: Work, query: Query, only: Collection[str]) -> Wanted | None:
    """What the index is asked for; None where it can hold nothing of it."""
    inside = (id_ for place in query.places for id_ in views.inside(work, place))
    places = (*_places(work, query.folders), *inside) if query.folders or query.places else ()
    kinds = _kinds(work, query, only)
    if kinds is None or ((query.folders or query.places) and not places):
        return None
    return Wanted(
        terms=tuple(_terms(work, query, without=False)), without=tuple(_terms(work, query, without=True)), kinds=kinds,
        extensions=query.extensions, places=places, since=query.since, until=query.until,
    )  # fmt: skip


def _kinds(work: Work, query: Query, only: Collection[str]) -> tuple[Kind, ...] | None:
    """The kinds that are asked for, of these doctypes, of which the caller may see any; () for all, None for none of them."""
    doctypes = [
        each for each in KINDS_OF if (not only or each in only) and permissions.may(work.caller, "GET", each)
    ]
    if len(doctypes) == len(KINDS_OF):
        return query.kinds
    some = tuple(
        kind for each in doctypes for kind in KINDS_OF[each] if not query.kinds or kind in query.kinds
    )
    return some or None


def _terms(work: Work, query: Query, *, without: bool) -> list[Term]:
    terms = []
    for n, word in enumerate(query.words):
        if word.is_without == without and not (without and word.is_phrase):
            is_open = query.is_open and n == len(query.words) - 1
            terms += _terms_of(work, word, is_open=is_open)
    return [term for term in terms if term.words or term.beginnings]


def _terms_of(work: Work, word: Word, *, is_open: bool) -> list[Term]:
    if word.is_phrase:
        parts = [part for _, _, part in words.spelt(word.text) if not words.is_small(part)]
        return [words.term(part, word.where) for part in parts]
    term = words.term(word.text, word.where)
    return [_opened(work, term, words.plain(word.text))] if is_open else [term]


def _opened(work: Work, term: Term, beginning: str) -> Term:
    """The same for a word that may go on: what begins so, and the stems of the words that it may become."""
    grown = store.words_beginning(work, beginning, _GUESSES) if len(beginning) >= _GROWN else []
    forms = dict.fromkeys([*term.words, *(form for word in grown for form in words.forms(word))])
    return Term(tuple(forms), (beginning,) if len(beginning) >= _OPEN else (), term.part)


def _places(work: Work, names: Sequence[str]) -> tuple[str, ...]:
    """The folders of these names, and all that are in them."""
    index = index_of(work)
    found: dict[str, None] = {}
    for name in names:
        terms = tuple(words.term(word, "title") for _, _, word in words.spelt(name))
        numbers = index.find(work.db, work.home, Wanted(terms=terms, kinds=("folder",)), 50) if terms else []
        for each in store.entries(work, numbers):
            found |= dict.fromkeys(views.inside(work, each.entry.id))
    return tuple(found)


def _mended(work: Work, query: Query) -> dict[str, str]:
    """The words that are nowhere, each with the one that is nearest to it."""
    index = index_of(work)
    found: dict[str, str] = {}
    for word in query.words:
        if word.is_without or word.is_phrase:
            continue
        terms = _terms_of(work, word, is_open=query.is_open and word == query.words[-1])
        if (
            terms
            and not any(index.holds(work.db, work.home, term) for term in terms)
            and (near := _near(work, word.text))
        ):
            found[word.text] = near
    return found


def _near(work: Work, text: str) -> str:
    """The word that somebody may have meant; "" where none is near."""
    word = words.plain(text)
    allowed = typos.forgiven(word)
    if not allowed:
        return ""
    beginning, end = typos.ends(word)
    candidates = store.words_like(work, beginning, end, len(word) - allowed, len(word) + allowed + 1)
    ranked = sorted((typos.mistakes(word, each), each[0] != word[0], each) for each in candidates)
    return ranked[0][2] if ranked and ranked[0][0] <= allowed else ""


def _meant(query: Query, mended: dict[str, str]) -> Query:
    if not mended:
        return query
    meant = tuple(replace(word, text=mended.get(word.text, word.text)) for word in query.words)
    return replace(query, words=meant, said=asking.spelled_again(query, mended), is_open=False)


def _with_phrases(work: Work, query: Query, entries: list[Entry]) -> list[Entry]:
    """Those that have the phrases word for word."""
    phrases = [word for word in query.words if word.is_phrase]
    if not phrases:
        return entries
    texts = store.texts_of(work, {each.sha256 for each in entries if each.sha256})
    return [
        each
        for each in entries
        if all(
            snippets.has_phrase(_all_of(each, texts.get(each.sha256, "")), phrase.text) != phrase.is_without
            for phrase in phrases
        )
    ]


def _all_of(entry: Entry, text: str) -> str:
    return f"{entry.title}\n{entry.words}\n{entry.excerpt}\n{text}"


def _may_see(work: Work, entry: Entry) -> bool:
    """Whether the caller may read the document itself, as it is now."""
    if permissions.may_all(work.caller, "GET", entry.doctype):
        return True
    found = documents.fetch_many(work, entry.doctype, [entry.id]).get(entry.id)
    if found is None:
        return False
    own, *around = documents.rules_of(work, entry.doctype).lineage(work, found)
    ids = {entry.id, *(each.id for each in around)}
    try:
        documents.ask(work, "GET", entry.doctype, ids, own.body, [each.body for each in around])
    except Problem:
        return False
    return True


def _looked(work: Work, query: Query) -> snippets.Looked:
    wanted = [word for word in query.words if not word.is_without]
    forms = {form for word in wanted for _, _, part in words.spelt(word.text) for form in words.forms(part)}
    return snippets.Looked(forms, [words.plain(wanted[-1].text)] if query.is_open and wanted else [])


def _hits(work: Work, entries: Sequence[Entry], looked: snippets.Looked) -> tuple[Hit, ...]:
    texts = store.texts_of(work, {each.sha256 for each in entries if each.sha256})
    return tuple(
        Hit(each, snippets.marked(each.title, looked), _snippet(each, texts.get(each.sha256, ""), looked))
        for each in entries
    )


def _snippet(entry: Entry, text: str, looked: snippets.Looked) -> tuple[snippets.Piece, ...]:
    return snippets.snippet(entry.excerpt, looked) or snippets.snippet(text, looked)
