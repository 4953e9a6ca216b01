"""What happens to exports."""

from __future__ import annotations

from cozy.kernel.work import Event


class ExportDue(Event, frozen=True):
    """The time of an export is over."""

    export: str
