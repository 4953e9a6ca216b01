"""What notifications do by themselves: what other rooms' events tell the owner, and the ways that a notification takes."""

from __future__ import annotations

from datetime import datetime

import structlog

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed, job
from cozy.kernel.outside import BadAddress, RefusedAddress
from cozy.kernel.problem import Unavailable
from cozy.kernel.work import Work

from .. import service
from ..events import DigestDue, MailDue, Noticed, PushDue
from . import mailing
from .entering import tell_new_client, tell_new_device

__all__ = [
    "deliver",
    "forget_old",
    "mail",
    "mail_digest",
    "push",
    "tell_missed_backups",
    "tell_new_client",
    "tell_new_device",
]
log = structlog.get_logger()
_GONE = {400, 401, 403, 404, 410}  # the service knows the browser no more, or takes nothing that we sign
_TOO_LARGE = 413


@job("notifications.deliver")
def deliver(work: Work, event: Noticed) -> datetime | None:
    """Send a notification on its ways when its time has come, in one transaction: it cannot be sent twice."""
    return service.delivering.deliver(work, event)


@job("notifications.mail", retries=6)
async def mail(house: House, home: Home, event: MailDue) -> None:
    """Mail a notification; a second run sends it under the same Message-ID, so that mailboxes can show it once."""
    if not house.mailer.configured:
        return
    message = await house.read(home, SYSTEM, mailing.one, event.id)
    if message is not None:
        await house.mailer.send(message)


@job("notifications.mail_digest", retries=6)
async def mail_digest(house: House, home: Home, event: DigestDue) -> None:
    """Mail what was gathered and is not read yet; a second run finds nothing, or sends it under the same Message-ID."""
    ids, message = await house.read(home, SYSTEM, mailing.digest)
    if message is not None and house.mailer.configured:
        await house.mailer.send(message)
    await house.write(home, SYSTEM, service.digest.sent, ids)


@job("notifications.push", retries=5)
async def push(house: House, home: Home, event: PushDue) -> None:
    """Push a notification to one browser; a second one takes the place of the first there."""
    post = await house.read(home, SYSTEM, service.pushing.post, event)
    if post is None:
        return
    try:
        reply = await house.outside.fetch("POST", post.url, headers=post.headers, body=post.body, redirects=0)
        status = reply.status
    except (BadAddress, RefusedAddress):
        status = 404
    if status in _GONE:
        await house.write(home, SYSTEM, _give_up, event)
    elif status >= 300 and status != _TOO_LARGE:
        raise Unavailable(f"the service of a browser answered {status}")
    if status >= 300:
        log.warning("a message was not taken", home=home.id, status=status)


def _give_up(work: Work, event: PushDue) -> None:
    service.pushing.unsubscribe(work, event.subscription)
    service.delivering.undelivered(work, event)


@job("notifications.forget_old")
def forget_old(work: Work, event: DayPassed) -> None:
    """Forget what was told long ago, and browsers where nobody is in any more; the second time there are none."""
    service.forget_old(work)
    service.pushing.forget_old(work)


@job("notifications.tell_missed_backups")
def tell_missed_backups(work: Work, event: DayPassed) -> None:
    """Tell of a backup that is overdue, once until there is one again; a second run finds that it was told."""
    service.backups.tell_missed(work)
