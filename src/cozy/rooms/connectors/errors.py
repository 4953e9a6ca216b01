"""What can go wrong when programs run for a home."""

from __future__ import annotations

from cozy.kernel.problem import Invalid, NotFound, Unavailable


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
