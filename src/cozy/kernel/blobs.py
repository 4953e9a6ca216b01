"""What the host's content store is to a room: bytes under a key, per home."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from .problem import Conflict

INLINE_LIMIT = (
    64 * 1024
)  # bytes; SQLite reads and writes rows of this size faster than files (sqlite.org/intern-v-extern-blob.html)


Placed = Literal["clone", "link", "copy"]


class Content(Struct, frozen=True):
    """Bytes that are safely stored: inline when few, else under `blob` in the home's content store."""

    sha256: str  # hexadecimal
    md5: str  # base64, as the API and Content-MD5 spell it
    size: int  # bytes
    inline: bytes | None = None
    blob: str | None = None


class StoredBlob(Struct, frozen=True):
    """A blob as the store lists it."""

    key: str
    size: int  # bytes
    age_s: float


class Blobs(Protocol):
    """A content store. Each put has a key of its own, so that deleting one can never race with another put of the
    same bytes. What `put` or `finish` returned survives a crash.
    """

    async def put(self, home_id: str, chunks: AsyncIterator[bytes], limit: int | None = None) -> Content:
        """Store a stream while hashing it. limit: most bytes allowed. Raises TooLarge, OutOfSpace; leaves nothing behind then."""
        ...

    async def take(self, home_id: str, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Store a blob that another host keeps under this key. Raises Refused when it is not what the key says, OutOfSpace."""
        ...

    def read(self, home_id: str, key: str, start: int = 0, size: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start`, `size` of them or to the end. Raises Missing at the first chunk."""
        ...

    async def place(self, home_id: str, key: str, path: Path) -> Placed:
        """Let a new file of this machine hold what a blob holds; without its bytes a second time where the disk can.

        A clone shares them until somebody writes; a link is the blob itself, which whoever may write there changes.
        Raises Missing, FileExistsError, OSError.
        """
        ...

    async def delete(self, home_id: str, key: str) -> None:
        """Free a blob; one that is not there is fine."""
        ...

    def stored(self, home_id: str) -> Iterator[StoredBlob]:
        """Every blob of a home, for checks and sweeps."""
        ...

    async def begin(self, home_id: str, upload_id: str) -> None:
        """Start a resumable upload."""
        ...

    async def received(self, home_id: str, upload_id: str) -> int:
        """How many bytes of a resumable upload are safely here. Raises Missing."""
        ...

    async def append(
        self, home_id: str, upload_id: str, offset: int, chunks: AsyncIterator[bytes], limit: int
    ) -> int:
        """Write a part at `offset` and return the bytes received in all; a broken stream keeps what came.

        limit: the most bytes that the whole upload may hold. Raises TooLarge, OutOfSpace and what `chunks` raises of
        Refused (all keep what was there before and nothing else), Missing, WrongOffset, BusyUpload.
        """
        ...

    async def finish(self, home_id: str, upload_id: str) -> Content:
        """Make a resumable upload a content, without copying it. Raises Missing, BusyUpload.

        The same again, after a crash too, until the upload is abandoned: it is the same content.
        """
        ...

    async def abandon(self, home_id: str, upload_id: str) -> None:
        """Forget a resumable upload, but not the content that it became; one that is not there is fine."""
        ...

    def unfinished(self, home_id: str) -> Iterator[StoredBlob]:
        """Every resumable upload (its key is the upload's id), and what a crash left of a put."""
        ...

    async def drop(self, home_id: str) -> None:
        """Remove every content of a home for good."""
        ...

    async def reach(self) -> None:
        """Make sure that contents can be kept and read. Raises Unavailable, OSError."""
        ...


class WrongOffset(Conflict):
    """This upload is not where you think it is: ask how much has arrived."""


class BusyUpload(Conflict):
    """This upload is being sent by another connection: try again in a moment."""


class Refused(Exception):
    """A part of an upload turned out not to be what was announced."""


class Missing(Exception):
    """No such blob or upload."""


class TooLarge(Exception):
    """The stream holds more bytes than allowed."""
