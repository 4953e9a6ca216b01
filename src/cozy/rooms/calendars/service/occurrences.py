"""What takes place, as pages show it: one occurrence after the other, in the owner's zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.collections.errors import BadText
from cozy.rooms.collections.model import uid_of
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import TooManyInstances
from ..model import EVENTS, Occurrence, making, members, moments, series, timing, unfolding
from ..model.rules import INSTANCES, Budget, TooMuchWork
from ..model.series import MASTER, Instance
from ..model.texts import Planned
from ..store import Span
from . import birthdays
from .kind import KIND_OF_CALENDARS
from .places import chosen, owner_zone

STEPS = 400_000  # of working out, for one question: about a second
_AT_ONCE = 250


def between(
    work: Work,
    start: datetime,
    end: datetime,
    calendars: Sequence[str] | None = None,
    *,
    zone: tzinfo | None = None,
) -> list[Occurrence]:
    """What takes place from `start` to just before `end`, in order; in these calendars, in all where none is named.

    zone: of who looks, the owner's by default. Raises TooManyInstances, NobodyIn, NotAllowed.
    """
    permissions.guard(work, "GET", EVENTS, None, None)
    zone = zone or owner_zone(work)
    shelves = chosen(work, calendars)
    low, high = int(start.timestamp()), int(end.timestamp())
    spans = store.between(work, list(shelves), ["VEVENT"], low, high)
    found: list[Occurrence] = []
    for span, instances in _instances(spans, low, high, zone):
        if len(found) + len(instances) > INSTANCES:
            raise TooManyInstances(limit=INSTANCES)
        found += [
            _bare(span, instance, zone, shelves[span.collection].is_read_only) for instance in instances
        ]
    found = _filled(work, found, {(span.doctype, span.id): span for span in spans})
    if calendars is None or birthdays.ID in calendars:
        found += birthdays.between(work, start, end, zone)
    return sorted(
        found, key=lambda each: (each.start, not each.is_all_day, -each.end.timestamp(), each.label, each.id)
    )


def _instances(
    spans: Sequence[Span], low: int, high: int, zone: tzinfo
) -> Iterator[tuple[Span, list[Instance]]]:
    budget = Budget(STEPS)
    try:
        for span in spans:
            if instances := found_in(span, low, high, zone, budget):
                yield span, instances
    except TooMuchWork as error:
        raise TooManyInstances from error


def found_in(
    span: Span, low: int | None, high: int | None, zone: tzinfo, budget: Budget, component: str = "VEVENT", *, one: bool = False
) -> list[Instance]:  # fmt: skip
    """The instances of an item of the index that a range of time finds; one: the first is enough. Raises TooMuchWork."""
    if not span.sketch:
        instance = Instance(moments.EPOCH, span.starts, span.ends)
        plain = series.Times(component)
        return [instance] if unfolding.overlaps(plain, instance, low, high) else []
    plan = timing.sketched(span.sketch)
    if component == "VTODO" and unfolding.is_undated(plan):
        return [Instance(moments.EPOCH, 0, 0)] if unfolding.is_found(plan, low, high, zone, budget) else []
    found = []
    for instance in unfolding.instances(plan, low, high, zone, budget):
        times = plan.main if instance.place == MASTER else plan.overrides[instance.place].times
        if times is not None and unfolding.overlaps(times, instance, low, high):
            found.append(instance)
            if one:
                break
            if len(found) > INSTANCES:
                raise TooMuchWork
    return found


def _bare(span: Span, instance: Instance, zone: tzinfo, is_read_only: bool) -> Occurrence:
    """An occurrence without what its document says; `body` holds which component it is."""
    start = datetime.fromtimestamp(instance.start, UTC).astimezone(zone)
    end = datetime.fromtimestamp(instance.end, UTC).astimezone(zone)
    if not span.sketch:
        return Occurrence(
            calendar=span.collection, doctype=span.doctype, id=span.id, rev="", uid="", start=start, end=end,
            is_read_only=is_read_only, body={"place": MASTER},
        )  # fmt: skip
    plan = timing.sketched(span.sketch)
    times = plan.main if instance.place == MASTER else plan.overrides[instance.place].times
    return Occurrence(
        calendar=span.collection, doctype=span.doctype, id=span.id, rev="", uid="", start=start, end=end,
        key=key_of(plan, instance.key) if plan.is_recurring else "",
        is_all_day=bool(times and times.is_day), is_recurring=plan.is_recurring,
        is_override=instance.place != MASTER, is_read_only=is_read_only, body={"place": instance.place},
    )  # fmt: skip


def key_of(plan: series.Series, local: datetime) -> str:
    """How pages name an occurrence: where it was before anything about it was changed."""
    first = plan.main.start if plan.main is not None else plan.overrides[0].times.start
    if first is None:
        return local.isoformat()
    return members.said(making.at_clock(first, local))


def _filled(
    work: Work, bare: Sequence[Occurrence], spans: Mapping[tuple[str, str], Span]
) -> list[Occurrence]:
    ids = list(dict.fromkeys(each.id for each in bare))
    held: dict[str, Document] = {}
    for start in range(0, len(ids), _AT_ONCE):
        held |= documents.fetch_many(work, EVENTS, ids[start : start + _AT_ONCE])
    items: dict[str, Planned] = {}
    found = []
    for each in bare:
        document = held.get(each.id)
        if document is None:
            continue
        body = document.body
        if (place := each.body["place"]) != MASTER:
            body = _overridden(work, document, place, items)
        uid = uid_of(document.body) or document.id
        found.append(replace(each, rev=document.rev, uid=uid, body=body))
    return found


def _overridden(
    work: Work, document: Document, place: int, items: dict[str, Planned]
) -> Mapping[str, object]:
    """The members of one exception, with those of ours that the whole document has."""
    try:
        item = items.get(document.id) or _planned(work, document)
    except BadText:
        return document.body
    items[document.id] = item
    own = members.of_component(item.override(place), item.series.overrides[place].times)
    kept = {name: value for name, value in document.body.items() if name not in members.MEMBERS}
    return {**kept, **own}


def _planned(work: Work, document: Document) -> Planned:
    item: Planned = KIND_OF_CALENDARS.read(work, document.doctype, document.id, document.body).parsed
    return item
