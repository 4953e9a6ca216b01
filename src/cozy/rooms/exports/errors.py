"""What can go wrong when a home is taken along."""

from cozy.kernel.problem import Conflict, Full, Invalid, NotFound, Problem


class NotAnExport(Invalid):
    """This is no export of a home that could be gone on with."""


class AnotherHome(Conflict):
    """This folder holds the export of another home."""


class NotEmpty(Conflict):
    """This folder holds other things: choose an empty one, or an earlier export."""


class NoExport(NotFound):
    """There is no such export, or it was removed."""


class AlreadyMaking(Conflict):
    """One is being prepared already: wait until it is ready, or stop it."""


class NoRoom(Full):
    """There is not enough room on the disk to prepare it."""


class Broken(Problem):
    """Something went wrong while it was prepared. Nothing in your home has changed: try again."""
