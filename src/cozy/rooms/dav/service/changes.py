"""What changed in a collection since a client last asked, page by page (RFC 6578)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cozy.dav import answers, xml
from cozy.dav.reports import Asked
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Entry, Item

from . import items
from .addresses import Place, of_item, of_shelf
from .rendering import render_of

PAGE = 1000


class Span(Struct, frozen=True):
    """What is still to be told. since, until: seqs, of which the first is known already; left: lines, None for all of them."""

    since: int
    until: int
    left: int | None = None
    is_first: bool = False  # nothing is known yet, so nothing can be gone


class Page(Struct, frozen=True):
    """Some lines. rest: what comes next, None where this is the end; token: what a client knows then."""

    lines: list[str]
    rest: Span | None
    token: str = ""


def begun(work: Work, place: Place, token: str, limit: int | None) -> tuple[Span, str]:
    """What there is to tell after a token, and the token of who knows all of it.

    Raises BadToken, NoCollection, NobodyIn, NotAllowed.
    """
    collections.shelves.one(work, place.dialect.kind, place.collection)
    collections.kinds.guard(work, "GET", collections.kinds.named(work, place.dialect.kind))
    since = collections.sync.since(work, token)
    until = max(since, collections.sync.last(work, place.dialect.kind, place.collection))
    return Span(since, until, limit, is_first=not token), collections.sync.token(work, until)


def page(work: Work, place: Place, span: Span, asked: Asked, *, is_minimal: bool = False) -> Page:
    """The next lines. What changes while they are told is told next time: its seq is beyond what the token says."""
    kind, limit = place.dialect.kind, PAGE if span.left is None else min(PAGE, span.left)
    found = collections.sync.changes(work, kind, place.collection, span.since, limit)
    changed = [entry for entry in found.changed if entry.seq <= span.until]
    lines = _told(work, place, changed, asked, is_minimal=is_minimal)
    if not span.is_first:
        shelf = of_shelf(place.dialect, place.collection)
        lines += [answers.outcome(of_item(shelf, name), 404) for name in found.gone]
    end = min(found.last, span.until)
    left = None if span.left is None else max(0, span.left - len(lines))
    is_over = found.is_whole or found.last >= span.until
    if is_over or left == 0:
        more = [] if is_over else [truncated(place)]
        return Page(lines + more, None, collections.sync.token(work, end))
    return Page(lines, Span(end, span.until, left, span.is_first))


def _told(work: Work, place: Place, entries: Sequence[Entry], asked: Asked, *, is_minimal: bool) -> list[str]:
    dialect = place.dialect
    collection = collections.shelves.one(work, dialect.kind, place.collection)
    render = render_of(work, dialect, asked)
    tell = items.teller(work, dialect, collection, asked.props, render=render, is_minimal=is_minimal)
    if not items.wants_text(dialect, asked.props):
        return [tell(Item(entry, "")) for entry in entries]
    names = [entry.name for entry in entries]
    return [tell(item) for item in collections.items.many(work, dialect.kind, place.collection, names)]


def truncated(place: Place) -> str:
    """That there is more than was told (RFC 6578 §3.6)."""
    address = of_shelf(place.dialect, place.collection)
    return answers.outcome(address, 507, "number-of-matches-within-limits")


def ending(token: str) -> str:
    """The token, as the last element of the answer."""
    return f"<d:sync-token>{xml.text(token)}</d:sync-token>"
