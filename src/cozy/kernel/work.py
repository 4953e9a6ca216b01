"""Work, the one context that every service function takes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct

from .bus import Change
from .caller import Caller
from .db import Db
from .home import NOTHING_AGREED, Hosted
from .settings import Settings

P = TypeVar("P")


class Event(Struct, frozen=True):
    """A fact in the past tense. Subclasses hold plain values, stored as JSON."""


@dataclass(slots=True)
class Work:
    """One unit of work in one home: who asks, when, and in which transaction."""

    home: str  # id of the home, in every SQL statement; "" for work on the host's list of homes
    origin: str  # https://alice.example.org
    caller: Caller
    now: datetime
    db: Db
    settings: Settings
    ports: Mapping[type, list[Any]]
    hosted: Hosted = NOTHING_AGREED
    published: list[Event] = field(default_factory=list)
    planned: list[tuple[datetime, Event]] = field(default_factory=list)
    changes: list[Change] = field(
        default_factory=list
    )  # of documents, told to who listens once they are durable
    freed: list[str] = field(default_factory=list)  # blob keys that no document needs once this is committed
    faded: list[str] = field(default_factory=list)  # hashes of contents that no document names by then
    stirs: bool = False  # something waits in the home's queue that was not there before

    @property
    def domain(self) -> str:
        """The home's address without scheme and port: alice.example.org."""
        return self.origin.partition("://")[2].partition(":")[0]

    def publish(self, event: Event) -> None:
        """Tell the rooms above; stored with this transaction and delivered after it, at least once."""
        self.published.append(event)

    def plan(self, event: Event, at: datetime) -> None:
        """The same, delivered when its time has come: whoever reacts looks again whether it still holds."""
        self.planned.append((at, event))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A block that is undone alone when it raises, with what it published and freed; the work may go on."""
        kept = [
            (each, len(each)) for each in (self.published, self.planned, self.changes, self.freed, self.faded)
        ]
        try:
            with self.db.attempt():
                yield
        except BaseException:
            for each, length in kept:
                del each[length:]
            raise

    def plugged(self, port: type[P]) -> list[P]:
        """What the rooms above plugged into one of this room's ports."""
        return self.ports.get(port, [])
