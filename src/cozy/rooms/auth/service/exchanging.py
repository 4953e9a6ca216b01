"""Tokens for a code, and fresh ones for a refresh token (RFC 6749 §4.1.3, §6; RFC 7636 §4.5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule

from ..errors import BadScope, BadToken, BadTokenRequest, CodeReplayed, ExpiredToken
from ..events import ClientConnected
from ..model import Visitor
from ..model.clients import ACCESS, EVERYTHING, IDENTITY, Agreed, Client, Introduction, Tokens
from . import authorizing, clients, identity, scopes, tokens


def with_code(work: Work, client: Client, code: str, verifier: str = "", redirect_uri: str = "") -> Tokens:
    """Tokens for a code, which is used up; the grant that they stand for is given now.

    Raises BadTokenRequest; CodeReplayed when it was used before: then the client's grant must be taken back, which
    is left to the caller since this work is undone. Publishes ClientConnected the first time.
    """
    agreed = authorizing.of_code(work, code)
    if agreed is None or agreed.client != client.id or redirect_uri not in {"", agreed.redirect_uri}:
        raise BadTokenRequest(error="invalid code")
    if not _proves(verifier, agreed.challenge):
        raise BadTokenRequest(error="invalid code_verifier")
    if not authorizing.spend(work, code):
        raise CodeReplayed(error="invalid code")
    granted = _grant(work, client, agreed)
    if not client.last_refreshed_at:
        work.publish(ClientConnected(client.id))
    got = tokens_of(work, client, granted, agreed.scope)
    wants_identity = any(rule.doctype == IDENTITY for rule in agreed.rules.values())
    return replace(got, identity=identity.token(work, client, agreed)) if wants_identity else got


def _proves(verifier: str, challenge: str) -> bool:
    """A verifier where none was announced is refused too: somebody took the challenge away on the way here."""
    if not challenge:
        return not verifier
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(made.encode(), challenge.encode())


def _grant(work: Work, client: Client, agreed: Agreed) -> Permission:
    metadata = {"scope": agreed.scope} | ({"linked_app": agreed.linked_app} if agreed.linked_app else {})
    return permissions.grant(
        work,
        "oauth",
        client.id,
        agreed.rules,
        title=client.client_name,
        expires_at=agreed.until,
        metadata=metadata,
    )


def tokens_of(work: Work, client: Client, granted: Permission, scope: str) -> Tokens:
    """The tokens of a client that something was granted to."""
    refresh = tokens.signed(work, "refresh", client.id, scope=scope, grant=granted.id)
    return Tokens(access=_access(work, client, granted, scope), refresh=refresh, scope=scope)


def _access(work: Work, client: Client, granted: Permission, scope: str) -> str:
    clients.touch(work, client, last_refreshed_at=iso(work.now))
    return tokens.signed(work, "access", client.id, ACCESS, scope=scope, grant=granted.id)


def for_flagship(work: Work, client: Client) -> Tokens:
    """Tokens for whatever the owner may do, for a program that the owner let do everything before and who proved to be
    there now. Publishes ClientConnected the first time.
    """
    return _unasked(work, client, EVERYTHING, scopes.rules(EVERYTHING))


def vouched(work: Work, client: Client, scope: str, sid: str) -> Tokens:
    """Tokens for a program that another service vouches for, which the host trusts in this. sid: the session there.

    Raises BadTokenRequest. Publishes ClientConnected the first time.
    """
    known = clients.put(work, replace(clients.find(work, client.id), pending=False, oidc_session_id=sid))
    slug = client.linked_app if scope != EVERYTHING else ""
    if not slug:
        return _unasked(work, known, scope, _rules(scope))
    of_app = permissions.of_source(work, "app", slug)
    if of_app is None:
        raise BadTokenRequest(error=f"{slug} is not installed")
    return _unasked(work, known, f"@io.cozy.apps/{slug}", of_app.rules, slug)


def swapped(work: Work, visitor: Visitor, said: Introduction, sid: str) -> tuple[Client, Tokens]:
    """A new client for an app of another service, with its tokens. Raises BadTokenRequest, BadRegistration, TooManyAttempts."""
    client = clients.register(work, visitor, said)
    return client, vouched(work, client, "", sid)


def _rules(scope: str) -> Mapping[str, Rule]:
    try:
        return scopes.rules(scope)
    except BadScope as error:
        raise BadTokenRequest(error="invalid scope") from error


def _unasked(work: Work, client: Client, scope: str, rules: Mapping[str, Rule], slug: str = "") -> Tokens:
    agreed = Agreed(
        client=client.id, redirect_uri="", challenge="", scope=scope, rules=rules, linked_app=slug
    )
    granted = _grant(work, client, agreed)
    if not client.last_refreshed_at:
        work.publish(ClientConnected(client.id))
    return tokens_of(work, client, granted, scope)


def with_refresh(work: Work, client: Client, token: str) -> Tokens:
    """A fresh access token; the refresh token goes on. Raises BadTokenRequest."""
    try:
        claims = tokens.verified(work, token)
    except (BadToken, ExpiredToken) as error:
        raise BadTokenRequest(error="invalid refresh token") from error
    granted = permissions.of_source(work, "oauth", client.id)
    is_its = (claims["aud"], claims["sub"]) == ("refresh", client.id)
    if not is_its or granted is None or granted.id != claims["grant"]:
        raise BadTokenRequest(error="invalid refresh token")
    scope = granted.metadata.get("scope", "")
    return Tokens(access=_access(work, client, granted, scope), scope=scope)
