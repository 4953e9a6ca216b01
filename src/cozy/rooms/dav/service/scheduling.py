"""Scheduling (RFC 6638): the inbox, the outbox, and when people are free."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cozy.dav import lines, xml
from cozy.dav.filters import moment
from cozy.dav.lines import Line
from cozy.dav.problems import BadFilter, BadLine
from cozy.dav.reports import BusyQuery
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.collections import service as collections
from cozy.rooms.homes import service as homes

from ..errors import BadMessage, NotYourName
from . import owner
from .addresses import Place, of_shelf
from .dialects import CALDAV
from .owner import Node

RECIPIENTS_LIMIT = 200


def boxes(work: Work) -> list[Node]:
    """Both, as they are told. Raises NotAllowed."""
    return [inbox(work), owner.outbox(work)]


def inbox(work: Work) -> Node:
    """Where invitations would lie: they go into the default calendar at once. Raises NotAllowed."""
    kind = collections.kinds.named(work, CALDAV.kind)
    return owner.inbox(work, of_shelf(CALDAV, kind.default))


def busy(work: Work, place: Place, asked: BusyQuery) -> str:
    """When what is in a calendar makes the owner busy (RFC 4791 §7.10). Raises BadFilter, TooManyInstances, NoCollection."""
    span = asked.range
    if span.start is None or span.end is None:
        raise BadFilter
    collections.shelves.one(work, CALDAV.kind, place.collection)
    found = calendars.busy.of_calendar(work, span.start, span.end, place.collection)
    return calendars.busy.told(work, span.start, span.end, found)


def is_of_people(text: str) -> bool:
    """Whether others than the owner are concerned, so that what is written is told to them (RFC 6638 §3.1)."""
    return "\nORGANIZER" in text


class Question(Struct, frozen=True):
    """Who wants to know when whom is free, and at what time."""

    uid: str
    start: datetime
    end: datetime
    organizer: Line
    attendees: tuple[Line, ...]


def question(text: str) -> Question:
    """What is asked of the outbox (RFC 6638 §5). Raises BadMessage."""
    try:
        (root,) = lines.parse(text)
        (asked,) = root.components("VFREEBUSY")
        start, end = moment(asked.value("DTSTART")), moment(asked.value("DTEND"))
    except (BadLine, ValueError, BadFilter) as error:
        raise BadMessage from error
    organizer, attendees = asked.line("ORGANIZER"), asked.lines("ATTENDEE")
    is_whole = start and end and start < end and organizer and attendees
    if not is_whole or root.value("METHOD").upper() != "REQUEST" or len(attendees) > RECIPIENTS_LIMIT:
        raise BadMessage
    assert start is not None
    assert end is not None
    assert organizer is not None
    return Question(asked.value("UID"), start, end, organizer, tuple(attendees))


def answers_to(work: Work, asked: Question) -> str:
    """When each of them is free: the owner is known here, nobody else. Raises NotYourName, TooManyInstances, NotAllowed."""
    mine = {each.casefold() for each in owner.addresses(homes.profile(work).email)}
    if asked.organizer.value.strip().casefold() not in mine:
        raise NotYourName
    told = "".join(_response(work, asked, each, mine) for each in asked.attendees)
    return f"<cal:schedule-response {xml.NAMESPACES}>{told}</cal:schedule-response>"


def _response(work: Work, asked: Question, attendee: Line, mine: set[str]) -> str:
    name = attendee.value.strip()
    who = f"<cal:recipient>{xml.hrefs((name,))}</cal:recipient>"
    if name.casefold() not in mine:
        return f"<cal:response>{who}<cal:request-status>3.7;Invalid calendar user</cal:request-status></cal:response>"
    periods = calendars.busy.between(work, asked.start, asked.end)
    text = calendars.busy.told(
        work, asked.start, asked.end, periods, uid=asked.uid, more=(asked.organizer, attendee), method="REPLY"
    )
    data = f"<cal:calendar-data>{xml.text(text)}</cal:calendar-data>"
    return f"<cal:response>{who}<cal:request-status>2.0;Success</cal:request-status>{data}</cal:response>"
