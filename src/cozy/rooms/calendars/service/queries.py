"""What CalDAV looks for: items that a filter finds, and their texts as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo

from cozy.dav.filters import CompFilter, PropFilter, TimeRange
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Collection, Item

from .. import store
from ..errors import TooManyInstances
from ..model import KIND, telling, texts
from ..model import matching as filtering
from ..model.members import DOCTYPES
from ..model.rules import Budget, TooMuchWork
from ..model.series import Misread
from ..store import Span
from .occurrences import STEPS, found_in
from .places import zone_in


def matching(work: Work, calendar: str, wanted: CompFilter, timezone: str = "") -> list[Item]:
    """The items of a calendar that a filter finds, by name. timezone: as `places.zone_in` takes it.

    A range of time asks the index first; only what it finds is read, and that only where the filter says more.
    Raises NoCollection, TooManyInstances, NobodyIn, NotAllowed.
    """
    shelf = collections.shelves.one(work, KIND, calendar)
    with bounded():
        found = _matching(work, shelf, wanted, timezone, Budget(STEPS))
    return sorted(found, key=lambda item: item.entry.name)


def _matching(work: Work, shelf: Collection, wanted: CompFilter, timezone: str, budget: Budget) -> list[Item]:
    inner = _only(wanted)
    if wanted.name != "VCALENDAR" or wanted.is_absent:
        return []
    zone = zone_in(work, shelf, timezone)
    if inner is not None and inner.range is not None:
        low, high = filtering.seconds(inner.range.start), filtering.seconds(inner.range.end)
        spans = store.between(work, [shelf.id], [inner.name], low, high)
        found = [span for span in spans if found_in(span, low, high, zone, budget, inner.name, one=True)]
        candidates = _texts(work, found)
        if not inner.props and not inner.comps:
            return candidates
    elif inner is not None:
        named = _uid(inner)
        candidates = _with_uid(work, shelf, named) if named else _of_component(work, shelf, inner.name)
        if not inner.props and not inner.comps:
            return candidates
    else:
        candidates = list(every(work, shelf.id))
    return [item for item in candidates if _is_wanted(item, wanted, zone, budget)]


def _only(wanted: CompFilter) -> CompFilter | None:
    """The one kind of component that is looked for, where the filter is as simple as nearly all are."""
    if len(wanted.comps) != 1 or wanted.props or wanted.range is not None:
        return None
    (inner,) = wanted.comps
    return inner if inner.name in DOCTYPES and not inner.is_absent else None


def _uid(inner: CompFilter) -> str:
    """The UID that is looked for, where it is one and no part of one."""
    for prop in inner.props:
        if _names_uid(prop) and prop.text is not None:
            return prop.text.text
    return ""


def _names_uid(prop: PropFilter) -> bool:
    match = prop.text
    return (
        prop.name == "UID" and not prop.is_absent and match is not None and not match.is_negated
        and match.match == "equals" and match.collation == "i;octet"
    )  # fmt: skip


def _texts(work: Work, spans: Sequence[Span]) -> list[Item]:
    found: list[Item] = []
    for doctype in DOCTYPES.values():
        if ids := [span.id for span in spans if span.doctype == doctype]:
            found += collections.items.of_ids(work, doctype, ids)
    return found


def _with_uid(work: Work, shelf: Collection, uid: str) -> list[Item]:
    entries = [each for each in collections.items.with_uid(work, KIND, uid) if each.collection == shelf.id]
    return collections.items.many(work, KIND, shelf.id, [each.name for each in entries])


def _of_component(work: Work, shelf: Collection, component: str) -> list[Item]:
    ids = [
        id_
        for doctype, id_ in store.of_components(work, shelf.id, [component])
        if doctype == DOCTYPES[component]
    ]
    return collections.items.of_ids(work, DOCTYPES[component], ids)


def every(work: Work, calendar: str) -> Iterator[Item]:
    """Every item of a calendar, by name."""
    after = ""
    while page := collections.items.page(work, KIND, calendar, after):
        yield from page
        after = page[-1].entry.name


def _is_wanted(item: Item, wanted: CompFilter, zone: tzinfo, budget: Budget) -> bool:
    if not filtering.may_match(item.text, wanted):
        return False
    try:
        return filtering.matches(texts.planned(item.text), wanted, zone, budget)
    except Misread:
        return False


def expanded(work: Work, item: Item, span: TimeRange, timezone: str = "") -> str:
    """The text of an item with each instance of a range of time as one of its own (CALDAV:expand).

    Raises TooManyInstances.
    """
    low, high = _bounds(span)
    shelf = collections.shelves.one(work, KIND, item.entry.collection)
    with bounded():
        return telling.expanded(
            texts.planned(item.text), low, high, zone_in(work, shelf, timezone), Budget(STEPS)
        )


def limited(work: Work, item: Item, span: TimeRange, timezone: str = "") -> str:
    """The text of an item with those exceptions only that are in a range of time (CALDAV:limit-recurrence-set)."""
    low, high = _bounds(span)
    shelf = collections.shelves.one(work, KIND, item.entry.collection)
    with bounded():
        return telling.limited(texts.planned(item.text), low, high, zone_in(work, shelf, timezone))


def _bounds(span: TimeRange) -> tuple[int, int]:
    low, high = filtering.seconds(span.start), filtering.seconds(span.end)
    return -store.FAR if low is None else low, store.FAR if high is None else high


@contextmanager
def bounded() -> Iterator[None]:
    """What asks for too much is refused."""
    try:
        yield
    except TooMuchWork as error:
        raise TooManyInstances from error
