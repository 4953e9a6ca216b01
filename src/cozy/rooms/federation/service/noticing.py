"""What the owner is told of shares with other servers."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import SHARE, Notice

from ..model import PAGES, SHARED, Share

KIND = "federation"  # of what happens to shares that are there


def arrived(work: Work, share: Share) -> None:
    """Somebody shares something; their address stands beside whatever they call themself."""
    name = f"{share.called} ({share.who})" if share.called else share.who
    notifications.notify(
        work, Notice(kind=SHARE, about=share.id, values={"name": name, "what": share.name}, link=SHARED)
    )


def known(work: Work, who: str, name: str) -> None:
    """Somebody took an invitation of the owner's."""
    notifications.notify(
        work, Notice(kind=KIND, about=who, values={"name": name, "what": who, "how": "known"}, link=PAGES)
    )


def accepted(work: Work, share: Share) -> None:
    """They took what the owner shares."""
    _tell(work, share, "accepted")


def declined(work: Work, share: Share, *, was_in: bool) -> None:
    """They do not want it, or no longer."""
    _tell(work, share, "left" if was_in else "declined")


def ended(work: Work, share: Share) -> None:
    """They share it no more."""
    _tell(work, share, "ended")


def kept(work: Work, share: Share, folder_id: str, *, is_whole: bool) -> None:
    """The copy that the owner wanted is here, or cannot be made whole."""
    values = {"name": share.person, "what": share.name, "how": "kept" if is_whole else "not_kept"}
    notifications.notify(
        work, Notice(kind=KIND, about=f"{share.id}/{folder_id}", values=values, link=f"/my/drive/{folder_id}")
    )


def _tell(work: Work, share: Share, how: str) -> None:
    link = f"{PAGES}/{share.id}" if share.direction == "received" else SHARED
    values = {"name": share.person, "what": share.name, "how": how}
    notifications.notify(work, Notice(kind=KIND, about=f"{share.id}/{how}", values=values, link=link))
