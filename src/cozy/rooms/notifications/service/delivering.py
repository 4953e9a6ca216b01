"""Which channels a notification takes, and when."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .. import store
from ..errors import NoNotification
from ..events import MailDue, Noticed, PushDue
from ..model import NOTIFICATIONS, Notification, Rule, body_of, from_document
from . import digest, preferences, pushing, reading, telling

MOBILE, MAIL = "mobile", "mail"


def deliver(work: Work, event: Noticed) -> datetime | None:
    """Send a notification on its ways, or say when: the end of the quiet hours. What was read meanwhile needs none.

    Publishes MailDue, PushDue.
    """
    try:
        notification = reading.fetch(work, event.id)
    except NoNotification:
        return None
    if notification.at:
        notification = _told(work, notification)
    if notification.read_at:
        return None
    chosen = preferences.chosen(work)
    if not preferences.is_urgent(work, notification.kind) and (end := preferences.end_of_quiet(work, chosen)):
        return end
    rule = preferences.rule_of(work, chosen, notification.kind)
    if event.channels is None:
        _as_chosen(work, notification, rule)
    else:
        _as_asked(work, notification, rule, event.channels)
    return None


def _told(work: Work, notification: Notification) -> Notification:
    """Its time has come: it is on the page from now on, with what came last."""
    if notification.collapsible:
        telling.supersede(work, notification.source_id)
    now = iso(work.now)
    current = documents.fetch(work, NOTIFICATIONS, notification.id)
    body = body_of(replace(notification, at="", created_at=now, last_sent=now))
    return from_document(documents.update(work, current, body))


def _as_chosen(work: Work, notification: Notification, rule: Rule) -> None:
    """By every channel that the owner chose for what the home says."""
    if rule.push:
        pushing.push(work, notification)
    mail(work, notification, rule)


def _as_asked(work: Work, notification: Notification, rule: Rule, channels: tuple[str, ...]) -> None:
    """By the first channel of those that an app would like that there is, and that the owner lets it have; mail is the last.

    Where it would like none, its mail is sent when it wrote one.
    """
    is_mail = bool(notification.content_html or notification.content)
    for channel in (*channels, MAIL):
        if channel == MOBILE and rule.push and pushing.push(work, notification, mail_instead=True):
            return
        if channel == MAIL:
            if is_mail or channels:
                mail(work, notification, rule)
            return


def mail(work: Work, notification: Notification, rule: Rule) -> None:
    """By mail: now, with others once a day, or not at all."""
    if rule.mail == "at_once":
        work.publish(MailDue(notification.id))
    elif rule.mail == "daily":
        digest.gather(work, notification)


def undelivered(work: Work, event: PushDue) -> None:
    """The last browser that took messages is gone: what could not be pushed is mailed, where that was asked for."""
    if event.mail_instead and not store.subscriptions(work):
        notification = reading.fetch(work, event.id)
        mail(work, notification, preferences.rule_of(work, preferences.chosen(work), notification.kind))
