"""Invitations: the mails that tell people of events (RFC 6638, RFC 6047), and their answers without a calendar.

What people were told last is kept; whatever changed an event, a phone, an app or a page, the difference is told afterwards.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import get_args

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.errors import NoCollection, NotExpected
from cozy.rooms.collections.model import Entry, Expected, Item
from cozy.rooms.homes import service as homes

from .. import store
from ..errors import NoInvitation, NotInvited
from ..events import PeopleConcerned
from ..model import EVENTS, KIND, inviting, members, texts, timing
from ..model.inviting import Letter
from ..model.series import Misread
from ..model.texts import Planned
from . import events
from .events import Answer
from .noticing import MARK

LETTERS_LIMIT = 300  # of one change, and of all in an hour: who invites more people has other means
_PURPOSE = "calendars.invitations"


class Invited(Struct, frozen=True):
    """What somebody with a link of an invitation sees."""

    id: str
    email: str
    event: events.Event
    status: str
    organizer: str


def due(work: Work, id_: str) -> tuple[list[Letter], str]:
    """The mails that an event is to cause now, and its text, "" where it is gone.

    What comes here for the first time and was not written lately is known to its people: they are told of what changes.
    Of a copy of another place nobody is told, nor is it kept what they know: that is for its owner to say.
    """
    item = _item(work, id_)
    if item is not None and _is_copy(work, item):
        return [], ""
    text = item.text if item else ""
    now = texts.planned(text) if text else None
    told = store.told(work, id_)
    before = _read(told.text) if told and told.text else None
    own = [each.lower() for each in events.addresses(work)]
    if told is None and now is not None and not inviting.is_fresh(now, work.now):
        return [], text
    return inviting.letters(now, before, own, work.now, told.failed if told else ())[:LETTERS_LIMIT], text


def may_send(work: Work, id_: str, letters: int) -> bool:
    """Whether so many mails about an event may leave now; they are counted then. Else all of them wait for the next hour:
    leave to write events is none to write to thousands. Plans PeopleConcerned.
    """
    now = work.now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    sent = store.letters(work, iso(now))
    if sent + letters > LETTERS_LIMIT:
        work.plan(PeopleConcerned(id_), now + timedelta(hours=1))
        return False
    store.count_letters(work, iso(now), sent + letters)
    return True


def _item(work: Work, id_: str) -> Item | None:
    found = collections.items.of_ids(work, EVENTS, [id_])
    return found[0] if found else None


def _is_copy(work: Work, item: Item) -> bool:
    """Whether an item is somebody else's to tell of: a copy, or left over from a calendar that is gone."""
    calendar = item.entry.collection
    try:
        shelf = collections.shelves.one(work, KIND, calendar)
    except NoCollection:
        return True
    return shelf.is_read_only or store.source(work, calendar) is not None


def _read(text: str) -> Planned | None:
    try:
        return texts.planned(text)
    except Misread:
        return None


def told(work: Work, id_: str, text: str, failed: Sequence[str] = ()) -> None:
    """Note that people know an event as this text has it, but for those whom a mail did not get to.

    That is said in the event as well (SCHEDULE-STATUS, RFC 6638 §3.2.9), unless it changed meanwhile.
    """
    if not text:
        store.forget_told(work, id_)
        return
    store.keep_told(work, id_, store.Told(text, tuple(failed)))
    item = _item(work, id_)
    if not failed or item is None or item.text != text:
        return
    marked = inviting.with_delivery(texts.planned(text), [each.lower() for each in failed])
    if marked is not None:
        entry = item.entry
        try:
            written = texts.written(marked.root)
            collections.items.put(
                work, KIND, entry.collection, entry.name, written, Expected(if_match=entry.etag)
            )
        except NotExpected:
            return


def known(work: Work, entry: Entry, text: str) -> None:
    """Note that people know an event already, as when it came in a file."""
    if MARK in text:
        store.keep_told(work, entry.id, store.Told(text))


def link(work: Work, id_: str, email: str) -> str:
    """The address under which an invitee answers without a calendar."""
    return f"{work.origin}/public/invitations/{_code(work, id_, email)}"


def _code(work: Work, id_: str, email: str) -> str:
    said = base64.urlsafe_b64encode(msgspec.json.encode([id_, email.lower()])).rstrip(b"=").decode()
    return f"{said}.{_signature(work, said)}"


def _signature(work: Work, said: str) -> str:
    digest = hmac.new(homes.derived_key(work, _PURPOSE), said.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def opened(work: Work, code: str) -> Invited:
    """What the link of an invitation shows. Raises NoInvitation."""
    said, _, signature = code.partition(".")
    if not said.isascii() or not hmac.compare_digest(signature.encode(), _signature(work, said).encode()):
        raise NoInvitation
    id_, email = msgspec.json.decode(
        base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)), type=tuple[str, str]
    )
    item = _item(replace(work, caller=SYSTEM), id_)
    if item is None:
        raise NoInvitation
    plan = texts.planned(item.text)
    for component in plan.components:
        for line in component.lines("ATTENDEE"):
            if members.address(line.value).lower() == email:
                body = members.of_component(component, timing.times_of(component, plan.zones))
                event = events.Event(item.entry, body, "", plan.series.is_recurring, item.text)
                organizer = component.line("ORGANIZER")
                name = organizer.param("CN") or members.address(organizer.value) if organizer else ""
                return Invited(id_, email, event, (line.param("PARTSTAT") or "NEEDS-ACTION").upper(), name)
    raise NoInvitation


def answer(work: Work, code: str, status: str) -> Invited:
    """Note the answer of somebody with a link. Raises NoInvitation."""
    invited = opened(work, code)
    chosen: Answer | None = next((each for each in get_args(Answer) if each == status), None)
    if chosen is None:
        raise NoInvitation
    try:
        events.answer(replace(work, caller=SYSTEM), invited.id, chosen, email=invited.email)
    except NotInvited as error:
        raise NoInvitation from error
    return opened(work, code)
