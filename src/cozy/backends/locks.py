"""Locks of contents, for whom the disk or the S3 service belongs to somebody else: docs/decisions/0014.

AES-256 in counter mode (NIST SP 800-38A §6.5) keeps every length and every place, so that an upload is resumed and a content
read from anywhere as without a lock. Each content has a key of its own, derived (HKDF, RFC 5869) from its home's, which is derived
from the host's. Whether bytes are what they were is told by the hash of the content, as without a lock.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cozy.backends.drawings import Kept, Pictures
from cozy.backends.safe import BadKeyFile, host_keys
from cozy.kernel.blobs import INLINE_LIMIT, StoredBlob
from cozy.kernel.problem import Unavailable
from cozy.kernel.safe import CannotOpen
from cozy.kernel.settings import Settings

_BLOCK, _NONCE, _KEY = 16, 12, 32  # bytes
_HASH = 64  # hexadecimal digits that a key begins with

Stream = Callable[[bytes], bytes]


class Lock(Protocol):
    """How the contents of a home are written and read."""

    mark: str  # what folders of its contents end in, and names of what is on its way

    def name(self, key: str) -> str:
        """Under which name the store keeps a key."""
        ...

    def key(self, name: str) -> str:
        """The key that is kept under a name."""
        ...

    def stream(self, seed: str, at: int = 0) -> Stream:
        """What locks the bytes of a content from `at` on, or unlocks them. seed: a text that no other content has."""
        ...

    def seal(self, data: bytes) -> bytes:
        """Lock few bytes whole."""
        ...

    def unseal(self, sealed: bytes) -> bytes:
        """Unlock them. Raises CannotOpen."""
        ...


class NoLock:
    """Everything as it is."""

    mark = ""

    def name(self, key: str) -> str:
        """The key itself."""
        return key

    def key(self, name: str) -> str:
        """The name itself."""
        return name

    def stream(self, seed: str, at: int = 0) -> Stream:
        """Nothing is done to the bytes."""
        return bytes

    def seal(self, data: bytes) -> bytes:
        """The bytes themselves."""
        return data

    def unseal(self, sealed: bytes) -> bytes:
        """The bytes themselves."""
        return sealed


class HomeLock:
    """The lock of one home. Its names tell nobody else which hash a content has, and its mark tells two keys apart."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._names = Cipher(AES256(self._derived("names")), ECB())  # noqa: S305 - each block is half of a hash
        self._whole = AESGCM(self._derived("small things"))
        self.mark = f".{self._derived('mark')[:4].hex()}"

    def _derived(self, about: str) -> bytes:
        return HKDF(SHA256(), _KEY, None, f"cozy contents: {about}".encode()).derive(self._key)

    def name(self, key: str) -> str:
        """The key, its hash locked."""
        return self._names.encryptor().update(bytes.fromhex(key[:_HASH])).hex() + key[_HASH:]

    def key(self, name: str) -> str:
        """What `name` made the name of."""
        return self._names.decryptor().update(bytes.fromhex(name[:_HASH])).hex() + name[_HASH:]

    def stream(self, seed: str, at: int = 0) -> Stream:
        """Counter mode, the counter at the block that `at` is in."""
        counter = (at // _BLOCK).to_bytes(_BLOCK)
        cipher = Cipher(AES256(self._derived(f"content {seed}")), CTR(counter)).encryptor()
        cipher.update(bytes(at % _BLOCK))
        return cipher.update

    def seal(self, data: bytes) -> bytes:
        """AES-256-GCM after a nonce."""
        nonce = os.urandom(_NONCE)
        return nonce + self._whole.encrypt(nonce, data, None)

    def unseal(self, sealed: bytes) -> bytes:
        """See the protocol."""
        try:
            return self._whole.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error


class Locks:
    """The locks of every home: the first one is for what is written, any of them may have locked what is there."""

    def of(self, home_id: str) -> tuple[Lock, ...]:
        """Without settings: none."""
        return (NoLock(),)

    def inline_limit(self, home_id: str) -> int:
        """Up to how many bytes a content is kept in the database: none where contents are locked."""
        return 0 if self.of(home_id)[0].mark else INLINE_LIMIT


class HostLocks(Locks):
    """Locks whose keys come from the file of the host's key, where each of its lines opens (see `safe.KeyFile`)."""

    def __init__(self, settings: Settings) -> None:
        """Raises Unavailable where several machines may share the contents, and each would make a key of its own."""
        try:
            keys = host_keys(settings, make=settings.lock_contents and not settings.contents)
        except BadKeyFile:
            if settings.lock_contents:
                raise
            keys = ()  # whoever needs it for something else says so
        if settings.lock_contents and not keys:
            raise Unavailable(
                "To lock contents in S3, every worker needs the same `key_file`, and it is not here: put it back. "
                "For a new host, make it by `openssl rand -base64 32`."
            )

        @lru_cache(maxsize=1024)
        def of(home_id: str) -> tuple[Lock, ...]:
            about = b"cozy contents of " + home_id.encode()
            locks = [HomeLock(HKDF(SHA256(), _KEY, None, about).derive(key)) for key in keys]
            return (*locks, NoLock()) if settings.lock_contents else (NoLock(), *locks)

        self._of = of

    def of(self, home_id: str) -> tuple[Lock, ...]:
        """Whatever the setting says now, what was written under the other one is read."""
        return self._of(home_id)


def in_order(locks: tuple[Lock, ...], walked: Callable[[Lock], Iterator[StoredBlob]]) -> Iterator[StoredBlob]:
    """All blobs in the order of their keys. walked: those under one lock, in the order of their names."""

    def shown(lock: Lock) -> Iterator[StoredBlob]:
        blobs = (StoredBlob(lock.key(each.key), each.size, each.age_s) for each in walked(lock))
        return iter(sorted(blobs, key=_key)) if lock.mark else blobs

    return heapq.merge(*map(shown, locks), key=_key)


def _key(blob: StoredBlob) -> str:
    return blob.key


def lock_of(locks: tuple[Lock, ...], path: str) -> Lock:
    """The lock that a path is marked with, in the name of a folder or of the file."""
    for lock in locks:
        if lock.mark and (f"{lock.mark}/" in path or path.endswith(lock.mark)):
            return lock
    return NoLock()


def unsealed(locks: tuple[Lock, ...], data: bytes) -> bytes:
    """What one of the locks has sealed. Raises CannotOpen."""
    for lock in sorted(locks, key=lambda each: each.mark, reverse=True):
        with suppress(CannotOpen):
            return lock.unseal(data)
    raise CannotOpen


class LockedPictures:
    """Pictures that lie sealed on a shelf. Implements `drawings.Pictures`."""

    def __init__(self, pictures: Pictures, locks: Locks) -> None:
        self._pictures = pictures
        self._locks = locks

    async def read(self, home_id: str, sha256: str, look: str) -> Kept | None:
        """One that was drawn under another lock is drawn anew."""
        lock = self._locks.of(home_id)[0]
        kept = await self._pictures.read(home_id, lock.name(sha256), look + lock.mark)
        if kept is None:
            return None
        with suppress(CannotOpen):
            return Kept(lock.unseal(kept.data), kept.age_s)
        return None

    async def keep(self, home_id: str, sha256: str, look: str, data: bytes) -> None:
        """Under a name that tells nobody of which content it is."""
        lock = self._locks.of(home_id)[0]
        await self._pictures.keep(home_id, lock.name(sha256), look + lock.mark, lock.seal(data))

    async def forget(self, home_id: str, hashes: Sequence[str]) -> None:
        """Under every lock that there may have been."""
        for lock in self._locks.of(home_id):
            await self._pictures.forget(home_id, [lock.name(sha256) for sha256 in hashes])

    def kept(self, home_id: str) -> Iterator[StoredBlob]:
        """`<sha256>-<look>`."""
        locks = self._locks.of(home_id)
        for blob in self._pictures.kept(home_id):
            lock = lock_of(locks, blob.key)
            yield StoredBlob(lock.key(blob.key.removesuffix(lock.mark)), blob.size, blob.age_s)

    async def drop(self, home_id: str) -> None:
        """All of them."""
        await self._pictures.drop(home_id)
