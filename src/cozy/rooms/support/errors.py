"""Refusals."""

from __future__ import annotations

from cozy.kernel.problem import Invalid, NotFound


class NoHelp(NotFound):
    """This opens nothing any more: its time is over, or the owner has ended it."""


class NothingChosen(Invalid):
    """Choose what the host may look at, and for how long."""
