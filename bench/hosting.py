"""A host of many homes, as a hoster has it: workers over SQLite, or over PostgreSQL, and homes that the administration makes."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import anyio
import psycopg
from msgspec.structs import replace

from bench import load, process
from bench.running import free_port
from cozy.app import configuration, migrations
from cozy.app.house import home_of, opened
from cozy.backends.rows import names
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes
from tests.plugins.postgres import programs
from tests.plugins.postgres import served as postgres_served
from tests.program import Cozy, Server

JSON = "application/json"
MAKERS = 8  # clients of the administration
ENGINES = ("sqlite", "postgres")


@dataclass
class Host:
    """Workers that share their homes. database: PostgreSQL, None over SQLite."""

    folder: Path
    env: dict[str, str]
    database: process.Server | None
    places: Sequence[Path]  # of what is kept: what homes need on the disk
    admin_port: int = field(default_factory=free_port)

    def cozy(self, number: int = 0) -> Cozy:
        """The command of a worker; over PostgreSQL each has a folder of its own."""
        at = self.folder / (f"worker{number}" if self.database else "data")
        at.mkdir(exist_ok=True)
        told = {"COZY_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}"} if number == 0 else {}
        return Cozy(at, env={**self.env, **told})

    @contextmanager
    def at_work(self, workers: int = 1) -> Iterator[list["Worker"]]:
        """So many workers that answer."""
        with ExitStack() as stack:
            yield [
                Worker(
                    stack.enter_context(
                        Server(self.cozy(number), self.folder / "log", start_new_session=True)
                    )
                )
                for number in range(workers)
            ]

    def told(self, *arguments: str) -> str:
        """What a command prints; in a process of its own, whose settings are the workers'."""
        done = self.cozy()(*arguments, stderr=subprocess.PIPE)
        if done.code:
            raise load.BadAnswer(done.err)
        return done.out.strip()

    def open(self, domains: Sequence[str]) -> load.Run:
        """Make these homes, by the administration's API."""
        token = self.told("admin", "token")
        asked = [
            raw("POST", f"/instances?Domain={domain}", f"127.0.0.1:{self.admin_port}", token)
            for domain in domains
        ]
        run = load.exchange(self.admin_port, asked, MAKERS)
        require(run, 201)
        return run

    def copy(self, domain: str, domains: Sequence[str]) -> None:
        """Homes whose rows are those of another one, at these addresses; on PostgreSQL, and quicker than any API."""
        with psycopg.connect(self.env["COZY_POSTGRES"], autocommit=True) as connection:
            run = connection.execute
            run(
                "CREATE TEMPORARY TABLE others AS SELECT md5(domain) AS id, domain FROM unnest(%s::text[]) AS domain",
                (list(domains),),
            )
            for table, key in (
                *((table, "home_id") for table in names(migrations.of("home"))),
                ("homes", "id"),
            ):
                columns = [
                    name
                    for (name,) in run(
                        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER'",
                        (table,),
                    )
                ]
                taken = [
                    f"others.{name}"
                    if name == "domain" and key == "id"
                    else "others.id"
                    if name == key
                    else f"kept.{name}"
                    for name in columns
                ]
                statement = (
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(taken)} FROM {table} AS kept, others"
                    f" WHERE kept.{key} = (SELECT id FROM homes WHERE homes.domain = %s)"
                )
                run(statement.encode(), (domain,))
            run("ANALYZE")

    def listed(self) -> load.Run:
        """The list of all homes, as the administration gives it."""
        token = self.told("admin", "token")
        run = load.exchange(
            self.admin_port, [raw("GET", "/instances", f"127.0.0.1:{self.admin_port}", token)]
        )
        require(run, 200)
        return run

    def size(self) -> int:
        """Bytes on the disk, those of files that are being written included."""
        return sum(_size(place) for place in self.places)


def _size(folder: Path) -> int:
    found = 0
    for here, _, inside in os.walk(folder):
        for name in inside:
            try:
                found += os.lstat(Path(here) / name).st_blocks * 512
            except FileNotFoundError:
                pass
    return found


@dataclass(frozen=True)
class Worker:
    """A worker at work."""

    server: Server

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def seen(self) -> process.Server:
        """As the kernel sees it."""
        return process.Server(self.server.process, self.port)


@contextmanager
def host(engine: str, folder: Path) -> Iterator[Host]:
    """A host without a home, gone at the end. PostgreSQL syncs as it does by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        yield Host(folder, {}, None, [folder / "data"])
        return
    bin_ = programs()
    if bin_ is None:
        raise OSError("PostgreSQL is not installed: apt install postgresql")
    with postgres_served(bin_, ("shared_buffers=256MB",)) as cluster:
        env = {
            "COZY_POSTGRES": cluster.url,
            "COZY_CONTENTS": "",
            "COZY_KEY_FILE": str(folder / "host.key"),
        }
        yield Host(folder, env, process.Server(cluster.process, 0), [cluster.folder / "cluster" / "base"])


def absence(engine: str) -> str | None:
    """Why this engine cannot be measured here."""
    return "PostgreSQL is not installed" if engine == "postgres" and programs() is None else None


def raw(method: str, path: str, host_: str, token: str = "", body: bytes = b"", kind: str = JSON) -> bytes:
    """A request as it goes over the wire."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host_}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def require(run: load.Run, *statuses: int) -> None:
    """Raises BadAnswer for any other status."""
    for answer in run.answers:
        if answer.status not in statuses:
            raise load.BadAnswer(f"{answer.status}: {answer.body[:300]!r}")


@dataclass(frozen=True)
class Tenant:
    """Who asks one home."""

    domain: str
    token: str

    def read(self, port: int, id_: str) -> bytes:
        """A document."""
        return raw("GET", f"/data/io.bench.things/{id_}", f"{self.domain}:{port}", self.token)

    def write(self, port: int) -> bytes:
        """A new document."""
        body = json.dumps({"name": "a thing", "text": "x" * 300, "n": [1, 2, 3]}).encode()
        return raw("POST", "/data/io.bench.things/", f"{self.domain}:{port}", self.token, body)

    def put(self, port: int, name: str) -> bytes:
        """A new file of 10 kB."""
        path = f"/files/io.cozy.files.root-dir?Type=file&Name={name}"
        return raw(
            "POST", path, f"{self.domain}:{port}", self.token, os.urandom(10_000), "application/octet-stream"
        )

    def first(self, port: int) -> str:
        """The id of a new document."""
        run = load.exchange(port, [self.write(port)])
        require(run, 200, 201)
        found: str = json.loads(run.answers[0].body)["id"]
        return found


def tenants(host_: Host, domains: Sequence[str]) -> list[Tenant]:
    """Their owners, each with a token for everything."""
    cozy = host_.cozy()
    settings = replace(
        configuration.load(data=str(cozy.data)),
        postgres=cozy.env.get("COZY_POSTGRES", ""),
        key_file=cozy.env.get("COZY_KEY_FILE", ""),
    )

    async def minting() -> list[Tenant]:
        async with opened(settings) as house:
            found = []
            for domain in domains:
                home = home_of(settings, await house.read_host(homes.at, domain))
                found.append(Tenant(domain, await house.read(home, SYSTEM, auth.mint)))
            return found

    return anyio.run(minting)


def at_once(asked: Sequence[tuple[int, Sequence[bytes]]], clients: int) -> list[load.Run]:
    """The same from several processes, each at one port with so many clients."""
    with ProcessPoolExecutor(len(asked), mp_context=get_context("fork")) as pool:
        doing = [pool.submit(load.exchange, port, requests, clients) for port, requests in asked]
        return [each.result() for each in doing]


def quantile(waits_s: Sequence[float], share: float) -> float:
    """The wait within which so many were answered, in ms."""
    return sorted(waits_s)[min(len(waits_s) - 1, int(len(waits_s) * share))] * 1e3
