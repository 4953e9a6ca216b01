"""What the room realtime can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cozy.kernel.bus import Change
from cozy.kernel.caller import Caller
from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import BadToken
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes

from . import access, model
from .model import Credentials, Holder, Topic

PERMISSIONS = "io.cozy.permissions"
SESSIONS = "io.cozy.sessions"
CLIENTS = "io.cozy.oauth.clients"


def holder(work: Work, credentials: Credentials, password_of: Callable[[str], str]) -> Holder:
    """Who holds these. password_of: the cookie that proves the password of a link. Raises BadToken, ExpiredToken."""
    if credentials.token:
        caller = auth.caller_of(work, credentials.token, credentials.cookie, password_of)
        return Holder(caller, _end(work, caller, credentials.token))
    session, _ = auth.sessions.found(work, credentials.cookie)
    if session is None:
        raise BadToken
    return Holder(auth.sessions.caller_in(session), parse(session.expires_at))


def _end(work: Work, caller: Caller, token: str) -> datetime | None:
    """The first of what ends a token: its own time, and that of the grant behind it."""
    found = documents.fetch_many(work, PERMISSIONS, [caller.permission] if caller.permission else [])
    grants = [parse(one.body["expires_at"]) for one in found.values() if one.body.get("expires_at")]
    own = auth.expires_at(work, token)
    return min([*grants, *([own] if own else [])], default=None)


def is_open(work: Work, domain: str) -> bool:
    """Whether the home at this address is there for its people: asked of the host's list. Raises NoHome."""
    return homes.at(work, domain).state == "active"


def concerns(caller: Caller, change: Change) -> bool:
    """Whether this change may end, or alter, what the caller may do."""
    if change.doctype == PERMISSIONS:
        return bool(caller.permission)  # their own, or the one of the app that they are another side of
    if change.doctype == SESSIONS:
        return change.id in {"", caller.session}
    return change.doctype == CLIENTS and change.id == caller.name


def may_hear(work: Work, topic: Topic) -> bool:
    """Whether the caller may hear of a document, or of all of a doctype."""
    return access.may_hear(work, topic)


def may_hear_all(caller: Caller, doctype: str) -> bool:
    """Whether the caller may hear of every document of a doctype, which is decided without looking at any."""
    return access.may_hear_all(caller, doctype)


def may_hear_of(work: Work, change: Change) -> bool:
    """Whether the caller may hear of this change."""
    return access.may_hear_of(work, change)


event = lru_cache(maxsize=256)(model.event)  # the same text for everybody who listens


def notify(work: Work, doctype: str, id_: str, body: Mapping[str, Any]) -> None:
    """Tell those who listen something that is not stored. Raises NobodyIn, NotAllowed, Untellable."""
    access.tellable(work, doctype, id_, body)
    kept = {name: value for name, value in body.items() if name not in {"_id", "_type"}}
    work.changes.append(Change("NOTIFIED", doctype, id_, body=kept))
