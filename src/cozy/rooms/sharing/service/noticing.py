"""What the owner of a home is told of what others did: accepted, left, stopped."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import Notice

from ..model import Sharing

ACCEPTED, ENDED = "share_accepted", "share_ended"
PAGE = "/my/shared"


def accepted(work: Work, sharing: Sharing, index: int) -> None:
    """Tell that a member said yes."""
    _tell(work, ACCEPTED, sharing, index)


def left(work: Work, sharing: Sharing, index: int) -> None:
    """Tell that a member who was in left."""
    _tell(work, ENDED, sharing, index, how="left")


def stopped(work: Work, sharing: Sharing) -> None:
    """Tell that whoever shared something with this home does so no more."""
    _tell(work, ENDED, sharing, 0, how="taken" if sharing.drive else "stopped")


def _tell(work: Work, kind: str, sharing: Sharing, index: int, **how: str) -> None:
    values = {"name": sharing.members[index].called, "what": _title(sharing), **how}
    about = f"{sharing.id}/{index}"
    notifications.notify(work, Notice(kind=kind, about=about, values=values, link=f"{PAGE}/{sharing.id}"))


def _title(sharing: Sharing) -> str:
    return sharing.description or next((rule.title for rule in sharing.rules if rule.title), "")
