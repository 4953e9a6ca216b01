"""What it takes to carry a home's database to another host while it is written: blocks of its file, and a hold on writers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from .problem import Invalid, Locked, Unavailable

BLOCK = 64 * 1024  # bytes of a block; the last one may be shorter
HASH = 16  # bytes of its hash


class HomeGone(Unavailable):
    """This home has moved to another server, and takes nothing more here."""


class HeldTooLong(Unavailable):
    """Writers of this home would have waited for too long."""


class CarriedAlready(Locked):
    """Another process carries this home already."""


class NoHomeFile(Invalid):
    """This is not the database of a home: it holds what no version of Cozy puts there."""


def hash_of(block: bytes) -> bytes:
    """What a block is known by."""
    return hashlib.sha256(block).digest()[:HASH]


def root_of(hashes: Sequence[bytes]) -> str:
    """What all blocks together are known by."""
    return hashlib.sha256(b"".join(hashes)).hexdigest()


class Leaving(Protocol):
    """The database of a home that is carried away. What is read while writers are not held may be torn: whoever reads it all
    while it is watched, and anew what has changed since, once writers are held, has it whole.
    """

    version: int  # the number of the last migration of homes
    hold_s: float  # how long writers wait at the most before they are let in again

    async def size(self) -> int:
        """Bytes of the file."""
        ...

    async def hashes(self) -> list[bytes]:
        """Of every block of the file, in order."""
        ...

    async def block(self, number: int) -> bytes:
        """One block."""
        ...

    async def watch(self) -> None:
        """From now on, remember which blocks change: whoever has read the others since need not look at them again."""
        ...

    async def changed(self) -> list[int]:
        """The blocks that may have changed since `watch`, or since this was asked last, in order."""
        ...

    def held(self) -> AbstractAsyncContextManager[list[int]]:
        """While the block runs every writer waits, in each process, and the file is all that was ever committed. What it gives is
        what `changed` would; where nothing was watched, every block.

        Raises HeldTooLong, HomeGone.
        """
        ...

    async def seal(self) -> None:
        """Within `held`: no writer is let in any more, for good. Durable on return; then those who wait get HomeGone."""
        ...

    async def is_sealed(self) -> bool:
        """Whether that was done."""
        ...

    async def unseal(self) -> None:
        """Take it back."""
        ...


class Coming(Protocol):
    """The database of a home that is on its way here: no home yet."""

    version: int  # the number of the last migration of homes

    async def hashes(self) -> list[bytes]:
        """Of what is here."""
        ...

    async def put(self, blocks: Sequence[tuple[int, bytes]]) -> None:
        """Take blocks, each by its number."""
        ...

    async def whole(self, size: int) -> str:
        """Cut what is here to this size (bytes) and put it on the disk. Returns `root_of` it."""
        ...

    async def check(self) -> None:
        """Make sure that what is here, whole, is the database of a home and runs nothing of its own. Raises NoHomeFile."""
        ...

    async def settle(self) -> None:
        """Make it the database of a home, open for writers; once it is that, nothing happens."""
        ...

    async def drop(self) -> None:
        """Forget what came; what is a home already stays."""
        ...
