"""What can go wrong with imports."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Full, Invalid, NotFound, Stale, Unavailable, Unsupported


class NoImport(NotFound):
    """There is no such import."""


class NoEntry(NotFound):
    """There is no such file in this archive."""


class Damaged(Invalid):
    """This archive is damaged or not complete: fetch it again from where it comes from."""


class TooMuch(Invalid):
    """This archive says that it holds more than it can: it is not opened any further."""


class TooManyEntries(Invalid):
    """This archive holds too many files: unpack it, and bring in its folders one after the other."""


class TooManyParts(Invalid):
    """There are too many different things in there for one go: bring in some of its folders first, then the others."""


class Encrypted(Unsupported):
    """This archive is locked by a password: unpack it first."""


class NoZip(Invalid):
    """This is no zip archive."""


class Broken(Unavailable):
    """Something broke on our side. Nothing that came in is lost: go on, and if it happens again, tell who hosts your home."""


class NoSource(NotFound):
    """What was to be brought in is not there any more."""


class NothingToImport(Invalid):
    """There is nothing in there."""


class NotNow(Conflict):
    """This import is not at a point where that can be done."""


class NotForImports(Invalid):
    """Documents of this kind are not brought in as they are."""


class NothingInside(Invalid):
    """There is no person, event or mail in it."""


class Unreadable(Invalid):
    """This cannot be understood."""


class NoArchive(Stale):
    """There is no archive of a Cozy at this address, or it is not ready, or no longer there."""


class TooLittleRoom(Full):
    """What is in the archive of the other Cozy does not fit into this home."""


class NotInArchive(NotFound):
    """There is no such thing in your archive."""


class BadColumns(Invalid):
    """Say which column holds the date, and which one the amount, or money in and money out; each at most once."""
