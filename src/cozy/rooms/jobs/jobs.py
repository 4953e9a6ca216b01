"""The chore of this room itself."""

from __future__ import annotations

from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work

from . import service


@job("jobs.forget_given_up")
def forget_given_up(work: Work, event: DayPassed) -> None:
    """Forget jobs that failed for good long ago; the second time there are none."""
    service.forget_given_up(work)
