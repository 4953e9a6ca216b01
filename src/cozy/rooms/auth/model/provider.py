"""The words of logging in by another service (OpenID Connect Core 1.0; cozy-stack docs/delegated-auth.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from . import Entered, SecondStep

WAITED_FOR = timedelta(minutes=15)  # from the home to the other service and back
JWT_AGE = timedelta(minutes=5)  # of a link of another program of the host, where it has no end of its own
SKEW = timedelta(minutes=1)  # by how much the clock there may be behind ours
LOGOUT_AGE = timedelta(minutes=5)  # of the word that somebody logged out there
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "ES384", "ES512"]


class AppOf(Struct, frozen=True, forbid_unknown_fields=True):
    """An app of that service, which has here what an installed app has."""

    software_id: str  # registry://mail
    instance_claim: str = ""  # the claim that names the home; "" for the usual way


class Provider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who else lets people in, as the table `oidc` of a context says."""

    client_id: str = ""
    client_secret: str = ""
    name: str = ""  # what people call it
    issuer: str = ""  # where the addresses below are found, unless they are given
    scope: str = "openid profile"
    redirect_uri: str = ""  # on a host of its own; "" for an address of each home
    authorize_url: str = ""
    token_url: str = ""
    userinfo_url: str = ""
    id_token_jwk_url: str = ""
    logout_url: str = ""
    userinfo_instance_field: str = ""  # the claim that names the home
    userinfo_instance_prefix: str = ""
    userinfo_instance_suffix: str = ""
    allow_custom_instance: bool = False  # homes say themselves whose they are
    allow_oauth_token: bool = False  # programs may bring a token of that service
    allow_app_token_exchange: bool = False
    app_token_exchange: Mapping[str, AppOf] = {}  # by the audience of that service's tokens
    disable_password_authentication: bool = False
    jwt_secret: str = ""  # base64: of links that another program of the host makes

    @property
    def is_openid(self) -> bool:
        """Whether people can log in there."""
        return bool(self.client_id)

    @property
    def is_only(self) -> bool:
        """Whether there is no other way in."""
        return self.is_openid and self.disable_password_authentication


class Endpoints(Struct, frozen=True):
    """The addresses of a provider. keys: "" when nobody said where its keys are."""

    authorize: str
    token: str
    userinfo: str = ""
    keys: str = ""


class Departure(Struct, frozen=True):
    """Where somebody is sent, and what their browser keeps until they are back."""

    url: str
    cookie: str


class Waiting(Struct, frozen=True):
    """What is kept of somebody who is away at the other service."""

    nonce: str
    verifier: str
    target: str
    left_at: int  # seconds since 1970
    confirm: str = ""  # the state of an app that only wants to be sure; "" to come in


class Return(Struct, frozen=True):
    """What the service sends somebody back with (OpenID Connect Core §3.1.2.5, §3.1.2.6; RFC 9207)."""

    code: str = ""
    state: str = ""
    error: str = ""
    iss: str = ""


class Arrival(Struct, frozen=True):
    """Somebody is back, and it is the owner. target: where they wanted to go; outcome: None for who was in already."""

    target: str
    outcome: Entered | SecondStep | None = None


Claims = Mapping[str, Any]
