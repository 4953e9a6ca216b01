"""Workers that come and go, what stands for the proxy in front of them, and people who are served by whichever is ready."""

import http.client
import random
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import psycopg

from cozy.app import migrations
from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.backends.migrate import latest
from cozy.backends.wall import take_down
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import origin_of
from cozy.rooms.auth import service as auth
from cozy.rooms.homes.model import Profile
from tests.faults.actor import LOST, Actor, Broken
from tests.faults.sundry import Sundry
from tests.program import SOURCES, Client, Cozy, Server

DRAIN_S = 120  # more than anybody needs to see that a worker is about to stop
SENT_S = 2.0  # after which whoever was sent there a moment before has asked
ASKED_EVERY_S = 0.1  # each worker, whether it is ready
SETTLED_S = (
    0.3  # after which what a killed worker had sent to the database and to the service has arrived there
)
STEPS = {
    "home": "ALTER TABLE documents ADD COLUMN newer TEXT;\nCREATE TABLE newer (home_id TEXT NOT NULL PRIMARY KEY);",
    "host": "ALTER TABLE homes ADD COLUMN newer TEXT;",
}


def newer(folder: Path) -> Path:
    """The sources of the next version, which changes the tables."""
    shutil.copytree(SOURCES, folder)
    for family, sql in STEPS.items():
        steps = folder / "cozy" / "app" / "migrations" / family
        number = max(int(each.name[:4]) for each in steps.glob("*.sql")) + 1
        (steps / f"{number:04}_newer.sql").write_text(
            f"-- Beside older programs: nobody asks for it.\n{sql}\n"
        )
    return folder


def older(url: str) -> None:
    """Put the tables back as this version knows them."""
    with psycopg.connect(url) as connection:
        take_down(connection)
        connection.execute("DROP TABLE IF EXISTS newer")
        for table in ("documents", "homes"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS newer".encode())
        for family in STEPS:
            known = latest(migrations.of(family))
            connection.execute("UPDATE schema_versions SET version = %s WHERE family = %s", (known, family))


@dataclass
class Fleet:
    """Workers that come and go, and where the proxy sends people: to those that say they are ready."""

    cozies: list[Cozy]
    log: Path
    servers: list[Server | None] = field(default_factory=list)
    monitors: list[int] = field(default_factory=list)  # the ports where they are asked
    ready: set[int] = field(default_factory=set)  # ports
    fallen: set[int] = field(default_factory=set)  # ports of those that were killed
    left: set[int] = field(default_factory=set)  # ports of those that stopped gently
    kills: int = 0
    drains: int = 0

    def start(self, number: int) -> None:
        """From now on people are sent there, as soon as it is ready."""
        self.servers[number] = Server(self.cozies[number], self.log)

    def kill(self, number: int) -> None:
        """From now on nobody is sent there; who is there is cut off."""
        server, self.servers[number] = self.servers[number], None
        assert server is not None
        self.fallen.add(server.port)
        self.ready.discard(server.port)
        server.kill()
        self.kills += 1

    def drain(self, number: int) -> None:
        """Ask it to stop; it serves until nobody is sent there, and nobody is cut off."""
        server = self.servers[number]
        assert server is not None
        server.process.terminate()
        until = time.monotonic() + DRAIN_S
        while _is_ready(self.monitors[number]) and time.monotonic() < until:
            time.sleep(0.02)
        self.left.add(
            server.port
        )  # whoever asks around may have heard before that it is ready, and say so later
        self.ready.discard(server.port)
        time.sleep(SENT_S)
        self.ready.discard(server.port)
        code = server.stop()  # told again, it waits no longer
        self.servers[number] = None
        assert code == 0, server.errors()
        self.drains += 1

    def upgrade(self, sources: Path, chance: random.Random) -> None:
        """One after the other; after each, one that is still of the version before is killed, and starts again beside the new ones."""
        for number, cozy in enumerate(self.cozies):
            self.drain(number)
            cozy.env["PYTHONPATH"] = str(sources)
            self.start(number)
            if number + 1 < len(self.cozies):
                other = chance.randrange(number + 1, len(self.cozies))
                self.kill(other)
                self.start(other)

    def any(self, chance: random.Random) -> int:
        """A port where it is ready."""
        until = time.monotonic() + 60
        while not (ready := sorted(self.ready)):
            if time.monotonic() > until:
                raise Broken(f"nobody is ready: {self.log.read_text()[-3000:]}")
            time.sleep(0.01)
        return chance.choice(ready)

    def _ask(self, is_over: threading.Event) -> None:
        while not is_over.wait(ASKED_EVERY_S):
            for server, monitor in zip(list(self.servers), self.monitors, strict=False):
                if server is not None and _is_ready(monitor) and server.port not in self.fallen | self.left:
                    self.ready.add(server.port)
                elif server is not None:
                    self.ready.discard(server.port)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Start all, and end those that are left."""
        is_over = threading.Event()
        asking = threading.Thread(target=self._ask, args=(is_over,))
        with ExitStack() as stack:
            for cozy in self.cozies:
                with socket.create_server(("127.0.0.1", 0)) as free:
                    self.monitors.append(free.getsockname()[1])
                cozy.env |= {
                    "COZY_METRICS_LISTEN": f"127.0.0.1:{self.monitors[-1]}", "COZY_DRAIN_S": str(DRAIN_S)
                }  # fmt: skip
                cozy.data.mkdir(exist_ok=True)
                self.servers.append(stack.enter_context(Server(cozy, self.log)))
            asking.start()
            try:
                yield
            finally:
                is_over.set()
                asking.join()
                for server in self.servers:
                    if server is not None:
                        server.__exit__()


def _is_ready(monitor: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", monitor, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except LOST:
        return False
    finally:
        connection.close()


@dataclass
class Person:
    """Who changes one home, by whatever worker."""

    actor: Actor
    domain: str
    token: str
    sundry: Sundry
    has_moved_in: bool = False
    clients: dict[int, Client] = field(default_factory=dict)

    def ask(self, fleet: Fleet, deed: Callable[[Client], object]) -> None:
        """Do it at some worker. Raises LOST where that was killed; nobody else may cut anybody off."""
        port = fleet.any(self.actor.random)
        client = self.clients.setdefault(port, Client(port, self.token, self.domain))
        try:
            deed(client)
        except LOST as error:
            del self.clients[port]
            client.close()
            if port not in fleet.fallen:
                raise Broken(f"cut off by a worker that nobody killed: {error!r}") from error
            raise

    def surely(self, fleet: Fleet, deed: Callable[[Client], object]) -> None:
        """The same again until a worker lives that long."""
        while True:
            try:
                return self.ask(fleet, deed)
            except LOST:
                time.sleep(SETTLED_S)

    def change(self, fleet: Fleet) -> None:
        """One change; if nobody answers, find out what became of it."""
        deed = self.actor.act if self.actor.random.random() < 0.7 else self.sundry.act
        try:
            self.ask(fleet, deed)
        except LOST:
            time.sleep(SETTLED_S)
            self.settle(fleet)

    def visit(self, fleet: Fleet, changes: int) -> None:
        """Some changes, and off again."""
        if not self.has_moved_in:
            self.surely(fleet, self.actor.move_in)
            self.has_moved_in = True
        try:
            for _ in range(changes):
                self.change(fleet)
        finally:
            self.leave()

    def settle(self, fleet: Fleet) -> None:
        """Find out what became of what got no answer."""
        self.surely(fleet, self.actor.settle)
        self.surely(fleet, self.sundry.settle)

    def look(self, fleet: Fleet) -> None:
        """Everything is as it must be."""
        self.settle(fleet)
        self.surely(fleet, lambda client: self.actor.look(client, everything=True))
        self.surely(fleet, self.sundry.look)
        self.leave()

    def leave(self) -> None:
        """Hang up."""
        for client in self.clients.values():
            client.close()
        self.clients.clear()


def made(data: Path, count: int) -> list[tuple[str, str]]:
    """That many homes: their domains, and a token for each."""
    found: list[tuple[str, str]] = []

    async def making() -> None:
        settings = load(data=str(data))
        async with opened(settings) as house, anyio.create_task_group() as tasks:
            numbers = iter(range(count))

            async def make() -> None:
                for number in numbers:
                    domain = f"home{number}.localhost"
                    profile = Profile(public_name="Alice", email="alice@example.org")
                    listing = await auth.open_home(house, domain, profile, origin_of(settings, domain))
                    token = await house.read(home_of(settings, listing), SYSTEM, auth.mint)
                    found.append((domain, token))

            for _ in range(6):
                tasks.start_soon(make)

    anyio.run(making)
    return found
