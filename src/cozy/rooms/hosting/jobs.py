"""What a home does by itself about its host."""

from __future__ import annotations

from cozy.kernel.jobs import job
from cozy.kernel.work import Work

from .events import HostSpoke
from .service import telling


@job("hosting.tell_owner", retries=3)
def tell_owner(work: Work, event: HostSpoke) -> None:
    """Tell the owner what the host says; the second time it is what was told last, which is not told again."""
    telling.tell_owner(work, event)
