"""What this room does by itself."""

from __future__ import annotations

from cozy.kernel.jobs import job
from cozy.kernel.work import Work

from . import service
from .events import GrantDue


@job("permissions.end_grant")
def end_grant(work: Work, event: GrantDue) -> None:
    """Tell that a grant has ended by time; told twice, it is over all the same."""
    service.end_due(work, event)
