"""Refusals."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Invalid, Malformed, NotFound, Unauthenticated


class NotAllowed(Forbidden):
    """You are not allowed to do this."""


class NobodyIn(Unauthenticated):
    """You need to log in first."""


class NoGrant(NotFound):
    """Nothing is allowed here any more."""


class BadEnd(Invalid):
    """Choose a day that is still to come."""


class NothingKept(Invalid):
    """Keep at least one thing, or stop it altogether."""


class BadDoctype(Forbidden):
    """No permission can be about documents of this kind."""


class BadRule(Malformed):
    """This permission cannot be understood."""

    said = "Permission scope is empty or malformed"


class BadDuration(Invalid):
    """A duration is a number with a unit: `30m`, `12h`, `7D`, `1Y`."""


class BadMoment(Invalid):
    """This is not a date as it is expected here: `2026-08-03T12:00:00Z`."""


class NotYours(Forbidden):
    """Nobody can give more than they were given."""

    said = "Attempt to create a larger permission set"


class CannotShare(Forbidden):
    """A link cannot make links."""

    said = "Only apps can create sharing permissions"


class NotTheMaker(Forbidden):
    """Only who made this link can change it."""

    said = "Permissions can be updated only by its parent"


class OneOrTheOther(Malformed):
    """Change the codes or the permissions of a link, one at a time."""

    said = "The patch doc should have property 'codes' or 'permissions', not both"


class TooManyCodes(Invalid):
    """A link has a hundred codes at most, each with a name of 200 characters at most."""
