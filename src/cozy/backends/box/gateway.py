"""The one way out of a box: a socket that speaks HTTP CONNECT (RFC 9110 §9.3.6).

A name is looked up here and the address that was judged is the one that is dialled. The home that the program works for
is this very server, whatever its name leads to; where people reach it by https, so does the program, with a certificate
that was made for this box.
"""

from __future__ import annotations

import asyncio
import errno
import re
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cozy.kernel.home import Home

from . import certificates

HEAD_WITHIN_S = 30.0
DIAL_WITHIN_S = 30.0
CHUNK = 64 * 1024
TALKS = 100  # at a time
BOXES = "127.0.0.2"
MAIL = 25  # the port at which mail servers take mail from anybody: mails leave by the home

Talk = Callable[[StreamReader, StreamWriter], Awaitable[None]]
_CONNECT = re.compile(rb"CONNECT \[?([^\s\[\]]+?)\]?:(\d{1,5}) HTTP/1\.[01]\r\n", re.IGNORECASE)


class Refusal(Exception):
    """Why there is no way: a status of HTTP, and a word as Node.js and the C library spell it."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a box may go. home: as `host:port`, led to our own server; door: the socket that speaks TLS for it, if any."""

    may_dial: Callable[[str], bool]
    home: tuple[str, int]
    server: tuple[str, int]
    door: Path | None

    async def dial(self, host: str, port: int) -> tuple[StreamReader, StreamWriter]:
        """A connection to this host. Raises Refusal."""
        try:
            async with asyncio.timeout(DIAL_WITHIN_S):
                if (host, port) != self.home:
                    return await self._outside(host, port)
                if self.door is not None:
                    return await asyncio.open_unix_connection(self.door)
                return await asyncio.open_connection(*self.server, local_addr=_from(self.server[0]))
        except TimeoutError:
            raise Refusal(504, "ETIMEDOUT") from None
        except OSError as error:
            raise Refusal(502, errno.errorcode.get(error.errno or 0, "ECONNREFUSED")) from error

    async def _outside(self, host: str, port: int) -> tuple[StreamReader, StreamWriter]:
        addresses = await self._addresses(host, port)
        if port == MAIL or not addresses:
            raise Refusal(403, "EACCES")
        for address in addresses[:-1]:
            with suppress(OSError):
                return await asyncio.open_connection(address, port)
        return await asyncio.open_connection(addresses[-1], port)

    async def _addresses(self, host: str, port: int) -> list[str]:
        """What a name leads to, as far as a box may go there."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Refusal(502, "ENOTFOUND") from error
        addresses = [str(address) for *_, (address, *_) in found]
        return [address for address in addresses if self.may_dial(address.partition("%")[0])]


def _from(server: str) -> tuple[str, int] | None:
    """The address that boxes come from: not the one of a proxy on this machine, whose word of who asks is believed."""
    return (BOXES, 0) if server.startswith("127.") else None


@asynccontextmanager
async def opened(
    folder: Path, home: Home, server: tuple[str, int], may_dial: Callable[[str], bool]
) -> AsyncIterator[Path | None]:
    """A gateway at `folder/shown/gateway`, while the block runs. Gives the certificate to trust, where one is needed."""
    origin = urlsplit(home.origin)
    is_secure = origin.scheme == "https"
    at = (home.domain, origin.port or (443 if is_secure else 80))
    async with AsyncExitStack() as stack:
        trusted = door = None
        if is_secure:
            trusted, door = folder / "shown" / "home.pem", folder / "door"
            context = await asyncio.to_thread(certificates.server_context, home.domain, folder, trusted)
            to_server = Ways(may_dial, at, server, None)

            async def knock(reader: StreamReader, writer: StreamWriter) -> None:
                await _join(reader, writer, *await to_server.dial(*at))

            await stack.enter_async_context(_serving(knock, door, ssl=context))
        ways = Ways(may_dial, at, server, door)

        async def ask(reader: StreamReader, writer: StreamWriter) -> None:
            await _tunnel(reader, writer, ways)

        await stack.enter_async_context(_serving(ask, folder / "shown" / "gateway"))
        yield trusted


@asynccontextmanager
async def _serving(talk: Talk, path: Path, **options: Any) -> AsyncIterator[None]:
    """Talk with whoever comes to a socket, while the block runs."""
    talks: set[asyncio.Task[Any]] = set()

    async def taken(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            if len(talks) <= TALKS:
                await talk(reader, writer)
        except* (OSError, EOFError, asyncio.LimitOverrunError, Refusal):
            pass  # one of the two went away
        except* asyncio.CancelledError:
            pass  # the box has ended; asyncio before 3.12 would tell a cancelled talk as an error of the program
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_unix_server(taken, path, **options)
    try:
        yield
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def _tunnel(reader: StreamReader, writer: StreamWriter, ways: Ways) -> None:
    """Lead who asks to where it asks for, or say why not."""
    try:
        async with asyncio.timeout(HEAD_WITHIN_S):
            host, port = _target(await reader.readuntil(b"\r\n\r\n"))
        there = await ways.dial(host, port)
    except Refusal as refusal:
        await _say(writer, f"HTTP/1.1 {refusal.status} {refusal.word}\r\n\r\n".encode())
        return
    await _say(writer, b"HTTP/1.1 200 OK\r\n\r\n")
    await _join(reader, writer, *there)


def _target(head: bytes) -> tuple[str, int]:
    """The host and the port that are asked for. Raises Refusal."""
    asked = _CONNECT.match(head)
    if asked is None or not 0 < int(asked[2]) < 65536:
        raise Refusal(400, "EINVAL")
    return asked[1].decode("latin-1").lower().rstrip("."), int(asked[2])


async def _join(
    reader: StreamReader, writer: StreamWriter, far_reader: StreamReader, far_writer: StreamWriter
) -> None:
    """Carry what each of two sides says to the other, until both have ended."""
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_carry(reader, far_writer))
            both.create_task(_carry(far_reader, writer))
    finally:
        far_writer.close()


async def _carry(reader: StreamReader, writer: StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        await _say(writer, chunk)
    if writer.can_write_eof() and not writer.is_closing():
        writer.write_eof()
    else:
        writer.close()


async def _say(writer: StreamWriter, words: bytes) -> None:
    """Raises ConnectionResetError: uvloop has no OSError for what is written to somebody who is gone."""
    if writer.is_closing():
        raise ConnectionResetError
    writer.write(words)
    await writer.drain()
