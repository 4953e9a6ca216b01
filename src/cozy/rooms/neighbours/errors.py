"""What can go wrong between homes."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Elsewhere, Forbidden, Invalid, NotFound, Unavailable


class NotSigned(Forbidden):
    """This home knows yours by its key, and the request is not signed by it."""


class OtherKey(Forbidden):
    """The home at this address shows another key than the one that is known: nothing is exchanged with it."""


class NoAnswer(Elsewhere):
    """The other home does not say who it is."""


class HasMoved(Unavailable):
    """The other home has moved; it is known at its new address from now on."""


class BadMove(Invalid):
    """This does not prove that the home has moved."""


class NoNeighbour(NotFound):
    """No such home is known here."""


class NoMove(Invalid):
    """A home moves to another address than its own."""


class NotPossible(Forbidden):
    """Homes of this host keep the address that they got: ask the person who hosts yours."""


class NotThisKind(Invalid):
    """A home cannot live at this domain here. Take one that is yours; where apps stand beside homes, a name below it without a hyphen."""


class NotProved(Conflict):
    """Not all of the records are there yet."""
