"""Refusals around apps."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Invalid, Malformed, NotFound, Unavailable


class NoApp(NotFound):
    """This app is not installed."""

    said = "Application is not installed"


class NoAppPage(NotFound):
    """This app has no page at this address."""


class BadSlug(Invalid):
    """In addresses an app is called by small letters, digits and hyphens."""

    said = "Invalid slug name"


class BadManifest(Malformed):
    """The manifest of this app cannot be used."""


class BadAppFolder(Invalid):
    """A folder of an app is given as `slug:folder`, where the folder holds its manifest."""


class NotReady(Unavailable):
    """This app is being installed: try again in a moment."""


class BadIntent(Invalid):
    """An intent says which action it is about, and on which type of documents."""


class NoIntent(NotFound):
    """There is no such intent."""


class NotItsService(Forbidden):
    """This intent is for another app."""
