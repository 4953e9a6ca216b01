"""A peer brought up: in a folder of its own, on a free port, answering; and taken down again."""

import os
import pwd
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from bench import load, process
from bench.peers import Peer, Tongue

START_S = 30


@dataclass(frozen=True)
class Running(Generic[Tongue]):
    """A started peer."""

    peer: Peer[Tongue]
    folder: Path
    server: process.Server
    dialect: Tongue
    started_in_s: float  # from the start of the process to the first answer

    @property
    def name(self) -> str:
        return self.peer.name

    @property
    def port(self) -> int:
        return self.server.port


def settle(peer: Peer[Any], folder: Path) -> None:
    """Make a peer's folder, with what it needs in it, the property of whom it runs as."""
    folder.mkdir()
    peer.prepare(folder)
    user = peer.user()
    if user is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)


@contextmanager
def start(peer: Peer[Tongue], folder: Path) -> Iterator[Running[Tongue]]:
    """A peer that answers, on a free port; stopped at the end."""
    port = free_port()
    log = folder / "output.log"
    command, dialect = peer.command(folder, port), peer.dialect(folder, port)
    start = time.perf_counter()
    server = process.start(command, port, log, peer.user())
    try:
        _wait_for_answer(peer, server, dialect.first_page(), log)
        yield Running(peer, folder, server, dialect, time.perf_counter() - start)
    finally:
        process.stop(server)


def _wait_for_answer(peer: Peer[Any], server: process.Server, request: bytes, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.first.poll() is not None:
            raise load.BadAnswer(f"{peer.name} ended at its start: {log.read_text()[-500:]}")
        try:
            if load.exchange(server.port, [request]).answers[0].status < 400:
                return
        except ConnectionError:
            pass
        time.sleep(0.002)
    raise load.BadAnswer(f"{peer.name} gave no good answer within {START_S} s: {log.read_text()[-500:]}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
