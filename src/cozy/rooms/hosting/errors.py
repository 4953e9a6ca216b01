"""What can go wrong in the administration."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Forbidden, Invalid, Malformed, NotFound, TooMany, Unauthenticated


class NoToken(NotFound):
    """There is no such token."""


class BadParameter(Invalid):
    """A parameter cannot be used."""


class OwnersToSay(Invalid):
    """This is the owner's to say, in their home."""


class NoStatement(NotFound):
    """There is no statement of this month."""


class NoPlan(NotFound):
    """There is no such plan."""


class WrongToken(Unauthenticated):
    """This token opens nothing here. It may be over."""


class NoWebhook(NotFound):
    """There is no such webhook."""


class NoDelivery(NotFound):
    """There is no such delivery."""


class ToldAlready(Conflict):
    """This address is told already."""


class NoPayments(NotFound):
    """Nothing is paid for here."""


class BoughtAlready(Conflict):
    """You have bought this app already."""


class NoPurchase(NotFound):
    """There is nothing that is paid for each month."""


class WrongSignature(Malformed):
    """This is not signed by the payment service, or too long ago."""


class OtherAddress(Invalid):
    """Nothing was destroyed: that was not the address."""


class NoMailServer(Invalid):
    """This host has no mail server: set `smtp_url`."""


class NoInvitation(NotFound):
    """This link opens nothing any more: it was used, taken back, or it is too old. Ask for another one."""


class NoLobby(Invalid):
    """People cannot get a home there: the settings name no `homes_below` in this context."""


class ByInvitation(Forbidden):
    """Homes are made by invitation here."""


class BadLabel(Invalid):
    """Use 2 to 40 letters and digits, such as camille."""


class ReservedLabel(Conflict):
    """This one is kept for the host."""


class LabelTaken(Conflict):
    """Somebody lives there already."""


class NotAgreed(Invalid):
    """Say first that you agree with the terms of service."""


class TooManyAsked(TooMany):
    """Too many have asked from here: wait a little, then try again."""


class NotPaidYet(Conflict):
    """This gives back what nobody has said was paid. Say it again later."""
