"""The house: what a door may use to get work done in a home."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from .blobs import Blobs
from .bus import Bus
from .caller import SYSTEM, Caller
from .carrying import HomeGone
from .clock import Clock
from .db import Database, Db, Storage
from .home import Home
from .ledger import Ledger
from .mail import Mailer
from .meter import Meter
from .outside import Outside
from .previews import Drawings
from .problem import Unavailable
from .running import Runner
from .settings import Settings
from .shelf import Shelf
from .tracing import Trace, untraced
from .work import Event, Work

P = ParamSpec("P")
T = TypeVar("T")
HOST = Home("", "", "")


class Enqueue(Protocol):
    """Stores the reactions to an event in the transaction that it happened in."""

    def __call__(self, work: Work, event: Event, at: datetime | None = None) -> bool:
        """Whether there are any. at: when they are due, None for now."""
        ...


def nobody_follows(work: Work) -> None:
    """Where no room waits for changes of documents."""


@dataclass(frozen=True, slots=True)
class House:
    """Databases, contents, apps, mail, the world outside and time, and the transactions around service functions."""

    storage: Storage
    blobs: Blobs
    drawings: Drawings
    shelf: Shelf
    mailer: Mailer
    outside: Outside
    boxes: Runner
    clock: Clock
    settings: Settings
    ports: Mapping[type, list[Any]]
    enqueue: Enqueue
    wake: Callable[[Home], None]  # tells the worker that a home has something to do
    bus: Bus
    follow: Callable[[Work], None] = nobody_follows  # hears of what a transaction changed, within it
    trace: Trace = untraced
    draining: asyncio.Event = field(
        default_factory=asyncio.Event
    )  # set when nobody should be sent here any more
    leaving: asyncio.Event = field(default_factory=asyncio.Event)  # set when the program stops
    ledger: Ledger = field(default_factory=Ledger)
    meter: Meter = field(default_factory=Meter)
    relisted: Counter[str] = field(
        default_factory=Counter
    )  # by domain: how often a listing was changed from within
    gone: set[str] = field(
        default_factory=set
    )  # homes that took nothing as somebody wrote: they moved, or are about to

    async def read(
        self,
        home: Home,
        caller: Caller,
        fn: Callable[Concatenate[Work, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a short service function that only reads."""
        with self.trace("database read"):
            return await self._database(home).read(
                lambda db: fn(self._work(home, caller, db), *args, **kwargs)
            )

    async def scan(
        self,
        home: Home,
        caller: Caller,
        fn: Callable[Concatenate[Work, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a service function that reads much."""
        with self.trace("database scan"):
            return await self._database(home).scan(
                lambda db: fn(self._work(home, caller, db), *args, **kwargs)
            )

    async def copy(
        self,
        home: Home,
        caller: Caller,
        target: Path,
        fn: Callable[Concatenate[Work, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Write a home's database into a new file, and run a service function that reads at the very same moment."""
        return await self._database(home).copy(
            target, lambda db: fn(self._work(home, caller, db), *args, **kwargs)
        )

    async def write(
        self,
        home: Home,
        caller: Caller,
        fn: Callable[Concatenate[Work, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a service function that writes; what it did is durable on return, and undone if it raised."""
        works: list[Work] = []

        def run(db: Db) -> T:
            work = self._work(home, caller, db)
            works[:] = [work]
            result = fn(work, *args, **kwargs)
            if work.changes:
                self.follow(work)
            for event in work.published:
                self.enqueue(work, event)
            for at, event in work.planned:
                self.enqueue(work, event, at)
            return result

        def committed() -> None:
            if works[0].changes:
                self.bus.tell(home.id, works[0].changes)
            if works[0].stirs:  # here, since whoever wrote may be gone by now
                self.wake(home)

        try:
            with self.trace("database write"):
                result = await self._database(home).write(run, committed)
        except HomeGone:
            self.gone.add(home.id)
            raise
        for blob in works[0].freed:
            with suppress(
                OSError, Unavailable
            ):  # what is written is written; a blob that nothing names is swept later
                await self.blobs.delete(home.id, blob)
        if works[0].faded:
            with suppress(OSError, Unavailable):  # swept later, like blobs
                await self.drawings.forget(home.id, works[0].faded)
        return result

    async def read_host(self, fn: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read the host's list of homes."""
        return await self.read(HOST, SYSTEM, fn, *args, **kwargs)

    async def write_host(self, fn: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Change the host's list of homes."""
        return await self.write(HOST, SYSTEM, fn, *args, **kwargs)

    def _database(self, home: Home) -> Database:
        return self.storage.home(home.id) if home.id else self.storage.host

    def _work(self, home: Home, caller: Caller, db: Db) -> Work:
        return Work(home.id, home.origin, caller, self.clock(), db, self.settings, self.ports, home.hosted)
