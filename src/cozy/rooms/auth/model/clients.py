"""The words of OAuth2: clients, what they ask for, and the tokens that they get (RFC 6749, 7591, 7636)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from cozy.rooms.permissions.model import Rule

CLIENTS = "io.cozy.oauth.clients"
GRANT_TYPES = ("authorization_code", "refresh_token")
RESPONSE_TYPES = ("code",)
LOGIN = "login"  # the scope of a program that only wants to know that the owner is in
EVERYTHING = "*"  # the scope of a program that is the owner's own, as the flagship app is
SHARING = "sharing"  # the kind of client that another home is

# Pseudo-kinds of documents, so that knowing the owner is a grant like others (OpenID Connect Core §5.4).
IDENTITY, PROFILE, EMAIL = "io.cozy.auth.identity", "io.cozy.auth.profile", "io.cozy.auth.email"
SCOPES: Mapping[str, Rule] = {
    "openid": Rule(IDENTITY, ("GET",)),
    "profile": Rule(PROFILE, ("GET",)),
    "email": Rule(EMAIL, ("GET",)),
}
OFFLINE = "offline_access"  # every client gets a refresh token here

PENDING = timedelta(hours=1)  # a client that nobody agreed to is forgotten after that
CODE = timedelta(minutes=5)  # from consent to the first tokens (cozy-stack docs/auth.md)
ACCESS = timedelta(hours=24)
ID_TOKEN = timedelta(hours=1)


class Introduction(Struct, frozen=True):
    """What a client says of itself (RFC 7591 §2, and cozy-stack's members). None is as good as nothing."""

    client_id: str | None = None
    client_secret: str | None = None
    redirect_uris: tuple[str, ...] | None = None
    client_name: str | None = None
    client_kind: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    software_id: str | None = None
    software_version: str | None = None
    notification_platform: str | None = None
    notification_device_token: str | None = None
    onboarding_secret: str | None = None
    allow_login_scope: bool | None = None
    notifications: dict[str, Any] | None = None


class Client(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A program, often on another device, that may ask the owner for a grant. Its document, without secrets."""

    id: str
    rev: str
    redirect_uris: tuple[str, ...]
    client_name: str
    software_id: str
    client_kind: str = ""
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    software_version: str = ""
    client_os: str = ""  # of the browser in which the owner agreed
    notification_platform: str = ""
    notification_device_token: str = ""
    notifications: Mapping[str, Any] = {}  # the categories that it announces, where no app does
    allow_login_scope: bool = False
    pending: bool = False  # the owner has not agreed to anything yet
    flagship: bool = False  # the owner let it do everything
    synchronized_at: str = ""
    last_refreshed_at: str = ""  # when it last got tokens; "" for never
    onboarding_sha256: str = ""  # of a secret that is exchanged for the client, once
    oidc_session_id: str = ""  # the owner's session at the service that vouched for them
    secrets: int = 1  # how many secrets it has had: the last one counts
    brought: str = ""  # the secret that it had where this home was before, locked: it counts instead
    created_at: str
    cozyMetadata: Mapping[str, Any] = {}  # noqa: N815 (as apps know it)

    @property
    def linked_app(self) -> str:
        """The slug of the app whose grant it shares: drive for `registry://drive`; "" for none."""
        return linked_app(self.software_id)

    @property
    def seen_at(self) -> str:
        """When it was last known to be in use (RFC 3339); "" for never."""
        return max(self.synchronized_at, self.last_refreshed_at)


def linked_app(software_id: str) -> str:
    """The slug of the app that a program says to be the device's side of; "" when it says no such thing."""
    scheme, _, rest = software_id.partition("://")
    return rest.partition("/")[0] if scheme == "registry" else ""


def body_of(client: Client) -> dict[str, Any]:
    """The members of a client's document."""
    raw: dict[str, Any] = msgspec.to_builtins(client)
    said = {"grant_types": GRANT_TYPES, "response_types": RESPONSE_TYPES, "client_secret_expires_at": 0}
    return {**{name: value for name, value in raw.items() if name not in {"id", "rev"}}, **said}


def from_body(id_: str, rev: str, body: Mapping[str, Any]) -> Client:
    """The client that a document holds."""
    return msgspec.convert({**body, "id": id_, "rev": rev}, Client)


class Asked(Struct, frozen=True, kw_only=True):
    """A request for authorization, word for word (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1)."""

    client_id: str = ""
    redirect_uri: str = ""
    state: str = ""
    response_type: str = ""
    scope: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    nonce: str = ""
    prompt: str = ""
    max_age: str = ""  # seconds


class Wanted(Struct, frozen=True):
    """A request for authorization that holds together: which client wants what. rules: by title."""

    asked: Asked
    client: Client
    rules: Mapping[str, Rule]

    @property
    def is_everything(self) -> bool:
        """Whether it wants whatever the owner may do."""
        return self.asked.scope == EVERYTHING

    @property
    def is_identity(self) -> bool:
        """Whether it only wants to know who the owner is."""
        return bool(self.rules) and all(rule in SCOPES.values() for rule in self.rules.values())

    @property
    def prompts(self) -> set[str]:
        """How the owner is to be asked: none, login, consent."""
        return set(self.asked.prompt.split())


class Agreed(Struct, frozen=True, kw_only=True):
    """What the owner agreed to, kept with the code until the client fetches its tokens."""

    client: str
    redirect_uri: str
    challenge: str
    scope: str
    rules: Mapping[str, Rule]
    until: str = ""  # RFC 3339; "" for no end
    linked_app: str = ""
    nonce: str = ""
    entered_at: str = ""  # when the owner came in, or last showed the passphrase (RFC 3339)


class Tokens(Struct, frozen=True, kw_only=True):
    """What a client gets. refresh: "" when the one that it has goes on."""

    access: str
    scope: str
    refresh: str = ""
    identity: str = ""  # an ID token, for who asked to know who the owner is
