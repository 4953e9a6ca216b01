"""What can go wrong with contacts."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Invalid, NotFound


class NoContact(NotFound):
    """There is no such person in your contacts."""


class NoGroup(NotFound):
    """There is no such group."""


class NoPhoto(NotFound):
    """There is no photo of this person."""


class BadPhoto(Invalid):
    """This is not a picture that can be shown. Choose a JPEG, PNG, WebP, GIF or HEIC file."""


class BadGroupName(Invalid):
    """Give the group a name."""


class GroupNameTaken(Conflict):
    """There is a group of that name already."""


class NobodyKnown(Invalid):
    """Give a name, a company, a phone number or a mail address."""


class CannotMerge(Invalid):
    """Choose at least two people, and you yourself at the most once."""


class NothingToUndo(NotFound):
    """They cannot be taken apart any more: they have changed since."""
