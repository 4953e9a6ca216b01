"""The words of help by the host."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from cozy.kernel.caller import Caller
from cozy.rooms.permissions.model import Permission

MARK = "forHost"  # in the metadata of the link
# What the host may be let look at, by the doctypes of each kind; the first one names it.
KINDS: Mapping[str, tuple[str, ...]] = {
    "work": ("io.cozy.triggers", "io.cozy.jobs"),
    "apps": ("io.cozy.apps", "io.cozy.konnectors"),
    "files": ("io.cozy.files",),
    "contacts": ("io.cozy.contacts", "io.cozy.contacts.groups"),
    "calendars": ("io.cozy.calendars", "io.cozy.calendar.events", "io.cozy.todos"),
}
LIVES: Mapping[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "days": timedelta(days=3),
}


class Opened(Struct, frozen=True):
    """Help that is open. caller: who looks, and holds what the owner chose."""

    code: str
    link: Permission
    caller: Caller
    owner: str  # their public name

    @property
    def doctypes(self) -> list[str]:
        """What may be looked at."""
        return [grant.doctype for grant in self.caller.grants]
