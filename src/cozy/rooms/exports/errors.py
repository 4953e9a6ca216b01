"""What can go wrong when a home is taken along."""

from cozy.kernel.problem import Conflict, Elsewhere, Forbidden, Full, Invalid, NotFound, Problem


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


class NoPlace(NotFound):
    """There is no folder or bucket at this address that can be written to in this way."""


class TooManyPlaces(Conflict):
    """There are enough places for backups: remove one first."""


class BadPlace(Invalid):
    """This is no address of a folder: it begins with https://."""


class PlaceClosed(Forbidden):
    """The server there does not know this login and password, or does not let them write."""


class PlaceAway(Elsewhere):
    """The server there cannot be reached, or does not answer as it should."""


class NoRoomThere(Elsewhere):
    """There is no room left there."""


class DiskAway(Elsewhere):
    """This disk is not there, or cannot be written to: is it plugged in?"""
