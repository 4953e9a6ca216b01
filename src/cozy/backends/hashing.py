"""What the bytes of a content are called: their hashes, made while they stream by."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from concurrent.futures import Future, ThreadPoolExecutor

from cozy.kernel.blobs import Content

_AHEAD = 4  # pieces that may wait for the slower hash


def hashing_threads() -> ThreadPoolExecutor:
    """Two hashes a stream; more threads than streams that two cores can feed would only queue elsewhere."""
    return ThreadPoolExecutor(max_workers=16, thread_name_prefix="hash")


class Hashes:
    """SHA-256 and MD5 of a stream, each in a thread of its own beside the disk (both release the GIL)."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._behind: list[list[Future[None]]] = [[], []]
        self.size = 0

    async def add(self, piece: bytes) -> None:
        """Hash a piece, waiting only when the threads are too far behind."""
        self.size += len(piece)
        for pending, digest in zip(self._behind, (self._sha256, self._md5), strict=True):
            previous = pending[-1] if pending else None
            pending.append(self._threads.submit(_update, digest, piece, previous))
            if len(pending) > _AHEAD:
                await asyncio.wrap_future(pending.pop(0))

    async def settle(self) -> None:
        """Wait until everything that was added is hashed."""
        for pending in self._behind:
            for future in pending:
                await asyncio.wrap_future(future)
            pending.clear()

    async def content(self, blob: str | None = None, inline: bytes | None = None) -> Content:
        """The content that these bytes are."""
        await self.settle()
        return _content(self._sha256.hexdigest(), self._md5.digest(), self.size, blob, inline)

    @property
    def sha256(self) -> str:
        """Of what is settled."""
        return self._sha256.hexdigest()


def _update(digest: hashlib._Hash, piece: bytes, previous: Future[None] | None) -> None:
    if previous is not None:
        previous.result()
    digest.update(piece)


def _content(sha256: str, md5: bytes, size: int, blob: str | None, inline: bytes | None) -> Content:
    return Content(sha256, base64.b64encode(md5).decode(), size, inline, blob)


def inline_content(data: bytes) -> Content:
    """Few bytes, kept in the database itself."""
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return _content(hashlib.sha256(data).hexdigest(), digest, len(data), None, data)
