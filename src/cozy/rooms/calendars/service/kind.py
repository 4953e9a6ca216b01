"""Calendars as a kind of collections: what their texts say, and the time index that follows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cozy.kernel.caller import EVERYTHING, Caller
from cozy.kernel.work import Work
from cozy.rooms.collections.errors import BadText
from cozy.rooms.collections.model import Collection, Entry, Reading, is_untouched, original_of, uid_of
from cozy.rooms.homes import service as homes

from .. import store
from ..model import (
    CALENDARS,
    DEFAULT,
    EVENTS,
    JOURNALS,
    KIND,
    TODOS,
    making,
    members,
    reach,
    texts,
    timing,
)
from ..model.members import BadMember
from ..model.series import Misread
from ..model.texts import Planned
from ..store import Span
from . import noticing as invitations
from . import opening

COLOR = "#297ef2"
_NAMES = {"en": "Personal", "fr": "Personnel"}


class Calendars:
    """What the room collections asks of this one."""

    name = KIND
    collections = CALENDARS
    doctypes = (EVENTS, TODOS, JOURNALS)
    members = members.MEMBERS
    extension = ".ics"
    media_type = "text/calendar"
    default = DEFAULT
    components = texts.COMPONENTS

    def first(self, work: Work) -> dict[str, Any]:
        """The calendar that is always there, called so in the owner's language."""
        profile = homes.profile(work)
        return {"name": _NAMES[profile.locale], "color": COLOR, "timezone": profile.tz}

    def parse(self, text: str) -> Reading:
        """One item from outside. Raises BadText, which names the line."""
        try:
            item = texts.planned(text)
            return _reading(item, text)
        except Misread as error:
            raise BadText(line=error.line, reason=error.reason) from error

    def settle(self, work: Work, reading: Reading, current: Mapping[str, Any] | None) -> Reading:
        """The same reading: a text says everything about an event."""
        return reading

    def read(self, work: Work, doctype: str, id_: str, body: Mapping[str, Any]) -> Reading:
        """A document: its text as it was, merged with what apps changed, or new. Raises BadText."""
        original = original_of(body)
        if original and is_untouched(body, self.members):
            return self.parse(original)
        try:
            if original:
                item = making.merged(texts.planned(original), body)
            else:
                uid = uid_of(body) or id_
                item = making.made(members.COMPONENTS[doctype], uid, body, making.stamp_of(body))
            return _reading(item, texts.written(item.root))
        except BadMember as error:
            raise BadText(member=error.member) from error
        except Misread as error:
            raise BadText(line=error.line, reason=error.reason) from error

    def is_copy(self, work: Work, collection: Collection) -> bool:
        """Whether it follows an address; a document that only says so makes no copy."""
        source = store.source(work, collection.id)
        return source is not None and bool(source.address) and collection.is_read_only

    def closed(self, work: Work, collection: str) -> None:
        """Its public addresses die: they are the owner's, whoever deleted it."""
        opening.close(replace(work, caller=Caller("owner", EVERYTHING)), collection)

    def indexed(self, work: Work, entry: Entry, reading: Reading | None) -> None:
        """The time index follows an item, and people are told of events that they are invited to."""
        invitations.notice(work, entry, reading)
        if reading is None:
            store.forget(work, entry.doctype, entry.id, entry.collection)
            return
        item: Planned = reading.parsed or texts.planned(reading.text)
        store.keep(work, span_of(item, entry.doctype, entry.id, entry.collection))


def _reading(item: Planned, text: str) -> Reading:
    doctype = members.DOCTYPES.get(item.component, EVENTS)
    body = members.of_item(item) if item.component in members.DOCTYPES else {}
    return Reading(doctype, item.uid, item.component, body, text, item)


def span_of(item: Planned, doctype: str, id_: str, collection: str) -> Span:
    """When an item is, for the index."""
    plan = item.series
    low, high = reach.bounds(plan)
    main = plan.main or plan.overrides[0].times
    is_plain = not plan.is_recurring and not plan.is_floating and item.component == "VEVENT"
    sketch = "" if is_plain else timing.sketch(item.root, item.components)
    ends = store.FAR if high is None else high
    return Span(doctype, id_, collection, item.component, low, ends, int(main.is_free), main.status, sketch)


KIND_OF_CALENDARS = Calendars()
