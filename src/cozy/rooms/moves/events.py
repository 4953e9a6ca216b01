"""What happens to homes that are handed over."""

from __future__ import annotations

from cozy.kernel.work import Event


class QuestionOver(Event, frozen=True):
    """The time is over in which the owner could be asked, or could answer."""
