"""What a name of the Internet leads to, asked of the DNS server of the settings or of this machine (RFC 1035).

By TCP (RFC 7766): nobody else can slip an answer in, and none is cut short.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from cozy.kernel.names import NoNames
from cozy.kernel.settings import Settings

_PORT, _PATIENCE_S = 53, 5.0
_IN, _A, _TXT, _AAAA = 1, 1, 16, 28
_NO_SUCH_NAME = 3
_POINTER = 0xC0
_CONF = Path("/etc/resolv.conf")


class NamesByDns:
    """A DNS server, as somebody who looks up a name sees it."""

    async def addresses(self, settings: Settings, name: str) -> frozenset[str]:
        """See kernel/names.py."""
        found = await asyncio.gather(*(_asked(settings, name, kind) for kind in (_A, _AAAA)))
        return frozenset(str(ip_address(each)) for each in (*found[0], *found[1]))

    async def texts(self, settings: Settings, name: str) -> list[str]:
        """See kernel/names.py."""
        return ["".join(_strings(each)) for each in await _asked(settings, name, _TXT)]


async def _asked(settings: Settings, name: str, kind: int) -> list[bytes]:
    host, port = _host_and_port(settings.name_server or _of_this_machine())
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return _answers(await _exchange(host, port, _question(name, kind)), kind)
    except (
        OSError,
        TimeoutError,
        asyncio.IncompleteReadError,
        struct.error,
        IndexError,
        ValueError,
    ) as error:
        raise NoNames from error


def _of_this_machine() -> str:
    with suppress(OSError):
        for line in _CONF.read_text().splitlines():
            word, _, server = line.strip().partition(" ")
            if word == "nameserver":
                return server.strip()
    return "127.0.0.1"


def _host_and_port(server: str) -> tuple[str, int]:
    """`192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`."""
    if server.startswith("["):
        host, _, port = server[1:].partition("]:")
        return host.rstrip("]"), int(port or _PORT)
    host, colon, port = server.rpartition(":")
    return (host, int(port)) if colon and ":" not in host else (server, _PORT)


def _question(name: str, kind: int) -> bytes:
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    wanted = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return (
        struct.pack("!6H", secrets.randbits(16), 0x0100, 1, 0, 0, 0) + wanted + struct.pack("!2H", kind, _IN)
    )


async def _exchange(host: str, port: int, question: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(struct.pack("!H", len(question)) + question)
        await writer.drain()
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        answer = await reader.readexactly(length)
    finally:
        writer.close()
    if answer[:2] != question[:2]:
        raise ValueError("another question was answered")
    return answer


def _answers(message: bytes, kind: int) -> list[bytes]:
    """The data of records of a kind, whatever the alias that they come by."""
    _, flags, questions, count, _, _ = struct.unpack_from("!6H", message)
    if flags & 0xF == _NO_SUCH_NAME:
        return []
    if flags & 0xF:
        raise ValueError("the server could not say")
    at, found = 12, list[bytes]()
    for _ in range(questions):
        at = _past_name(message, at) + 4
    for _ in range(count):
        at = _past_name(message, at)
        its, _, _, length = struct.unpack_from("!2HIH", message, at)
        at += 10
        if its == kind:
            found.append(message[at : at + length])
        at += length
    return found


def _past_name(message: bytes, at: int) -> int:
    while (length := message[at]) and length < _POINTER:
        at += length + 1
    return at + (2 if length >= _POINTER else 1)


def _strings(data: bytes) -> list[str]:
    at, found = 0, list[str]()
    while at < len(data):
        found.append(data[at + 1 : at + 1 + data[at]].decode("utf-8", "replace"))
        at += data[at] + 1
    return found
