"""Refusals. What is `said` are the words that apps and other homes know (cozy-stack model/sharing/error.go)."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Elsewhere, Forbidden, Gone, Invalid, Malformed, NotFound, TooMany


class NoSharing(NotFound):
    """This is not shared, or not any more."""


class GoesOnElsewhere(Gone):
    """This goes on at the address where this home is by now.

    The fact `links` says which, as cozy-stack has it (web/middlewares/permissions.go).
    """

    said = "The Cozy has been moved to a new address"


class CannotFollow(Invalid):
    """It cannot go on from here: share it again."""


class OverBefore(Invalid):
    """It was over already."""


class NotAnswered(Invalid):
    """You had not said yes to it: whoever invited you has to do it again."""


class NoRules(Malformed):
    """Choose something to share."""

    said = "A sharing must have rules"


class BadRule(Malformed):
    """This cannot be shared."""

    said = "A rule is invalid"


class NoRecipients(Malformed):
    """Choose somebody to share with."""

    said = "A sharing must have recipients"


class TooManyMembers(Malformed):
    """This is shared with as many people as it can be: take somebody out first."""

    said = "There are too many members for this sharing"


class BadHomeAddress(Invalid):
    """This is not the address of a home: it looks like https://ana.example.org."""

    said = "The Cozy URL is invalid"


class NotAHome(Invalid):
    """This is the address of a mailbox: give the one of your home, without @."""


class ReachesIn(Forbidden):
    """This invitation is about something of yours that nobody shared with you, so it cannot be accepted."""


class WrongState(Malformed):
    """This cannot be done with this sharing, as it is now."""

    said = "Sharing is not in the expected state"


class NoMember(NotFound):
    """There is nobody like that in this sharing."""

    said = "The member was not found"


class NoSuchGroup(NotFound):
    """There is no such group in this sharing."""


class RequestFailed(Elsewhere):
    """The home at this address does not answer as it should: look at the address, or try again later."""

    said = "The sharing request failed"


class NoWayIn(Malformed):
    """Their home has not said yes yet."""

    said = "No OAuth client was found"


class AlreadyAccepted(Conflict):
    """This invitation was already accepted."""

    said = "Sharing already accepted by this recipient"


class GroupTwice(Malformed):
    """This group is in the sharing already."""

    said = "The group cannot be added twice to the same sharing"


class AlreadyAlone(Malformed):
    """Somebody of this group is in the sharing already, and may do something else there."""

    said = "A group member cannot be added as they are already in the sharing"


class AlreadyInGroup(Malformed):
    """Somebody is in the sharing already by a group, and may do something else there."""

    said = "A group member cannot be added as they are already in another group of the sharing"


class NoAddress(Invalid):
    """Nothing is known of them that an invitation could be sent to: neither a mail address nor a home."""

    said = "The contact has no email address"


class Unknown(Invalid):
    """Nobody in your contacts is called so: type their mail address, or the address of their home."""


class Yourself(Invalid):
    """This is you: choose somebody else."""


class TooManyInvitations(TooMany):
    """Too many invitations wait for an answer in this home."""


class DescriptionTooLong(Malformed):
    """A description has 1,000 characters at most."""

    said = "description is too long (maximum 1000 characters)"


class ReadOnlyHere(Forbidden):
    """You may look at this, and cannot decide about it."""


class PeerGone(Elsewhere):
    """Their home knows nothing of this sharing any more."""


class PeerRefused(Elsewhere):
    """Their home refuses this. The fact `status` says how."""


class PeerAway(Elsewhere):
    """Their home cannot be reached for now."""
