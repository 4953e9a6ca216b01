"""What can go wrong with collections and items."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Forbidden, Full, Malformed, NotFound, Stale


class NoCollection(NotFound):
    """There is no such collection."""


class NoItem(NotFound):
    """There is no such item here."""


class NotInBin(NotFound):
    """It is not in the bin any more."""


class BadText(Malformed):
    """This text cannot be understood."""


class BadName(Malformed):
    """Such a name cannot be used here."""


class TextTooLarge(Forbidden):
    """This is too large."""


class UidTaken(Conflict):
    """The same item is here already, under another name."""


class NotExpected(Stale):
    """It has changed since you last saw it, or is there already."""


class ReadOnly(Forbidden):
    """This collection is a copy of another one: it can be looked at only."""


class WrongComponent(Forbidden):
    """This collection does not take such items."""


class AlwaysThere(Forbidden):
    """This collection cannot be deleted: whatever has no other place is in it."""


class AlreadyHere(Conflict):
    """There is such a collection, or such an item, already."""


class TooManyCollections(Full):
    """There is not room for so many collections."""


class BadToken(Forbidden):
    """What is said to be known already is not known here: ask for everything again."""

    condition = "valid-sync-token"
