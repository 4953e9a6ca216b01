"""Draws pictures of files in processes that may be killed: `worker.py` opens what people sent, this process never does."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import shutil
import tempfile
import threading
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import LifoQueue
from typing import Any

from cozy.kernel.previews import Ends, Source, TooLargeToDraw

from .process import WORKER, Worker

__all__ = ["WORKER", "Previewer", "Worker"]

WORKERS = 2
SOURCE_LIMIT = 256 * 1024 * 1024  # bytes; larger files are shown by their icon
END = 48 * 1024 * 1024  # bytes at either end of a film, in which its index and its first seconds are
SPOOL_LIMIT = 512 * 1024 * 1024  # bytes of sources kept at hand
DRAWN_LIMIT = 32 * 1024 * 1024  # bytes of results kept in memory

Part = tuple[int, Callable[[], AsyncIterator[bytes]]]  # of a content: where it begins, and what reads it


class Previewer:
    """Pictures of contents, the last ones remembered. Implements `kernel.previews`."""

    def __init__(self) -> None:
        self._idle: LifoQueue[Worker] = LifoQueue()
        self._workers = [Worker() for _ in range(WORKERS)]
        for worker in self._workers:
            self._idle.put(worker)
        self._drawn: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._spooled: OrderedDict[str, int] = OrderedDict()
        self._wanted: Counter[str] = Counter()
        self._folder: Path | None = None
        self._lock = threading.Lock()
        # Threads of its own: those who wait for a drawing must not keep the disk's threads from syncing.
        self._threads = ThreadPoolExecutor(WORKERS, "previews")
        atexit.register(self.close)

    async def draw(
        self,
        sha256: str,
        length: int,
        read: Source,
        recipe: str,
        **options: int | str,
    ) -> bytes:
        """What a recipe of worker.py makes of a content. Raises CannotDraw.

        length: bytes of the content; read: its bytes, asked for only when they are needed.
        """
        key = (sha256, json.dumps([recipe, options]))
        with self._lock:
            if known := self._drawn.get(key):
                self._drawn.move_to_end(key)
                return known
        parts = _parts(length, read)
        self._wanted[sha256] += 1
        try:
            path = await self._spool(sha256, parts)
            order = {"recipe": recipe, "path": str(path), **options}
            drawn = await asyncio.get_running_loop().run_in_executor(self._threads, self._obey, order)
        finally:
            self._wanted[sha256] -= 1
            self._make_room()
        self._remember(key, drawn)
        return drawn

    def _obey(self, order: dict[str, Any]) -> bytes:
        worker = self._idle.get()
        try:
            return worker.obey(order)
        finally:
            self._idle.put(worker)

    async def _spool(self, sha256: str, parts: Sequence[Part]) -> Path:
        """A file that holds the content, for a worker to open. What lies between its parts takes no room on the disk."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="cozy-previews-"))
        path = self._folder / sha256
        if sha256 in self._spooled and path.exists():
            self._spooled.move_to_end(sha256)
            return path
        handle, name = tempfile.mkstemp(dir=self._folder)
        written = 0
        with os.fdopen(handle, "wb") as file:
            for start, read in parts:
                file.seek(start)
                async for chunk in read():
                    written += file.write(chunk)
                    await asyncio.sleep(
                        0
                    )  # a reader of the page cache never waits: let others have their turn
        os.replace(name, path)
        self._spooled[sha256] = written
        return path

    def _make_room(self) -> None:
        """Forget the oldest sources but those that wait to be drawn: a worker would take them for broken."""
        self._wanted = +self._wanted
        for sha256 in [old for old in self._spooled if old not in self._wanted]:
            if sum(self._spooled.values()) <= SPOOL_LIMIT or self._folder is None:
                return
            del self._spooled[sha256]
            (self._folder / sha256).unlink(missing_ok=True)

    def _remember(self, key: tuple[str, str], drawn: bytes) -> None:
        with self._lock:
            self._drawn[key] = drawn
            while sum(map(len, self._drawn.values())) > DRAWN_LIMIT:
                self._drawn.popitem(last=False)

    def close(self) -> None:
        """End every process and forget every source."""
        for worker in self._workers:
            worker.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
            self._spooled.clear()


def _parts(length: int, read: Source) -> list[Part]:
    """What of a content is needed. Raises TooLargeToDraw."""
    if isinstance(read, Ends):
        far = [(0, END), (length - END, END)] if length > 2 * END else [(0, length)]
        return [(start, partial(read.read, start, size)) for start, size in far]
    if length > SOURCE_LIMIT:
        raise TooLargeToDraw("This file is too large to be drawn.")
    return [(0, read)]
