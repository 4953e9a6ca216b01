"""Which drives there are."""

from __future__ import annotations

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.errors import NoSharing
from cozy.rooms.sharing.model import Sharing

from ..errors import DriveClosed, NoDrive


class Listed(Struct, frozen=True):
    """A drive as a page lists it."""

    id: str
    name: str
    is_own: bool
    is_file: bool
    is_read_only: bool
    owner: str  # what to call whose it is
    root: str


def fetch(work: Work, sharing_id: str) -> Sharing:
    """The sharing behind a drive. Raises NoDrive; DriveClosed when it is over."""
    try:
        found = sharings.fetch(work, sharing_id)
    except NoSharing as error:
        raise NoDrive(id=sharing_id[:100]) from error
    if not found.drive:
        raise NoDrive(id=found.id)
    if not found.active:
        raise DriveClosed(id=found.id)
    return found


def invitation(work: Work, sharing_id: str) -> str:
    """Where the owner says whether they take a drive that was offered to them; "" when they have said so."""
    try:
        found = sharings.fetch(work, sharing_id)
    except NoSharing:
        return ""
    return sharings.shortcuts.consent_link(work, found) if found.is_waiting else ""


def root_of(sharing: Sharing) -> str:
    """The id of the folder or file that is shared. Raises NoDrive."""
    rule = sharing.files_rule
    if rule is None or not rule.values:
        raise NoDrive(id=sharing.id)
    return rule.values[0]


def drives(work: Work) -> list[Listed]:
    """The drives that are shared with this home, and those of its own, by name."""
    found = [each for each in sharings.active(work) if each.drive and each.files_rule is not None]
    return sorted((_listed(each) for each in found), key=lambda each: each.name.casefold())


def _listed(sharing: Sharing) -> Listed:
    rule = sharing.files_rule
    title = (rule.title if rule else "") or sharing.description
    is_read_only = not sharing.owner and sharing.is_read_only(sharing.me)
    return Listed(
        sharing.id, title, sharing.owner, sharing.drive_root_type == "file", is_read_only, sharing.members[0].called, root_of(sharing)
    )  # fmt: skip
