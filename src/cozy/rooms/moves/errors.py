"""What can go wrong when a home moves."""

from __future__ import annotations

from cozy.kernel.problem import (
    Conflict,
    Elsewhere,
    Forbidden,
    Full,
    Gone,
    Invalid,
    Malformed,
    NotFound,
    Unavailable,
)


class BadInvitation(Invalid):
    """This is not what `cozy expect` prints at the other host: an address, #, and a code."""


class NotExpected(Forbidden):
    """No home is expected here that shows this code, or it was used by another one, or it is too old."""


class NotWhole(Conflict):
    """What came is not all of the home."""


class BadBlocks(Invalid):
    """These are no blocks of a database."""


class TooNewHome(Conflict):
    """The home comes from a newer version of Cozy: upgrade this host first."""


class NoRoom(Full):
    """The home does not fit on the other host."""


class KeptHere(Conflict):
    """A home of this identity is on this host already, or what is left of it: erase that first."""


class GivenUp(Gone):
    """This host no longer expects the home."""


class Moves(Conflict):
    """This home is about to move to another address: give that up first."""


class NoDeparture(NotFound):
    """This home does not move."""


class NoArrival(NotFound):
    """No home is expected at this address."""


class ArrivedAlready(Conflict):
    """The home lives at its new address by now: what is there stays."""


class NotArrived(Conflict):
    """The home is not known to live at its new address: nothing is erased here before."""


class TargetRefuses(Elsewhere):
    """The other host does not take the home."""


class BadRequest(Malformed):
    """Nobody may ask that any more, or not like this: begin anew where you began to move."""


class NoHanding(Forbidden):
    """This home is not handed over to whoever says so."""


class TargetAway(Elsewhere):
    """The other Cozy cannot be reached, or does not let anything in."""


class NotYet(Unavailable):
    """So much is written in this home that it could not be moved without a long pause: it is tried again."""
