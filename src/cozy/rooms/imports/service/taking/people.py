"""Taking in cards of people and events of calendars, by the rooms that keep them."""

from __future__ import annotations

from uuid import UUID

from cozy.dav import lines
from cozy.dav.lines import Component
from cozy.dav.problems import BadLine
from cozy.kernel.work import Work
from cozy.rooms.calendars import service as calendars
from cozy.rooms.calendars.model import DEFAULT as OWN
from cozy.rooms.calendars.model import KIND as CALENDARS
from cozy.rooms.collections import service as collections
from cozy.rooms.collections.model import Entry
from cozy.rooms.contacts import service as contacts

from ...errors import NothingInside, Unreadable
from ...model import Contact, Event
from ...store import Taken
from .outcomes import Outcome, Word, digest_of

_CONTACTS = "contacts"


def take_contact(work: Work, item: Contact, known: Taken | None, without_uid: dict[str, str]) -> Outcome:
    """A card. One whose person was changed here since stands beside it, and is offered to be made one with them.

    without_uid: what the room of contacts knows of cards without UIDs (`contacts.moving.contents`), kept up to date.
    Raises NothingInside, Unreadable.
    """
    digest = digest_of(item.card)
    if known is not None and known.digest == digest:
        return Outcome("same", digest, known.doctype, known.id, known.rev)
    pieces = list(contacts.moving.pieces(item.card.encode("utf-8", "replace")))
    if not pieces:
        raise NothingInside
    uid = _uid(pieces[0].text)
    there = _person(work, uid)
    report = contacts.moving.Report()
    if (
        there is not None
        and not (known is not None and known.rev == there.rev)
        and not _says_the_same(work, there, pieces[0])
    ):
        uid = str(UUID(digest[:32]))
        pieces = [contacts.moving.Piece(1, _with_uid(pieces[0].text, uid))]
        word: Word = "beside"
        report = contacts.moving.take(work, pieces, known=without_uid)
    else:
        report = contacts.moving.take(work, pieces, known=without_uid)
        word = "added" if report.added else "changed" if report.updated else "same"
    if report.refused:
        raise Unreadable(reason=report.refused[0].reason)
    now = _person(work, uid)
    return Outcome(word, digest, now.doctype if now else "", now.id if now else "", now.rev if now else "")


def _uid(text: str) -> str:
    try:
        return lines.parse(text)[0].value("UID").strip()
    except (BadLine, IndexError):
        return ""


def _with_uid(text: str, uid: str) -> str:
    card = lines.parse(text)[0]
    parts = [part for part in card.parts if getattr(part, "name", "") != "UID"]
    return lines.write([Component(card.name, (*parts, lines.make("UID", uid)), card.begin, card.end)])


def _person(work: Work, uid: str) -> Entry | None:
    found = collections.items.with_uid(work, _CONTACTS, uid) if uid else []
    return found[0] if found else None


def _says_the_same(work: Work, there: Entry, piece: contacts.moving.Piece) -> bool:
    (item,) = collections.items.many(work, _CONTACTS, there.collection, [there.name])
    return contacts.moving.says_the_same(item.text, piece.text)


def take_event(work: Work, item: Event, known: Taken | None) -> Outcome:
    """An event or a task: into the calendar of its name; what is newer than what is there replaces it. Raises Unreadable."""
    digest = digest_of(item.text)
    if known is not None and known.digest == digest:
        return Outcome("same", digest, known.doctype, known.id, known.rev)
    report = calendars.files.import_(
        work, calendar_named(work, item.calendar, item.color), item.text.encode("utf-8", "replace")
    )
    if report.refused:
        raise Unreadable(reason=report.refused[0].reason)
    if not report.added + report.updated + report.unchanged:
        raise NothingInside
    word: Word = "added" if report.added else "changed" if report.updated else "same"
    return Outcome(word, digest, "io.cozy.calendar.events")


def calendar_named(work: Work, name: str, color: str = "") -> str:
    """The id of the calendar of this name that may be written, made where there is none; "" is the owner's own."""
    wanted = " ".join(name.split())[:200]
    if not wanted:
        return OWN
    for shelf in collections.shelves.all_(work, CALENDARS):
        if shelf.name == wanted and not shelf.is_read_only and not shelf.source:
            return shelf.id
    members = {"name": wanted, **({"color": color} if color else {})}
    return collections.shelves.create(work, CALENDARS, members).id
