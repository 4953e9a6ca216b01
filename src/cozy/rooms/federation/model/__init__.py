"""Shares with other servers: what was sent there, and what came from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

SHARES = "io.cozy.federation.shares"
FILES = "io.cozy.files"
SECRET = "secret_encrypted"  # noqa: S105 - the member of a document that holds what opens the share, locked
API_VERSION = "1.1.0"
ENDPOINT = "/ocm"
WEBDAV = "/public.php/webdav"  # where Nextcloud and ownCloud look for what is shared, too
SHARED = "/my/shared"  # the page of everything that is shared
PAGES = "/my/elsewhere"  # what others share from servers of another kind

Direction = Literal["sent", "received"]
State = Literal["unverified", "waiting", "accepted", "declined", "ended"]
Scheme = Literal["bearer", "basic"]


class Share(Struct, frozen=True, kw_only=True):
    """A folder or file that is shared between this home and somebody at another server.

    server: where they are, https://cloud.example.org; endpoint: of its API; remote_id: the share's there, of what came;
    thing: the file or folder of what was sent; url, scheme: where and how what came is opened.
    """

    id: str
    rev: str = ""
    direction: Direction
    state: State
    name: str
    is_folder: bool = True
    may_write: bool = False
    who: str  # bob@cloud.example.org
    called: str = ""  # what they call themself, or their server does
    server: str
    endpoint: str = ""
    remote_id: str = ""
    thing: str = ""
    url: str = ""
    scheme: Scheme = "bearer"
    created_at: str = ""
    locked: str = ""

    @property
    def person(self) -> str:
        """What people call who is on the other side."""
        return self.called or self.who

    @property
    def is_open(self) -> bool:
        """Whether it is, or may yet be, in use."""
        return self.state in {"waiting", "accepted"}


_OWN = {"id", "rev", "locked"}


def body_of(share: Share) -> dict[str, Any]:
    """The members of its document."""
    raw: dict[str, Any] = msgspec.to_builtins(share)
    return {name: value for name, value in raw.items() if name not in _OWN} | {SECRET: share.locked}


def from_body(id_: str, rev: str, body: Mapping[str, Any]) -> Share:
    """The share that a document holds."""
    return msgspec.convert({**body, "id": id_, "rev": rev, "locked": body.get(SECRET, "")}, Share)


class Item(Struct, frozen=True):
    """A folder or file at another server. path: in its share, `/Photos/a.jpg`, "" for the top; size: bytes."""

    path: str
    name: str
    is_folder: bool
    size: int | None = None
    mime: str = ""
    at: str = ""  # when it changed, as HTTP spells it
    may_write: bool | None = None  # None where the server does not say


class There(Struct, frozen=True):
    """What came from another server, open: where, and with what. name: of its top."""

    share: str
    name: str
    url: str
    secret: str
    scheme: Scheme
    may_write: bool
    is_folder: bool
    host: str
