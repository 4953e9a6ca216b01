"""What happens with calendars."""

from __future__ import annotations

from cozy.kernel.work import Event


class RefreshDue(Event, frozen=True):
    """It is time to look at the place that a calendar is a copy of."""

    calendar: str


class PeopleConcerned(Event, frozen=True):
    """An event that somebody is invited to was made, changed or removed. id: of its document."""

    id: str
