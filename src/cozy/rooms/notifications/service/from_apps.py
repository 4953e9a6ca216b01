"""What apps, connectors and programs tell the owner (cozy-stack docs/notifications.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cozy.kernel.clock import iso, parse
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import NoClient

from .. import store
from ..errors import BadNotification, NoCategories, NoCategory, NotAnnouncer, TooManyNotifications
from ..model import Notification, source_of
from ..ports import Apps, Properties
from . import telling

MOST_PER_HOUR = 100  # of one app
_LINE, _TEXT, _HTML = 300, 5_000, 500_000  # characters of a title, a message, a mail
_HOUR = timedelta(hours=1)
_NANOSECONDS = 1_000  # of a microsecond


class Asked(Struct, frozen=True, kw_only=True):
    """What an app wants to tell. at: later, at this time (RFC 3339)."""

    category: str = ""
    category_id: str = ""
    title: str = ""
    message: str = ""
    priority: str = ""
    sound: str = ""
    state: Any = None
    preferred_channels: tuple[str, ...] = ()
    data: Mapping[str, Any] = {}
    at: str = ""
    content: str = ""
    content_html: str = ""


class _Teller(Struct, frozen=True):
    """Who asks, and what they announced of this category. slug: of their app, "" for none."""

    originator: Literal["app", "konnector", "oauth"]
    slug: str
    properties: Properties


def push(work: Work, asked: Asked) -> Notification:
    """Tell the owner what an app says. Where its state is the one that was told last, that notification stands for this.

    Raises BadNotification, NotAnnouncer, NoCategories, NoCategory, TooManyNotifications; NotFound where there is no such app.
    """
    at = _checked(work, asked)
    teller = _teller(work, asked.category)
    since = iso(work.now - _HOUR)
    if store.count_since(work, teller.slug, teller.originator, since) >= MOST_PER_HOUR:
        raise TooManyNotifications(retry_after_s=int(_HOUR.total_seconds()))
    announced, now = teller.properties, iso(work.now)
    draft = Notification(
        source_id=source_of(teller.originator, teller.slug, asked.category, asked.category_id), originator=teller.originator,
        slug=teller.slug, category=asked.category, category_id=asked.category_id, created_at=now, last_sent=now,
        title=asked.title.strip(), message=asked.message, priority=asked.priority or announced.default_priority,
        sound=asked.sound, state=asked.state, data=asked.data, content=asked.content, content_html=asked.content_html, at=at,
        collapsible=announced.collapsible,
    )  # fmt: skip
    channels = asked.preferred_channels
    if not announced.stateful:
        return telling.keep(work, _stateless(draft), None, channels=channels)
    last = telling.last_of(work, draft.source_id)
    if last is not None and last.state == draft.state:
        return last
    apart = timedelta(microseconds=announced.min_interval // _NANOSECONDS)
    return telling.keep(work, draft, last, apart=apart, channels=channels)


def _stateless(draft: Notification) -> Notification:
    """A state counts only where it was announced that there are any."""
    return msgspec.structs.replace(draft, state=None)


def _checked(work: Work, asked: Asked) -> str:
    """When it is to be told, "" for now. Raises BadNotification."""
    lines = (asked.title, asked.category, asked.category_id, asked.sound, asked.priority)
    if not asked.title.strip() or max(map(len, lines)) > _LINE or len(asked.message) > _TEXT:
        raise BadNotification
    if max(len(asked.content), len(asked.content_html), len(msgspec.json.encode(asked.data))) > _HTML:
        raise BadNotification
    try:
        return iso(parse(asked.at)) if asked.at and parse(asked.at) > work.now else ""
    except (ValueError, OverflowError) as error:
        raise BadNotification("The time at which a notification is told is one of RFC 3339.") from error


def _teller(work: Work, category: str) -> _Teller:
    """Who asks. Raises NotAnnouncer, NoCategories, NoCategory, NotFound."""
    caller = work.caller
    if caller.kind == "app" or caller.kind == "konnector":
        return _Teller(caller.kind, caller.name, _announced(work, caller.kind, caller.name, category))
    if caller.kind != "client":
        raise NotAnnouncer
    try:
        client = auth.clients.find(work, caller.name)
    except NoClient as error:
        raise NotAnnouncer from error
    if client.linked_app:
        return _Teller("oauth", client.linked_app, _announced(work, "app", client.linked_app, category))
    if category not in client.notifications:
        raise NoCategory(category=category)
    return _Teller("oauth", "", properties_of(client.notifications)[category])


def _announced(work: Work, kind: Literal["app", "konnector"], slug: str, category: str) -> Properties:
    categories = work.plugged(Apps)[0].announced(work, kind, slug)
    if categories is None:
        raise NoCategories(slug=slug)
    if category not in categories:
        raise NoCategory(slug=slug, category=category)
    return categories[category]


def properties_of(announced: Mapping[str, Any]) -> dict[str, Properties]:
    """What was announced of each category, as far as it can be used."""
    return {name: _properties(each) for name, each in announced.items()}


def _properties(announced: Any) -> Properties:
    try:
        return msgspec.convert(announced, Properties)
    except msgspec.ValidationError:
        return Properties()
