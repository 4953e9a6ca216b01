"""What takes place, out of the service and into what the pages show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.collections.model import Collection
from cozy.rooms.collections.service import shelves
from cozy.rooms.homes import service as homes
from cozy.ui import N_, Words

from ..model import BIRTHDAYS, KIND, Occurrence
from ..service import birthdays, events, occurrences
from .colors import nearest
from .dates import midnight
from .door import CALENDAR, words, zone
from .shown import Shown

HIDDEN, NO_BIRTHDAYS = "is_hidden", "hides_birthdays"  # members of calendars that only these pages know


class Legend(Struct, frozen=True):
    """A calendar as the pages list it."""

    id: str
    name: str
    color: str
    is_shown: bool
    is_read_only: bool


def calendars(work: Work) -> list[Collection]:
    """The calendars that hold events."""
    return [each for each in shelves.all_(work, KIND) if "VEVENT" in each.components]


def legend(work: Work) -> list[Legend]:
    """All calendars, shown or not, and the birthdays of contacts as the last one."""
    found = calendars(work)
    listed = [
        Legend(each.id, each.name, nearest(each.color), each.body.get(HIDDEN) is not True, each.is_read_only)
        for each in found
    ]
    shows = not any(each.body.get(NO_BIRTHDAYS) is True for each in found)
    name = words(work).gettext(N_("Birthdays"))
    return [*listed, Legend(BIRTHDAYS, name, nearest(birthdays.COLOR), shows, is_read_only=True)]


def toggle(work: Work, id_: str) -> None:
    """Show what is hidden, hide what is shown."""
    found = next((each for each in legend(work) if each.id == id_), None)
    if found is None:
        return
    hides = True if found.is_shown else None
    if id_ == BIRTHDAYS:
        shelves.change(work, KIND, calendars(work)[0].id, {NO_BIRTHDAYS: hides})
    else:
        shelves.change(work, KIND, id_, {HIDDEN: hides})


def writable(work: Work) -> list[tuple[str, str]]:
    """Where events can go: id and name."""
    return [(each.id, each.name) for each in calendars(work) if not each.is_read_only]


def shown_between(work: Work, first: date, last: date) -> list[Shown]:
    """What takes place from one day to another, both included, in the calendars that are shown."""
    here, listed = zone(work), {each.id: each for each in legend(work)}
    wanted = [each.id for each in listed.values() if each.is_shown]
    start, end = midnight(first, here), midnight(last + timedelta(days=1), here)
    said, me = words(work), homes.profile(work).email
    found = occurrences.between(work, start, end, wanted, zone=here)
    return [shown(each, listed.get(each.calendar), said, me) for each in found]


def one(work: Work, id_: str, key: str = "") -> Occurrence:
    """An event, or the occurrence of it that a key names, in the owner's zone. Raises NoDocument, NoOccurrence."""
    found, here = events.one(work, id_, key), zone(work)
    body, entry = found.body, found.entry
    is_day = body.get("allDay") is True
    start = moment_of(text(body, "start"), here)
    end = moment_of(text(body, "end"), here) if body.get("end") else start + timedelta(days=is_day)
    shelf = next((each for each in calendars(work) if each.id == entry.collection), None)
    return Occurrence(
        calendar=entry.collection, doctype=entry.doctype, id=entry.id, rev=entry.rev, uid=entry.uid, key=key, start=start,
        end=end, is_all_day=is_day, is_recurring=found.is_recurring, is_read_only=shelf is None or shelf.is_read_only, body=body,
    )  # fmt: skip


def moment_of(said: str, here: tzinfo) -> datetime:
    """A time as members spell it, in the owner's zone; one without a zone is meant there."""
    at = datetime.fromisoformat(said)
    return at.replace(tzinfo=here) if at.tzinfo is None else at.astimezone(here)


def shown(occurrence: Occurrence, where: Legend | None, said: Words, me: str) -> Shown:
    """One occurrence. me: the mail address of the owner."""
    body = occurrence.body
    is_birthday = occurrence.calendar == BIRTHDAYS
    answer = "" if is_birthday else answer_of(body, me)
    is_cancelled = str(body.get("status", "")).upper() == "CANCELLED"
    notes = [
        N_("cancelled") if is_cancelled else "",
        {"NEEDS-ACTION": N_("not answered"), "TENTATIVE": N_("maybe"), "DECLINED": N_("declined")}.get(
            answer, ""
        ),
    ]
    return Shown(
        id=occurrence.id, at=occurrence.key, title=birthday(occurrence, said) if is_birthday else title(body, said),
        start=occurrence.start, end=occurrence.end, is_all_day=occurrence.is_all_day,
        color=where.color if where else "grey", calendar=where.name if where else "", place=text(body, "location"),
        href=f"/my/contacts/{occurrence.id}" if is_birthday else address(occurrence.id, occurrence.key),
        kind="birthday" if is_birthday else "event", may_move=not occurrence.is_read_only,
        repeats=occurrence.is_recurring and not is_birthday, is_dim=answer in {"NEEDS-ACTION", "TENTATIVE", "DECLINED"},
        is_struck=is_cancelled or answer == "DECLINED", note=", ".join(said.gettext(note) for note in notes if note),
    )  # fmt: skip


def address(id_: str, at: str = "") -> str:
    """The page of an event, or of one occurrence of it."""
    return f"{CALENDAR}/event/{quote(id_, safe='')}" + (f"?at={quote(at, safe='')}" if at else "")


def title(body: Mapping[str, Any], said: Words) -> str:
    """What an event is called."""
    return text(body, "label").strip() or said.gettext(N_("Without a title"))


def birthday(occurrence: Occurrence, said: Words) -> str:
    """Ana, 30 years old; only the name where nobody knows the year."""
    age, name = occurrence.body.get("age"), title(occurrence.body, said)
    return (
        said.ngettext("%(name)s, %(num)s year old", "%(name)s, %(num)s years old", age, name=name)
        if age
        else name
    )


def text(body: Mapping[str, Any], name: str) -> str:
    """A member that is a text, "" when it is anything else."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def people(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Who is invited."""
    invited = body.get("attendees")
    return [each for each in invited if isinstance(each, Mapping)] if isinstance(invited, list) else []


def answer_of(body: Mapping[str, Any], me: str) -> str:
    """What the owner answered to an invitation: NEEDS-ACTION, ACCEPTED, TENTATIVE, DECLINED; "" where they are not a guest."""
    if is_organizer(body, me):
        return ""
    mine = next((each for each in people(body) if text(each, "email").lower() == me.lower()), None)
    return (text(mine, "status") or "NEEDS-ACTION").upper() if mine and me else ""


def inviter(body: Mapping[str, Any], me: str) -> str:
    """Who invites the owner, by name or address; "" where nobody else does."""
    organizer = body.get("organizer")
    if not isinstance(organizer, Mapping) or not people(body) or is_organizer(body, me):
        return ""
    return text(organizer, "name") or text(organizer, "email")


def is_organizer(body: Mapping[str, Any], me: str) -> bool:
    """Whether it is the owner who invites."""
    organizer = body.get("organizer")
    return isinstance(organizer, Mapping) and text(organizer, "email").lower() == me.lower()
