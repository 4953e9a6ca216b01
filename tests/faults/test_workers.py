"""kill -9 of workers that share nothing but PostgreSQL and an S3 service, while people change things in many homes.

Each home has somebody who changes it (tests/faults/actor.py) and who asks another worker with every request. Whoever is cut off
asks another one what became of it, and goes on.
"""

import os
import random
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import origin_of
from cozy.rooms.auth import service as auth
from cozy.rooms.homes.model import Profile
from tests.faults.actor import LOST, Actor
from tests.faults.test_jobs_survive import cleared
from tests.faults.test_kill import Crowd
from tests.program import Client, Cozy, Server
from tests.seaweed import BUCKET, Service

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
WORKERS = int(os.environ.get("COZY_WORKERS", "2"))
HOMES = int(os.environ.get("COZY_WORKER_HOMES", "6"))
KILLS = int(os.environ.get("COZY_WORKER_KILLS", "3"))
SECONDS = float(os.environ.get("COZY_WORKER_S", "0"))  # of load at least, however few kills there are
HANDS = 6  # people who are at work at the same time
SETTLED_S = (
    0.3  # after which what a killed worker had sent to the database and to the service has arrived there
)


@dataclass
class Fleet:
    """Workers that come and go."""

    cozies: list[Cozy]
    log: Path
    servers: list[Server | None] = field(default_factory=list)

    def start(self, number: int) -> None:
        self.servers[number] = Server(self.cozies[number], self.log)

    def kill(self, number: int) -> None:
        """From now on nobody is sent there; who is there is cut off."""
        server, self.servers[number] = self.servers[number], None
        assert server is not None
        server.kill()

    def any(self, chance: random.Random) -> int:
        """A port that answers."""
        return chance.choice([server.port for server in self.servers if server is not None])

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Start all, and end those that are left."""
        with ExitStack() as stack:
            for cozy in self.cozies:
                self.servers.append(stack.enter_context(Server(cozy, self.log)))
            try:
                yield
            finally:
                for server in self.servers:
                    if server is not None:
                        server.__exit__()


@dataclass
class Person:
    """Who changes one home, by whatever worker."""

    actor: Actor
    domain: str
    token: str
    clients: dict[int, Client] = field(default_factory=dict)

    def ask(self, fleet: Fleet, deed: Callable[[Client], object]) -> None:
        """Do it at some worker. Raises LOST."""
        port = fleet.any(self.actor.random)
        client = self.clients.setdefault(port, Client(port, self.token, self.domain))
        try:
            deed(client)
        except LOST:
            del self.clients[port]
            client.close()
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
        try:
            self.ask(fleet, self.actor.act)
        except LOST:
            time.sleep(SETTLED_S)
            self.surely(fleet, self.actor.settle)

    def leave(self) -> None:
        for client in self.clients.values():
            client.close()


def made(data: Path, count: int) -> list[tuple[str, str]]:
    """That many homes: their domains, and a token for each."""

    async def making() -> list[tuple[str, str]]:
        found = []
        settings = load(data=str(data))
        async with opened(settings) as house:
            for number in range(count):
                domain = f"home{number}.localhost"
                profile = Profile(public_name="Alice", email="alice@example.org")
                listing = await auth.open_home(house, domain, profile, origin_of(settings, domain))
                found.append((domain, await house.read(home_of(settings, listing), SYSTEM, auth.mint)))
        return found

    return anyio.run(making)


@pytest.fixture
def shared(
    tmp_path: Path, postgres_url: str, s3_service: Service, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """What every worker is told."""
    env = {
        "COZY_POSTGRES": postgres_url, "COZY_CONTENTS": f"s3://{BUCKET}/{secrets.token_hex(8)}",
        "COZY_S3_ENDPOINT": s3_service.endpoint, "COZY_KEY_FILE": str(tmp_path / "host.key"), "COZY_LEASE_S": "2",
        **s3_service.env,
    }  # fmt: skip
    for name in [name for name in os.environ if name.startswith("COZY_")]:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    yield env
    cleared(tmp_path / "desk")


def test_workers_may_be_killed_at_any_time(
    tmp_path: Path, shared: dict[str, str], seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, began = random.Random(seed), time.monotonic()
    homes = made(tmp_path / "desk", HOMES)
    people = [
        Person(Actor(f"actor{i}", random.Random(chance.random())), *home) for i, home in enumerate(homes)
    ]
    fleet = Fleet([Cozy(tmp_path / f"worker{i}", env=shared) for i in range(WORKERS)], tmp_path / "log")
    for cozy in fleet.cozies:
        cozy.data.mkdir()
    crowd, is_enough, kills, loaded = Crowd([each.actor for each in people]), threading.Event(), 0, 0.0
    with fleet.at_work():
        for person in people:
            person.surely(fleet, person.actor.move_in)

        def work(hand: int) -> None:
            mine = people[hand::HANDS]
            while mine and not is_enough.is_set():
                person = chance.choice(mine)
                person.change(fleet)

        threads = [threading.Thread(target=_guarded, args=(crowd, work, hand)) for hand in range(HANDS)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        while kills < KILLS or time.monotonic() < started + SECONDS:
            before = crowd.acknowledged
            while crowd.acknowledged < before + HANDS and any(thread.is_alive() for thread in threads):
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 1))
            if crowd.failures:
                break
            number = chance.randrange(WORKERS)
            fleet.kill(number)
            kills += 1
            fleet.start(number)
        is_enough.set()
        loaded = time.monotonic() - started
        crowd.finish(threads)
        for person in people:
            person.surely(fleet, person.actor.settle)
            person.surely(fleet, lambda client, person=person: person.actor.look(client, everything=True))
            person.leave()
        for number, server in enumerate(fleet.servers):
            assert server is not None
            assert server.stop() == 0
            fleet.servers[number] = None
    checked = fleet.cozies[0]("check", "--scrub", stderr=subprocess.PIPE)
    assert checked.code == 0, checked
    assert "Traceback" not in fleet.log.read_text()
    in_doubt, happened = (sum(getattr(a, n) for a in crowd.actors) for n in ("in_doubt", "happened"))
    assert crowd.acknowledged > KILLS * HANDS
    with capsys.disabled():
        sys.stdout.write(
            f"\n{WORKERS} workers, {HOMES} homes: killed {kills} times in {loaded:.0f} of {time.monotonic() - began:.0f} s (seed {seed}):"
            f" {crowd.acknowledged} acknowledged changes, none lost; {in_doubt} got no answer, of which {happened} had happened whole;"
            f" {sum(len(a.files) for a in crowd.actors)} files at the end, all homes clean\n"
        )


def _guarded(crowd: Crowd, work: Callable[[int], None], hand: int) -> None:
    try:
        work(hand)
    except BaseException as error:
        crowd.failures.append(error)
