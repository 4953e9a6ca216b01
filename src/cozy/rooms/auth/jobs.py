"""What getting in does by itself: mails, and forgetting what is over."""

from __future__ import annotations

from cozy import ui
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.mail import Message
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions.events import GrantEnded
from cozy.ui import N_

from . import service
from .errors import NoHint, NoNewAddress
from .events import AddressGiven, ClientPending, HintAsked, ResetAsked


@job("auth.mail_reset_link", retries=4)
async def mail_reset_link(house: House, home: Home, event: ResetAsked) -> None:
    """Mail a link to choose a new passphrase. The link is made here, so that none is ever stored readable; a second
    run sends a second mail with a link of its own, and using either voids both.
    """
    if not house.mailer.configured:
        return
    token = await house.write(home, SYSTEM, service.reset.begin)
    link = service.reset.link(home.origin, token)
    await _mail(house, home, "mail_reset", N_("A new passphrase for %(domain)s"), link=link)


@job("auth.mail_hint", retries=4)
async def mail_hint(house: House, home: Home, event: HintAsked) -> None:
    """Mail the hint, when there is one; a second run sends it again."""
    try:
        hint = await house.read(home, SYSTEM, service.hint.check)
    except NoHint:
        return
    await _mail(house, home, "mail_hint", N_("The hint for the passphrase of %(domain)s"), hint=hint)


@job("auth.mail_address_link", retries=4)
async def mail_address_link(house: House, home: Home, event: AddressGiven) -> None:
    """Mail a link to the address that is to be confirmed, unless it was taken back; a second run sends a second one, and
    using either voids both.
    """
    if not house.mailer.configured:
        return
    try:
        to, token = await house.write(home, SYSTEM, service.addresses.begin)
    except NoNewAddress:
        return
    link = service.addresses.link(home.origin, token)
    await _mail(house, home, "mail_address", N_("Your mail address for %(domain)s"), to, link=link)


async def _mail(house: House, home: Home, template: str, subject: str, to: str = "", **words: str) -> None:
    """Send the owner a mail of two templates, in their language, to the address in force or another.

    subject: a msgid, which may name the domain.
    """
    if not house.mailer.configured:
        return
    profile = await house.read(home, SYSTEM, homes.profile)
    said = {"name": profile.public_name, "domain": home.domain, "origin": home.origin, **words}
    brand = homes.contexts.context_of(house.settings, home.hosted.context).brand
    letter = ui.letters.written(f"auth/{template}", profile.locale, brand, said)
    message = Message(
        to=to or profile.email, subject=ui.words(profile.locale).gettext(subject, domain=home.domain), text=letter.text,
        html=letter.html, logo=letter.logo, sender=brand.name,
    )  # fmt: skip
    await house.mailer.send(message)


@job("auth.forget_expired")
def forget_expired(work: Work, event: DayPassed) -> None:
    """Forget sessions, links and challenges that are over; the second time there are none."""
    service.sessions.forget_expired(work)


@job("auth.forget_pending_client")
def forget_pending_client(work: Work, event: ClientPending) -> None:
    """Forget a program that nobody agreed to within an hour; the second time there is none."""
    service.clients.forget_pending(work, event.client_id)


@job("auth.forget_client")
def forget_client(work: Work, event: GrantEnded) -> None:
    """Forget a program whose grant was taken back, so that it hears so and asks anew; the second time there is none."""
    if event.type == "oauth":
        service.clients.forget(work, event.source_id)


@job("auth.forget_device_password")
def forget_device_password(work: Work, event: GrantEnded) -> None:
    """Forget what is kept of a device password that was taken back; the second time there is nothing."""
    if event.type == "device":
        service.device_passwords.forget(work, event.source_id)
