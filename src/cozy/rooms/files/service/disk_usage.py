"""How much a home holds, as apps ask (cozy-stack docs/settings.md)."""

from __future__ import annotations

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.homes.model import SETTINGS
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NobodyIn, NotAllowed

from ..model import FILES
from ..store import contents, views

ID = "io.cozy.settings.disk-usage"


class DiskUsage(Struct, frozen=True):
    """Bytes: of everything, of the files as they are, of their old versions, of what lies in the bin when asked."""

    used: int
    files: int
    versions: int
    trash: int | None = None


def disk_usage(work: Work, *, with_trash: bool = False) -> DiskUsage:
    """What the home holds. Raises NobodyIn, NotAllowed."""
    _ask(work)
    used, versions = contents.usage(work), views.size_of_versions(work)
    trash = _in_bin(work) if with_trash else None
    return DiskUsage(used, max(0, used - versions), versions, trash)


def _ask(work: Work) -> None:
    """Who holds a grant for this, every app in a session, and guests who may add files: they see how much room is left."""
    caller = work.caller
    if caller.kind == "nobody":
        raise NobodyIn
    is_in = caller.kind == "owner" or (caller.kind == "app" and caller.session)
    adds = caller.kind == "share" and permissions.may(caller, "POST", FILES)
    if not (is_in or adds or permissions.may_use(caller, "GET", SETTINGS, {ID})):
        raise NotAllowed(verb="GET", doctype=SETTINGS)


def _in_bin(work: Work) -> int:
    return sum(size for (_, in_bin), size in views.sizes_by_class(work).items() if in_bin)


def capabilities(work: Work) -> dict[str, bool]:
    """What this room adds to what a home can do."""
    return {"file_versioning": work.settings.versions_kept > 0}
