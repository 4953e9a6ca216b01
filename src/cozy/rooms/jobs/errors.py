"""What can go wrong with a job."""

from __future__ import annotations

from cozy.kernel.problem import Conflict


class LeaseLost(Conflict):
    """Another process has taken this job over."""
