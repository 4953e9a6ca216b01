"""Moving in: somebody with an invitation, or a mail address that they confirm, makes a home at the host's own address."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from urllib.parse import quote

from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Typed
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import DomainTaken
from cozy.rooms.homes.model import Context

from .. import store
from ..errors import ByInvitation, LabelTaken, NoInvitation, NoMailServer, NotAgreed, TooManyAsked
from ..model import WRONG_WITHIN, Invitation, Invited, MovingIn, Opening, Plan
from . import invitations, labels, plans
from .homes import home_of, open_

FROM_ONE, TO_ONE, OF_ALL = (
    10,
    3,
    300,
)  # mails within a quarter of an hour: by network, by mail address, together


def place(settings: Settings, context: str) -> Context:
    """What is said of homes that are made at this address."""
    return homes.contexts.context_of(settings, context)


def is_open(house: House, context: str) -> bool:
    """Whether anybody may get a home here."""
    return place(house.settings, context).moving_in == "anybody" and house.mailer.configured


async def ask(house: House, context: str, mail: str, label: str, address: str, locale: str) -> None:
    """Send somebody the link by which they make a home. It says nothing of whether they have one already.

    address: theirs on the network. Raises ByInvitation, NoMailServer, BadParameter, BadLabel, ReservedLabel, LabelTaken,
    TooManyAsked, Unavailable.
    """
    here = place(house.settings, context)
    if here.moving_in != "anybody":
        raise ByInvitation
    if not house.mailer.configured:
        raise NoMailServer
    invited, clean = await house.write_host(_ask, context, mail, label, address)
    invited = replace(invited, link=f"{invited.link}&address={quote(clean)}")
    below = here.homes_below
    await invitations.send(
        house, invited, "moving_in", locale, here.brand, host=below, domain=f"{clean}.{below}"
    )


def _ask(work: Work, context: str, mail: str, label: str, address: str) -> tuple[Invited, str]:
    clean = labels.choose(work, label, place(work.settings, context).homes_below)
    to = invitations.clean_mail(mail)
    since = work.now - WRONG_WITHIN
    store.entering.forget_attempts(work, since)
    hashed = hashlib.sha256(to.lower().encode()).hexdigest()
    counted = (
        ("moving-in:from", auth.limits.network(address), FROM_ONE),
        ("moving-in:to", hashed, TO_ONE),
        ("moving-in", "", OF_ALL),
    )
    for kind, who, most in counted:
        if store.entering.attempts(work, kind, who, since) >= most:
            raise TooManyAsked(retry_after_s=int(WRONG_WITHIN / timedelta(seconds=1)))
    for kind, who, _ in counted:
        store.entering.note_attempt(work, kind, who)
    return invitations.begin(work, to, context, invitations.OWN, is_own=True), clean


def offered(work: Work, invitation: Invitation) -> list[Plan]:
    """The plans that somebody may choose among; none where there is nothing to choose."""
    if invitation.plan:
        return []
    among = place(work.settings, invitation.context).plans
    known = {plan.name: plan for plan in plans.listed(work)}
    return [known[name] for name in among if name in known]


async def move_in(
    house: House, context: str, secret: str, said: MovingIn, typed: Typed
) -> tuple[Home, str, str]:
    """Make the home: it, its recovery code, and the code by which the browser comes in.

    Raises NoInvitation, BadLabel, ReservedLabel, LabelTaken, NotAgreed, BadProfile, WeakPassphrase, BadKey.
    """
    invitation, asked = await house.read_host(_wanted, context, secret, said)
    if not await house.write_host(store.invitations.use, invitation.id):
        raise NoInvitation
    try:
        listing, _ = await open_(house, asked, typed)
    except BaseException as error:
        await house.write_host(store.invitations.unuse, invitation.id)
        if isinstance(error, DomainTaken):
            raise LabelTaken(parameter="address") from error
        raise
    await house.write_host(_used, invitation)
    home = home_of(house.settings, listing)
    code = await house.write(home, SYSTEM, auth.reset.new_code)
    return home, code, await house.write(home, SYSTEM, auth.sessions.invite)


def _used(work: Work, invitation: Invitation) -> None:
    if invitation.is_own:
        store.invitations.drop(work, invitation.id)
    invitations.forget_old(work)


def _wanted(work: Work, context: str, secret: str, said: MovingIn) -> tuple[Invitation, Opening]:
    invitation = invitations.opened_with(work, secret, context)
    here = place(work.settings, context)
    label = labels.choose(work, said.label, here.homes_below)
    if here.terms.version and said.agreed != here.terms.version:
        raise NotAgreed(parameter="agreed")
    choice = [plan.name for plan in offered(work, invitation)]
    plan = said.plan if said.plan in choice else (choice[0] if choice else invitation.plan)
    domain = f"{label}.{here.homes_below}"
    asked = Opening(
        domain=domain, public_name=said.public_name, email=invitation.mail, locale=said.locale, tz=said.tz,
        context=None if context == homes.contexts.DEFAULT else context, terms=here.terms.version or None, plan=plan or None,
    )  # fmt: skip
    return invitation, asked
