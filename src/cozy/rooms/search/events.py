"""What happened that search does something about."""

from __future__ import annotations

from cozy.kernel.work import Event


class DocumentsChanged(Event, frozen=True):
    """Documents that can be found changed, one or many."""


class TextsWait(Event, frozen=True):
    """There are contents whose text is to be read."""
