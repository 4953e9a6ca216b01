"""kill -9 at any moment: what was acknowledged is there, and nothing is half there."""

import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.actor import LOST, Actor
from tests.program import Client, Cozy, Server, make_home

pytestmark = pytest.mark.slow
ACTORS = 8
MOST_CHANGES = 400  # between two kills
CHECK_EVERY = 10  # kills; `cozy check --scrub` reads everything


@dataclass
class Crowd:
    """The actors, each on a thread of its own."""

    actors: list[Actor]
    failures: list[BaseException] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many changes were answered so far."""
        return sum(actor.acknowledged for actor in self.actors)

    def each(self, deed: Callable[[Actor], None]) -> list[threading.Thread]:
        """Every actor does this, all at the same time."""
        threads = [threading.Thread(target=self._guarded, args=(deed, actor)) for actor in self.actors]
        for thread in threads:
            thread.start()
        return threads

    def _guarded(self, deed: Callable[[Actor], None], actor: Actor) -> None:
        try:
            deed(actor)
        except BaseException as error:
            self.failures.append(error)

    def finish(self, threads: list[threading.Thread]) -> None:
        """Wait for all; the first that broke a promise is raised."""
        for thread in threads:
            thread.join(timeout=600)
            assert not thread.is_alive(), "an actor hangs"
        if self.failures:
            raise self.failures[0]


def until_death(port: int, token: str) -> Callable[[Actor], None]:
    """Change things until the server dies."""

    def acting(actor: Actor) -> None:
        client = Client(port, token)
        try:
            while True:
                actor.act(client)
        except LOST:
            return
        finally:
            client.close()

    return acting


def looking(port: int, token: str, *, everything: bool) -> Callable[[Actor], None]:
    """Settle what is in doubt, then check what must be."""

    def look(actor: Actor) -> None:
        client = Client(port, token)
        try:
            actor.settle(client)
            actor.look(client, everything=everything)
        finally:
            client.close()

    return look


def test_what_was_acknowledged_survives_every_kill(tmp_path: Path, kills: int, seed: int, capsys) -> None:
    chance = random.Random(seed)
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    token = cozy.token()
    crowd = Crowd([Actor(f"actor{i}", random.Random(chance.random())) for i in range(ACTORS)])
    starts: list[float] = []
    began = time.monotonic()
    for kill in range(kills + 1):
        with Server(cozy, tmp_path / "log") as server:
            starts.append(server.started_in)
            if kill == 0:
                client = server.client(token)
                for actor in crowd.actors:
                    actor.move_in(client)
            crowd.finish(crowd.each(looking(server.port, token, everything=kill == kills)))
            if kill and (kill % CHECK_EVERY == 0 or kill == kills):
                checked = cozy("check", "--home", "alice.localhost", "--scrub")
                assert checked.code == 0, checked
            if kill < kills:
                enough = crowd.acknowledged + chance.randint(ACTORS, MOST_CHANGES)
                threads = crowd.each(until_death(server.port, token))
                while crowd.acknowledged < enough and any(thread.is_alive() for thread in threads):
                    time.sleep(0.001)
                server.kill()
                crowd.finish(threads)
            else:
                assert server.stop() == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    in_doubt, happened = (sum(getattr(a, n) for a in crowd.actors) for n in ("in_doubt", "happened"))
    assert crowd.acknowledged >= kills * ACTORS
    with capsys.disabled():
        sys.stdout.write(
            f"\nkilled {kills} times in {time.monotonic() - began:.0f} s (seed {seed}): {crowd.acknowledged} acknowledged changes, none lost;"
            f" {in_doubt} got no answer, of which {happened} had happened whole; {sum(len(a.files) for a in crowd.actors)} files at the end,"
            f" slowest start {max(starts):.2f} s\n"
        )
