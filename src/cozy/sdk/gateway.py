"""The way out of the box: a socket to a server elsewhere, through the home's gateway where there is one."""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress
from functools import lru_cache

from .errors import Refused, VendorDown

VARIABLE = "COZY_GATEWAY"  # path of a unix socket that speaks HTTP CONNECT; nothing set: straight out, as on an author's machine
TIMEOUT_S = 60.0
_LONGEST = 64 * 1024  # bytes of the gateway's answer


def connect(host: str, port: int, *, tls: bool = False, timeout_s: float | None = None) -> socket.socket:
    """A connection to a server. timeout_s: for each wait, None for TIMEOUT_S. Raises VendorDown, Refused."""
    path = os.environ.get(VARIABLE, "")
    timeout_s = TIMEOUT_S if timeout_s is None else timeout_s
    try:
        raw = (
            _through(path, host, port, timeout_s)
            if path
            else socket.create_connection((host, port), timeout_s)
        )
        return secured(raw, host) if tls else raw
    except OSError as error:
        raise VendorDown(detail=f"{host}:{port}: {error}") from error


def secured(raw: socket.socket, host: str) -> socket.socket:
    """The same connection under TLS. Raises OSError, and closes it then."""
    try:
        return trust().wrap_socket(raw, server_hostname=host)
    except OSError:
        raw.close()
        raise


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """Whom TLS believes: whom this machine believes, and the home, which is this very machine behind the gateway."""
    context = ssl.create_default_context()
    if certificate := os.environ.get("COZY_CERTIFICATE", ""):
        context.load_verify_locations(certificate)
    return context


def _through(path: str, host: str, port: int, timeout_s: float) -> socket.socket:
    gateway = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        gateway.settimeout(timeout_s)
        gateway.connect(path)
        name = f"[{host}]" if ":" in host else host.encode("idna").decode()
        gateway.sendall(f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n".encode())
        status = _status(gateway)
    except UnicodeError as error:
        gateway.close()
        raise VendorDown(detail=f"{host} is no name") from error
    except BaseException:
        with suppress(OSError):
            gateway.close()
        raise
    if status == 200:
        return gateway
    gateway.close()
    if status == 403:
        raise Refused(detail=f"{host}:{port}")
    raise VendorDown(detail=f"{host}:{port}: the gateway says {status}")


def _status(gateway: socket.socket) -> int:
    """What the gateway answers; not a byte is read of what comes after."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = gateway.recv(1)
        if not byte or len(head) > _LONGEST:
            raise OSError("the gateway hung up")
        head += byte
    words = head.split(None, 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
