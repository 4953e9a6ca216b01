"""The mails of notifications: one, or those of a day together."""

from __future__ import annotations

import hashlib
from datetime import datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from msgspec import Struct

from cozy import ui
from cozy.kernel.clock import parse
from cozy.kernel.mail import Message
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import service
from ..errors import NoNotification
from ..model import Notification


class Line(Struct, frozen=True):
    """A notification in a mail."""

    title: str
    text: str
    url: str
    at: datetime


def one(work: Work, id_: str) -> Message | None:
    """The mail of a notification; None when it is gone, or was read meanwhile."""
    try:
        notification = service.fetch(work, id_)
    except NoNotification:
        return None
    if notification.read_at:
        return None
    if notification.content_html or notification.content:
        return _written(work, notification)
    line = _line(work, notification)
    subject = " ".join(line.title.split())
    return _mail(work, "mail", subject, f"notification-{id_}", line=line)


def digest(work: Work) -> tuple[list[str], Message | None]:
    """The ids of what was gathered, and the mail about what of it is unread; None when nothing is."""
    ids, unread = service.digest.waiting(work)
    if not unread:
        return ids, None
    words = ui.words(homes.profile(work).locale)
    subject = words.ngettext(
        "%(num)s notification from your home", "%(num)s notifications from your home", len(unread)
    )
    name = hashlib.sha256(" ".join(ids).encode()).hexdigest()[:32]
    return ids, _mail(work, "digest", subject, f"digest-{name}", lines=[_line(work, each) for each in unread])


def _line(work: Work, notification: Notification) -> Line:
    said = service.signed(work, notification)
    url = f"{work.origin}/my/notifications/{notification.id}"
    return Line(said.title, said.text, url, parse(notification.created_at))


def _mail(work: Work, template: str, subject: str, id_: str, **words: Any) -> Message:
    """A mail to the owner of two templates, in their language."""
    profile = homes.profile(work)
    said = {
        "name": profile.public_name, "domain": work.domain, "subject": subject, "locale": profile.locale,
        "settings": f"{work.origin}/my/settings/notifications", "now": work.now.astimezone(ZoneInfo(profile.tz)), **words,
    }  # fmt: skip
    brand = homes.context(work).brand
    letter = ui.letters.written(f"notifications/{template}", profile.locale, brand, said)
    return Message(
        profile.email, subject, letter.text, letter.html, logo=letter.logo, sender=brand.name, id=id_
    )


def _written(work: Work, notification: Notification) -> Message:
    """The mail that an app wrote itself; who that is, the subject says, which no markup hides."""
    html = notification.content_html or None
    text = notification.content or notification.message or _plain(notification.content_html)
    subject = " ".join(service.signed(work, notification).title.split())
    sender = homes.context(work).brand.name
    return Message(
        homes.profile(work).email, subject, text, html, sender=sender, id=f"notification-{notification.id}"
    )


def _plain(html: str) -> str:
    """What is left of a text in HTML without its marks."""
    bare = unescape(nh3.clean(html, tags=set()))
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())
