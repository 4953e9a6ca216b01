"""Content, the bytes of a file on their way into the home: small ones in memory, large ones in a temporary file."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterable
from typing import IO

_IN_MEMORY = 4_000_000  # bytes


def md5_of(held: bytes) -> str:
    """As the home has it: base64."""
    return base64.b64encode(hashlib.md5(held, usedforsecurity=False).digest()).decode()


class Content:
    """What is to be saved; its size and MD5 are known before it is sent."""

    def __init__(self, source: bytes | Iterable[bytes]) -> None:
        digest, self.size = hashlib.md5(usedforsecurity=False), 0
        self._held: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed by close)
        for chunk in (source,) if isinstance(source, bytes) else source:
            digest.update(chunk)
            self.size += len(chunk)
            self._held.write(chunk)
        self.md5 = base64.b64encode(digest.digest()).decode()

    def opened(self) -> IO[bytes]:
        """The bytes, from the beginning."""
        self._held.seek(0)
        return self._held

    def close(self) -> None:
        """Let go of them."""
        self._held.close()
