"""The passphrase, as cozy-stack and Bitwarden treat it: stretched in the browser, hashed again here.

The browser sends PBKDF2(PBKDF2(passphrase, "me@<domain>", 650,000), passphrase, 1), the key below; the server keeps
Argon2id of it. Both take long on purpose: never inside a transaction, never on the event loop.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from cozy.kernel.work import Work

from .. import store
from ..errors import BadKey, WeakPassphrase
from ..model import ITERATIONS, Typed
from .strength import ENOUGH, bits

_KIND = "passphrase"
LONGEST = 1024  # characters that count
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's figures for Argon2id
_NOBODYS = _hasher.hash("")  # compared with where there is no passphrase, so that it takes as long


def derive(passphrase: str, domain: str, iterations: int = ITERATIONS) -> str:
    """The key that a browser sends for this passphrase. domain: of the home, without a port."""
    typed = passphrase.encode()
    master = hashlib.pbkdf2_hmac("sha256", typed, f"me@{domain}".encode(), iterations)
    return base64.b64encode(hashlib.pbkdf2_hmac("sha256", master, typed, 1)).decode()


async def key_of(typed: Typed, domain: str) -> str:
    """The key of what somebody typed; made here when the browser did not, beside everything else."""
    return await asyncio.to_thread(derive, typed.raw[:LONGEST], domain) if typed.raw else typed.key


async def new_key_of(typed: Typed, domain: str) -> str:
    """The key of a passphrase that is chosen now. Raises WeakPassphrase when we see that it is."""
    if typed.raw and bits(typed.raw) < ENOUGH:
        raise WeakPassphrase(parameter="passphrase")
    if not typed.raw and not typed.key:
        raise WeakPassphrase("Choose a passphrase.", parameter="passphrase")
    return await key_of(typed, domain)


async def seal(key: str) -> str:
    """What we keep of a key. Raises BadKey when it is not one."""
    try:
        well_formed = len(base64.b64decode(key, validate=True)) == 32
    except ValueError:
        well_formed = False
    if not well_formed:
        raise BadKey(parameter="passphrase")
    return await asyncio.to_thread(_hasher.hash, key)


async def is_right(sealed: str, key: str) -> bool:
    """Whether this key is the one; as slow when there is none."""
    return await asyncio.to_thread(_matches, sealed or _NOBODYS, key) and bool(sealed)


def _matches(sealed: str, key: str) -> bool:
    try:
        return _hasher.verify(sealed, key)
    except (VerifyMismatchError, InvalidHashError):
        return False


def sealed(work: Work) -> str:
    """What is kept of this home's passphrase; "" when it has none."""
    found = store.credentials.one(work, _KIND)
    return found.details["argon2"] if found else ""


def keep(work: Work, sealed: str) -> None:
    """Make this the passphrase."""
    store.credentials.put(work, _KIND, "main", {"argon2": sealed, "iterations": ITERATIONS})
