"""One event, told: when, where, who comes, what reminds of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

from cozy.kernel.clock import time_zones
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_, Words

from ..model import Occurrence
from .door import say, words, zone
from .form import reminder
from .reading import address, answer_of, inviter, legend, people, shown, text
from .repetition import in_words, rule_of

_ANSWERS = {
    "ACCEPTED": (N_("comes"), "ok"),
    "DECLINED": (N_("does not come"), "danger"),
    "TENTATIVE": (N_("perhaps"), "warn"),
}


class Guest(Struct, frozen=True):
    """Somebody who is invited, and what they answered. kind: of a badge."""

    name: str
    said: str
    kind: str
    is_host: bool = False


class Told(Struct, frozen=True, kw_only=True):
    """What the page of an event shows."""

    url: str
    at: str
    title: str
    when: str
    elsewhere: str
    repeats: str
    place: str
    link: str
    note: str
    reminders: list[str]
    color: str
    calendar: str
    guests: list[Guest]
    answer: str  # of the owner, "" where they are not a guest
    is_theirs: bool  # somebody else organises it
    is_cancelled: bool
    may_change: bool


def told(work: Work, occurrence: Occurrence) -> Told:
    """An occurrence in the owner's words."""
    said, me, body = words(work), homes.profile(work).email, occurrence.body
    where = next((each for each in legend(work) if each.id == occurrence.calendar), None)
    this = shown(occurrence, where, said, me)
    reminders = body.get("reminders")
    return Told(
        url=address(occurrence.id), at=occurrence.key, title=this.title, when=say(work).when(this),
        elsewhere=_elsewhere(work, occurrence, said), repeats=repeats(work, occurrence),
        place=this.place, link=_link(text(body, "url")), note=text(body, "description"),
        reminders=[reminder(said, each) for each in reminders if isinstance(each, int)] if isinstance(reminders, list) else [],
        color=this.color, calendar=this.calendar, guests=_guests(body, me, said), answer=answer_of(body, me), is_theirs=bool(inviter(body, me)),
        is_cancelled=str(body.get("status", "")).upper() == "CANCELLED", may_change=not occurrence.is_read_only,
    )  # fmt: skip


def repeats(work: Work, occurrence: Occurrence) -> str:
    """How it comes back, in words; "" when it does not."""
    if not occurrence.is_recurring:
        return ""
    here = zone_of(work, occurrence)
    return in_words(rule_of(occurrence.body, here), occurrence.start.astimezone(here), words(work))


def zone_of(work: Work, occurrence: Occurrence) -> ZoneInfo:
    """The zone that an event is meant in: its own where that is known, else the owner's."""
    name = text(occurrence.body, "timezone")
    return ZoneInfo(name) if not occurrence.is_all_day and name in time_zones() else zone(work)


def _link(url: str) -> str:
    """An address that is safe to follow; nothing else."""
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _guests(body: Mapping[str, Any], me: str, said: Words) -> list[Guest]:
    organizer = body.get("organizer")
    hosts = [organizer] if isinstance(organizer, Mapping) and people(body) else []
    told_of = {text(host, "email").lower() for host in hosts}
    guests = [each for each in people(body) if text(each, "email").lower() not in told_of]
    return [
        *(Guest(_name(host, me, said), "", "", is_host=True) for host in hosts),
        *(_guest(each, me, said) for each in guests),
    ]


def _guest(person: Mapping[str, Any], me: str, said: Words) -> Guest:
    answer, kind = _ANSWERS.get(text(person, "status").upper(), (N_("no answer yet"), ""))
    return Guest(_name(person, me, said), said.gettext(answer), kind)


def _name(person: Mapping[str, Any], me: str, said: Words) -> str:
    if text(person, "email").lower() == me.lower():
        return said.gettext(N_("You"))
    return text(person, "name") or text(person, "email")


def _elsewhere(work: Work, occurrence: Occurrence, said: Words) -> str:
    """The time where the event is, when that is another one than the owner's."""
    here = zone_of(work, occurrence)
    start, end = (at.astimezone(here) for at in (occurrence.start, occurrence.end))
    if occurrence.is_all_day or start.utcoffset() == occurrence.start.utcoffset():
        return ""
    return said.gettext(
        "%(times)s in the time of %(zone)s", times=say(work).span(start, end), zone=here.key.replace("_", " ")
    )
