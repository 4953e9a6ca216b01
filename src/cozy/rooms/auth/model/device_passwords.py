"""The words of device passwords: what programs bring that only know a name and a password."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

FILES = "io.cozy.files"
AREAS: Mapping[str, tuple[str, ...]] = {
    "files": (FILES,),
    "calendars": (
        "io.cozy.calendars",
        "io.cozy.calendar.events",
        "io.cozy.todos",
        "io.cozy.calendar.journals",
    ),
    "contacts": ("io.cozy.contacts", "io.cozy.contacts.books", "io.cozy.contacts.groups"),
}
OFFERED = ("files", "calendars", "contacts")  # the areas that answer to such programs by now
SEE = ("GET",)
NAME_LIMIT = 100  # characters


class Wanted(Struct, frozen=True, kw_only=True):
    """A password to be made. name: as the owner calls the device; expires_at: RFC 3339, "" for no end."""

    name: str
    areas: tuple[str, ...]
    may_write: bool
    folder: str = ""  # id of the one folder that it opens of all files
    expires_at: str = ""


class Made(Struct, frozen=True):
    """A new password, which is known to nobody afterwards. id: of its grant."""

    id: str
    password: str


class Begun(Struct, frozen=True):
    """A program waits. page: the secret of the page where the owner agrees; token: that of the program."""

    page: str
    token: str


class Waiting(Struct, frozen=True):
    """Who waits. name: as the program calls its device; address: where it asked from."""

    name: str
    address: str
