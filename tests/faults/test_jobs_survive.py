"""kill -9 in the middle of jobs: each ends, and what it does is done once; no change goes without its job, and none has two.

The jobs are of every kind: workers of the test's own whose work can be counted, pictures that are drawn, texts that are read,
notifications with their mails, and a connector in its box.
"""

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.backends.box import folders
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.connectors import service as connectors
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.files.service.ahead import AHEAD
from cozy.rooms.files.service.thumbnails import name_of
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.search import store as search
from tests.faults import workshop
from tests.faults.actor import LOST
from tests.faults.workshop import NOTES, STEPS, WALK
from tests.faults.world import World, world
from tests.files.photos import photo
from tests.program import DOMAIN, Client, Cozy, Server, make_home

TODOS, JOBS, FILES, TOLD = "io.cozy.todos", "io.cozy.jobs", "io.cozy.files", "io.cozy.notifications"
pytestmark = pytest.mark.slow
ACTORS = 4
MOST_CHANGES = 24  # between two kills
LOUD = 4  # every so manieth todo is told of, and comes with a picture and a text
BREATH = 5  # rounds after which what the connector was asked for may end
STUCK_S = 300.0  # without anything that ends: then nothing will
IDLE_S = 0.5  # most that a server works on after its actors have had enough, before it is killed
ENTRY = (sys.executable, str(Path(workshop.__file__)))
OURS = ("files.read_media", "files.draw_ahead", "search.follow_changes", "search.read_texts", "notifications.deliver", "notifications.mail")  # fmt: skip
KINDS = {
    **dict.fromkeys(("note", "walk", "tell"), "counted"), "konnector": "connectors", "files.draw_ahead": "drawings",
    "files.read_media": "drawings", "search.read_texts": "texts", "search.follow_changes": "texts", "notifications.mail": "mails",
    "notifications.deliver": "mails",
}  # fmt: skip


class Crowd:
    """Who makes todos, brings files and asks for jobs, on a thread each, until there is enough or their server dies."""

    def __init__(self) -> None:
        self.todos: list[str] = []
        self.pushed: list[str] = []
        self.files: list[str] = []
        self.failures: list[BaseException] = []
        self.enough = 0

    def begin(self, server: Server, token: str, changes: int) -> list[threading.Thread]:
        self.enough = len(self.todos) + changes
        threads = [threading.Thread(target=self._act, args=(server.port, token)) for _ in range(ACTORS)]
        for thread in threads:
            thread.start()
        return threads

    def _act(self, port: int, token: str) -> None:
        client = Client(port, token)
        try:
            while len(self.todos) < self.enough:
                is_loud = len(self.todos) % LOUD == 0
                body = json.dumps({"kind": "loud" if is_loud else "calm"}).encode()
                made = client("POST", f"/data/{TODOS}/", body, {"Content-Type": "application/json"})
                assert made.status == 201, made
                self.todos.append(made.json["id"])
                pushed = ask(client, "/jobs/queue/note", arguments="asked")
                assert pushed.status == 202, pushed
                self.pushed.append(pushed.data["id"])
                if is_loud:
                    self._bring(client)
        except LOST:
            return
        except BaseException as error:
            self.failures.append(error)
        finally:
            client.close()

    def _bring(self, client: Client) -> None:
        name = uuid4().hex
        picture = photo(kind="PNG", colour=f"#{name[:6]}")
        for ending, content in (("png", picture), ("txt", said_in(name))):
            answer = client.upload(f"{name}.{ending}", content)
            assert answer.status == 201, answer
            self.files.append(answer.data["id"])

    def finish(self, threads: list[threading.Thread]) -> None:
        for thread in threads:
            thread.join(timeout=120)
            assert not thread.is_alive(), "an actor hangs"
        if self.failures:
            raise self.failures[0]


def said_in(name: str) -> bytes:
    """What the text of a name says."""
    return f"Une lettre pour {name}".encode()


def ask(client: Client, path: str, **attributes: object):
    body = json.dumps({"data": {"attributes": attributes}})
    return client("POST", path, body, {"Content-Type": "application/vnd.api+json"})


def plan(client: Client) -> dict[str, str]:
    """The triggers: their ids by name."""
    wanted = {
        "note": ("@event", f"{TODOS}:CREATED", "note"),
        "walk": ("@event", f"{TODOS}:CREATED,DELETED", "walk"),
        "tell": ("@event", f"{TODOS}:CREATED:loud:kind", "tell"),
        "tick": ("@every", "1s", "note"),
    }
    return {
        name: ask(client, "/jobs/triggers", type=type_, arguments=arguments, worker=worker, message=name).data["id"]
        for name, (type_, arguments, worker) in wanted.items()
    }  # fmt: skip


TWO = pytest.param(
    2, marks=[pytest.mark.postgres, pytest.mark.one_process("shares a folder for contents between two")]
)


@pytest.fixture(params=[1, TWO], ids=["one-process", "two-processes"])
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
    data, log, began = tmp_path / "data", tmp_path / "log", time.monotonic()
    make_home(data)
    crowd, cut = Crowd(), Counter[str]()
    try:
        with ExitStack() as stack:
            around = stack.enter_context(world())
            rooms = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cozy-jobs-")))
            cozy = Cozy(data, env=_settings(around, rooms), entry=ENTRY)
            token, trigger = inside(data, _minted), inside(data, _subscribed, around.feed)
            servers = [stack.enter_context(Server(cozy, log)) for _ in range(many)]
            triggers = plan(servers[0].client(token))
            for number in range(job_kills):
                if number % BREATH == BREATH - 1:  # one over which ten processes died would be given up
                    _wait_until(partial(_is_idle, servers[0].client(token)), "the connector never ends")
                if number % 2 == 0:
                    around.publish()
                    launched = servers[0].client(token)("POST", f"/jobs/triggers/{trigger}/launch")
                    assert launched.status == 201, launched
                    crowd.pushed.append(launched.data["id"])
                threads = [
                    thread
                    for server in servers
                    for thread in crowd.begin(server, token, chance.randint(ACTORS, MOST_CHANGES))
                ]
                while len(crowd.todos) < crowd.enough and any(thread.is_alive() for thread in threads):
                    time.sleep(0.001)
                time.sleep(chance.uniform(0, IDLE_S))  # in the middle of whatever it is at by then
                victim = servers[chance.randrange(many)]
                victim.kill()
                for server in servers:
                    if server is not victim:
                        assert server.stop() == 0
                crowd.finish(threads)
                cut += inside(data, _cut)
                servers = [stack.enter_context(Server(cozy, log)) for _ in range(many)]
            _wait(data, servers[0].client(token))
            for server in servers:
                assert server.stop() == 0
            _wait_until(partial(_is_swept, rooms), "boxes are left")
        kept = inside(data, _gathered)
    finally:
        cleared(data)
    check(kept, crowd, triggers)
    check_effects(kept, crowd, around)
    assert "Traceback" not in log.read_text()
    states = Counter(job["state"] for job in kept.documents[JOBS].values())
    with capsys.disabled():
        sys.stdout.write(
            f"\nkilled {job_kills} times in {time.monotonic() - began:.0f} s (seed {seed}, {many} servers): {len(kept.documents[TODOS])}"
            f" changes and {len(crowd.pushed)} requests, {len(kept.documents[JOBS])} jobs {dict(states)}, {len(kept.drawn)} pictures,"
            f" {len(kept.texts)} texts, {len(kept.documents[TOLD])} notifications in {len(around.post.taken)} mails, {around.articles}"
            f" articles by a connector, each once; cut off in the middle: {dict(cut)}\n"
        )


def _settings(around: World, rooms: Path) -> dict[str, str]:
    """What the servers are told."""
    kept = {name: os.environ[name] for name in ("COZY_LEASE_S", "COZY_POSTGRES") if name in os.environ}
    return {
        **kept, "COZY_SMTP_URL": f"smtp://127.0.0.1:{around.post.port}", "COZY_MAIL_FROM": "home@example.net",
        "COZY_OUTSIDE_ALLOWED": "127.0.0.0/8", "TMPDIR": str(rooms),
    }  # fmt: skip


def _is_idle(client: Client) -> bool:
    """Whether nothing is asked of the connector."""
    return not client("GET", "/jobs/queue/konnector").data


def _wait(data: Path, client: Client) -> None:
    """Until nothing waits any more but the next tick: as long as it takes a busy machine, while one thing after the other ends."""
    seen: set[str] = set()
    ended, until = -1, 0.0
    while left := _left(data, client):
        seen |= left
        if len(seen - left) > ended:
            ended, until = len(seen - left), time.monotonic() + STUCK_S
        assert time.monotonic() < until, f"jobs are left, and none has ended for {STUCK_S} s: {left}"
        time.sleep(0.1)


def _left(data: Path, client: Client) -> set[str]:
    asked = [
        job
        for worker in ("walk", "note", "tell", "konnector")
        for job in client("GET", f"/jobs/queue/{worker}").data
    ]
    left = {job["id"] for job in asked if job["attributes"]["message"] != "tick"}
    return left or set(inside(data, _waiting))


def _is_swept(rooms: Path) -> bool:
    """Whether nothing is left of boxes. What a server leaves that dies with its supervisor, the next one removes a minute later."""
    for folder in rooms.glob("cozy-box-*"):
        with suppress(FileNotFoundError):
            os.utime(folder, (0, 0))
    with patch.object(tempfile, "tempdir", str(rooms)):
        folders.sweep()
    return not list(rooms.glob("cozy-box-*"))


def _wait_until(is_so: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + STUCK_S
    while not is_so():
        assert time.monotonic() < until, otherwise
        time.sleep(0.1)


@dataclass
class Kept:
    """What the home holds. documents: by doctype and id; drawn: the pictures of which all was drawn; texts: what was read, by file."""

    documents: dict[str, dict[str, dict[str, Any]]]
    drawn: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)


def check(kept: Kept, crowd: Crowd, triggers: dict[str, str]) -> None:
    """Everything that was acknowledged is there, and every job and its effect exactly once."""
    todos, asked = kept.documents[TODOS], kept.documents[JOBS]
    assert set(crowd.todos) <= set(todos)
    assert set(crowd.pushed) <= set(asked)
    ended = {id_: job for id_, job in asked.items() if job["message"] != "tick" or job["state"] == "done"}
    assert {id_: job for id_, job in ended.items() if job["state"] != "done"} == {}
    notes = Counter(note["job"] for note in kept.documents[NOTES].values())
    assert notes == Counter(id_ for id_, job in ended.items() if job["worker"] == "note")
    about = Counter(note["todo"] for note in kept.documents[NOTES].values() if note["says"] == "note")
    assert about == Counter(list(todos))
    steps = Counter(step["todo"] for step in kept.documents[STEPS].values())
    assert steps == Counter(dict.fromkeys(todos, WALK))
    by_trigger = Counter(job.get("trigger_id", "") for job in asked.values())
    assert by_trigger[triggers["note"]] == by_trigger[triggers["walk"]] == len(todos)
    assert by_trigger[triggers["tick"]] > 0


def check_effects(kept: Kept, crowd: Crowd, around: World) -> None:
    """Pictures, texts, notifications, mails and what the connector brought: all of it is there, and nothing twice."""
    assert kept.given_up == []
    loud = [id_ for id_, todo in kept.documents[TODOS].items() if todo["kind"] == "loud"]
    told = kept.documents[TOLD]
    assert Counter(each["category_id"] for each in told.values()) == Counter(loud)
    assert set(around.post.taken) == {f"<notification-{id_}@example.net>" for id_ in told}
    held = {id_: file for id_, file in kept.documents[FILES].items() if file["type"] == "file"}
    assert set(crowd.files) <= set(held)
    assert kept.drawn == {id_ for id_, file in held.items() if file["name"].endswith(".png")}
    letters = {
        id_: file["name"].removesuffix(".txt") for id_, file in held.items() if file["name"].endswith(".txt")
    }
    assert {id_: kept.texts.get(id_) for id_ in letters} == {
        id_: said_in(name).decode() for id_, name in letters.items()
    }
    articles = Counter(file["name"] for file in held.values() if file["name"].startswith("Article"))
    assert articles == Counter(f"Article {number}.md" for number in range(1, around.articles + 1))


def inside(data: Path, act: Callable[..., Any], *args: Any) -> Any:
    """What `act(house, home, …)` gives, beside the servers or while there is none."""

    async def acting() -> Any:
        settings = load(data=str(data))
        async with opened(settings) as house:
            home = home_of(settings, await house.read_host(homes.at, DOMAIN))
            return await act(house, home, *args)

    return anyio.run(acting)


async def _minted(house: House, home: Home) -> str:
    """A token for everything in the home."""
    return await house.read(home, SYSTEM, auth.mint)


async def _subscribed(house: House, home: Home, feed: str) -> str:
    """The trigger of an account that the connector of feeds follows one with."""
    typed = connectors.Typed({"url": feed}, "/News", "never")
    account = await house.write(home, SYSTEM, connectors.add, "feeds", typed)
    assert account.trigger is not None
    return account.trigger.id


async def _cut(house: House, home: Home) -> Counter[str]:
    """Of which kinds the jobs are that somebody was at, by how many."""

    def leased(work: Work) -> list[tuple[str, str]]:
        return work.db.all("SELECT name, worker FROM jobs WHERE home_id = :home AND leased", home=work.home)

    found = await house.read(home, SYSTEM, leased)
    return Counter(KINDS[worker or name] for name, worker in found if (worker or name) in KINDS)


async def _waiting(house: House, home: Home) -> list[str]:
    """What the home itself still has to do: its jobs, and each text that one of them is to read."""

    def lines(work: Work) -> list[str]:
        rows = work.db.all(
            "SELECT id FROM jobs WHERE home_id = :home AND name IN :ours AND due_at < '9999'", home=work.home, ours=list(OURS)
        )  # fmt: skip
        texts = work.db.all(
            "SELECT sha256 FROM search_texts WHERE home_id = :home AND text IS NULL AND tries < :most",
            home=work.home, most=search.GIVEN_UP,
        )  # fmt: skip
        return [str(id_) for (id_,) in [*rows, *texts]]

    return await house.read(home, SYSTEM, lines)


async def _gathered(house: House, home: Home) -> Kept:
    kept = Kept({})
    for doctype in (TODOS, JOBS, NOTES, STEPS, FILES, TOLD):
        changes = await house.scan(home, SYSTEM, documents.changes, doctype, 0, 1_000_000)
        kept.documents[doctype] = {change.id: dict(change.body) for change in changes if not change.deleted}
    for id_, file in kept.documents[FILES].items():
        if file["type"] == "file":
            sha256 = (await house.read(home, SYSTEM, files.fetch, id_)).sha256
            names = [name_of("image", look, form) for look, form in AHEAD]
            if all([await house.drawings.has(home.id, sha256, name) for name in names]):
                kept.drawn.add(id_)
            if text := await house.read(home, SYSTEM, search.text_of, sha256):
                kept.texts[id_] = text
    kept.given_up = [each.name for each in await house.read(home, SYSTEM, jobs.given_up)]
    return kept


def cleared(data: Path) -> None:
    """Leave a shared database as it was."""

    async def clearing() -> None:
        async with opened(load(data=str(data))) as house:
            for home_id in await house.storage.homes():
                await house.storage.drop(home_id)
            await house.storage.host.write(lambda db: db.run("DELETE FROM homes"))

    anyio.run(clearing)
