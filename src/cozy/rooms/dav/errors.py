"""What WebDAV refuses. `condition` is how RFC 4918 §16 names it to programs."""

from __future__ import annotations

from cozy.kernel.problem import (
    Conflict,
    Forbidden,
    Invalid,
    Locked,
    Malformed,
    NotFound,
    Problem,
    Stale,
    Unsupported,
)


class Unmapped(NotFound):
    """There is nothing at this address."""


class NoFolderAbove(Conflict):
    """The folder that should hold this does not exist."""


class AlreadyThere(Problem):
    """There is something at this address already."""

    kind = "method"


class OnlyFiles(Problem):
    """This is a folder, and holds no content of its own."""

    kind = "method"


class TooDeep(Forbidden):
    """Ask for one folder at a time."""

    condition = "propfind-finite-depth"


class Elsewhere(Problem):
    """The destination is not in this home."""

    kind = "elsewhere"


class IntoItself(Forbidden):
    """A file or folder cannot be put where it is, around itself, or into itself."""


class BadPlace(Malformed):
    """This address cannot be read."""


class Unfulfilled(Stale):
    """What the request expects is not so."""


class WrongLockToken(Conflict):
    """There is no such lock here."""

    condition = "lock-token-matches-request-uri"


class NotYourLock(Forbidden):
    """Somebody else holds this lock."""


class IsLocked(Locked):
    """Somebody is working on this: try again later."""

    condition = "lock-token-submitted"


class LockConflict(Locked):
    """Somebody holds a lock here already."""

    condition = "no-conflicting-lock"


class TooManyLocks(Locked):
    """There are too many locks in this home."""


class TooManyTransfers(Invalid):
    """There are too many parts of files on their way."""


class NoBodyHere(Unsupported):
    """A new folder takes no content along."""


class TooManyProperties(Invalid):
    """There is not so much room for properties."""


class WrongChecksum(Malformed):
    """What arrived is not what was sent: the checksums differ."""


class WrongLength(Malformed):
    """What arrived is not as long as was said."""


class WrongType(Forbidden):
    """Something of this kind cannot be made here."""

    condition = "valid-resourcetype"


class CannotBeMade(Forbidden):
    """A new calendar or address book cannot have these properties."""

    condition = "cannot-modify-protected-property"


class WrongFormat(Unsupported):
    """Only events and tasks go into calendars, and only contacts into address books."""


class NoQueryHere(Forbidden):
    """This question cannot be asked here."""

    condition = "supported-report"


class BadMessage(Forbidden):
    """This is no question that can be asked of people."""

    condition = "{urn:ietf:params:xml:ns:caldav}valid-scheduling-message"


class NotYourName(Forbidden):
    """You can ask in your own name only."""

    condition = "{urn:ietf:params:xml:ns:caldav}organizer-allowed"
