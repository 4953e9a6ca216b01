"""Connections whose other end may vanish without a word."""

import socket

from cozy.app.server import listening
from cozy.backends.outside import OutsideByHttp
from cozy.kernel.settings import Settings


def test_what_dials_ends_when_nobody_is_there_any_more():
    address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.215.14", 443))
    with OutsideByHttp(Settings()).guarded_socket(address) as dialling:
        assert asks_after_s(dialling) == 30
        assert dialling.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 120_000


def test_what_is_accepted_ends_when_nobody_is_there_any_more_and_lets_films_be_paused():
    (listener,) = listening(Settings(host="127.0.0.2", port=0))
    with listener, socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
        assert asks_after_s(accepted) == 30
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 0


def asks_after_s(connection: socket.socket) -> int:
    """How long it is silent before it asks whether anybody is there; 0 when it never does."""
    asks = connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) if asks else 0
