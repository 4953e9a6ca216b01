"""What sharing does by itself: other homes are told, invitations are mailed, what follows follows."""

from __future__ import annotations

from typing import Any

from cozy import ui
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.mail import Message
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.events import HomeMoved
from cozy.rooms.neighbours.events import NeighbourMoved
from cozy.rooms.permissions.events import GrantEnded
from cozy.ui import N_

from . import service
from .errors import AlreadyAccepted, NoMember, NoSharing, PeerAway, RequestFailed, WrongState
from .events import (
    AcceptanceDue,
    DescriptionChanged,
    FarewellDue,
    GuestInvited,
    InvitationDue,
    LastChangesSent,
    MembersChanged,
    MoveDue,
    PeopleMoved,
)

_PATIENT = 10  # tries: a home that is away is told a week later, too
_HERE = Visitor(address="")


@job("sharing.invite", retries=6)
async def invite(house: House, home: Home, event: InvitationDue) -> None:
    """Bring an invitation to somebody's home, or mail it. A second run brings the same, unless it was answered meanwhile."""
    letter = await house.read(home, SYSTEM, service.inviting.letter, event)
    if letter is None:
        return
    if letter.address:
        try:
            await service.inviting.deliver(house, home, letter)
            await house.write(home, SYSTEM, service.inviting.invited, event)
            return
        except AlreadyAccepted:
            return
        except (PeerAway, RequestFailed):
            if not letter.email or not house.mailer.configured:
                raise
    if letter.email and house.mailer.configured:
        read_only = letter.sharing.is_read_only(letter.index)
        name = letter.sharing.members[letter.index].called
        said = {
            "what": letter.sharing.description,
            "link": letter.link,
            "read_only": read_only,
            "called": name,
        }
        await _mail(house, home, letter.email, f"invitation-{event.sharing}-{event.index}", said)
        await house.write(home, SYSTEM, service.inviting.invited, event)


@job("sharing.mail_guest", retries=6)
async def mail_guest(house: House, home: Home, event: GuestInvited) -> None:
    """Mail an invitation that the owner's home let this one make; a second run mails it again, under the same Message-ID."""
    if not house.mailer.configured:
        return
    try:
        sharing = await house.read(home, SYSTEM, service.fetch, event.sharing)
    except NoSharing:
        return
    link = await house.read(home, SYSTEM, service.inviting.discovery_link, event.sharing, event.state)
    said = {"what": sharing.description, "link": link, "read_only": event.read_only, "called": event.name}
    await _mail(house, home, event.email, f"guest-{event.sharing}-{event.email}", said)


async def _mail(house: House, home: Home, to: str, id_: str, words: dict[str, Any]) -> None:
    """A mail in the language of who invites. Raises TooManyAttempts, Unavailable: the queue tries again."""
    await house.write(home, SYSTEM, auth.limits.count, "sharing_mail", _HERE)
    profile = await house.read(home, SYSTEM, homes.profile)
    said = ui.words(profile.locale)
    what = words["what"] or said.gettext(N_("Something"))
    subject = said.gettext(N_("%(name)s shares “%(what)s” with you"), name=profile.public_name, what=what)
    shown = {
        **words, "what": what, "name": profile.public_name, "domain": home.domain, "locale": profile.locale, "subject": subject,
    }  # fmt: skip
    brand = homes.contexts.context_of(house.settings, home.hosted.context).brand
    letter = ui.letters.written("sharing/mail_invitation", profile.locale, brand, shown)
    message = Message(
        to=to, subject=" ".join(subject.split())[:200], text=letter.text, html=letter.html, logo=letter.logo, sender=profile.public_name,
        reply_to=profile.email, id="".join(c if c.isalnum() else "-" for c in id_),
    )  # fmt: skip
    await house.mailer.send(message)


@job("sharing.tell_members", retries=6)
async def tell_members(house: House, home: Home, event: MembersChanged) -> None:
    """Tell the homes of members who is in by now; told twice they know the same."""
    await service.telling.tell_members(house, home, event.sharing)


@job("sharing.tell_description", retries=6)
async def tell_description(house: House, home: Home, event: DescriptionChanged) -> None:
    """Tell the homes of members how it is called by now; told twice they know the same."""
    await service.telling.tell_description(house, home, event.sharing)


@job("sharing.say_farewell", retries=_PATIENT)
async def say_farewell(house: House, home: Home, event: FarewellDue) -> None:
    """Tell another home that it is over; a second run finds that it was told."""
    await service.ending.say_farewell(house, home, event)


@job("sharing.follow_people", retries=6)
async def follow_people(house: House, home: Home, event: PeopleMoved) -> None:
    """Let sharings follow the groups of contacts that are in them; a second run finds who is in already, and who is out."""
    await service.groups.moved(house, home, event)


@job("sharing.accept", retries=6)
async def accept(house: House, home: Home, event: AcceptanceDue) -> None:
    """Say yes to what somebody shares who is trusted; a second run finds that it was said."""
    try:
        await service.answering.accept(house, home, SYSTEM, event.sharing)
    except (NoSharing, WrongState, NoMember, AlreadyAccepted):
        pass  # it was answered, or taken back, meanwhile


@job("sharing.follow_own_move")
def follow_own_move(work: Work, event: HomeMoved) -> None:
    """Let sharings know where this home is by now, and those that it shares with; a second run finds that they know."""
    service.moving.follow_own(work, event.before)


@job("sharing.tell_move", retries=_PATIENT)
async def tell_move(house: House, home: Home, event: MoveDue) -> None:
    """Tell another home where this one is by now; told twice it knows the same."""
    await service.moving.tell_move(house, home, event)


@job("sharing.follow_neighbour")
def follow_neighbour(work: Work, event: NeighbourMoved) -> None:
    """Let sharings know where the home of a member is by now; a second run finds that they know."""
    service.moving.follow_neighbour(work, event.before, event.address)


@job("sharing.narrow")
def narrow(work: Work, event: LastChangesSent) -> None:
    """Let a home only read from now on; a second run finds that it only may."""
    service.read_only.narrow(work, event)


@job("sharing.follow_grant")
def follow_grant(work: Work, event: GrantEnded) -> None:
    """Let a member be out whose home the owner let in no more; a second run finds nobody."""
    if event.type == "oauth":
        service.ending.grant_ended(work, event.source_id)


@job("sharing.sweep_clients")
def sweep_clients(work: Work, event: DayPassed) -> None:
    """Show homes out that no sharing knows, left over from an answer that broke off; the second time there are none."""
    service.ending.sweep_clients(work)
