"""Connections that notice when nobody is at the other end any more: a cable that was pulled says nothing."""

from __future__ import annotations

import socket
from typing import Any

_ASKS_AFTER_S, _ASKS_EVERY_S, _TIMES = (
    30,
    10,
    3,
)  # of silence; without an answer the other end is gone after a minute
_CONFIRMED_WITHIN_S = (
    120  # what was sent, those questions too; whoever reads nothing for as long is as good as gone
)
_ASKING = {  # options that not every system knows
    "TCP_KEEPIDLE": _ASKS_AFTER_S,
    "TCP_KEEPINTVL": _ASKS_EVERY_S,
    "TCP_KEEPCNT": _TIMES,
}

# The same of connections to PostgreSQL, by libpq's names: people wait for what is asked there, and are told sooner that nobody answers.
POSTGRES: dict[str, Any] = {
    "connect_timeout": 10,  # s
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,  # s, s, times
    "tcp_user_timeout": 20_000,  # ms, for what was sent and is not confirmed
}  # fmt: skip
# And what PostgreSQL is to do at its end of them, which it would keep for two hours after a cut. What a worker that is cut off has locked is
# let go in 12 s, before those at other workers who wait for the same home are told that it takes too long (`lock_timeout`).
POSTGRES_ASKS_BACK = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '12s'"


def asking(made: socket.socket) -> socket.socket:
    """The same socket, which asks whether anybody is there when it hears nothing; so do those that it accepts, on Linux."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _ASKING.items():
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made


def impatient(made: socket.socket) -> socket.socket:
    """The same of a socket that we dial with, which also ends when what it sent is not confirmed.

    None that we accept is: people pause films.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _CONFIRMED_WITHIN_S * 1000)
    return asking(made)
