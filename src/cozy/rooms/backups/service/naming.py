"""How objects are named: by a key that only the host and the manifest know, so that a name tells nothing of what is in it."""

from __future__ import annotations

import hashlib
import hmac

from msgspec import Struct


class Names(Struct, frozen=True):
    """key: 32 bytes. locked: for whom objects are locked; what was locked for others is another object."""

    key: bytes
    locked: str

    def block(self, sha256: str) -> str:
        """Of a block of a database, or of a home's part."""
        return self._of("block", sha256)

    def content(self, home_id: str, blob: str) -> str:
        """Of a content that a home keeps under this key."""
        return self._of("content", home_id, blob)

    def scope(self, home_id: str) -> str:
        """Of a home that is backed up alone."""
        return self._of("scope", home_id)[:16]

    def _of(self, *words: str) -> str:
        text = "\n".join((self.locked, *words)).encode()
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()
