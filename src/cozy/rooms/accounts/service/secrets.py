"""Locking the secrets of an account, and opening them again for the connector that they are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import structlog

from cozy.kernel.safe import CannotOpen, Safe
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from ..model import CREDENTIALS, DESTINATION, HOLDERS, KONNECTORS, LOCKED, is_secret
from ..ports import Shipped

log = structlog.get_logger()
Body = Mapping[str, Any]


def locked(work: Work, body: Body) -> dict[str, Any]:
    """An account as it is kept: no secret can be read in it. What is locked already stays, unless there is a new secret."""
    return _with_each(body, partial(_locked, work, _about(body)))


def opened(work: Work, body: Body) -> dict[str, Any]:
    """The same as it was given. A secret that cannot be opened is left out: whoever needs it asks for it again."""
    return _with_each(body, partial(_opened, work, _about(body)))


def _with_each(body: Body, change: Callable[[Body], dict[str, Any]]) -> dict[str, Any]:
    """An account with something else in each place that may hold secrets."""
    changed = dict(body)
    for holder in HOLDERS:
        if isinstance(held := body.get(holder), Mapping):
            changed[holder] = change(held)
    data = body.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("auth"), Mapping):
        changed["data"] = {**data, "auth": change(data["auth"])}
    return changed


def is_for(work: Work, id_: str, body: Body) -> bool:
    """Whether it is a connector that asks, and the account is its own.

    Its own are those of its slug; of the type that its manifest names for OAuth, unless a connector here has that for its slug; and
    the one of the aggregator that it works through. Those of a connector that comes with the home are for that one alone.
    """
    if work.caller.kind != "konnector":
        return False
    slug, type_ = work.caller.name, body.get("account_type")
    manifest = _manifest(work, slug)
    if source := shipped_as(work, str(type_)):
        return type_ == slug and manifest.get("source") == source
    if type_ == slug:
        return True
    if id_ and id_ == _member(manifest, "aggregator", "accountId"):
        return _manifest(work, str(type_)) == {}
    return (
        bool(type_)
        and type_ == _member(manifest, "oauth", "account_type")
        and _manifest(work, str(type_)) == {}
    )


def shipped_as(work: Work, slug: str) -> str:
    """The source of the connector of this slug that comes with the home; "" where none does."""
    return next((source for source_of in work.plugged(Shipped) if (source := source_of(slug))), "")


def _manifest(work: Work, slug: str) -> Body:
    id_ = f"{KONNECTORS}/{slug}"
    found = documents.fetch_many(work, KONNECTORS, [id_]).get(id_)
    return found.body if found else {}


def _member(manifest: Body, name: str, inner: str) -> Any:
    held = manifest.get(name)
    return held.get(inner) if isinstance(held, Mapping) else None


def _about(body: Body) -> str:
    """What secrets are locked for: a connector, and the server that it is to bring them to."""
    auth = body.get("auth")
    there = [auth.get(name) for name in DESTINATION] if isinstance(auth, Mapping) else []
    return msgspec.json.encode(["account", body.get("account_type"), there]).decode()


def _locked(work: Work, about: str, held: Body) -> dict[str, Any]:
    kept = {name: value for name, value in held.items() if not is_secret(name)}
    secrets = {
        name: value for name, value in held.items() if is_secret(name) and value is not None and value != ""
    }
    if (password := secrets.pop("password", None)) is not None:
        kept[CREDENTIALS] = _lock(work, about, [held.get("login", ""), password])
    for name, value in secrets.items():
        kept[name + LOCKED] = _lock(work, about, value)
    return kept


def _lock(work: Work, about: str, secret: Any) -> str:
    safe: Safe = work.plugged(Safe)[0]
    return safe.lock(work.settings, work.home, about, msgspec.json.encode(secret))


def _opened(work: Work, about: str, held: Body) -> dict[str, Any]:
    plain = {name: value for name, value in held.items() if not name.endswith(LOCKED)}
    for name, value in held.items():
        if name.endswith(LOCKED) and isinstance(value, str):
            with suppress(CannotOpen):
                secret = _unlock(work, about, value)
                if name == CREDENTIALS:
                    plain |= _login_and_password(held, secret)
                else:
                    plain[name.removesuffix(LOCKED)] = secret
    return plain


def _login_and_password(held: Body, secret: Any) -> dict[str, Any]:
    login, password = secret
    return {"password": password} | (
        {"login": held.get("login") or login} if held.get("login") or login else {}
    )


def _unlock(work: Work, about: str, value: str) -> Any:
    safe: Safe = work.plugged(Safe)[0]
    try:
        return msgspec.json.decode(safe.unlock(work.settings, work.home, about, value))
    except CannotOpen:
        log.warning("a secret of an account cannot be opened", home=work.home)
        raise
