"""Addresses of people at other servers: `bob@cloud.example.org`, however they are written."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct

from ..errors import BadAddress

LONGEST = 500
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*|\[[0-9a-f:.]+\]")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


class Address(Struct, frozen=True):
    """Somebody at a server. server: `https://cloud.example.org`, perhaps with the folder that it lies in there."""

    user: str
    server: str

    @property
    def host(self) -> str:
        """The server as people write it."""
        return self.server.partition("://")[2]

    @property
    def text(self) -> str:
        """`bob@cloud.example.org`."""
        return f"{self.user}@{self.host}"


def address_of(text: str, *, plain: bool = False) -> Address:
    """Who is meant. plain: whether servers without encryption are asked too, as in development. Raises BadAddress."""
    said = text.strip()
    user, at, server = _parts(said)
    if (
        not user
        or not at
        or len(said) > LONGEST
        or not user.isprintable()
        or any(c in user for c in " /<>\"'")
    ):
        raise BadAddress(parameter="who")
    return Address(user, server_of(server, plain=plain))


def _parts(said: str) -> tuple[str, str, str]:
    """Nextcloud writes `bob@https://cloud.example.org/`; names may have an @ of their own."""
    for mark in ("@https://", "@http://"):
        user, at, server = said.partition(mark)
        if at:
            return user, at, mark[1:] + server
    return said.rpartition("@")


def server_of(text: str, *, plain: bool = False) -> str:
    """`https://cloud.example.org`, of whatever was typed. Raises BadAddress."""
    said = text.strip().rstrip("/").removesuffix("/index.php")
    if "://" not in said:
        said = f"{'http' if plain and _is_here(said) else 'https'}://{said}"
    try:
        parts = urlsplit(said)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = f"[{host}]" if ":" in host else host if host.isascii() else host.encode("idna").decode()
    except ValueError as error:
        raise BadAddress(parameter="who") from error
    is_known = parts.scheme == "https" or (plain and parts.scheme == "http")
    if (
        not is_known
        or parts.username is not None
        or not _HOST.fullmatch(host)
        or not _PATH.fullmatch(parts.path)
    ):
        raise BadAddress(parameter="who")
    at = f":{port}" if port and port != {"http": 80, "https": 443}[parts.scheme] else ""
    return f"{parts.scheme}://{host}{at}{parts.path}"


def _is_here(said: str) -> bool:
    """Whether this names the machine itself, where nobody has a certificate."""
    host = said.partition("/")[0]
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def origin_of(url: str) -> str:
    """Scheme, host and port of an address; "" where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return ""
    at = f":{port}" if port and port != {"http": 80, "https": 443}[parts.scheme] else ""
    return f"{parts.scheme}://{parts.hostname.lower()}{at}"


def own_address(origin: str) -> str:
    """How the owner of a home is written there: the first word of its address, and the address."""
    scheme, _, host = origin.partition("://")
    user = host.partition(":")[0].partition(".")[0]
    return f"{user}@{host if scheme == 'https' else origin}"
