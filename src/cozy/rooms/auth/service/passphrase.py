"""The passphrase, as cozy-stack and Bitwarden treat it: stretched in the browser, hashed again here.

The browser sends PBKDF2(PBKDF2(passphrase, "me@<domain>", 650,000), passphrase, 1), the key below; the server keeps
Argon2id of it. Both take long on purpose: never inside a transaction, never on the event loop.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes.model import SETTINGS

from .. import store
from ..errors import BadIterations, BadKey, WeakPassphrase
from ..model import ITERATIONS, Typed
from .strength import ENOUGH, bits

VAULT = "io.cozy.settings.bitwarden"
_KIND = "passphrase"
LONGEST = 1024  # characters that count
LEAST_ITERATIONS, MOST_ITERATIONS = 50_000, 5_000_000
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's figures for Argon2id
_NOBODYS = _hasher.hash("")  # compared with where there is no passphrase, so that it takes as long


def derive(passphrase: str, domain: str, iterations: int = ITERATIONS) -> str:
    """The key that a browser sends for this passphrase. domain: of the home, without a port."""
    typed = passphrase.encode()
    master = hashlib.pbkdf2_hmac("sha256", typed, f"me@{domain}".encode(), iterations)
    return base64.b64encode(hashlib.pbkdf2_hmac("sha256", master, typed, 1)).decode()


async def key_of(typed: Typed, domain: str, iterations: int = ITERATIONS) -> str:
    """The key of what somebody typed; made here when the browser did not, beside everything else."""
    if not typed.raw:
        return typed.key
    return await asyncio.to_thread(derive, typed.raw[:LONGEST], domain, iterations)


async def new_key_of(typed: Typed, domain: str, iterations: int = ITERATIONS) -> str:
    """The key of a passphrase that is chosen now. Raises WeakPassphrase when we see that it is."""
    if typed.raw and bits(typed.raw) < ENOUGH:
        raise WeakPassphrase(parameter="passphrase")
    if not typed.raw and not typed.key:
        raise WeakPassphrase("Choose a passphrase.", parameter="passphrase")
    return await key_of(typed, domain, iterations)


def hashed(secret: str) -> str:
    """What is kept of a secret; slow on purpose."""
    return _hasher.hash(secret)


async def seal(key: str) -> str:
    """What we keep of a key: 32 bytes in base64 or, as the examples of cozy-stack's docs, in hexadecimal. Raises BadKey."""
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}=|[0-9a-f]{64}", key):
        raise BadKey(parameter="passphrase")
    return await asyncio.to_thread(hashed, key)


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


def iterations(work: Work) -> int:
    """How often browsers stretch this home's passphrase."""
    found = store.credentials.one(work, _KIND)
    return int(found.details["iterations"]) if found else ITERATIONS


def keep(work: Work, sealed: str, stretched: int = 0) -> None:
    """Make this the passphrase. stretched: how often; 0 for as often as the one before."""
    times = stretched or iterations(work)
    store.credentials.put(work, _KIND, "main", {"argon2": sealed, "iterations": times})
    _show(work, times)


def _show(work: Work, times: int) -> None:
    """Keep the document in which apps look for how a passphrase is stretched, and note what they know of the vault."""
    said = {"passphrase_kdf": 0, "passphrase_kdf_iterations": times}
    known = documents.fetch_many(work, SETTINGS, [VAULT]).get(VAULT)
    if known is None:
        documents.create(work, SETTINGS, said, id_=VAULT)
    elif {**known.body, **said} != known.body:
        documents.update(work, known, {**known.body, **said})


def check_iterations(wanted: int) -> int:
    """As often as browsers may stretch it (cozy-stack pkg/crypto). Raises BadIterations."""
    if not LEAST_ITERATIONS <= wanted <= MOST_ITERATIONS:
        raise BadIterations(parameter="KdfIterations", least=LEAST_ITERATIONS, most=MOST_ITERATIONS)
    return wanted
