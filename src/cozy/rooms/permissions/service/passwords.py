"""Passwords of links. Hashing takes long on purpose: never inside a transaction, never on the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import store
from ..model import Permission

LONGEST = 1024  # characters that count
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's figures for Argon2id
_NO_LINKS = _hasher.hash("")  # compared with where there is no password, so that it takes as long


async def seal(password: str) -> str:
    """What is kept of a password; "" for none."""
    return await asyncio.to_thread(_hasher.hash, password[:LONGEST]) if password else ""


async def is_right(sealed: str, password: str) -> bool:
    """Whether this password is the one; as slow when there is none."""
    return await asyncio.to_thread(_matches, sealed or _NO_LINKS, password[:LONGEST]) and bool(sealed)


def _matches(sealed: str, password: str) -> bool:
    try:
        return _hasher.verify(sealed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def sealed(work: Work, permission_id: str) -> str:
    """What is kept of a link's password; "" when it has none."""
    return store.links.sealed(work, permission_id)


def cookie_for(work: Work, permission_id: str, slug: str = "") -> str:
    """What a browser keeps that has given the password of a link; another password makes it worthless.

    slug: of the app on whose origin it is kept, where it opens no more than the page that the link leads to.
    """
    said = f"link {permission_id} {slug} {store.links.sealed(work, permission_id)}".encode()
    return hmac.new(homes.secret(work, "tokens"), said, hashlib.sha256).hexdigest()


def mark(work: Work, permission_id: str) -> str:
    """What tells apart what was opened by one password of a link from what the next one opens; "" for no password."""
    sealed = store.links.sealed(work, permission_id)
    said = f"mark {permission_id} {sealed}".encode()
    return hmac.new(homes.secret(work, "tokens"), said, hashlib.sha256).hexdigest()[:32] if sealed else ""


def is_given(work: Work, permission: Permission, cookie: str, slug: str = "") -> bool:
    """Whether a link opens: it asks for no password, or the cookie proves that it was given."""
    if not permission.password:
        return True
    known = bool(store.links.sealed(work, permission.id))
    return known and hmac.compare_digest(cookie.encode(), cookie_for(work, permission.id, slug).encode())
