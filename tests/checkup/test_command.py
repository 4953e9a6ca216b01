"""`cozy check`, as a person or a script runs it."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cozy.app.cli import cli
from cozy.app.house import opened
from cozy.kernel.home import origin_of
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from tests.conftest import ALICE


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two homes."""
    monkeypatch.chdir(tmp_path)
    settings = Settings(data=str(tmp_path / "data"))

    async def move_in() -> None:
        async with opened(settings) as house:
            for domain in ("alice.localhost", "bob.localhost"):
                await auth.open_home(house, domain, ALICE, origin_of(settings, domain))

    asyncio.run(move_in())
    return tmp_path / "data"


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--data", str(data), "check", *arguments])


def break_home_of(data: Path) -> str:
    """Let one home's count of bytes be wrong."""

    async def breaking() -> str:
        async with opened(Settings(data=str(data))) as house:
            first = (await house.storage.homes())[0]
            await house.storage.home(first).write(
                lambda db: db.run(
                    "INSERT INTO counters (home_id, name, value) VALUES (:home, 'bytes', 7)", home=first
                )
            )
            return first

    return asyncio.run(breaking())


def test_whole_homes_are_said_to_be_whole(data: Path):
    result = run(data, "--scrub")
    assert (result.exit_code, result.stdout) == (0, "2 homes are whole.\n")


def test_a_fault_is_one_line_and_a_failure(data: Path):
    home = break_home_of(data)
    result = run(data)
    assert result.exit_code == 1
    assert result.stdout == (
        f"alice.localhost: usage-wrong: {home}: The count of stored bytes is not their sum. (counted 7, stored 0)\n"
    )


def test_one_home_can_be_checked(data: Path):
    break_home_of(data)
    assert run(data, "--home", "bob.localhost").stdout == "1 home is whole.\n"
    assert run(data, "--home", "alice.localhost").exit_code == 1


def test_json_is_an_object_a_line(data: Path):
    home = break_home_of(data)
    result = run(data, "--json")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {
            "home": "alice.localhost",
            "kind": "usage-wrong",
            "id": home,
            "sentence": "The count of stored bytes is not their sum.",
            "is_fault": True,
            "facts": {"counted": 7, "stored": 0},
        }
    ]
    assert result.exit_code == 1


def test_a_home_without_its_database_is_a_line_and_the_others_are_checked(data: Path):
    (data / "homes" / min(path.name for path in (data / "homes").iterdir()) / "home.db").unlink()
    result = run(data)
    assert result.exit_code == 1
    assert "host: database-missing" in result.stdout
    assert len(result.stdout.splitlines()) == 1
