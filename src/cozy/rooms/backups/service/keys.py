"""Keys of backups, which are age's (age-encryption.org/v1): the host has the public one, and cannot read what it stored."""

from __future__ import annotations

import os
from pathlib import Path

import pyrage

from cozy.kernel.clock import iso, utc_now

from ..errors import BadKey, Damaged, NoKey, WrongKey


class Lock:
    """Locks for everybody who has the secret of one of the public keys."""

    def __init__(self, recipients: str) -> None:
        """recipients: public keys, separated by commas. Raises NoKey, BadKey."""
        self.names = ",".join(sorted({each.strip() for each in recipients.split(",") if each.strip()}))
        if not self.names:
            raise NoKey
        try:
            self._recipients = [pyrage.x25519.Recipient.from_str(each) for each in self.names.split(",")]
        except pyrage.RecipientError as error:
            raise BadKey from error

    def data(self, clear: bytes) -> bytes:
        """Locked."""
        locked: bytes = pyrage.encrypt(clear, self._recipients)
        return locked

    def file(self, clear: Path, locked: Path) -> None:
        """Lock a file, however large, into another one."""
        pyrage.encrypt_file(str(clear), str(locked), self._recipients)


class Unlock:
    """Opens what was locked for one of the secret keys of a file."""

    def __init__(self, path: Path) -> None:
        """Raises BadKey, OSError."""
        lines = [line.strip() for line in path.read_text(errors="replace").splitlines()]
        try:
            self._identities = [
                pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")
            ]
        except pyrage.IdentityError as error:
            raise BadKey from error
        if not self._identities:
            raise BadKey

    def data(self, locked: bytes) -> bytes:
        """In clear. Raises WrongKey."""
        try:
            clear: bytes = pyrage.decrypt(locked, self._identities)
        except pyrage.DecryptError as error:
            raise WrongKey from error
        return clear

    def file(self, locked: Path, clear: Path) -> None:
        """The same for a file. Raises WrongKey, Damaged."""
        try:
            pyrage.decrypt_file(str(locked), str(clear), self._identities)
        except pyrage.DecryptError as error:
            raise WrongKey from error
        except OSError as error:
            if error.errno is None:  # said by age, not by the disk
                raise Damaged from error
            raise


def make(path: Path) -> str:
    """Write a new secret key for its owner's eyes, as `age-keygen` does; returns the public one. Raises FileExistsError."""
    secret = pyrage.x25519.Identity.generate()
    public = str(secret.to_public())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"# created: {iso(utc_now())}\n# public key: {public}\n{secret}\n")
        file.flush()
        os.fsync(file.fileno())
    return public
