"""What an address opens, for whoever has it: nobody's session counts, only the link and its password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as in_place_of

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import BadToken, ExpiredToken
from cozy.rooms.calendars import service as calendars
from cozy.rooms.calendars.model import EVENTS
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission

from ..errors import LinkLocked, NoLink, NothingToShare, NotOffered
from ..model import FILES, Mode, Thing, mode_of, opens
from . import things
from .making import SHORTEST


class Opened(Struct, frozen=True):
    """An open link. caller: the guest, who holds what the link gives; owner: the public name of who shares."""

    code: str
    link: Permission
    thing: Thing
    mode: Mode
    caller: Caller
    owner: str

    @property
    def can_see(self) -> bool:
        """Whether its contents are shown."""
        return self.mode != "drop"

    @property
    def can_save(self) -> bool:
        """Whether they may be taken along."""
        return self.mode in {"see", "change"}

    @property
    def can_add(self) -> bool:
        """Whether files may be put in."""
        return self.thing.is_folder and self.mode in {"change", "drop"}

    @property
    def can_change(self) -> bool:
        """Whether what is in the shared folder may be renamed, and thrown away."""
        verbs = {verb for grant in self.caller.grants if grant.doctype == FILES for verb in grant.verbs}
        return self.thing.is_folder and self.mode == "change" and {"PATCH", "DELETE"} <= verbs

    @property
    def has_password(self) -> bool:
        """Whether who looks had to give one."""
        return bool(self.link.password)


def open_(work: Work, code: str, password_of: Callable[[str], str]) -> Opened:
    """What a short code opens at this moment. password_of: the cookie that proves the password of a link.

    Raises LinkLocked, with the link's id; NoLink for everything that opens nothing, be it ended, taken back or never there.
    """
    link = permissions.of_code(work, code) if len(code) >= SHORTEST else None
    if link is None or link.type != "share" or code not in link.shortcodes.values():
        raise NoLink
    if permissions.has_ended(work, link):
        raise NoLink
    if not permissions.passwords.is_given(work, link, password_of(link.id)):
        raise LinkLocked(link=link.id)
    caller = _guest(work, link, code, password_of)
    thing = _thing(work, link)
    mode = mode_of(thing.kind, thing.id, caller.grants, look_only=link.look_only)
    if mode is None or not _is_given(work, link, thing, caller):
        raise NoLink
    return Opened(code, link, thing, mode, caller, homes.profile(work).public_name)


def _guest(work: Work, link: Permission, code: str, password_of: Callable[[str], str]) -> Caller:
    try:
        caller = auth.caller_of(work, code, "", password_of)
    except (BadToken, ExpiredToken) as error:
        raise NoLink from error
    return replace(caller, grants=permissions.opened_by(work, link)) if link.look_only else caller


def _is_given(work: Work, link: Permission, thing: Thing, caller: Caller) -> bool:
    """Whether a link gives what its page shows: with a calendar its events, which no leave for calendars holds."""
    if thing.kind != "calendar" or calendars.public.is_kept(work, thing.id, link.id):
        return True
    return permissions.may_use(caller, "GET", EVENTS, None)


def _thing(work: Work, link: Permission) -> Thing:
    found = opens(link)
    if found is None:
        raise NoLink
    try:
        return things.of(in_place_of(work, caller=SYSTEM), *found)
    except NothingToShare as error:
        raise NoLink from error


def needs(
    opened: Opened,
    *,
    seeing: bool = False,
    saving: bool = False,
    adding: bool = False,
    changing: bool = False,
) -> None:
    """Raises NotOffered where the link does not let its guests do so."""
    wanted = (
        (seeing, opened.can_see), (saving, opened.can_save), (adding, opened.can_add), (changing, opened.can_change),
    )  # fmt: skip
    if any(is_wanted and not is_offered for is_wanted, is_offered in wanted):
        raise NotOffered
