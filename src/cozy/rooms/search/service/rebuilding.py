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

    with_texts: the texts of contents are read anew as well, by and by. tick: is told how many changes are left.
    """
    await house.write(home, SYSTEM, _clear, with_texts=with_texts)
    while await house.write(home, SYSTEM, following.advance):
        tick(await house.read(home, SYSTEM, following.behind))
    await house.write(home, SYSTEM, store.forget_unwanted_texts)
    return await house.read(home, SYSTEM, store.count)


def _clear(work: Work, *, with_texts: bool) -> None:
    index_of(work).clear(work.db, work.home)
    store.clear(work)
    if with_texts:
        store.forget_texts(work)
