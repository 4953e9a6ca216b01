"""What can go wrong with a live folder."""

from cozy.kernel.problem import Conflict, Invalid, Unavailable


class NotHere(Unavailable):
    """The live folder is not where it was: mount its disk again, or turn it off."""


class NotEmpty(Conflict):
    """This folder holds other things: choose an empty one, or one that is not there yet."""


class OnAlready(Conflict):
    """The live folder is somewhere else already: turn it off first."""


class NotAFile(Invalid):
    """This is not a file: links and devices are not taken in."""


class Unreadable(Invalid):
    """Cozy may not read this file: give it the right to."""


class Unremovable(Invalid):
    """This is in your home now, and Cozy may not remove it here: do so yourself."""


class IsOff(Conflict):
    """There is no live folder."""


class WithinOurs(Invalid):
    """A live folder cannot be inside the folder that holds the homes, nor around it."""


class NeedsOneMachine(Unavailable):
    """A live folder needs a home on this machine: it goes with SQLite, not with PostgreSQL."""
