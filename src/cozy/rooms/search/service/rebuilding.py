"""The index is made again from the documents."""

from __future__ import annotations

from collections.abc import Callable

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from .. import store
from . import following
from .index import index_of


async def rebuild(
    house: House, home: Home, tick: Callable[[int], None] = lambda left: None, *, with_texts: bool = False
) -> int:
    """Make the index of a home anew; how many entries it has. Meanwhile searches find a part of them.

    One that was stopped in the middle is gone on with. with_texts: that begins anew in any case, and the texts of contents are
    read anew as well, by and by. tick: is told how many changes are left.
    """
    await house.write(home, SYSTEM, _begin, with_texts=with_texts)
    while await house.write(home, SYSTEM, following.advance):
        tick(await house.read(home, SYSTEM, following.behind))
    await house.write(home, SYSTEM, _end)
    return await house.read(home, SYSTEM, store.count)


def _begin(work: Work, *, with_texts: bool) -> None:
    """Forget everything, unless one that did not come to its end did so."""
    if not with_texts and store.cursor(work) < store.rebuilding_until(work):
        return
    index_of(work).clear(work.db, work.home)
    store.clear(work)
    if with_texts:
        store.forget_texts(work)
    store.set_rebuilding_until(work, following.length(work))


def _end(work: Work) -> None:
    store.forget_unwanted_texts(work)
    store.set_rebuilding_until(work, 0)
