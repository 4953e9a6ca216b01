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
_OURS = "$".join(_NO_LINKS.split("$")[:4]) + "$"  # what it costs stands before the salt


async def seal(password: str) -> str:
    """What is kept of a password; "" for none."""
    return await asyncio.to_thread(_hasher.hash, password[:LONGEST]) if password else ""


async def is_right(sealed: str, password: str) -> bool:
    """Whether this password is the one; as slow when there is none."""
    return await asyncio.to_thread(_matches, sealed or _NO_LINKS, password[:LONGEST]) and bool(sealed)


def brought(sealed: str) -> str:
    """What is kept of a password that was sealed in another home, of ours or by cozy-stack (pkg/crypto/scrypt.go); "" where it is none."""
    return sealed if sealed.startswith(_OURS) or _as_scrypt(sealed) else ""


def _as_scrypt(sealed: str) -> tuple[int, int, int, bytes, bytes] | None:
    """`scrypt$N$r$p$salt$key`, the last two in hexadecimal; None where it is none, or costs more than one check may."""
    name, *said = sealed.split("$")
    if name != "scrypt" or len(said) != 5:
        return None
    try:
        n, r, p = map(int, said[:3])
        salt, key = map(bytes.fromhex, said[3:])
    except ValueError:
        return None
    is_bearable = 1 < n <= 2**16 and n & (n - 1) == 0 and 0 < r <= 16 and 0 < p <= 4 and 16 <= len(key) <= 64
    return (n, r, p, salt, key) if is_bearable else None


def _matches(sealed: str, password: str) -> bool:
    if (known := _as_scrypt(sealed)) is not None:
        n, r, p, salt, key = known
        memory = 256 * n * r  # bytes: twice what it takes
        made = hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, dklen=len(key), maxmem=memory)
        return hmac.compare_digest(made, key)
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
