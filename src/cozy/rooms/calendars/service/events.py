"""Events, as pages make and change them: one, one occurrence of several, or all of them.

Members are those of the document (`model/members.py`), as far as they are to be set; one that is None goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import BadText, NotExpected
from cozy.rooms.collections.model import Entry, Expected, Item
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.homes import service as homes

from ..errors import BadEvent, NoOccurrence, NotInvited
from ..model import DEFAULT, EVENTS, KIND, Scope, changing, making, members, texts, timing
from ..model.changing import NoInstance
from ..model.members import BadMember
from ..model.rules import TooMuchWork
from ..model.series import Misread
from ..model.texts import Planned

Answer = Literal["ACCEPTED", "TENTATIVE", "DECLINED"]


class Event(Struct, frozen=True):
    """An event, or one occurrence of it. body: its members; key: "" for the whole."""

    entry: Entry
    body: Mapping[str, Any]
    key: str = ""
    is_recurring: bool = False
    text: str = ""

    @property
    def id(self) -> str:
        """Of its document."""
        return self.entry.id

    @property
    def label(self) -> str:
        """How it is called."""
        return str(self.body.get("label") or "")


def one(work: Work, id_: str, key: str = "", *, doctype: str = EVENTS) -> Event:
    """An event, or the occurrence of it that a key names. Raises NoDocument, NoOccurrence, NobodyIn, NotAllowed."""
    found = item_of(work, doctype, id_)
    item = texts.planned(found.text)
    if not key:
        return Event(found.entry, members.of_item(item), "", item.series.is_recurring, found.text)
    with told():
        local = changing.key_of(item, key)
        changing.check(item, local)
        component = changing.occurrence(item, local)
        times = timing.times_of(component, item.zones)
    whole = members.of_item(item)
    own = members.of_component(component, times)
    rule = {"rrule": whole["rrule"]} if "rrule" in whole else {}
    return Event(found.entry, {**own, **rule}, key, item.series.is_recurring, found.text)


def make(work: Work, body: Mapping[str, Any], calendar: str = DEFAULT, *, component: str = "VEVENT") -> Entry:
    """A new event. Raises BadEvent (its fact `member` names the one), NoCollection, ReadOnly, WrongComponent, NotAllowed."""
    uid = new_id()
    with told():
        item = making.made(component, uid, _organized(work, _settled(body)), making.stamp(work.now))
        entry, _ = collections.items.put(work, KIND, calendar, f"{uid}.ics", texts.written(item.root))
    return entry


def change(
    work: Work, id_: str, body: Mapping[str, Any], *, key: str = "", scope: Scope = "all", rev: str = "",
    doctype: str = EVENTS,
) -> Entry:  # fmt: skip
    """Change an event: the occurrence of `key`, it and all after it, or all; start and end in `body` are those of `key`.

    rev: of the document that was seen, "" for any. Returns what holds the occurrence from now on.
    Raises BadEvent, NoDocument, NoOccurrence, NotExpected, ReadOnly, NotAllowed.
    """
    found = item_of(work, doctype, id_, rev)
    item = texts.planned(found.text)
    stamp = making.stamp(work.now)
    body = _organized(work, body, item)
    with told():
        local = changing.key_of(item, key) if key and item.series.is_recurring else None
        if local is None or scope == "all":
            return _put(work, found, _reset(work, item, changing.every(item, body, stamp, local)))
        if scope == "this":
            return _put(work, found, _reset(work, item, changing.one(item, local, body, stamp)))
        uid = new_id()
        before, after = changing.split(item, local, body, uid, stamp)
        if before is None:
            return _put(work, found, _reset(work, item, after))
        _put(work, found, before)
        entry, _ = collections.items.put(
            work, KIND, found.entry.collection, f"{uid}.ics", texts.written(_reset(work, item, after).root)
        )
    return entry


def move(
    work: Work, id_: str, start: datetime, *, end: datetime | None = None, key: str = "", scope: Scope = "this",
    rev: str = "", is_all_day: bool | None = None, doctype: str = EVENTS,
) -> Entry:  # fmt: skip
    """Give an event, or an occurrence, another start and, where no end is given, an end as much later.

    start, end: with a zone; of whole days only the day in it counts. Raises as `change` does.
    """
    was = one(work, id_, key, doctype=doctype)
    return change(
        work, id_, moved(was.body, start, end, is_all_day), key=key, scope=scope if was.is_recurring else "all",
        rev=rev, doctype=doctype,
    )  # fmt: skip


def moved(
    was: Mapping[str, Any], start: datetime, end: datetime | None = None, is_all_day: bool | None = None
) -> dict[str, Any]:
    """The members that another start changes."""
    is_day = was.get("allDay") is True
    will_be_day = is_day if is_all_day is None else is_all_day
    length = _length(was)
    if is_day != will_be_day:
        length = timedelta(days=1) if will_be_day else timedelta(hours=1)
    if will_be_day:
        first = start.date()
        last = end.date() if end is not None else first + max(length, timedelta(days=1))
        return {"start": first.isoformat(), "end": last.isoformat(), "allDay": True, "timezone": None}
    ends = end if end is not None else start + length
    zone = was.get("timezone") or (getattr(start.tzinfo, "key", None) if is_day else None)
    is_floating = not is_day and not was.get("timezone") and str(was.get("start", ""))[-1:] != "Z"
    return {
        "start": _said(start, is_floating), "end": _said(ends, is_floating), "allDay": None, "timezone": zone,
    }  # fmt: skip


def _said(at: datetime, is_floating: bool) -> str:
    if is_floating:
        return at.replace(tzinfo=None).isoformat(timespec="seconds")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _length(was: Mapping[str, Any]) -> timedelta:
    start, end = was.get("start"), was.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return timedelta(days=1) if was.get("allDay") else timedelta()
    return max(timedelta(), datetime.fromisoformat(end) - datetime.fromisoformat(start))


def remove(
    work: Work, id_: str, *, key: str = "", scope: Scope = "all", rev: str = "", doctype: str = EVENTS
) -> bool:
    """Remove an event: the occurrence of `key`, it and all after it, or all; the whole goes into the bin. Whether some is left.

    Raises NoDocument, NoOccurrence, NotExpected, ReadOnly, NotAllowed.
    """
    found = item_of(work, doctype, id_, rev)
    item = texts.planned(found.text)
    stamp = making.stamp(work.now)
    if key and item.series.is_recurring and scope != "all":
        with told():
            local = changing.key_of(item, key)
            changing.check(item, local)
            left = (
                changing.without(item, local, stamp) if scope == "this" else changing.cut(item, local, stamp)
            )
        if left is not None:
            _put(work, found, left)
            return True
    entry = found.entry
    collections.items.delete(work, KIND, entry.collection, entry.name, Expected(if_match=entry.etag))
    return False


def relocate(work: Work, id_: str, calendar: str, *, doctype: str = EVENTS) -> None:
    """Put an event into another calendar. Raises NoDocument, NoCollection, ReadOnly, WrongComponent, UidTaken."""
    entry = item_of(work, doctype, id_).entry
    if entry.collection != calendar:
        collections.items.move(
            work, KIND, (entry.collection, entry.name), (calendar, entry.name), overwrites=False
        )


def answer(work: Work, id_: str, status: Answer, *, key: str = "", email: str = "") -> Entry:
    """Say whether one comes, for the whole or for one occurrence.

    email: of the invitee, the owner by default. Raises NotInvited, NoDocument, NoOccurrence, NotAllowed.
    """
    found = item_of(work, EVENTS, id_)
    item = texts.planned(found.text)
    emails = [email] if email else addresses(work)
    with told():
        return _put(work, found, answered(item, emails, status, key, making.stamp(work.now)))


def answered(item: Planned, emails: list[str], status: str, key: str, stamp: str) -> Planned:
    """The item with an invitee's answer. Raises NotInvited, NoInstance."""
    if key and item.series.is_recurring:
        local = changing.key_of(item, key)
        changing.check(item, local)
        old = changing.occurrence(item, local)
        new = changing.with_status(old, emails, status)
        if new is None:
            raise NotInvited
        kept = [each for each in item.components if each is not old]
        return making.with_components(item, [*kept, making.touched(new, stamp)])
    changed = [changing.with_status(each, emails, status) for each in item.components]
    if not any(changed):
        raise NotInvited
    whole = [
        making.touched(new, stamp) if new is not None else old
        for new, old in zip(changed, item.components, strict=True)
    ]
    return making.with_components(item, whole)


def addresses(work: Work) -> list[str]:
    """The owner's own mail addresses."""
    return [homes.profile(work).email]


def _organized(work: Work, body: Mapping[str, Any], item: Planned | None = None) -> Mapping[str, Any]:
    """Who invites people is the owner, where nobody does yet."""
    has_organizer = body.get("organizer") or (item is not None and item.first.line("ORGANIZER") is not None)
    if not body.get("attendees") or has_organizer:
        return body
    profile = homes.profile(work)
    return {**body, "organizer": {"email": profile.email, "name": profile.public_name}}


def _reset(work: Work, was: Planned, now: Planned) -> Planned:
    """People who said that they come are asked again when it is at another time."""
    organizer = now.first.line("ORGANIZER")
    if organizer is None or members.address(organizer.value).lower() not in map(str.lower, addresses(work)):
        return now
    if was.series == now.series:
        return now
    old = {each.value("RECURRENCE-ID"): timing.times_of(each, was.zones) for each in was.components}
    own = [*map(str.lower, addresses(work))]
    whole = []
    for component in now.components:
        before = old.get(component.value("RECURRENCE-ID"), was.series.main)
        times = timing.times_of(component, now.zones)
        if before is None or (before.start, before.end, before.length) != (
            times.start,
            times.end,
            times.length,
        ):
            for line in component.lines("ATTENDEE"):
                email = members.address(line.value)
                if email.lower() not in own:
                    component = changing.with_status(component, [email], "NEEDS-ACTION") or component
        whole.append(component)
    return making.with_components(now, whole)


def _settled(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def item_of(work: Work, doctype: str, id_: str, rev: str = "") -> Item:
    """The item that a document is. rev: that was seen, "" for any. Raises NoDocument, NotExpected."""
    found = collections.items.of_ids(work, doctype, [id_])
    if not found:
        documents.fetch(work, doctype, id_)
        raise NoDocument(doctype=doctype, id=id_)
    if rev and found[0].entry.rev != rev:
        raise NotExpected
    return found[0]


def _put(work: Work, found: Item, item: Planned) -> Entry:
    entry = found.entry
    kept, _ = collections.items.put(
        work, KIND, entry.collection, entry.name, texts.written(item.root), Expected(if_match=entry.etag)
    )
    return kept


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with members and texts, told as people understand it."""
    try:
        yield
    except BadMember as error:
        raise BadEvent(member=error.member) from error
    except NoInstance as error:
        raise NoOccurrence from error
    except (Misread, TooMuchWork) as error:
        raise BadEvent(reason=str(error)) from error
    except BadText as error:
        raise BadEvent(**error.facts) from error
