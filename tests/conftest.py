"""What every test can use: a home, a unit of work in it, and a client of the whole program."""

import base64
import io
import os
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import apsw
import httpx2
import msgspec
import psycopg
import pytest

from cozy.app import migrations
from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.app.wiring import PORTS
from cozy.backends.disk import inline_content
from cozy.backends.migrate import migrate_postgres
from cozy.backends.postgres import PostgresDb, configure
from cozy.backends.sqlite import SqliteDb
from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.db import Db, Row
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.service import tokens
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Profile
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests import workers
from tests.reader import Reader
from tests.seaweed import BUCKET, Service

pytest_plugins = [
    "tests.plugins.kept",
    "tests.plugins.long_first",
    "tests.plugins.no_skips",
    "tests.plugins.postgres",
    "tests.plugins.seaweedfs",
]

OWNER = Caller("owner", EVERYTHING)
ALICE = Profile(public_name="Alice", email="alice@example.org")
DOMAIN = "alice.localhost"
# What a shell starts in the background ignores Ctrl-C, and so would every program that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Servers are started hundreds of times; one that has to compile itself each time takes twice as long for it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
if workers.WORKERS:
    workers.begin()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Ask several workers what asks a program, and leave out, with its reason, what says that it cannot be asked of them."""
    if not workers.WORKERS:
        return
    other = [item for item in items if not (isinstance(item, pytest.Function) and workers.is_asked(item))]
    config.hook.pytest_deselected(items=other)
    workers.start()
    left_out = set(other)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        if (alone := item.get_closest_marker("one_process")) is not None:
            item.add_marker(pytest.mark.skip(f"of one process: {alone.args[0]}"))


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests run on the loop that the server uses."""
    return "asyncio", {"use_uvloop": True}


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 18, 14, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """`advance(minutes=10)`."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
SCALED = [pytest.param("scaled", marks=pytest.mark.postgres)]
# Modules whose tests run a third time, as a large hoster's workers do: on PostgreSQL, with contents locked in an S3 service.
ON_S3 = {
    f"tests.{name}"
    for name in (
        "dav.test_writing", "exports.test_fetching", "files.test_archives", "files.test_downloading", "files.test_editing",
        "files.test_overwriting", "files.test_uploads", "files.test_versions_over_http",
    )
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what uses an engine on each that its module has, unless it says on which."""
    chosen = " ".join(str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    if "engine" in metafunc.fixturenames and "engine" not in chosen and "postgres" not in chosen:
        if os.environ.get("COZY_TEST_ENGINE") == "scaled":
            is_on_disk = metafunc.definition.get_closest_marker("on_disk") is not None
            metafunc.parametrize("engine", ENGINES if is_on_disk else SCALED)
            return
        is_on_s3 = getattr(metafunc.module, "__name__", "") in ON_S3 and "house" in metafunc.fixturenames
        metafunc.parametrize("engine", [*ENGINES, *SCALED] if is_on_s3 else ENGINES)


@pytest.fixture
def engine() -> str:
    """Where a test says it by the setting."""
    return ""


@pytest.fixture
def postgres(engine: str, request: pytest.FixtureRequest) -> str:
    """The setting `postgres`: empty for SQLite, else how to reach the database. What uses it runs on both engines."""
    chosen = engine or request.param
    return "" if chosen == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The settings of contents: none for a folder, else an empty folder of an S3 service, where they are locked; its keys are in the environment."""
    if "engine" not in request.fixturenames or request.getfixturevalue("engine") != "scaled":
        return {}
    service: Service = request.getfixturevalue("s3_service")
    for name, value in service.env.items():
        monkeypatch.setenv(name, value)
    key_file = tmp_path / "host.key"
    key_file.write_bytes(base64.b64encode(secrets.token_bytes(32)))
    locked = {"lock_contents": True, "key_file": str(key_file)}
    return {"contents": f"s3://{BUCKET}/{secrets.token_hex(8)}", "s3_endpoint": service.endpoint, **locked}


@pytest.fixture
def db(postgres: str) -> Iterator[Db]:
    """An empty database of a home: in memory, or a transaction that is rolled back."""
    with _in_postgres(postgres) if postgres else _in_memory() as db:
        yield db


@contextmanager
def _in_memory() -> Iterator[Db]:
    connection = blank()
    yield SqliteDb(connection)
    connection.close()


def blank() -> apsw.Connection:
    """A home's database in memory, with nothing in it."""
    connection = apsw.Connection(":memory:")
    connection.deserialize("main", _empty())
    return connection


@cache
def _empty() -> bytes:
    """What a home's database is before anything is in it: made once, copied for each."""
    connection = apsw.Connection(":memory:")
    for migration in migrations.of("home"):
        connection.execute(migration.on("sqlite"))
    image = connection.serialize("main")
    connection.close()
    return image


class Patient(PostgresDb):
    """A transaction in which a test may go on after a refusal."""

    def one(self, sql: str, **params: Any) -> Row | None:
        with self.attempt():
            return super().one(sql, **params)

    def all(self, sql: str, **params: Any) -> list[Row]:
        with self.attempt():
            return super().all(sql, **params)

    def run(self, sql: str, **params: Any) -> int:
        with self.attempt():
            return super().run(sql, **params)


@contextmanager
def _in_postgres(url: str) -> Iterator[Db]:
    with psycopg.connect(url, autocommit=True) as connection:
        configure(connection)
        migrate_postgres(connection, {family: migrations.of(family) for family in ("host", "home")})
        connection.execute("BEGIN")
        yield Patient(connection)
        connection.rollback()


@pytest.fixture
def work(db: Db, clock: Clock) -> Work:
    """A unit of work of the owner, in a furnished home."""
    work = Work("home-1", "http://alice.localhost:8080", OWNER, clock.now, db, Settings(), PORTS)
    homes.furnish(work, ALICE)
    return work


@dataclass(slots=True)
class Given:
    """Things that are already there when a test begins."""

    work: Work

    def folder(self, name: str, inside: str = files.ROOT) -> files.File:
        return files.create_folder(self.work, inside, name)

    def file(self, name: str, data: bytes = b"hello", inside: str = files.ROOT, mime: str = "") -> files.File:
        return files.create_file(self.work, inside, name, inline_content(data), mime)


@pytest.fixture
def given(work: Work) -> Given:
    return Given(work)


@pytest.fixture
def settings(tmp_path: Path, postgres: str, bucket: dict[str, Any]) -> Settings:
    """The settings of the house; a module of tests may have others."""
    return msgspec.convert({"data": str(tmp_path / "data"), "postgres": postgres, **bucket}, Settings)


@pytest.fixture
async def house(settings: Settings, clock: Clock, postgres: str) -> AsyncIterator[House]:
    """A whole house in a temporary folder."""
    async with opened(settings, clock=clock) as house:
        yield house
        if postgres:
            for home_id in await house.storage.homes():
                await house.storage.drop(home_id)
            await house.storage.host.write(lambda db: db.run("DELETE FROM homes"))
            await house.storage.host.write(lambda db: db.run("DELETE FROM agreed_plans"))


@pytest.fixture
async def home(house: House) -> Home:
    """Alice's home in that house, in which nothing waits to be done."""
    listing = await auth.open_home(house, DOMAIN, ALICE, origin_of(house.settings, DOMAIN))
    home = home_of(house.settings, listing)
    await house.write(home, SYSTEM, _settle)
    return home


def _settle(work: Work) -> None:
    work.db.run("DELETE FROM jobs WHERE home_id = :home AND id = 'search:follow'", home=work.home)


class Client(httpx2.AsyncClient):
    """A client of the whole program, in process. It speaks to Alice's home."""

    async def upload(self, name: str, data: bytes = b"hello", inside: str = files.ROOT, **params: Any) -> Any:
        """The new file's JSON:API resource."""
        query = {"Type": "file", "Name": name, **params}
        answer = await self.post(f"/files/{inside}", params=query, content=io.BytesIO(data).read())
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    async def mkdir(self, name: str, inside: str = files.ROOT) -> Any:
        """The new folder's JSON:API resource."""
        answer = await self.post(f"/files/{inside}", params={"Type": "directory", "Name": name})
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]


@pytest.fixture
async def anonymous(house: House, home: Home) -> AsyncIterator[Client]:
    """Somebody who is not in."""
    async with Client(transport=httpx2.ASGITransport(serving(house)), base_url=home.origin) as client:
        yield client


@pytest.fixture
def on_page() -> str:
    """The page on which the owner's browser is when it sends a form; the tests of a room may have another."""
    return ""


@pytest.fixture
async def reader(house: House, home: Home, on_page: str) -> AsyncIterator[Reader]:
    """The owner's browser, without scripts."""
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
    transport = httpx2.ASGITransport(serving(house))
    cookies = {"cozy-session": entered.session}
    async with Reader(transport=transport, base_url=home.origin, cookies=cookies) as reader:
        reader.page = on_page
        yield reader


@pytest.fixture
async def acting(house: House, home: Home) -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """`await acting("app", "notes", "io.cozy.notes:GET")`: a client that holds a grant; an app's, in a session."""
    clients: list[Client] = []

    async def acting(kind: str, name: str, *scope: str) -> Client:
        token, cookie = await house.write(home, SYSTEM, _granted, kind, name, scope)
        headers = {"authorization": f"Bearer {token}"} | (
            {"cookie": f"cozy-session={cookie}"} if cookie else {}
        )
        transport = httpx2.ASGITransport(serving(house))
        clients.append(Client(transport=transport, base_url=home.origin, headers=headers))
        return clients[-1]

    yield acting
    for client in clients:
        await client.aclose()


def _granted(work: Work, kind: str, name: str, scope: tuple[str, ...]) -> tuple[str, str]:
    """The token of an app, a connector or a client, and the cookie that goes with an app's."""
    rules = {part: _rule(part) for part in scope}
    if kind == "app":
        permissions.grant(work, "app", name, rules)
        cookie = auth.sessions.open_(work, Visitor(address="192.0.2.1")).session
        return tokens.for_app(work, name, cookie.partition(".")[0]), cookie
    if kind == "konnector":
        permissions.grant(work, "konnector", name, rules)
        return tokens.for_konnector(work, name), ""
    given = permissions.grant(work, "oauth", name, rules)
    return tokens.signed(work, "access", name, grant=given.id), ""


def _rule(part: str) -> Rule:
    doctype, verbs, values, selector = [*part.split(":"), "", "", ""][:4]
    return Rule(
        doctype, tuple(filter(None, verbs.split(","))), tuple(filter(None, values.split(","))), selector
    )


@pytest.fixture
async def client(house: House, home: Home) -> AsyncIterator[Client]:
    """The bearer of a token that may do everything."""
    token = await house.read(home, SYSTEM, auth.mint)
    headers = {"authorization": f"Bearer {token}"}
    async with Client(
        transport=httpx2.ASGITransport(serving(house)), base_url=home.origin, headers=headers
    ) as client:
        yield client
