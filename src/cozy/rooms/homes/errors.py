"""What can go wrong with a home."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Invalid, NotFound


class NoHome(NotFound):
    """There is no home at this address."""


class DomainTaken(Conflict):
    """A home already has this address."""


class NotFirst(Conflict):
    """Somebody has just made the first home of this host: log in, or ask the person who hosts it."""


class BadDomain(Invalid):
    """This cannot be the address of a home: use letters, digits and hyphens, with a dot, like camille.example.org."""


class BadProfile(Invalid):
    """This value cannot be used here."""


class WhichHome(Invalid):
    """This host has several homes: say which one."""
