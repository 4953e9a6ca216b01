"""Holding the contents of a home as they are at a moment, while it is used: an export reads them for days."""

from __future__ import annotations

from cozy.kernel.blobs import Content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from ..store import contents
from ..store import holds as holds_store

_AT_ONCE = 200  # contents freed in one transaction


def hold(work: Work, holder: str) -> None:
    """Keep every content that is here, and that comes, until this holder lets go. The same holder again is fine."""
    holds_store.add(work, holder)


def let_go(work: Work, holder: str) -> None:
    """Hold no more. What nobody names and nobody holds is freed by `free_held`."""
    holds_store.remove(work, holder)


def holds(work: Work, holder: str) -> bool:
    """Whether they hold."""
    return holds_store.is_held_by(work, holder)


async def free_held(house: House, home: Home) -> None:
    """Free what was kept for holders alone, once there are none."""
    while await house.write(home, SYSTEM, _free_some):
        pass


def _free_some(work: Work) -> int:
    if holds_store.is_any(work):
        return 0
    some = holds_store.remembered(work, _AT_ONCE)
    for sha256 in some:
        contents.free_unused(work, sha256)
    holds_store.forget(work, some)
    return len(some)


def keep(work: Work, content: Content) -> None:
    """Keep a content that a document of another room names in its member `sha256`; it counts for no quota."""
    contents.keep(work, content)


def free(work: Work, sha256: str) -> None:
    """That document names it no more."""
    contents.free_unused(work, sha256)
