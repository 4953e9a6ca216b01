"""What can go wrong with calendars."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Forbidden, Invalid, NotFound


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


class NothingAnswered(Invalid):
    """This answers an invitation that is not in your calendars."""


class NotAsked(Invalid):
    """Whoever answers here is not among the guests of the event."""


class OddAnswer(Invalid):
    """This answer says neither yes, maybe nor no."""


class OldAnswer(Invalid):
    """This answers an earlier version of the event."""


class TakenBack(Invalid):
    """This takes an event back: delete the event yourself, if it is in your calendar."""


class OtherProposed(Invalid):
    """This proposes a change to an event: change the event yourself, if you agree."""


class ProposalDeclined(Invalid):
    """This declines a change that you proposed: the event stays as it is."""


class SentAgain(Invalid):
    """This asks to be sent the event again: nothing in it is for a calendar."""


class NothingToUndo(Conflict):
    """This has changed since, and stays as it is now."""
