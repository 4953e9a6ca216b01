"""A line between a browser and a server that jams and breaks when it is told to."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 65_536
RESET = struct.pack("ii", 1, 0)  # a closed end says so at once, whatever is still to be sent


class Line:
    """Listens on a port of its own and passes everything on. `most`: bytes that a connection may send up; then it jams."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._moved = threading.Condition()
        self._most: int | None = None
        self._whole = True
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def jam_after(self, most: int | None) -> None:
        """None lets everything pass."""
        with self._moved:
            self._most = most
            self._moved.notify_all()

    def cut(self) -> None:
        """Break every connection, and each new one, until it is mended."""
        with self._moved:
            self._whole = False
            ends, self._open = self._open, []
            self._moved.notify_all()
        for end in ends:
            _reset(end)

    def mend(self) -> None:
        with self._moved:
            self._whole = True

    def serve(self) -> None:
        """Until the line is closed."""
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                with self._moved:
                    if not self._whole:
                        _reset(here)
                        continue
                    there = socket.create_connection(("127.0.0.1", self._to))
                    self._open += [here, there]
                for pump in ((here, there, True), (there, here, False)):
                    threading.Thread(target=self._pump, args=pump, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        sent = 0
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if up:
                    self._wait(source, sent)
                target.sendall(piece)
                sent += len(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _wait(self, source: socket.socket, sent: int) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._most is None or sent < self._most or source not in self._open)

    def close(self) -> None:
        self._listening.close()
        self.jam_after(None)
        self.cut()


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.shutdown(socket.SHUT_RD)
    end.close()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line to a server on this machine."""
    line = Line(port)
    threading.Thread(target=line.serve, daemon=True).start()
    yield line
    line.close()
