"""What calendars do by themselves."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from cozy import ui
from cozy.dav import lines
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.mail import Invitation, Message
from cozy.kernel.problem import Unavailable
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_

from . import service
from .events import PeopleConcerned, RefreshDue
from .model import members, timing
from .model.inviting import Letter


@job("calendars.refresh_all", retries=0)
async def refresh_all(house: House, home: Home, event: DayPassed) -> None:
    """Look at every place that a calendar is a copy of; twice does no harm, since the second finds nothing new."""
    for calendar in await house.read(home, SYSTEM, service.subscriptions.due_today):
        await service.subscriptions.refresh(house, home, calendar)


@job("calendars.refresh", retries=0)
async def refresh(house: House, home: Home, event: RefreshDue) -> None:
    """Look at one of them, unless that has been done meanwhile; twice does no harm."""
    if event.calendar in await house.read(home, SYSTEM, service.subscriptions.due):
        await service.subscriptions.refresh(house, home, event.calendar)


@job("calendars.tell_people", retries=4)
async def tell_people(house: House, home: Home, event: PeopleConcerned) -> None:
    """Mail people what changed about an event; a second run finds that they know. Where one mail does not get there, the
    others do, and the next try is about that one. Where a home sends too many in an hour, all of an event's wait.
    """
    if not house.mailer.configured:
        return
    letters, text = await house.read(home, SYSTEM, service.invitations.due, event.id)
    if letters and not await house.write(home, SYSTEM, service.invitations.may_send, event.id, len(letters)):
        return
    failed: list[str] = []
    trouble: Unavailable | None = None
    for letter in letters:
        try:
            await house.mailer.send(await house.read(home, SYSTEM, _mail, event.id, letter))
        except Unavailable as error:
            failed.append(letter.to)
            trouble = error
    await house.write(home, SYSTEM, service.invitations.told, event.id, text, failed)
    if trouble is not None:
        raise trouble


_SUBJECTS = {
    "new": N_("Invitation: %(label)s"),
    "changed": N_("Changed: %(label)s"),
    "CANCEL": N_("Cancelled: %(label)s"),
    "ACCEPTED": N_("%(name)s will be there: %(label)s"),
    "TENTATIVE": N_("%(name)s may be there: %(label)s"),
    "DECLINED": N_("%(name)s will not be there: %(label)s"),
}


def _mail(work: Work, id_: str, letter: Letter) -> Message:
    """A mail in the owner's language, with the part that calendars understand."""
    profile = homes.profile(work)
    said = ui.words(profile.locale)
    component = letter.component
    known = timing.zones_of(lines.parse(letter.text)[0])
    body = members.of_component(component, timing.times_of(component, known))
    label = body.get("label") or said.gettext(N_("An event"))
    kind = letter.answer or (
        "CANCEL" if letter.method == "CANCEL" else "changed" if letter.is_change else "new"
    )
    subject = " ".join(said.gettext(_SUBJECTS[kind], label=label, name=profile.public_name).split())[:200]
    words = {
        "kind": kind, "label": label, "name": profile.public_name, "locale": profile.locale,
        "when": service.wording.when(body, ZoneInfo(profile.tz), profile.locale),
        "zone": profile.tz, "is_recurring": "rrule" in body,
        "location": body.get("location", ""), "description": body.get("description", ""),
        "link": service.invitations.link(work, id_, letter.to) if letter.method == "REQUEST" else "",
        "subject": subject,
    }  # fmt: skip
    mail = ui.letters.written("calendars/mail_invitation", profile.locale, homes.context(work).brand, words)
    return Message(
        to=letter.to, subject=subject, reply_to=profile.email, sender=profile.public_name,
        text=mail.text, html=mail.html, logo=mail.logo,
        calendar=Invitation(letter.text, letter.method),
    )  # fmt: skip
