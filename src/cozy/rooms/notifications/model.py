"""The words of notifications: what a home tells its owner, and how they want to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cozy.rooms.documents.model import Document

NOTIFICATIONS = "io.cozy.notifications"
STACK = "stack"  # the originator of what the home itself says, as cozy-stack calls it
DISK, NEW_DEVICE, CONNECTOR, SHARE, BACKUP = (
    "disk-quota", "new_device", "connector_failed", "share_received", "backup_missed"
)  # fmt: skip

Priority = Literal["normal", "high"]
ByMail = Literal["at_once", "daily", "never"]


class Notice(Struct, frozen=True, kw_only=True):
    """Something that a room tells the owner. Its words are those of its kind (`ports.Kind`), made of `values`.

    about: which one of its kind: an account, a device. state: told only when it is another than the last time; False, 0
    or "" say that all is well again, which is noted and not told. link: of a page of ours. at_most_every: None as the kind says.
    """

    kind: str
    values: Mapping[str, Any] = {}
    about: str = ""
    state: Any = None
    link: str = ""
    priority: Priority = "normal"
    at_most_every: timedelta | None = None


class Notification(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was told, or is to be: a document io.cozy.notifications, its members those of cozy-stack's.

    Ours: at stays until that time has come; link; collapsible, where only the last of its source is of interest; read_at.
    """

    id: str = ""
    rev: str = ""
    source_id: str
    originator: str
    slug: str = ""
    category: str
    category_id: str = ""
    created_at: str
    last_sent: str
    title: str
    message: str = ""
    priority: str = ""
    sound: str = ""
    state: Any = None
    data: Mapping[str, Any] = {}
    content: str = ""
    content_html: str = ""
    at: str = ""
    link: str = ""
    collapsible: bool = False
    read_at: str = ""

    @property
    def kind(self) -> str:
        """What the owner's preferences know it as: a kind of ours, or whose message it is."""
        return self.category if self.originator == STACK else app_kind(self.slug)

    @property
    def is_ours(self) -> bool:
        """Whether the home itself says it."""
        return self.originator == STACK


def app_kind(slug: str) -> str:
    """The kind of all messages of an app; of programs that belong to none, where slug is ""."""
    return f"app:{slug}"


def source_of(originator: str, slug: str, category: str, category_id: str) -> str:
    """What one line of notifications is about: those of the same source follow each other."""
    return f"cozy/{originator}/{slug}/{category}/{category_id}"


def body_of(notification: Notification) -> dict[str, Any]:
    """The members of its document."""
    raw: dict[str, Any] = msgspec.to_builtins(notification)
    return {name: value for name, value in raw.items() if name not in {"id", "rev"}}


def from_document(document: Document) -> Notification:
    """The notification that a document holds."""
    return msgspec.convert({**document.body, "id": document.id, "rev": document.rev}, Notification)


class Rule(Struct, frozen=True):
    """How the owner wants to be told of one kind, beside the page."""

    mail: ByMail = "at_once"
    push: bool = True


class Preferences(Struct, frozen=True):
    """How the owner wants to be told. Times are those of the owner's clock, `22:00`.

    quiet_from, quiet_until: "" for no quiet hours.
    """

    kinds: Mapping[str, Rule] = {}
    quiet_from: str = ""
    quiet_until: str = ""
    digest_at: str = "08:00"


class Subscription(Struct, frozen=True):
    """Where a browser of the owner's takes pushed messages, and its keys (RFC 8030, RFC 8291). session: that it belongs to.

    created_at: when somebody came in there last.
    """

    id: str
    session: str
    endpoint: str
    p256dh: str
    auth: str
    created_at: str = ""
