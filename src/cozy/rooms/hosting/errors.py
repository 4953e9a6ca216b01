"""What can go wrong in the administration."""

from __future__ import annotations

from cozy.kernel.problem import Invalid, NotFound, Unauthenticated


class NoToken(NotFound):
    """There is no such token."""


class BadParameter(Invalid):
    """A parameter cannot be used."""


class OwnersToSay(Invalid):
    """This is the owner's to say, in their home."""


class NoPlan(NotFound):
    """There is no such plan."""


class WrongToken(Unauthenticated):
    """This token opens nothing here. It may be over."""


class OtherAddress(Invalid):
    """Nothing was destroyed: that was not the address."""


class NoMailServer(Invalid):
    """This host has no mail server: set `smtp_url`."""
