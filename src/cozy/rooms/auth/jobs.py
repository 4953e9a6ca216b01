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

from . import service
from .events import ResetAsked


@job("auth.mail_reset_link", retries=4)
async def mail_reset_link(house: House, home: Home, event: ResetAsked) -> None:
    """Mail a link to choose a new passphrase. The link is made here, so that none is ever stored readable; a second
    run sends a second mail with a link of its own, and using either voids both.
    """
    if not house.mailer.configured:
        return
    token = await house.write(home, SYSTEM, service.reset.begin)
    profile = await house.read(home, SYSTEM, homes.profile)
    words = {
        "name": profile.public_name,
        "domain": home.domain,
        "link": service.reset.link(home.origin, token),
    }
    templates = ui.pages.environment(profile.locale)
    message = Message(
        to=profile.email,
        subject=ui.words(profile.locale).gettext("A new passphrase for %(domain)s", domain=home.domain),
        text=templates.get_template("auth/mail_reset.txt").render(words),
        html=templates.get_template("auth/mail_reset.html").render(words, locale=profile.locale),
    )
    await house.mailer.send(message)


@job("auth.forget_expired")
def forget_expired(work: Work, event: DayPassed) -> None:
    """Forget sessions, links, challenges and programs that are over; the second time there are none."""
    service.sessions.forget_expired(work)
    service.clients.forget_ended(work)


@job("auth.forget_client")
def forget_client(work: Work, event: GrantEnded) -> None:
    """Forget a program whose grant was taken back, so that it hears so and asks anew; the second time there is none."""
    if event.type == "oauth":
        service.clients.forget(work, event.source_id)
