"""What a database is to a room: SQL in, tuples out, inside a transaction that the edge holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from .carrying import Coming, Leaving

T = TypeVar("T")
Row = tuple[Any, ...]
Engine = Literal["sqlite", "postgres"]

PARAMETER = re.compile(r":([a-z_][a-z0-9_]*)")


class Taken(Exception):
    """A unique index refused a row; `index` names it where the engine tells, else its columns."""

    def __init__(self, index: str) -> None:
        super().__init__(index)
        self.index = index


class TooLong(Exception):
    """An index cannot hold a value of this row; PostgreSQL's entries have 2,704 bytes at the most."""


class Db(Protocol):
    """A transaction. Statements use `:name` parameters; a list or tuple stands for a parenthesised SQL list.

    JSON columns come back as text. Times are RFC 3339 text. Raises Taken when a unique index refuses. After an
    error, everything that was done can only be undone: what may fail on the way goes into `attempt`.
    """

    @property
    def engine(self) -> Engine:
        """Which engine runs this, for the few things that the two spell differently."""
        ...

    def one(self, sql: str, **params: Any) -> Row | None:
        """The first row, if there is one."""
        ...

    def all(self, sql: str, **params: Any) -> list[Row]:
        """Every row."""
        ...

    def each(self, sql: str, **params: Any) -> Iterator[Row]:
        """Rows one by one, in constant memory; other reads may run meanwhile."""
        ...

    def run(self, sql: str, **params: Any) -> int:
        """Execute, and say how many rows changed."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """A block whose writes alone are undone when it raises, so that the caller may go on after its error."""
        ...


def nothing() -> None:
    """What most writes have to do once they are durable."""


class Database(Protocol):
    """One home's database, or the host's. `fn` runs in a transaction and must not keep the Db that it is given."""

    async def read(self, fn: Callable[[Db], T]) -> T:
        """Run a short read (well under a millisecond of work)."""
        ...

    async def scan(self, fn: Callable[[Db], T]) -> T:
        """Run a read that may be long, beside everything else."""
        ...

    async def write(self, fn: Callable[[Db], T], committed: Callable[[], None] = nothing) -> T:
        """Run a write; on return it is durable. An exception of `fn` undoes its writes alone.

        `fn` may run more than once before that, when another process came between. committed: called on the event
        loop once it is durable, in the order of the commits, whether anybody still waits for it or not.
        """
        ...

    async def copy(self, target: Path, fn: Callable[[Db], T]) -> T:
        """Write all of it into a new SQLite file, and run a read at the very same moment. Nobody waits meanwhile."""
        ...

    async def damages(self) -> list[str]:
        """What the engine itself finds wrong with the files, a sentence each."""
        ...


class Storage(Protocol):
    """All databases of a host."""

    @property
    def host(self) -> Database:
        """The list of homes, and nothing that people wrote."""
        ...

    def home(self, home_id: str) -> Database:
        """The database of one home. Where there is none, its use raises Unavailable."""
        ...

    async def homes(self) -> list[str]:
        """The homes that have a database here, by id, listed or not."""
        ...

    async def add(self, home_id: str) -> None:
        """Make room for a new home."""
        ...

    async def drop(self, home_id: str) -> None:
        """Remove a home's database for good."""
        ...

    def leaving(self, home_id: str) -> AbstractAsyncContextManager[Leaving]:
        """The database of a home, to be carried to another host. Raises CarriedAlready."""
        ...

    def coming(self, home_id: str) -> Coming:
        """The database of a home that is carried here."""
        ...

    def figures(self) -> Mapping[str, float]:
        """How busy it is, by names for a monitor."""
        ...

    async def adopt(self, home_id: str, source: Path) -> None:
        """Make what `Database.copy` wrote the database of a home, in place of what it has here; "": the host's list.

        Raises NoHomeFile when it holds anything that no version of Cozy puts there.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of every file and connection."""
        ...


def expand(sql: str, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Spell out list parameters: `IN :ids` with two ids becomes `IN (:ids_0, :ids_1)`; an empty list matches nothing."""
    lists = {name: value for name, value in params.items() if isinstance(value, (list, tuple))}
    if not lists:
        return sql, params
    flat = {name: value for name, value in params.items() if name not in lists}
    for name, values in lists.items():
        flat.update({f"{name}_{i}": value for i, value in enumerate(values)})

    def spell(match: re.Match[str]) -> str:
        name = match.group(1)
        return _in(name, lists[name]) if name in lists else match.group()

    return PARAMETER.sub(spell, sql), flat


def _in(name: str, values: Sequence[Any]) -> str:
    return "(" + ", ".join(f":{name}_{i}" for i in range(len(values))) + ")" if values else "(NULL)"
