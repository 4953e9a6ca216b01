"""What is asked of PostgreSQL is about one home at a time, so that its tables can be spread over servers by home."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cozy.app import migrations
from cozy.app.wiring import DOORS
from cozy.backends.rows import names
from cozy.kernel.house import House
from tests.conftest import Client
from tests.plugins.statements import unbound, watched

pytestmark = pytest.mark.postgres
HOSTING = Path(__file__).parents[2] / "docs" / "hosting.md"
TABLES = sorted(names(migrations.of("home")))
FIRST = "documents"


@pytest.fixture
def watching(postgres_url: str) -> Iterator[None]:
    with watched(postgres_url):
        yield


@pytest.mark.parametrize("engine", ["postgres"])
async def test_what_is_asked_in_every_room_reads_one_home(watching: None, house: House, client: Client):
    folder = await client.mkdir("Letters")
    file = await client.upload("cat.txt", b"meow", folder["id"])
    await client.patch(
        f"/files/{file['id']}", content=json.dumps({"data": {"attributes": {"name": "dog.txt"}}})
    )
    await client.put(f"/files/{file['id']}", content=b"woof", headers={"content-type": "text/plain"})
    await client.post(f"/files/{file['id']}/copy")
    await client.post("/data/io.cozy.todos/", json={"says": "hello"})
    await client.post("/data/io.cozy.todos/_find", json={"selector": {"says": "hello"}})
    await client.delete(f"/files/{folder['id']}")
    await client.post(f"/files/trash/{folder['id']}")
    routes = [route for door in DOORS for route in door.table]
    for path in (route.path for route in routes if route.method == "GET" and "{" not in route.path):
        assert (await client.get(path)).status_code < 600, path


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_statement_that_forgets_the_home_is_noticed(house: House, postgres_url: str):
    def of(sql: str) -> list[str]:
        return unbound(postgres_url, sql, {"home": "home-1", "id": "one"}, set(TABLES))

    assert of("SELECT id FROM documents WHERE id = :id") == ["documents"]
    assert of("SELECT d.id FROM documents d JOIN contents c ON c.home_id <> '' WHERE d.home_id = :home") == [
        "contents"
    ]
    assert of("SELECT id FROM documents WHERE home_id = :home AND id = :id") == []


@pytest.mark.parametrize("engine", ["postgres"])
async def test_no_key_goes_beyond_a_home(house: House, postgres_url: str):
    with psycopg.connect(postgres_url) as connection:
        keys = connection.execute(
            """SELECT tablename, indexdef FROM pg_indexes
                WHERE schemaname = 'public' AND tablename = ANY (%s) AND indexdef LIKE 'CREATE UNIQUE%%'""",
            (TABLES,),
        ).fetchall()
    assert len(keys) > 30
    assert [key for key in keys if not re.search(r"\(home_id\b", key[1])] == []


def test_the_guide_spreads_every_table_of_homes():
    block = re.search(r"```sql\n(.*?)```", HOSTING.read_text(), re.DOTALL)
    assert block is not None
    others = [table for table in TABLES if table != FIRST]
    assert block[1].splitlines() == [
        f"SELECT create_distributed_table('{FIRST}', 'home_id');",
        *(
            f"SELECT create_distributed_table('{each}', 'home_id', colocate_with => '{FIRST}');"
            for each in others
        ),
    ]
