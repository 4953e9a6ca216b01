"""kill -9 in the middle of jobs: each ends, and what it does is done once; no change goes without its job, and none has two."""

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from tests.faults import workshop
from tests.faults.actor import LOST
from tests.faults.workshop import NOTES, STEPS, WALK
from tests.program import DOMAIN, Client, Cozy, Server, make_home

TODOS, JOBS = "io.cozy.todos", "io.cozy.jobs"
pytestmark = pytest.mark.slow
ACTORS = 4
MOST_CHANGES = 24  # between two kills
ENTRY = (sys.executable, str(Path(workshop.__file__)))


class Crowd:
    """Who makes todos and asks for jobs, on a thread each, until their server dies."""

    def __init__(self) -> None:
        self.todos: list[str] = []
        self.pushed: list[str] = []
        self.failures: list[BaseException] = []

    def begin(self, server: Server, token: str) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._act, args=(server.port, token)) for _ in range(ACTORS)]
        for thread in threads:
            thread.start()
        return threads

    def _act(self, port: int, token: str) -> None:
        client = Client(port, token)
        try:
            while True:
                made = client("POST", f"/data/{TODOS}/", b"{}", {"Content-Type": "application/json"})
                assert made.status == 201, made
                self.todos.append(made.json["id"])
                pushed = ask(client, "/jobs/queue/note", arguments="asked")
                assert pushed.status == 202, pushed
                self.pushed.append(pushed.data["id"])
        except LOST:
            return
        except BaseException as error:
            self.failures.append(error)
        finally:
            client.close()

    def finish(self, threads: list[threading.Thread]) -> None:
        for thread in threads:
            thread.join(timeout=120)
            assert not thread.is_alive(), "an actor hangs"
        if self.failures:
            raise self.failures[0]


def ask(client: Client, path: str, **attributes: object):
    body = json.dumps({"data": {"attributes": attributes}})
    return client("POST", path, body, {"Content-Type": "application/vnd.api+json"})


def plan(client: Client) -> dict[str, str]:
    """The triggers: their ids by name."""
    wanted = {
        "note": {"type": "@event", "arguments": f"{TODOS}:CREATED", "worker": "note", "message": "note"},
        "walk": {
            "type": "@event",
            "arguments": f"{TODOS}:CREATED,DELETED",
            "worker": "walk",
            "message": "walk",
        },
        "tick": {"type": "@every", "arguments": "1s", "worker": "note", "message": "tick"},
    }
    return {name: ask(client, "/jobs/triggers", **each).data["id"] for name, each in wanted.items()}


def wait_until_idle(client: Client) -> None:
    """Until nothing that was asked for by a change or a person waits any more."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        waiting = [job for worker in ("walk", "note") for job in client("GET", f"/jobs/queue/{worker}").data]
        if all(job["attributes"]["message"] == "tick" for job in waiting):
            return
        time.sleep(0.05)
    raise AssertionError(f"jobs are left: {waiting}")


@pytest.fixture(params=[1, pytest.param(2, marks=pytest.mark.postgres)], ids=["one-process", "two-processes"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many servers there are: several share PostgreSQL."""
    for name in [name for name in os.environ if name.startswith("COZY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COZY_LEASE_S", "1")
    if request.param > 1:
        monkeypatch.setenv("COZY_POSTGRES", request.getfixturevalue("postgres_url"))
    return request.param


def test_every_job_ends_and_does_what_it_does_once(
    tmp_path: Path, many: int, job_kills: int, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(seed)
    data, began = tmp_path / "data", time.monotonic()
    env = {name: os.environ[name] for name in ("COZY_LEASE_S", "COZY_POSTGRES") if name in os.environ}
    make_home(data)
    cozy = Cozy(data, env=env, entry=ENTRY)
    token = minted(data)
    crowd = Crowd()
    try:
        with ExitStack() as stack:
            servers = [stack.enter_context(Server(cozy, tmp_path / "log")) for _ in range(many)]
            triggers = plan(servers[0].client(token))
            for _ in range(job_kills):
                victim = chance.randrange(many)
                threads = [thread for server in servers for thread in crowd.begin(server, token)]
                enough = len(crowd.todos) + chance.randint(ACTORS, MOST_CHANGES)
                while len(crowd.todos) < enough and any(thread.is_alive() for thread in threads):
                    time.sleep(0.001)
                servers[victim].kill()
                survivors = [server for server in servers if server is not servers[victim]]
                for server in survivors:  # their actors have had enough, too
                    assert server.stop() == 0
                crowd.finish(threads)
                servers = [stack.enter_context(Server(cozy, tmp_path / "log")) for _ in range(many)]
            wait_until_idle(servers[0].client(token))
            for server in servers:
                assert server.stop() == 0
        kept = gathered(data)
    finally:
        cleared(data)
    check(kept, crowd, triggers)
    assert "Traceback" not in (tmp_path / "log").read_text()
    states = Counter(job["state"] for job in kept[JOBS].values())
    with capsys.disabled():
        sys.stdout.write(
            f"\nkilled {job_kills} times in {time.monotonic() - began:.0f} s (seed {seed}, {many} servers): {len(kept[TODOS])} changes"
            f" and {len(crowd.pushed)} requests, {len(kept[JOBS])} jobs {dict(states)}, each once\n"
        )


def check(kept: dict[str, dict[str, dict]], crowd: Crowd, triggers: dict[str, str]) -> None:
    """Everything that was acknowledged is there, and every job and its effect exactly once."""
    todos, jobs = kept[TODOS], kept[JOBS]
    assert set(crowd.todos) <= set(todos)
    assert set(crowd.pushed) <= set(jobs)
    ended = {id_: job for id_, job in jobs.items() if job["message"] != "tick" or job["state"] == "done"}
    assert {job["state"] for job in ended.values()} == {"done"}
    notes = Counter(note["job"] for note in kept[NOTES].values())
    assert notes == Counter(id_ for id_, job in ended.items() if job["worker"] == "note")
    about = Counter(note["todo"] for note in kept[NOTES].values() if note["says"] == "note")
    assert about == Counter(list(todos))
    assert Counter(step["todo"] for step in kept[STEPS].values()) == Counter(dict.fromkeys(todos, WALK))
    by_trigger = Counter(job.get("trigger_id", "") for job in jobs.values())
    assert by_trigger[triggers["note"]] == by_trigger[triggers["walk"]] == len(todos)
    assert by_trigger[triggers["tick"]] > 0


def minted(data: Path) -> str:
    """A token for everything in the home."""
    from cozy.rooms.auth import service as auth

    async def minting() -> str:
        settings = load(data=str(data))
        async with opened(settings) as house:
            home = home_of(settings, await house.read_host(homes.at, DOMAIN))
            return await house.read(home, SYSTEM, auth.mint)

    return anyio.run(minting)


def gathered(data: Path) -> dict[str, dict[str, dict]]:
    """What the home holds, by doctype and id."""

    async def gathering() -> dict[str, dict[str, dict]]:
        settings = load(data=str(data))
        async with opened(settings) as house:
            home = home_of(settings, await house.read_host(homes.at, DOMAIN))
            return {
                doctype: {
                    change.id: dict(change.body)
                    for change in await house.scan(home, SYSTEM, documents.changes, doctype, 0, 1_000_000)
                    if not change.deleted
                }
                for doctype in (TODOS, JOBS, NOTES, STEPS)
            }

    return anyio.run(gathering)


def cleared(data: Path) -> None:
    """Leave a shared database as it was."""

    async def clearing() -> None:
        async with opened(load(data=str(data))) as house:
            for home_id in await house.storage.homes():
                await house.storage.drop(home_id)
            await house.storage.host.write(lambda db: db.run("DELETE FROM homes"))

    anyio.run(clearing)
