"""What can be shared by a link."""

from __future__ import annotations

from cozy.kernel.problem import NotFound
from cozy.kernel.work import Work
from cozy.rooms.calendars.model import BIRTHDAYS
from cozy.rooms.calendars.model import KIND as CALENDAR
from cozy.rooms.collections.service import shelves
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import names
from cozy.rooms.files import service as files
from cozy.rooms.files.model import RESERVED
from cozy.rooms.photos import service as photos

from ..errors import NothingToShare
from ..model import Kind, Thing


def of(work: Work, kind: Kind, id_: str) -> Thing:
    """A thing of the home that may be shared. Raises NothingToShare, NobodyIn, NotAllowed."""
    try:
        found = _FIND[kind](work, id_)
    except NotFound as error:
        raise NothingToShare from error
    if found is None:
        raise NothingToShare
    return found


def _file(work: Work, id_: str) -> Thing | None:
    file = files.fetch(work, id_)
    if file.is_trashed or file.id in RESERVED:
        return None
    return Thing("file", file.id, file.name, file.is_folder)


def _album(work: Work, id_: str) -> Thing | None:
    return Thing("album", id_, photos.albums.one(work, id_).name)


def _calendar(work: Work, id_: str) -> Thing | None:
    return None if id_ == BIRTHDAYS else Thing("calendar", id_, shelves.one(work, CALENDAR, id_).name)


def _contact(work: Work, id_: str) -> Thing | None:
    return Thing("contact", id_, names.display(contacts.people.fetch(work, id_).body))


_FIND = {"file": _file, "album": _album, "calendar": _calendar, "contact": _contact}
