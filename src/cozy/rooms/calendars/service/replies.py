"""Files that came with the mails about an event (RFC 5546): they ask for something, and are no event themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import get_args

from cozy.dav import lines
from cozy.dav.lines import Component
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Entry

from ..errors import (
    NotAsked,
    NothingAnswered,
    NotInvited,
    OddAnswer,
    OldAnswer,
    OtherProposed,
    ProposalDeclined,
    SentAgain,
    TakenBack,
)
from ..model import EVENTS, KIND, members, texts, timing
from ..model.timing import Zones
from . import events
from .events import Answer

_REFUSED: Mapping[str, type[Problem]] = {
    "CANCEL": TakenBack, "COUNTER": OtherProposed, "DECLINECOUNTER": ProposalDeclined, "REFRESH": SentAgain,
}  # fmt: skip
METHODS = frozenset({"REPLY", *_REFUSED})


def take(work: Work, method: str, uid: str, text: str) -> str:
    """Note the answers of a REPLY in the event of this UID: `updated`, or `unchanged` where they are known.

    Raises what the other METHODS are refused with, NothingAnswered, NotAsked, OddAnswer, OldAnswer, NoOccurrence, NotAllowed.
    """
    if method in _REFUSED:
        raise _REFUSED[method]
    entry = _answered(work, uid)
    if entry is None:
        raise NothingAnswered
    (root,) = lines.parse(text)
    zones = timing.zones_of(root)
    asked = texts.planned(events.item_of(work, EVENTS, entry.id).text)
    rev = entry.rev
    for component in root.components("VEVENT"):
        if _sequence(component) < _sequence(asked.first):
            raise OldAnswer
        email, status = _said(component)
        if _knows(asked, email, status, component):
            continue
        try:
            rev = events.answer(work, entry.id, status, key=_key(component, zones), email=email).rev
        except NotInvited as error:
            raise NotAsked from error
    return "unchanged" if rev == entry.rev else "updated"


def _answered(work: Work, uid: str) -> Entry | None:
    """The event, in whichever calendar that can be changed it is."""
    found = (each for each in collections.items.with_uid(work, KIND, uid) if each.doctype == EVENTS)
    return next(
        (each for each in found if not collections.shelves.one(work, KIND, each.collection).is_read_only),
        None,
    )


def _said(component: Component) -> tuple[str, Answer]:
    """Who answers, and what."""
    attendees = list(component.lines("ATTENDEE"))
    if len(attendees) != 1:
        raise OddAnswer
    said = attendees[0].param("PARTSTAT").upper()
    status: Answer | None = next((each for each in get_args(Answer) if each == said), None)
    if status is None:
        raise OddAnswer
    return members.address(attendees[0].value), status


def _knows(asked: texts.Planned, email: str, status: str, answer: Component) -> bool:
    """Whether the whole event says so already."""
    if answer.line("RECURRENCE-ID") is not None:
        return False
    said = [
        line.param("PARTSTAT").upper()
        for component in asked.components
        for line in component.lines("ATTENDEE")
        if members.address(line.value).lower() == email.lower()
    ]
    return bool(said) and set(said) == {status}


def _key(component: Component, zones: Zones) -> str:
    """Which occurrence an answer is about, "" for all."""
    line = component.line("RECURRENCE-ID")
    if line is None:
        return ""
    with events.told():
        at = timing.moment_of(line, zones)
    if at.is_day:
        return f"{at.local:%Y-%m-%d}"
    if at.is_floating:
        return f"{at.local:%Y-%m-%dT%H:%M:%S}"
    return f"{datetime.fromtimestamp(at.at(UTC), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _sequence(component: Component) -> int:
    said = component.value("SEQUENCE").strip()
    return int(said[:9]) if said.isdecimal() else 0
