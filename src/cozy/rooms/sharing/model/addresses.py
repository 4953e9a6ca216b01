"""Addresses of homes, however people type them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..errors import BadHomeAddress, NotAHome

LONGEST = 300
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\.?|\[[0-9a-f:.]+\]")
_FLAT = ("mycozy.cloud", "twake.linagora.com")  # where the address of an app is `alice-drive.<domain>`
_PORTS = {"http": 80, "https": 443}


def home_address(text: str, *, plain: bool = False) -> str:
    """`https://bob.example.org`, made of `bob.example.org`, `https://bob.example.org/#/`…

    plain: whether homes without encryption are asked too, as in development. Raises BadHomeAddress; NotAHome for the
    address of a mailbox.
    """
    said = text.strip().rstrip(".")
    if "@" in said:
        raise NotAHome(parameter="url")
    if "://" not in said:
        said = f"https://{said}"
    try:
        parsed = urlsplit(said)
        host, port = _host(parsed.hostname or ""), parsed.port
    except ValueError as error:
        raise BadHomeAddress(parameter="url") from error
    is_known = parsed.scheme == "https" or (plain and parsed.scheme == "http")
    if len(said) > LONGEST or not is_known or not _HOST.fullmatch(host):
        raise BadHomeAddress(parameter="url")
    at = f":{port}" if port and port != _PORTS[parsed.scheme] else ""
    return f"{parsed.scheme}://{_without_app(host)}{at}"


def _host(host: str) -> str:
    plain = host.lower().rstrip(".")
    if ":" in plain:
        return f"[{plain}]"
    return plain if plain.isascii() else plain.encode("idna").decode()


def _without_app(host: str) -> str:
    name, _, domain = host.partition(".")
    return f"{name.partition('-')[0]}.{domain}" if domain in _FLAT else host


def host_of(address: str) -> str:
    """`bob.example.org`, with its port where it has one."""
    return address.partition("://")[2].partition("/")[0]


def is_part_of(url: str, address: str) -> bool:
    """Whether an address is one of a home, or of an app on an origin of its own there."""
    try:
        here, there = urlsplit(url), urlsplit(address)
        ports = (here.port, there.port)
    except ValueError:
        return False
    host, home = (here.hostname or "").lower(), (there.hostname or "").lower()
    if here.scheme != there.scheme or ports[0] != ports[1] or not home or here.username is not None:
        return False
    name, dot, rest = home.partition(".")
    is_flat = bool(dot) and host.startswith(f"{name}-") and host.partition(".")[2] == rest
    return host == home or host.endswith(f".{home}") or is_flat
