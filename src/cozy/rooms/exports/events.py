"""What happens to exports."""

from __future__ import annotations

from cozy.kernel.work import Event


class ExportDue(Event, frozen=True):
    """The time of an export is over."""

    export: str


class ExportOver(Event, frozen=True):
    """An export is ready, or could not be made."""

    export: str


class BackupDue(Event, frozen=True):
    """The time of a backup has come, unless another one was set since."""

    place: str
    at: str
