"""The daily mail: what waits for it, and when it is due."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import Waiting

from .. import store
from ..events import DigestDue
from ..model import NOTIFICATIONS, Notification, from_document
from . import preferences

JOB = "notifications.mail_digest"  # its name in the queue, where one line waits at the most


def gather(work: Work, notification: Notification) -> None:
    """Let a notification wait for the next daily mail."""
    store.gather(work, notification.id)
    _plan(work)


def _plan(work: Work) -> None:
    due_at = iso(preferences.next_digest(work, preferences.chosen(work)))
    jobs.put(work, Waiting(JOB, JOB, msgspec.json.encode(DigestDue()).decode(), due_at, 0, None))


def waiting(work: Work) -> tuple[list[str], list[Notification]]:
    """The ids of what waits, and what of it the owner has not read yet, the newest first."""
    ids = store.gathered(work)
    found = [
        from_document(each)
        for each in documents.latest(work, NOTIFICATIONS, ids).values()
        if not each.deleted
    ]
    unread = [each for each in found if not each.read_at]
    return ids, sorted(unread, key=lambda each: each.created_at, reverse=True)


def sent(work: Work, ids: Sequence[str]) -> None:
    """These were mailed. What was gathered while the mail left waits for the next one."""
    store.drop_gathered(work, ids)
    if store.gathered(work):
        work.plan(DigestDue(), preferences.next_digest(work, preferences.chosen(work)))
