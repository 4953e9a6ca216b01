"""Addresses of those who call."""

from __future__ import annotations

import ipaddress


def network(address: str) -> str:
    """An address; for IPv6 its /64, since one subscriber has all of it."""
    try:
        parsed = _parsed(address)
    except ValueError:
        return address
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network(f"{parsed}/64", strict=False))


def is_here(address: str) -> bool:
    """Whether it is one of this machine itself."""
    try:
        return _parsed(address).is_loopback
    except ValueError:
        return False


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Proxies that listen for both on one socket tell IPv4 as `::ffff:192.0.2.1`, all of it in one /64."""
    parsed = ipaddress.ip_address(address)
    return getattr(parsed, "ipv4_mapped", None) or parsed
