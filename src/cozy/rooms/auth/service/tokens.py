"""Bearer tokens: JWT signed with the home's own secret (RFC 7519; HS512, as cozy-stack's).

A token says who holds it; what they may do is in their grant (room permissions), looked up at each request, so that a
token dies with its grant. The command line's alone holds its scope. Changing the home's `tokens` secret ends them all but
those of clients, which name their very grant and are signed with a key that stays.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec.structs import replace

from cozy.kernel.caller import VERBS, Caller, Grant, Verb
from cozy.kernel.ids import new_id
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission

from ..errors import BadScope, BadToken, ExpiredToken
from . import sessions

Audience = Literal["app", "konn", "cli", "share", "registration", "access", "refresh"]
CLI_LIFETIME = timedelta(days=30)
APP_LIFETIME = timedelta(hours=24)  # in a session; cozy-stack model/permission
SERVICE_LIFETIME = timedelta(minutes=30)  # of an app's service and of a connector, which no session ends
_OF_GRANTS = frozenset(
    {"registration", "access", "refresh", "share"}
)  # end with their grant, not with the passphrase
_SHORT = 40  # characters: a code of a link that is no token


def mint(work: Work, scope: str = "*", lifetime: timedelta = CLI_LIFETIME, name: str = "command line") -> str:
    """A bearer token for the command line. scope: space separated `doctype[:VERBS[:values[:selector]]]`.

    Raises BadScope.
    """
    grants(scope)
    return signed(work, "cli", name, lifetime, scope=scope)


def for_app(work: Work, slug: str, session: str = "") -> str:
    """A token of an installed app: for its page in a session, else for one of its services."""
    lifetime = APP_LIFETIME if session else SERVICE_LIFETIME
    return signed(work, "app", slug, lifetime, **({"session_id": session} if session else {}))


def for_konnector(work: Work, slug: str) -> str:
    """A token of an installed connector, for one run."""
    return signed(work, "konn", slug, SERVICE_LIFETIME)


def registration_token(work: Work, client_id: str) -> str:
    """The token with which a client manages its registration."""
    return signed(work, "registration", client_id)


def for_link(work: Work, label: str) -> str:
    """The long code of a link, which ends with it."""
    return signed(work, "share", label, jti=new_id())


def is_one(token: str) -> bool:
    """Whether it looks like a token, and not like a password."""
    return token.count(".") == 2


def is_short(token: str) -> bool:
    """Whether it is the short code of a link; people type a full stop after it (cozy-stack web/middlewares)."""
    return len(token) <= _SHORT and "." not in token[:-1]


def signed(
    work: Work, audience: Audience, subject: str, lifetime: timedelta | None = None, **more: str
) -> str:
    """A token. lifetime: None for one that ends with its grant. more: further claims."""
    now = int(work.now.timestamp())
    claims: dict[str, Any] = {"aud": audience, "iss": work.domain, "sub": subject, "iat": now, **more}
    if lifetime is not None:
        claims["exp"] = now + int(lifetime.total_seconds())
    return jwt.encode(
        {"alg": "HS512"}, claims, OctKey.import_key(_secret(work, audience)), algorithms=["HS512"]
    )


def _secret(work: Work, audience: str) -> bytes:
    return homes.derived_key(work, "oauth tokens") if audience in _OF_GRANTS else homes.secret(work, "tokens")


def caller_of(
    work: Work, token: str, cookie: str = "", password_of: Callable[[str], str] = lambda permission_id: ""
) -> Caller:
    """Who holds this token. Raises BadToken, ExpiredToken.

    cookie: of the session that came along; password_of: the cookie that proves the password of a link.
    """
    if is_short(token):
        return _of_share(work, token.removesuffix("."), password_of)
    claims = verified(work, token)
    if claims.get("aud") == "share":
        return _of_share(work, token, password_of)
    resolve = _RESOLVE.get(claims.get("aud", ""))
    if resolve is None:
        raise BadToken
    return resolve(work, claims, cookie if claims["aud"] == "app" else token)


def verified(work: Work, token: str) -> dict[str, Any]:
    """The claims of a token of this home that has not ended. Raises BadToken, ExpiredToken."""
    claims = _claims(_secret(work, _audience(token)), token)
    if claims.get("iss") not in (work.domain, *work.hosted.formerly):
        raise BadToken
    if "exp" in claims and int(claims["exp"]) <= work.now.timestamp():
        raise ExpiredToken
    return claims


def expires_at(work: Work, token: str) -> datetime | None:
    """When a token ends by itself, if it says so. Raises BadToken, ExpiredToken."""
    if len(token) <= _SHORT and "." not in token:
        return None
    claims = verified(work, token)
    return datetime.fromtimestamp(int(claims["exp"]), UTC) if "exp" in claims else None


def _of_command_line(work: Work, claims: dict[str, Any], _token: str) -> Caller:
    return Caller("cli", grants(claims["scope"]), name=claims["sub"])


def _of_app(work: Work, claims: dict[str, Any], cookie: str) -> Caller:
    """An app's page counts only in the browser that it was given to; cozy-stack web/middlewares."""
    bound = claims.get("session_id", "")
    if bound:
        session = sessions.of(work, cookie)
        if session is None or session.id != bound:
            raise BadToken
    return _holder(work, "app", permissions.of_source(work, "app", claims["sub"]), claims["sub"], bound)


def _of_konnector(work: Work, claims: dict[str, Any], _token: str) -> Caller:
    return _holder(work, "konnector", permissions.of_source(work, "konnector", claims["sub"]), claims["sub"])


def _of_share(work: Work, code: str, password_of: Callable[[str], str]) -> Caller:
    """A link with a password opens nothing before that was given, and none more than its maker may by now. One to look at only
    opens pages of the home, and nothing to programs.
    """
    found = permissions.of_code(work, code)
    caller = _holder(work, "share", found, found.id if found else "")
    if found and not permissions.passwords.is_given(work, found, password_of(found.id)):
        raise BadToken
    if found and (found.type == "share-interact" or found.look_only):
        return replace(
            caller, grants=()
        )  # the sharing says what its holder may do; what is only to look at opens no program anything
    if found is None or found.type != "share" or not found.source_id:
        return caller
    _holder(
        work, "share", permissions.giver_of(work, found), ""
    )  # who may be gone, or whose time may be over
    return replace(caller, grants=permissions.opened_by(work, found))


def _of_client(work: Work, claims: dict[str, Any], _token: str) -> Caller:
    """What a client was granted or, where it is the device's side of an app, what that app was."""
    found = permissions.of_source(work, "oauth", claims["sub"])
    if found is not None and found.id != claims.get("grant"):
        raise BadToken  # the grant that it was given for has ended, and another been given since
    caller = _holder(work, "client", found, claims["sub"])
    slug = found.metadata.get("linked_app") if found else None
    if not slug:
        return caller
    of_app = _holder(work, "client", permissions.of_source(work, "app", slug), slug)
    return replace(caller, grants=of_app.grants)


def _holder(
    work: Work,
    kind: Literal["app", "konnector", "client", "share"],
    found: Permission | None,
    name: str,
    session: str = "",
) -> Caller:
    """Raises BadToken where the grant has been taken back, ExpiredToken where it has ended."""
    if found is None:
        raise BadToken
    if permissions.has_ended(work, found):
        raise ExpiredToken
    return Caller(kind, found.grants, session, name, found.id)


_RESOLVE: dict[str, Callable[[Work, dict[str, Any], str], Caller]] = {
    "cli": _of_command_line, "app": _of_app, "konn": _of_konnector, "access": _of_client,
}  # fmt: skip


def _audience(token: str) -> str:
    """Who a token says that it is for: which key it must be signed with; nothing is believed before that."""
    try:
        payload = token.split(".")[1]
        said = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(said["aud"])
    except (IndexError, KeyError, TypeError, ValueError, msgspec.DecodeError):
        return ""


@lru_cache(maxsize=4096)
def _claims(secret: bytes, token: str) -> dict[str, Any]:
    """What a token says, its signature checked; remembered, since every request of a client brings the same one."""
    try:
        return dict(jwt.decode(token, OctKey.import_key(secret), algorithms=["HS512"]).claims)
    except (JoseError, ValueError) as error:
        raise BadToken from error


@lru_cache(maxsize=1024)
def grants(scope: str) -> tuple[Grant, ...]:
    """The permissions that a scope spells. Raises BadScope."""
    if not scope.split():
        raise BadScope(parameter="scope")
    return tuple(_grant(part) for part in scope.split())


def _grant(part: str) -> Grant:
    doctype, verbs, values, selector = [*part.split(":"), "", "", ""][:4]
    try:
        wanted = msgspec.convert(verbs.split(","), tuple[Verb, ...]) if verbs not in {"", "ALL"} else VERBS
    except msgspec.ValidationError as error:
        raise BadScope(parameter="scope", part=part) from error
    if not doctype:
        raise BadScope(parameter="scope", part=part)
    return Grant(doctype, wanted, tuple(v for v in values.split(",") if v), selector)
