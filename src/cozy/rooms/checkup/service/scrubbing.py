"""Scrub: every content read back through its hashes."""

from __future__ import annotations

import base64
import hashlib
from asyncio import to_thread

from cozy.kernel.blobs import Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.db import Row
from cozy.kernel.home import Home
from cozy.kernel.house import House

from .. import store
from ..model import Finding, Report, Tick

_PAGE = 50  # inline contents are held, 64 kB at most each


async def scrub(house: House, home: Home, report: Report, tick: Tick) -> None:
    """Report contents whose bytes are not those that were stored. What is missing, the check of the home reports."""
    after = ""
    while page := await house.read(home, SYSTEM, store.contents_after, after, _PAGE):
        for row in page:
            if not await _is_sound(house, home, row):
                report(Finding("content-damaged", row[0]))
            tick(1)
        after = page[-1][0]
    after = ""
    while page := await house.read(home, SYSTEM, store.values_after, after, _PAGE):
        for sha256, value in page:
            if hashlib.sha256(value.encode()).hexdigest() != sha256:
                report(Finding("value-damaged", sha256))
        after = page[-1][0]


async def _is_sound(house: House, home: Home, row: Row) -> bool:
    sha256, md5, inline, blob = row
    if blob is None:
        return _hashes(bytes(inline)) == (sha256, md5)
    try:
        return await _read(house, home, blob) == (sha256, md5)
    except Missing:
        return True
    except OSError:
        return False


def _hashes(data: bytes) -> tuple[str, str]:
    return _spelled(hashlib.sha256(data), hashlib.md5(data, usedforsecurity=False))


async def _read(house: House, home: Home, blob: str) -> tuple[str, str]:
    digests = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    async for piece in house.blobs.read(home.id, blob):
        for digest in digests:
            await to_thread(digest.update, piece)
    return _spelled(*digests)


def _spelled(sha256: hashlib._Hash, md5: hashlib._Hash) -> tuple[str, str]:
    return sha256.hexdigest(), base64.b64encode(md5.digest()).decode()
