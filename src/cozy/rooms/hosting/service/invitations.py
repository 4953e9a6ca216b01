"""Invitations: a link by which one person makes a home. Only the hash of its secret is kept."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.home import origin_of
from cozy.kernel.house import House
from cozy.kernel.ids import new_id, new_secret
from cozy.kernel.mail import Message
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Brand

from .. import store
from ..errors import BadParameter, NoInvitation, NoLobby, NoPlan
from ..model import Invitation, Invited, Inviting
from ..ports import Letters

MOST = 1000  # that are listed
KEPT = timedelta(days=90)  # after it is over
MADE_WITHIN = timedelta(hours=1)  # a home, once its link was used
OWN = timedelta(days=1)  # how long the link is good that somebody asked for
_MAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")


def addresses_in(text: str) -> list[str]:
    """The mail addresses in a text: one a line, or a table with names beside them; each once."""
    return list(dict.fromkeys(_MAIL.findall(text)))


def clean_mail(text: str) -> str:
    """A mail address. Raises BadParameter."""
    if not _MAIL.fullmatch(text.strip()) or len(text) > 320 or not text.isprintable():
        raise BadParameter("This does not look like an e-mail address.", parameter="mail")
    return text.strip()


async def invite(house: House, asked: Inviting) -> list[Invited]:
    """Invite people, by mail where there is a mail server; the links are told this once.

    Raises BadParameter, NoContext, NoPlan, NoLobby.
    """
    made = await house.write_host(_invite, asked)
    if not house.mailer.configured:
        return made
    return [await _mailed(house, each, asked) for each in made]


def _invite(work: Work, asked: Inviting) -> list[Invited]:
    homes.contexts.find(work.settings, asked.context)
    if asked.plan and store.plans.one(work, asked.plan) is None:
        raise NoPlan(parameter="plan")
    mails = [clean_mail(mail) for mail in dict.fromkeys(asked.mails)]
    days = timedelta(days=asked.days)
    return [begin(work, mail, asked.context, days, plan=asked.plan) for mail in mails]


def begin(
    work: Work, mail: str, context: str, life: timedelta, *, plan: str = "", is_own: bool = False
) -> Invited:
    """A new invitation, and its link. Raises NoLobby."""
    below = homes.contexts.context_of(work.settings, context).homes_below
    if not below:
        raise NoLobby(parameter="context")
    forget_old(work)
    secret = new_secret(32)
    kept = Invitation(
        new_id()[:20], _hash(secret), mail, context, plan, is_own, iso(work.now), iso(work.now + life)
    )
    store.invitations.add(work, kept)
    return Invited(kept.id, mail, link(work.settings, below, secret))


def forget_old(work: Work) -> None:
    """Forget what people asked for themselves and used, or left; and what has been over for long."""
    store.invitations.forget(work, iso(work.now - KEPT), iso(work.now - MADE_WITHIN))


def link(settings: Settings, below: str, secret: str) -> str:
    """Where an invitation leads."""
    return f"{origin_of(settings, below)}/my/join?invitation={secret}"


def listed(work: Work) -> list[Invitation]:
    """Whom the host has invited, the newest first."""
    return store.invitations.listed(work, MOST)


def take_back(work: Work, id_: str) -> None:
    """Let an invitation open nothing any more. Raises NoInvitation."""
    if not store.invitations.drop(work, id_):
        raise NoInvitation


def opened_with(work: Work, secret: str, context: str) -> Invitation:
    """The invitation that a link brings to the address of a context. Raises NoInvitation."""
    found = store.invitations.opened_with(work, _hash(secret)) if secret else None
    if found is None or found.context != context:
        raise NoInvitation
    return found


async def _mailed(house: House, invited: Invited, asked: Inviting) -> Invited:
    try:
        here = homes.contexts.context_of(house.settings, asked.context)
        await send(house, invited, "invitation", asked.locale, here.brand, host=here.homes_below)
    except Unavailable:
        return invited
    return replace(invited, mailed=True)


async def send(house: House, invited: Invited, letter: str, locale: str, brand: Brand, **words: str) -> None:
    """Send the link of an invitation, in a letter of this name, as the host calls itself. Raises Unavailable."""
    for write in house.ports[Letters]:
        said = write(letter, locale, brand, link=invited.link, **words)
        message = Message(invited.mail, said.subject, said.text, said.html, logo=said.logo, sender=brand.name)
        await house.mailer.send(message)


def state(invitation: Invitation, now: str) -> str:
    """`used`, `over` or `open`."""
    if invitation.used_at:
        return "used"
    return "open" if invitation.expires_at > now else "over"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
