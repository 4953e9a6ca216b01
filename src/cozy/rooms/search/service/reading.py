"""The text of contents is read in the limited worker, one after the other, when there is nothing else to do."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import structlog

from cozy.kernel.blobs import Content, Missing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from .. import store
from ..events import TextsWait
from . import following

log = structlog.get_logger()
AT_ONCE = 20  # contents of one job, before others have their turn
PAUSE = timedelta(seconds=5)  # until another home asks again
_turn = threading.Lock()  # of this process: those who look at pictures wait for the same workers


async def read_some(house: House, home: Home) -> None:
    """Read the next contents; where there are more, that is another job. One home at a time has its turn."""
    if not _turn.acquire(blocking=False):
        await house.write(home, SYSTEM, _wait)
        return
    try:
        await _read_some(house, home)
    finally:
        _turn.release()


def _wait(work: Work) -> None:
    work.plan(TextsWait(), work.now + PAUSE)


async def _read_some(house: House, home: Home) -> None:
    for _ in range(AT_ONCE):
        waiting = await house.write(home, SYSTEM, store.next_text)
        if waiting is None:
            return
        await _read(house, home, waiting)
    await house.write(home, SYSTEM, go_on)


def waiting(work: Work) -> int:
    """How many contents are still to be read."""
    return store.texts_waiting(work)


def go_on(work: Work) -> None:
    """Plan to read what is left."""
    if store.texts_waiting(work):
        work.publish(TextsWait())


async def _read(house: House, home: Home, waiting: store.Waiting) -> None:
    content = await house.read(home, SYSTEM, files.content_by_hash, waiting.sha256)
    if content is None:
        await house.write(home, SYSTEM, keep, waiting.sha256, "")
        return
    try:
        text = await _text(house, home, content, waiting.recipe)
    except (CannotDraw, Missing) as error:  # it has a few more tries, after all others
        log.warning("a text cannot be read", home=home.id, recipe=waiting.recipe, why=str(error))
        return
    await house.write(home, SYSTEM, keep, waiting.sha256, text)


async def _text(house: House, home: Home, content: Content, recipe: str) -> str:
    previews: Previews = house.ports[Previews][0]
    read = partial(files.content_pieces, house, home, content)
    return (await previews.draw(content.sha256, content.size, read, recipe)).decode("utf-8", "replace")


def keep(work: Work, sha256: str, text: str) -> None:
    """Let the files that hold this content be found by its text."""
    if not store.set_text(work, sha256, text) or not text:
        return
    for known in store.with_content(work, sha256):
        following.put_text(work, known, text)
