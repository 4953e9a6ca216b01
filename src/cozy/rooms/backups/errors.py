"""What can go wrong when a host is backed up, or put back."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Invalid, Locked, NotFound, Unavailable


class NoKey(Invalid):
    """Say which key locks the backup: the setting `backup_key`, or --key. `cozy backup-key FILE` makes one."""


class BadKey(Invalid):
    """This is no key of a backup: a public one begins with age1, a secret one with AGE-SECRET-KEY-1."""


class WrongKey(Invalid):
    """This secret key does not open the backup."""


class NoBackup(NotFound):
    """There is no backup in this folder, or none as old as that."""


class NotInBackup(NotFound):
    """No home of this address is in the backup."""


class OtherHost(Conflict):
    """This folder holds the backup of another host: choose one of its own."""


class BusyPlace(Locked):
    """Another command is at work in this folder."""


class Damaged(Unavailable):
    """A part of the backup is missing, or is not what was stored."""


class HomesHere(Conflict):
    """There are homes here already: a whole host is put back into an empty folder. One home is put back with --home."""


class HomeHere(Conflict):
    """This home is here already, or another one has its address: look at the backup in another folder, with --data."""


class BadKeep(Invalid):
    """Say how many backups are kept as 7d,4w,12m: one for each of so many days, weeks, months or years."""


class BadMoment(Invalid):
    """Say the moment as 2026-11-27 or 2026-11-27T18:30, in UTC."""


class KeyHere(Conflict):
    """The file of the host's key there holds another key: take it away, or name the one of this host."""


class StillMoving(Conflict):
    """A home is moving to another host: wait until it has arrived, or give its move up."""


class Unreadable(Unavailable):
    """A content is missing, or is not what it was: `cozy check --scrub` tells more. Nothing has changed here."""


class Differs(Unavailable):
    """What came is not what is here: something wrote to one of them meanwhile. Empty the new place, and begin again."""
