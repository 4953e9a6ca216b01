"""Telling the owner something: the document, and what is to be delivered of it."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from .. import store
from ..events import Noticed
from ..model import NOTIFICATIONS, STACK, Notice, Notification, body_of, from_document, source_of
from . import kinds


def notify(work: Work, notice: Notice) -> Notification | None:
    """Tell the owner something, in this very transaction; None when there is nothing to tell.

    That is so while its state is the one that was told last, and when the last of its kind and `about` was told less than
    `at_most_every` ago. Publishes Noticed.
    """
    kind = kinds.find(work, notice.kind)
    if kind is None:
        raise LookupError(f"no kind of notices is called {notice.kind}")
    source = source_of(STACK, "", kind.name, notice.about)
    last, is_stateful = last_of(work, source), notice.state is not None
    apart = kind.at_most_every if notice.at_most_every is None else notice.at_most_every
    if is_stateful and _is_same(notice.state, last.state if last else False):
        return None
    if not is_stateful and last is not None and _is_within(work, last, apart):
        return None
    said = kind.say(kinds.words(work), notice.values)
    now = iso(work.now)
    draft = Notification(
        source_id=source, originator=STACK, category=kind.name, category_id=notice.about, created_at=now, last_sent=now,
        title=said.title, message=said.text, priority=notice.priority, state=notice.state, data=notice.values,
        link=notice.link, collapsible=is_stateful,
    )  # fmt: skip
    return keep(work, draft, last, apart=apart)


def last_of(work: Work, source_id: str) -> Notification | None:
    """The newest of a source."""
    found = store.last_of(work, source_id)
    return from_document(found) if found else None


def keep(
    work: Work, draft: Notification, last: Notification | None, *, apart: timedelta = timedelta(),
    channels: tuple[str, ...] | None = None,
) -> Notification:  # fmt: skip
    """Make the document of a notification, and let it be delivered.

    That all is well is noted only. What comes too soon after the last of its source, where that has states, is on the page
    and delivered no further. last: of its source. channels: None for those that the owner chose. Publishes Noticed.
    """
    is_well = draft.state is not None and not draft.state
    is_too_soon = draft.state is not None and last is not None and _is_within(work, last, apart)
    if is_well or is_too_soon:
        sent = last.last_sent if last else draft.last_sent
        draft = replace(draft, read_at=draft.created_at if is_well else "", last_sent=sent, at="")
    if draft.collapsible and not draft.at:
        supersede(work, draft.source_id)
    made = from_document(documents.create(work, NOTIFICATIONS, body_of(draft)))
    if made.at:
        work.plan(Noticed(made.id, channels), parse(made.at))
    elif not (is_well or is_too_soon):
        work.publish(Noticed(made.id, channels))
    return made


def supersede(work: Work, source_id: str) -> None:
    """Let what was told before of this source be read: only the last is of interest."""
    for document in store.unread_of(work, source_id):
        documents.update(work, document, {**document.body, "read_at": iso(work.now)})


def _is_same(state: object, before: object) -> bool:
    """Whether nothing has changed. Nothing that was ever told is as good as all is well."""
    return state == before or (not state and not before)


def _is_within(work: Work, last: Notification, apart: timedelta) -> bool:
    return parse(last.last_sent) + apart > work.now
