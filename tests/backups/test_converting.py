"""A host from SQLite and a folder into PostgreSQL and S3, and back, by the command that does it."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import psycopg
import pytest

from cozy.app import marks
from cozy.app.house import home_of, opened
from cozy.backends import rows
from cozy.kernel.caller import SYSTEM
from cozy.kernel.settings import Settings
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from tests.program import Cozy, make_home
from tests.seaweed import BUCKET, Service

pytestmark = pytest.mark.one_process("begins with the folder of one, and goes to what several have")
DOMAINS = ("alice.localhost", "bob.localhost")
LARGE = bytes(range(256)) * 1_200
NOTES = b"a needle in a haystack"


@pytest.fixture
def cozy(tmp_path: Path) -> Cozy:
    """The command over a host with two homes, in each a small content and a large one, and an administration."""
    for domain in DOMAINS:
        make_home(tmp_path / "data", domain)
    asyncio.run(_furnish(tmp_path / "data"))
    cozy = Cozy(tmp_path / "data")
    assert cozy("admin", "token", "--name", "console").code == 0
    return cozy


async def _furnish(data: Path) -> None:
    async with opened(Settings(data=str(data))) as house:
        for listing in await house.read_host(homes.listed):
            home = home_of(house.settings, listing)
            for name, data_ in (("notes.txt", NOTES), ("large", LARGE + listing.id.encode())):
                content = await house.blobs.put(home.id, _one(data_))
                await house.write(home, SYSTEM, files.create_file, files.ROOT, name, content, "")


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """An empty database of its own."""
    name = f"convert_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres_url.replace("dbname=postgres", f"dbname={name}")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def kept(tmp_path: Path):
    """`kept("name", postgres=…)`: a settings file that says where homes will be."""

    def written(data: str, **settings: str) -> Path:
        path = tmp_path / f"{data}.toml"
        known = {"data": str(tmp_path / data), **settings}
        path.write_text("".join(f'{name} = "{value}"\n' for name, value in known.items()))
        return path

    return written


def said(path: Path, *, of_host: bool = False) -> dict[str, tuple[int, int]]:
    """What each table of a database says, in whatever order."""
    told = {}
    with opened_file(path) as connection:
        if of_host:
            connection.execute("UPDATE homes SET due_at = ''")
        for table in rows.tables(connection, of_host=of_host):
            total = rows.Summed()
            for row in connection.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}"):
                total.add(table, row)
            told[table.name] = (total.count, total.sum)
    return told


@contextmanager
def opened_file(path: Path, *, make: bool = False) -> Iterator[apsw.Connection]:
    """A database, as another program has it open."""
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if make else 0)
    with closing(apsw.Connection(str(path), flags=flags)) as connection:
        yield connection


@pytest.mark.postgres
def test_a_host_goes_to_postgresql_and_s3_and_comes_back_whole(
    cozy: Cozy, database: str, s3_service: Service, kept, tmp_path, monkeypatch
):
    for name, value in s3_service.env.items():
        monkeypatch.setenv(name, value)
    contents = {"contents": f"s3://{BUCKET}/{secrets.token_hex(8)}", "s3_endpoint": s3_service.endpoint}
    scaled = kept("scaled", postgres=database, **contents)
    done = cozy("storage", "convert", "--to", scaled)
    assert done.code == 0, done.err
    assert "2 homes are there" in done.out
    assert "2 larger contents (2 carried just now)" in done.out
    assert 'contents = "s3://' in done.out

    there = Cozy(tmp_path / "scaled")
    assert there("--config", scaled, "check", "--scrub").out == "2 homes are whole.\n"
    back = kept("back")
    with (
        psycopg.connect(database, application_name="cozy"),
        monkeypatch.context() as patch,
    ):  # a worker, somewhere
        patch.setattr("cozy.backends.postgres._GOING_S", 0)
        done = there("--config", scaled, "storage", "convert", "--to", back)
        assert "stop every server first" in done.err
    done = there("--config", scaled, "storage", "convert", "--to", back)
    assert done.code == 0, done.err
    assert Cozy(tmp_path / "back")("check", "--scrub").out == "2 homes are whole.\n"

    here, came = tmp_path / "data", tmp_path / "back"
    assert (came / "host.key").read_bytes() == (here / "host.key").read_bytes()
    of_host = [said(each / "host.db", of_host=True) for each in (here, came)]
    assert of_host[0] == of_host[1]
    assert of_host[0]["admin_tokens"][0] == 1
    for folder in (here / "homes").iterdir():
        before, after = (said(each / "homes" / folder.name / "home.db") for each in (here, came))
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"counters", "jobs"}, changed  # search looks through it anew
        assert {each.name for each in (folder / "contents").rglob("*-*")} == {
            each.name for each in (came / "homes" / folder.name / "contents").rglob("*-*")
        }


def test_a_host_goes_to_another_folder_and_nothing_is_left_of_the_way(cozy: Cozy, kept, tmp_path):
    there = kept("there")
    done = cozy("storage", "convert", "--to", there)
    assert done.code == 0, done.err
    assert "All of it was compared" in done.out
    assert not (tmp_path / "there" / "converting").exists()
    assert Cozy(tmp_path / "there")("check", "--scrub").out == "2 homes are whole.\n"


@pytest.mark.postgres
def test_killed_in_the_middle_it_goes_on_and_what_came_is_not_carried_twice(cozy: Cozy, database, kept):
    there = kept("there", postgres=database)
    process = cozy.started("storage", "convert", "--to", there)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(b"2 of 2: bob.localhost: carried"):
            process.send_signal(signal.SIGKILL)
            break
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    elsewhere = Cozy(kept("there", postgres=database).with_suffix(""))
    assert elsewhere("--config", there, "homes", "list").out == ""
    done = cozy("storage", "convert", "--to", there)
    assert done.code == 0, done.err
    assert "2 larger contents (1 carried just now)" in done.out
    assert elsewhere("--config", there, "check", "--scrub").out == "2 homes are whole.\n"
    again = cozy("storage", "convert", "--to", there)
    assert (again.code, "There are homes here already" in again.err) == (1, True)


def test_what_is_at_work_has_homes_or_another_key_is_refused_and_nothing_changes(cozy: Cozy, kept, tmp_path):
    there = kept("there")
    (tmp_path / "there").mkdir()
    for data in ("data", "there"):
        with marks.marked(tmp_path / data):
            assert "stop every server first" in cozy("storage", "convert", "--to", there).err
    (tmp_path / "there" / "host.key").write_bytes(b"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\n")
    assert "another key" in cozy("storage", "convert", "--to", there).err
    make_home(tmp_path / "occupied", "carol.localhost")
    done = cozy("storage", "convert", "--to", kept("occupied"))
    assert (done.code, "There are homes here already" in done.err) == (1, True)
    assert not list((tmp_path / "there" / "homes").iterdir())
    assert Cozy(tmp_path / "occupied")("check").out == "1 home is whole.\n"


def test_a_newer_database_is_no_place_for_an_older_program(cozy: Cozy, kept, tmp_path):
    with opened_file(tmp_path / "data" / "host.db") as host:
        known = next(host.execute("PRAGMA user_version"))[0]
    (tmp_path / "newer").mkdir()
    with opened_file(tmp_path / "newer" / "host.db", make=True) as host:
        host.execute(f"PRAGMA user_version={known + 1}")
    done = cozy("storage", "convert", "--to", kept("newer"))
    assert (done.code, "written by a newer version" in done.err) == (1, True)


def test_a_content_that_is_not_what_it_was_is_not_carried(cozy: Cozy, kept, tmp_path):
    one = next(path for path in (tmp_path / "data").rglob("contents/*/*") if path.is_file())
    one.write_bytes(b"x" + one.read_bytes()[1:])
    done = cozy("storage", "convert", "--to", kept("there"))
    assert (done.code, "is missing, or is not what it was" in done.err) == (1, True)
    assert Cozy(tmp_path / "there")("homes", "list").out == ""


def test_what_was_written_meanwhile_is_found_at_the_end(cozy: Cozy, kept, tmp_path, monkeypatch):
    listed = homes.hasten_all

    def and_somebody_writes(work):
        listed(work)
        for path in (tmp_path / "data" / "homes").glob("*/home.db"):
            with opened_file(path) as home:
                home.execute("UPDATE documents SET rev = '9-ffff' WHERE doctype = 'io.cozy.files'")

    monkeypatch.setattr(homes, "hasten_all", and_somebody_writes)
    done = cozy("storage", "convert", "--to", kept("there"))
    assert (done.code, "wrote to one of them meanwhile" in done.err) == (1, True)
