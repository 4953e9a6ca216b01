"""What a socket may ask, and the messages that go through it (cozy-stack docs/realtime.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.bus import Change
from cozy.kernel.caller import Caller

PROTOCOL = "io.cozy.websocket"

# Doctypes that are told and not stored, and the doctype that a caller must be able to read for each; "" for none.
STREAMS: Mapping[str, str] = {
    "io.cozy.auth.confirmations": "",
    "io.cozy.files.thumbnails": "io.cozy.files",
    "io.cozy.notes.events": "io.cozy.files",
    "io.cozy.sharings.initial_sync": "",
}

# Documents that are told and not stored, and the one that a caller must be able to read for each.
STAND_INS: Mapping[str, str] = {"io.cozy.settings.passphrase": "io.cozy.settings.instance"}


class Topic(Struct, frozen=True):
    """A document to hear of, or every one of a doctype when `id` is empty."""

    type: str = ""
    id: str = ""


class Command(Struct, frozen=True):
    """What comes in: AUTH with a token, SUBSCRIBE and UNSUBSCRIBE with a topic."""

    method: str = ""
    payload: Any = None


class Credentials(Struct, frozen=True):
    """What a socket proves who it is with. token: "" when the cookie of the owner's session is enough."""

    token: str
    cookie: str


class Holder(Struct, frozen=True):
    """Who listens, and when that ends by itself."""

    caller: Caller
    ends_at: datetime | None = None


_encode = msgspec.json.Encoder().encode
_command = msgspec.json.Decoder(Command).decode


def command_of(text: str | bytes) -> Command:
    """Raises msgspec.DecodeError."""
    return _command(text)


def topic_of(payload: Any) -> Topic:
    """The topic of a command; one without a type when it is none."""
    try:
        return msgspec.convert(payload, Topic)
    except msgspec.ValidationError:
        return Topic()


def event(change: Change) -> str:
    """The message that tells a change."""
    payload = {"type": change.doctype, "id": change.id, "doc": _document(change)}
    return _encode({"event": change.verb, "payload": payload}).decode()


def _document(change: Change) -> dict[str, Any]:
    """As it is stored by now; a deleted one as it was, where that is known."""
    held = {**change.before, **change.body} if change.verb == "DELETED" else change.body
    own = {"_id": change.id, "_type": change.doctype, **({"_rev": change.rev} if change.rev else {})}
    return {**own, **held} if held or change.verb != "DELETED" else {**own, "_deleted": True}


def unauthorized(command: Command) -> str:
    """The token opens nothing, or does not any more."""
    return _error("401 Unauthorized", "unauthorized", "The authentication has failed", command)


def forbidden(topic: Topic) -> str:
    """The caller may not hear of this."""
    title = f"The application can't subscribe to {topic.type}"
    return _error("403 Forbidden", "forbidden", title, Command("SUBSCRIBE", topic))


def unknown_method(command: Command) -> str:
    """This is no command, or not now."""
    title = f"The {command.method} method is not supported"
    return _error("405 Method Not Allowed", "method not allowed", title, command)


def missing_type(command: Command) -> str:
    """The command does not say which doctype."""
    title = f"The type parameter is mandatory for {command.method.upper()}"
    return _error("404 Page Not Found", "page not found", title, command)


def too_many(command: Command, limit: int) -> str:
    """This socket hears of enough."""
    title = f"A websocket can have {limit} subscriptions"
    return _error("429 Too Many Requests", "too many requests", title, command)


def _error(status: str, code: str, title: str, source: Command) -> str:
    payload = {"status": status, "code": code, "title": title, "source": source}
    return _encode({"event": "error", "payload": payload}).decode()
