"""The bus beside PostgreSQL: processes tell each other with NOTIFY what they have committed.

One channel serves all homes, since PostgreSQL looks through the channels of a connection one by one for every message.
A message may be longer than a notification, so it goes out in pieces, which arrive one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from secrets import token_hex
from typing import Any

import msgspec
import psycopg
import structlog
from msgspec import Struct

from cozy.backends.alive import POSTGRES, POSTGRES_ASKS_BACK
from cozy.backends.bus import LocalBus
from cozy.kernel.bus import Change, Listener, Since
from cozy.kernel.problem import Unavailable

log = structlog.get_logger()
_CHANNEL = "cozy_changes"
_PIECE = 7_800  # bytes; a notification has less than 8,000, with who sends it and of which home
_WHOLE = 64 * 1024  # bytes of changes of documents that are sent along; more of them are read from the home
_PATIENCE_S = 0.2  # for what another process committed a moment before
_CONNECT_S = 10
_AGAIN_S = 1.0  # after the connection was lost
_WAITING = 1_000  # messages kept for a PostgreSQL that does not answer

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Message(Struct, frozen=True, array_like=True):
    """What one process tells the others of a home. is_short: more was written there than is told."""

    changes: Sequence[Change] = ()
    is_short: bool = False


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Message).decode


class ListeningBus:
    """A LocalBus, told also what other processes committed. It connects once somebody tells, or listens."""

    def __init__(self, conninfo: str, since: Since) -> None:
        self._local = LocalBus(since, _PATIENCE_S)
        self._mouth = Mouth(conninfo)
        self._ear = Ear(conninfo, self._local, self._mouth.name)

    def tell(self, home_id: str, changes: Sequence[Change]) -> None:
        """Tell every listener in this process, and then the other processes."""
        self._local.tell(home_id, changes)
        self._mouth.say(home_id, changes)

    async def hear(self, home_id: str, listener: Listener) -> Callable[[], None]:
        """Add a listener; returns what removes it. Raises Unavailable."""
        await self._ear.opened()
        return await self._local.hear(home_id, listener)

    async def close(self) -> None:
        """Send what waits, if PostgreSQL takes it, and hang up."""
        await self._mouth.close()
        await self._ear.close()
        await self._local.close()


class Mouth:
    """Says to the others what this process commits: in its order, and as much at once as there is."""

    def __init__(self, conninfo: str) -> None:
        self.name = token_hex(8)
        self._conninfo = conninfo
        self._count = 0
        self._waiting: list[tuple[str, Message]] = []
        self._is_due = asyncio.Event()
        self._is_done = asyncio.Event()
        self._talk: asyncio.Task[None] | None = None

    def say(self, home_id: str, changes: Sequence[Change]) -> None:
        """Send this soon. While PostgreSQL does not answer, hardly more than which homes changed is kept."""
        self._waiting.append((home_id, Message(changes)))
        if len(self._waiting) > _WAITING:
            self._shorten()
        self._is_done.clear()
        self._is_due.set()
        if self._talk is None:
            self._talk = asyncio.ensure_future(self._talking())

    async def close(self) -> None:
        """Wait a moment for what is not sent yet, and hang up."""
        if self._talk is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_done.wait(), _AGAIN_S)
        self._talk.cancel()
        await asyncio.gather(self._talk, return_exceptions=True)

    async def _talking(self) -> None:
        while True:
            try:
                async with await _connected(self._conninfo) as connection:
                    await self._send_on(connection)
            except psycopg.Error as error:
                log.warning("other processes could not be told", reason=str(error).strip())
                self._shorten()
                self._is_due.set()
                await asyncio.sleep(_AGAIN_S)

    async def _send_on(self, connection: Connection) -> None:
        while await self._is_due.wait():
            self._is_due.clear()
            waiting, self._waiting = self._waiting, []
            pieces = [piece for home_id, message in waiting for piece in self._pieces(home_id, message)]
            try:
                await connection.execute(
                    "SELECT pg_notify(%s, piece) FROM unnest(%s::text[]) AS said(piece)", (_CHANNEL, pieces)
                )
            except psycopg.Error:
                self._waiting[:0] = waiting
                raise
            if not self._waiting:
                self._is_done.set()

    def _shorten(self) -> None:
        homes = dict.fromkeys(home_id for home_id, _ in self._waiting)
        self._waiting = [(home_id, Message((), True)) for home_id in homes]

    def _pieces(self, home_id: str, message: Message) -> Iterator[str]:
        """`name home count part parts piece`; the count keeps PostgreSQL from taking two of one content for one."""
        self._count += 1
        cuts = list(_cut(_short_enough(message)))
        for part, cut in enumerate(cuts, 1):
            yield f"{self.name} {home_id} {self._count} {part} {len(cuts)} {cut}"


def _short_enough(message: Message) -> bytes:
    encoded = _encode(message)
    if len(encoded) <= _WHOLE:
        return encoded
    return _encode(Message([change for change in message.changes if not change.seq], True))


def _cut(encoded: bytes) -> Iterator[str]:
    """Pieces of valid UTF-8: none begins inside of a character."""
    start = 0
    while start < len(encoded):
        end = start + _PIECE
        while end < len(encoded) and encoded[end] & 0xC0 == 0x80:
            end -= 1
        yield encoded[start:end].decode()
        start = end


class Ear:
    """Hears what the other processes say of homes that somebody here listens to."""

    def __init__(self, conninfo: str, local: LocalBus, own: str) -> None:
        self._conninfo = conninfo
        self._local = local
        self._own = own
        self._pieces: dict[str, list[str]] = {}  # of messages that are not whole yet, by who says them
        self._is_open = asyncio.Event()
        self._listen: asyncio.Task[None] | None = None

    async def opened(self) -> None:
        """From now on nothing is missed. Raises Unavailable."""
        if self._listen is None:
            self._listen = asyncio.ensure_future(self._listening())
        try:
            await asyncio.wait_for(self._is_open.wait(), _CONNECT_S)
        except TimeoutError as error:
            raise Unavailable("The database does not answer: try again in a moment.") from error

    async def close(self) -> None:
        """Hang up."""
        if self._listen is not None:
            self._listen.cancel()
            await asyncio.gather(self._listen, return_exceptions=True)

    async def _listening(self) -> None:
        while True:
            try:
                async with await _connected(self._conninfo) as connection:
                    await self._hear_on(connection)
            except psycopg.Error as error:
                log.warning("other processes are not heard", reason=str(error).strip())
            self._is_open.clear()
            await asyncio.sleep(_AGAIN_S)

    async def _hear_on(self, connection: Connection) -> None:
        """What was said while nobody listened is read from the homes."""
        self._pieces.clear()
        await connection.execute(f"LISTEN {_CHANNEL}".encode())
        self._is_open.set()
        for home_id in self._local.homes():
            self._local.look(home_id)
        async for notice in connection.notifies():
            self._hear(notice.payload)

    def _hear(self, payload: str) -> None:
        name, home_id, _, part, parts, piece = payload.split(" ", 5)
        if name == self._own or not self._local.is_heard(home_id):
            return
        pieces = self._pieces.setdefault(name, [])
        pieces.append(piece)
        if part != parts:
            return
        del self._pieces[name]
        if len(pieces) == int(
            parts
        ):  # else somebody began to listen in the middle of it, and has read the home since
            self._pass_on(home_id, _decode("".join(pieces)))

    def _pass_on(self, home_id: str, message: Message) -> None:
        self._local.tell(home_id, message.changes)
        if message.is_short:
            self._local.look(home_id)


async def _connected(conninfo: str) -> Connection:
    connection = await psycopg.AsyncConnection.connect(
        conninfo,
        autocommit=True,
        application_name="cozy listening",
        **POSTGRES,
    )
    await connection.execute(POSTGRES_ASKS_BACK.encode())
    return connection
