"""Addresses of those who call."""

from __future__ import annotations

import ipaddress


def network(address: str) -> str:
    """An address; for IPv6 its /64, since one subscriber has all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network(f"{parsed}/64", strict=False))


def is_here(address: str) -> bool:
    """Whether it is one of this machine itself."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
