"""A safe whose key is a file: AES-256-GCM, with a key for each home that is derived from the host's."""

from __future__ import annotations

import base64
import binascii
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cozy.kernel.durable import sync_folder
from cozy.kernel.safe import CannotOpen
from cozy.kernel.settings import Settings

NAME = "host.key"
_FORM = "cozy1:"
_KEY, _NONCE = 32, 12  # bytes


class BadKeyFile(Exception):
    """The file of the host's key holds something else: put back the one that was there."""


class KeyFile:
    """The file holds a key a line, base64 of 32 bytes: the first one locks, each of them opens."""

    def lock(self, settings: Settings, home_id: str, about: str, secret: bytes) -> str:
        """See kernel/safe.py. The file is made when it is not there."""
        nonce = os.urandom(_NONCE)
        first = _keys(_path(settings), home_id)[0]
        return _FORM + base64.b64encode(nonce + first.encrypt(nonce, secret, about.encode())).decode()

    def unlock(self, settings: Settings, home_id: str, about: str, locked: str) -> bytes:
        """See kernel/safe.py."""
        try:
            held = base64.b64decode(locked.removeprefix(_FORM), validate=True)
        except (binascii.Error, ValueError) as error:
            raise CannotOpen from error
        if locked.startswith(_FORM) and len(held) > _NONCE:
            for key in _keys(_path(settings), home_id):
                with suppress(InvalidTag):
                    return key.decrypt(held[:_NONCE], held[_NONCE:], about.encode())
        raise CannotOpen

    def derive(self, settings: Settings, about: str) -> bytes:
        """See kernel/safe.py. From the last key of the file: it is the one that stays."""
        return HKDF(SHA256(), _KEY, None, b"cozy " + about.encode()).derive(_read(_path(settings))[-1])

    def keys(self, settings: Settings) -> bytes:
        """See kernel/safe.py."""
        _read(_path(settings))
        return Path(_path(settings)).read_bytes()

    def take(self, settings: Settings, keys: bytes) -> bool:
        """See kernel/safe.py."""
        path = Path(_path(settings))
        if path.exists():
            return path.read_bytes() == keys
        _make(path, keys)
        return True


def host_keys(settings: Settings, *, make: bool) -> tuple[bytes, ...]:
    """The keys of the file; none when it is not there and not to be made. Raises BadKeyFile."""
    path = _path(settings)
    return _read(path) if make or os.path.exists(path) else ()


def _path(settings: Settings) -> str:
    return settings.key_file or str(Path(settings.data) / NAME)


@lru_cache(maxsize=1024)
def _keys(path: str, home_id: str) -> tuple[AESGCM, ...]:
    return tuple(
        AESGCM(HKDF(SHA256(), _KEY, None, b"cozy safe of " + home_id.encode()).derive(key))
        for key in _read(path)
    )


@lru_cache(maxsize=8)
def _read(path: str) -> tuple[bytes, ...]:
    if not os.path.exists(path):
        _make(Path(path), base64.b64encode(os.urandom(_KEY)) + b"\n")
    try:
        keys = tuple(base64.b64decode(line, validate=True) for line in Path(path).read_bytes().split())
    except binascii.Error as error:
        raise BadKeyFile(path) from error
    if not keys or any(len(key) != _KEY for key in keys):
        raise BadKeyFile(path)
    return keys


def _make(path: Path, keys: bytes) -> None:
    """Write a new file, whole and for its owner's eyes, unless another process is quicker: one that was there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}-{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(keys)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(new, path)
        sync_folder(path.parent)
    finally:
        new.unlink()
