"""What happens between this home and servers of another kind."""

from __future__ import annotations

from cozy.kernel.work import Event


class Answered(Event, frozen=True):
    """The other side of a share is to hear something: that it was accepted, declined, or that it is over."""

    share: str
    notification: str  # SHARE_ACCEPTED, SHARE_DECLINED, SHARE_UNSHARED


class ShareArrived(Event, frozen=True):
    """Somebody at another server says that they share something: whether it is so is to be found out."""

    share: str


class KeepAsked(Event, frozen=True):
    """The owner wants a copy of what others share, in a folder of their own."""

    share: str
    path: str  # of what is copied, in the share
    folder: str  # id of the folder that it goes into
    name: str
