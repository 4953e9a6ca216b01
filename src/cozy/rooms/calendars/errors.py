"""What can go wrong with calendars."""

from __future__ import annotations

from cozy.kernel.problem import Forbidden, Invalid, NotFound


class BadEvent(Invalid):
    """This cannot be kept in a calendar as it is."""


class NoOccurrence(NotFound):
    """This does not take place then, or not any more."""


class TooManyInstances(Forbidden):
    """This takes place too often to be told one by one: ask for less time."""

    condition = "{urn:ietf:params:xml:ns:caldav}max-instances"


class NotInvited(Forbidden):
    """You are not among those who are invited to this."""


class NoInvitation(NotFound):
    """This invitation is not known here, or it was taken back."""


class NoPublicCalendar(NotFound):
    """There is no calendar at this address, or it is not public any more."""


class BadCalendarFile(Invalid):
    """This is no calendar: a file that ends with .ics is expected."""
