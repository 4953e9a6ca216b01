"""Holding the contents of a home as they are at a moment, while it is used: an export reads them for days."""

from __future__ import annotations

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from ..store import contents, holds

_AT_ONCE = 200  # contents freed in one transaction


def hold(work: Work, holder: str) -> None:
    """Keep every content that is here, and that comes, until this holder lets go. The same holder again is fine."""
    holds.add(work, holder)


def let_go(work: Work, holder: str) -> None:
    """Hold no more. What nobody names and nobody holds is freed by `free_held`."""
    holds.remove(work, holder)


async def free_held(house: House, home: Home) -> None:
    """Free what was kept for holders alone, once there are none."""
    while await house.write(home, SYSTEM, _free_some):
        pass


def _free_some(work: Work) -> int:
    if holds.is_any(work):
        return 0
    some = holds.remembered(work, _AT_ONCE)
    for sha256 in some:
        contents.free_unused(work, sha256)
    holds.forget(work, some)
    return len(some)


def keep(work: Work, content: Content) -> None:
    """Keep a content that a document of another room names in its member `sha256`; it counts for no quota."""
    contents.keep(work, content)


def free(work: Work, sha256: str) -> None:
    """That document names it no more."""
    contents.free_unused(work, sha256)
