"""What can go wrong in the administration."""

from __future__ import annotations

from cozy.kernel.problem import Invalid, NotFound


class NoToken(NotFound):
    """There is no such token."""


class BadParameter(Invalid):
    """A parameter cannot be used."""


class OwnersToSay(Invalid):
    """This is the owner's to say, in their home."""
