"""Clients and tokens in JSON, as RFC 7591 and RFC 6749 and cozy-stack's clients have them."""

from __future__ import annotations

from typing import Any

from cozy.kernel.work import Work

from .. import service
from ..model.clients import ACCESS, Client, Tokens, body_of

_OURS = {"secrets", "onboarding_sha256", "created_at", "oidc_session_id"}


def client(work: Work, shown: Client, *, with_token: bool = False) -> dict[str, Any]:
    """A client, shown to itself. with_token: with the one to manage its registration."""
    token = (
        {"registration_access_token": service.tokens.registration_token(work, shown.id)} if with_token else {}
    )
    return {
        "client_id": shown.id, "client_secret": service.clients.secret_of(work, shown), **token, **attributes(shown),
    }  # fmt: skip


def attributes(shown: Client) -> dict[str, Any]:
    """A client, shown to others: no secret."""
    return {name: value for name, value in body_of(shown).items() if name not in _OURS}


def tokens(got: Tokens) -> dict[str, Any]:
    """What a client gets."""
    more = {"refresh_token": got.refresh, "id_token": got.identity}
    return {
        "access_token": got.access, "token_type": "bearer", "expires_in": int(ACCESS.total_seconds()),
        "scope": got.scope, **{name: value for name, value in more.items() if value},
    }  # fmt: skip
