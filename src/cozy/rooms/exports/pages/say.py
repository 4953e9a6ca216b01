"""Exports in words."""

from __future__ import annotations

from collections.abc import Mapping

from cozy.kernel.work import Work
from cozy.ui import N_, formats

from ..errors import NoRoom
from ..model import State
from .door import words

STATES: Mapping[State, tuple[str, str, str]] = {  # words, kind of badge, icon
    "making": (N_("Being prepared"), "", "loader"),
    "ready": (N_("Ready"), "ok", "check"),
    "failed": (N_("Needs you"), "warn", "triangle-alert"),
}


def room(work: Work, problem: NoRoom) -> str:
    """How much room is missing."""
    said = words(work)
    return said.gettext(
        N_("About %(needed)s are needed for a while, and %(free)s are free."),
        needed=formats.size(problem.facts["needed"], said.locale),
        free=formats.size(problem.facts["free"], said.locale),
    )
