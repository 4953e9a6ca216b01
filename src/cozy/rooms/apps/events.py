"""What became of apps."""

from __future__ import annotations

from cozy.kernel.work import Event


class AppInstalled(Event, frozen=True):
    """An app or a connector is there, or there in a new version: its services and what it asks for may be others."""

    kind: str
    slug: str
    version: str


class AppUninstalled(Event, frozen=True):
    """An app or a connector is gone, with its grant; what it kept in documents stays."""

    kind: str
    slug: str
