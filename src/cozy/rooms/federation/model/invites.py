"""Invitations: two people get to know each other before anything is shared, where their servers want that."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct, field

INVITES = "io.cozy.federation.invites"
TOKEN = "token_encrypted"  # noqa: S105 - the member of a document that holds the token, locked
DAYS = 30  # that one lasts
LONGEST = 2000  # characters of what somebody pastes


class Invite(Struct, frozen=True, kw_only=True):
    """An invitation that this home made, or took. who: the address of the other side, "" while nobody answered."""

    id: str
    direction: Literal["made", "taken"]
    created_at: str
    who: str = ""
    called: str = ""
    locked: str = ""


class Accepted(Struct, frozen=True):
    """The body of `POST /invite-accepted`."""

    recipient_provider: str = field(default="", name="recipientProvider")
    token: str = ""
    user_id: str = field(default="", name="userID")
    email: str = ""
    name: str = ""


class Known(Struct, frozen=True):
    """Its answer: who invited."""

    user_id: str = field(default="", name="userID")
    email: str = ""
    name: str = ""


def body_of(invite: Invite) -> dict[str, Any]:
    """The members of its document."""
    raw: dict[str, Any] = msgspec.to_builtins(invite)
    return {name: value for name, value in raw.items() if name not in {"id", "locked"}} | {
        TOKEN: invite.locked
    }


def from_body(id_: str, body: Mapping[str, Any]) -> Invite:
    """The invitation that a document holds."""
    return msgspec.convert({**body, "id": id_, "locked": body.get(TOKEN, "")}, Invite)


def written(token: str, host: str) -> str:
    """An invitation as people hand it on, as ownCloud Infinite Scale and OpenCloud write theirs."""
    return base64.b64encode(f"{token}@{host}".encode()).decode()


def read(text: str) -> tuple[str, str] | None:
    """The token and the server of one: as `written`, as `token@server`, or a link that has both; None where it is none."""
    said = "".join(text.split())
    if len(said) > LONGEST:
        return None
    if "?" in said:
        asked = parse_qs(urlsplit(said).query)
        token, server = (
            asked.get("token", [""])[0],
            asked.get("providerDomain", asked.get("providerdomain", [""]))[0],
        )
        return (token, server) if token and server else None
    if "@" not in said:
        try:
            said = base64.b64decode(said + "=" * (-len(said) % 4), validate=True).decode()
        except (binascii.Error, ValueError):
            return None
    token, _, server = said.partition("@")
    return (token, server) if token and server else None
