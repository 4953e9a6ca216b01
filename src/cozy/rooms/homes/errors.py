"""What can go wrong with a home."""

from __future__ import annotations

from cozy.kernel.problem import ActionNeeded, Conflict, Forbidden, Invalid, NotFound


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


class HomeElsewhere(Conflict):
    """This home lives on another host by now."""


class BadContext(Invalid):
    """A context of the settings cannot be used."""


class NoContext(NotFound):
    """The settings know no context of this name."""


class TermsUpdated(ActionNeeded):
    """Terms of services have been updated"""

    heading = "TOS Updated"

    @classmethod
    def code(cls) -> str:
        """The name that apps know (cozy-stack docs/user-action-required.md)."""
        return "tos-updated"


class Unpaid(ActionNeeded):
    """This home takes nothing new until its bill is paid. Everything in it can be read, taken along and moved."""


class NotHere(Forbidden):
    """This is for the owner, in a browser."""


class NoManager(NotFound):
    """This home has no manager."""


class BadAvatar(Invalid):
    """This picture cannot be used: it is broken, too large, or of a kind that we do not know."""


class NoAvatar(NotFound):
    """There is no picture of the owner."""
