"""Authorization: what a client asks for, and the code that it gets when the owner agrees (RFC 6749 §4.1, RFC 7636)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace

from cozy.kernel.clock import iso, parse
from cozy.kernel.ids import hashed, new_secret
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

from .. import store
from ..errors import BadAuthorization, BadScope, NoClient
from ..model import Visitor
from ..model.clients import CODE, EVERYTHING, LOGIN, Agreed, Asked, Client, Wanted
from . import clients, devices, scopes, sessions

_KIND = "oauth_code"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # of SHA-256 (RFC 7636 §4.2)


def wanted(work: Work, asked: Asked) -> Wanted:
    """The request, once it holds together. Raises BadAuthorization: then nobody may be sent to its redirect URI.

    A program that is linked to an app wants what that app has: see `linked`.
    """
    client = _client(work, asked)
    if client.linked_app and asked.scope != EVERYTHING:
        return Wanted(asked, client, {})
    return Wanted(asked, client, _rules(asked, client))


def _client(work: Work, asked: Asked) -> Client:
    if not asked.state:
        raise BadAuthorization("The state parameter is mandatory.")
    if not asked.client_id:
        raise BadAuthorization("The client_id parameter is mandatory.")
    if not asked.redirect_uri:
        raise BadAuthorization("The redirect_uri parameter is mandatory.")
    if asked.response_type != "code":
        raise BadAuthorization("Invalid response type: only code is known here.")
    if asked.code_challenge and asked.code_challenge_method != "S256":
        raise BadAuthorization("Invalid challenge code method: only S256 is known here.")
    if asked.code_challenge_method and not _CHALLENGE.fullmatch(asked.code_challenge):
        raise BadAuthorization("The code_challenge parameter is missing, or it is no SHA-256 in base64url.")
    try:
        client = clients.find(work, asked.client_id)
    except NoClient as error:
        raise BadAuthorization("The client must be registered.") from error
    if asked.redirect_uri not in client.redirect_uris:
        raise BadAuthorization("The redirect_uri parameter doesn't match the registered ones.")
    return client


def _rules(asked: Asked, client: Client) -> dict[str, Rule]:
    scope = asked.scope.strip()
    if not scope or (scope == LOGIN and not client.allow_login_scope):
        raise BadAuthorization("The scope parameter is mandatory.")
    if scope == EVERYTHING and not asked.code_challenge:
        raise BadAuthorization("The code_challenge parameter is mandatory for this scope.")
    try:
        rules = scopes.rules(scope)
    except BadScope as error:
        raise BadAuthorization("Invalid scope.") from error
    if scope != EVERYTHING and any(rule.doctype == EVERYTHING for rule in rules.values()):
        raise BadAuthorization("Invalid scope.")
    return rules


def linked(request: Wanted, rules: Mapping[str, Rule]) -> Wanted:
    """The request of a program that is linked to an app, with what that app has."""
    return Wanted(request.asked, request.client, rules)


def agree(
    work: Work,
    request: Wanted,
    visitor: Visitor,
    rules: Mapping[str, Rule],
    until: str = "",
    *,
    proved: bool = False,
) -> str:
    """The address to send the owner to, with a code for the client. rules: those that the owner agrees to.

    until: RFC 3339; "" for no end. proved: the owner has just shown the passphrase. The grant is given when the client
    comes for its tokens.
    """
    client, asked = clients.find(work, request.client.id), request.asked  # it may have reported in meanwhile
    slug = "" if request.is_everything else client.linked_app
    scope = f"@io.cozy.apps/{slug}" if slug else scopes.spelled(rules)
    agreed = Agreed(
        client=client.id, redirect_uri=asked.redirect_uri, challenge=asked.code_challenge, scope=scope, rules=rules,
        until=until, linked_app=slug, nonce=asked.nonce, entered_at=iso(work.now) if proved else _entered_at(work),
    )  # fmt: skip
    code = new_secret(32)
    store.credentials.put(work, _KIND, hashed(code), msgspec.to_builtins(agreed), work.now + CODE)
    system = devices.system_of(visitor.user_agent)
    is_flagship = client.flagship or request.is_everything
    clients.put(work, replace(client, pending=False, client_os=system, flagship=is_flagship))
    # cozy-stack's clients look for `access_code`, others for `code`
    return answer_to(work.origin, asked, access_code=code, code=code)


def _entered_at(work: Work) -> str:
    return sessions.living_one(work, work.caller.session).created_at


def is_old(work: Work, request: Wanted) -> bool:
    """Whether the owner came in longer ago than the client accepts (OpenID Connect Core §3.1.2.1, max_age)."""
    max_age = request.asked.max_age
    if not (max_age.isascii() and max_age.isdecimal()) or len(max_age) > 9:
        return False
    return parse(_entered_at(work)) + timedelta(seconds=int(max_age)) < work.now


def is_agreed(work: Work, request: Wanted) -> bool:
    """Whether the owner has agreed to as much before, to a client that only wants to know who they are."""
    granted = permissions.of_source(work, "oauth", request.client.id)
    if granted is None or not request.is_identity:
        return False
    return set(request.rules.values()) <= set(granted.rules.values())


def refuse(issuer: str, asked: Asked, error: str = "access_denied") -> str:
    """The address to send the owner to when the client gets nothing (RFC 6749 §4.1.2.1)."""
    return answer_to(issuer, asked, error=error)


def answer_to(issuer: str, asked: Asked, **answer: str) -> str:
    """The client's redirect URI with an answer. An empty fragment keeps browsers from carrying one along.

    It says which home answers, so that a client of many homes cannot be led to bring its code to another (RFC 9207).
    """
    query = urlencode({**answer, "state": asked.state, "iss": issuer})
    return f"{asked.redirect_uri}{'&' if '?' in asked.redirect_uri else '?'}{query}#"


def of_code(work: Work, code: str) -> Agreed | None:
    """What the owner agreed to with this code, used or not."""
    found = store.credentials.one(work, _KIND, hashed(code))
    return msgspec.convert(found.details, Agreed) if found else None


def spend(work: Work, code: str) -> bool:
    """Use a code up; False when it was already."""
    return store.credentials.spend(work, f"{_KIND}_used", hashed(code), work.now + CODE)
