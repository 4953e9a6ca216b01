"""What can go wrong when something is told."""

from __future__ import annotations

from cozy.kernel.problem import Malformed


class Untellable(Malformed):
    """Only the home itself tells something under this doctype."""
