"""What WebDAV does by itself: forgetting locks, and files that never came whole."""

from __future__ import annotations

from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.work import Work

from . import service


@job("dav.forget_expired_locks")
def forget_expired_locks(work: Work, event: DayPassed) -> None:
    """Forget locks whose time is over; the second time there are none."""
    service.locks.forget_expired(work)


@job("dav.forget_expired_transfers")
def forget_expired_transfers(work: Work, event: DayPassed) -> None:
    """Forget transfers that nobody went on with, whose bytes are swept as those of other uploads; the second time there are
    none.
    """
    service.transfers.forget_expired(work)
