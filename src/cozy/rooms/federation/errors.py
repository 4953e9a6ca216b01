"""What can go wrong between this home and servers of another kind."""

from __future__ import annotations

from cozy.kernel.problem import (
    Conflict,
    Elsewhere,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TooMany,
    Unauthenticated,
    Unsupported,
)


class BadAddress(Invalid):
    """This is no address of somebody at another server: it looks like bob@cloud.example.org."""


class Yourself(Invalid):
    """This is your own home."""


class NoServer(Elsewhere):
    """That server does not answer, or takes no shares from elsewhere."""


class NotTaken(Elsewhere):
    """That server did not take the share: perhaps nobody there has this name, or they take none from strangers."""


class SentAlready(Invalid):
    """This is shared with them already."""


class NoThing(NotFound):
    """There is nothing here that could be shared."""


class NoShare(NotFound):
    """There is no such share, or it has ended."""


class WrongSecret(Unauthenticated):
    """What opens this share is something else."""


class TopStays(Forbidden):
    """What is shared can be changed, and not be moved or thrown away as a whole."""


class NotReceiving(Forbidden):
    """This home takes no shares from other servers."""


class CannotTake(Unsupported):
    """This home takes files and folders over WebDAV, for its owner, and nothing else."""


class Incomplete(Malformed):
    """What was sent is not whole. The fact `parameter` says what is missing, or wrong."""


class TooManyWaiting(TooMany):
    """Too many shares wait for an answer here already."""


class Closed(Forbidden):
    """This is not shared with you any more."""


class Away(Elsewhere):
    """The server that this lies at does not answer: try again later. Nothing of it is lost."""


class OnlyToLook(Forbidden):
    """You may look at this, and not change it."""


class NotThere(NotFound):
    """There is nothing of this name at the other server, or no longer."""


class OtherThanTold(Invalid):
    """The other server sends more than it told of this file."""


class NameThere(Invalid):
    """Something of this name is there already."""


class NoRoomThere(Elsewhere):
    """There is no room for it at the other server."""


class NoInvite(Malformed):
    """This is no invitation, or one that leads nowhere any more."""


class InviteOver(Malformed):
    """This invitation is too old."""


class AcceptedAlready(Conflict):
    """Somebody has accepted this invitation already."""


class InviteRefused(Elsewhere):
    """That server does not know this invitation, or it was taken back."""


class TooManyInvites(Invalid):
    """There are as many invitations as there may be: forget some of them."""
