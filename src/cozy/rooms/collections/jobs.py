"""What collections do by themselves: the bin empties, values that nobody names go, documents that came silently are found."""

from __future__ import annotations

from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work

from . import service


@job("collections.tidy")
def tidy(work: Work, event: DayPassed) -> None:
    """Forget what is over, and find what came by other ways than ours; the second time there is nothing to do."""
    service.binned.forget_old(work)
    service.inline.sweep(work)
    service.follow_all(work)
