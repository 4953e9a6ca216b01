"""What was told, for the owner to read, follow and forget."""

from __future__ import annotations

from datetime import timedelta

from cozy.kernel.clock import iso
from cozy.kernel.home import app_origin
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document

from .. import store
from ..errors import NoNotification
from ..model import NOTIFICATIONS, Notification, from_document

PAGE = 50  # of a list
MOST_COUNTED = 100  # of what is unread
_AT_ONCE = 1_000
_KEPT = timedelta(days=90)


def unread(work: Work) -> int:
    """How many were told and not read, as far as a hundred."""
    return store.count_unread(work, MOST_COUNTED)


def listed(work: Work, before: tuple[str, str] | None = None, limit: int = PAGE) -> list[Notification]:
    """What was told, the newest first. before: created_at and id of the last that was seen."""
    return [from_document(each) for each in store.listed(work, before, limit)]


def fetch(work: Work, id_: str) -> Notification:
    """One of them. Raises NoNotification."""
    return from_document(_document(work, id_))


def read(work: Work, id_: str) -> Notification:
    """One of them, which counts as read from now on. Raises NoNotification."""
    document = _document(work, id_)
    if not document.body.get("read_at"):
        document = documents.update(work, document, {**document.body, "read_at": iso(work.now)})
    return from_document(document)


def read_all(work: Work) -> None:
    """Let all that was told count as read."""
    for document in store.unread(work, _AT_ONCE):
        documents.update(work, document, {**document.body, "read_at": iso(work.now)})


def forget(work: Work, id_: str) -> None:
    """Remove one. Raises NoNotification."""
    documents.delete(work, _document(work, id_))


def forget_old(work: Work) -> None:
    """Remove what was told three months ago, apart from the last of each source."""
    for document in store.old(work, iso(work.now - _KEPT), _AT_ONCE):
        documents.delete(work, document)


def link_of(work: Work, notification: Notification) -> str:
    """Where it leads: a page of ours, or one of the app that sent it; "" for nowhere."""
    if notification.is_ours or not notification.slug or notification.originator == "konnector":
        return notification.link
    origin = app_origin(work.origin, notification.slug, work.settings.subdomains)
    asked = notification.data.get("redirectLink")
    slug, _, rest = asked.partition("/") if isinstance(asked, str) else ("", "", "")
    return f"{origin}/{rest.lstrip('/') if slug == notification.slug else ''}"


def _document(work: Work, id_: str) -> Document:
    try:
        return documents.fetch(work, NOTIFICATIONS, id_)
    except NoDocument as error:
        raise NoNotification(id=id_) from error
