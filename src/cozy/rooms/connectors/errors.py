"""What can go wrong when programs run for a home."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Invalid, NotFound, Unavailable


class BadWish(Invalid):
    """This job does not say what is to be run."""


class NoAccount(NotFound):
    """The account that this connector is to use is not there any more."""


class NoService(NotFound):
    """The app has no service of this name."""


class NotReady(Unavailable):
    """This app is not ready: it is being installed, or its installation failed."""

    said = "Application is not ready"


class UnknownLanguage(Invalid):
    """This connector is written in a language that is not run here."""


class NoConnector(NotFound):
    """This connector is not here."""


class LeftEmpty(Invalid):
    """This is needed."""


class BadChoice(Invalid):
    """Choose one of what is offered."""


class BadNumber(Invalid):
    """This is to be a number."""


class BadFolder(Invalid):
    """Such a folder cannot be made: begin with “/”, as in “/Administrative/Bills”."""


class TypeAgain(Invalid):
    """Type the password again: it was given for another server, and goes to no other."""


class NotByForm(Invalid):
    """This connector asks to log in on the page of the service, which cannot be done here yet."""


class UnderWay(Conflict):
    """It is at work already."""
