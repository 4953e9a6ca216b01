"""Refusals around apps."""

from __future__ import annotations

from cozy.kernel.problem import (
    ActionNeeded,
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Stale,
    Unavailable,
)


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


class AlreadyInstalled(Conflict):
    """This app is installed already."""

    said = "Application with same slug already exists"


class TakenSlug(Conflict):
    """A connector of this name comes with your home: another one cannot take its place."""

    said = "Application with same slug already exists"


class Busy(Conflict):
    """This app is being installed or removed: try again in a moment."""

    said = "Application is not in valid state to perform this operation"


class BadSource(Invalid):
    """An app cannot come from there: use registry://, https://, git+https:// or, on the command line, file://."""

    said = "Invalid or not supported source scheme"


class NoManifest(NotFound):
    """There is no app there, or it cannot be reached."""

    said = "Application manifest is not reachable"


class NoSource(Malformed):
    """The files of this app cannot be fetched."""

    said = "Application source is not reachable"


class BadChecksum(Malformed):
    """What was fetched is not what was announced: nothing of it is used."""

    said = "Application checksum does not match"


class BadArchive(Malformed):
    """The files of this app cannot be used."""


class LinkedClient(Malformed):
    """A program on one of your devices works with this app: disconnect it first."""

    said = "A linked OAuth client exists for this app"


class NotYours(Forbidden):
    """Only you, your command line and the store may install apps."""


class OtherVersion(Stale):
    """Another version of this app is installed."""


class BadLog(Invalid):
    """A line of a log has a timestamp, a level that is known, and a text."""


class ShutOut(Forbidden):
    """You took back what this app may use: allow it again in your home, or remove it there."""


class NotReady(Unavailable):
    """This app is being installed: try again in a moment."""


class NotBought(ActionNeeded):
    """This app has a price: buy it first, in the store."""


class NothingSold(Forbidden):
    """This app has a price, and this host sells no apps."""


class BadIntent(Invalid):
    """An intent says which action it is about, and on which type of documents."""


class NoIntent(NotFound):
    """There is no such intent."""


class NotItsService(Forbidden):
    """This intent is for another app."""
