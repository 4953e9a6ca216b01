"""Alice's home, and servers of other kinds on the same street."""

import pytest

from tests.homes_apart import Street

from .servers import Nextcloud, Reva, moves_in


@pytest.fixture
def postgres() -> str:
    """This room has no SQL of its own: one module looks at both engines."""
    return ""


@pytest.fixture
async def street(tmp_path, clock, postgres):
    async with Street(tmp_path, clock, postgres) as street:
        yield street
        for name in [name for name, place in street.places.items() if not hasattr(place, "house")]:
            del street.places[name]


@pytest.fixture
async def alice(street):
    return await street.home("alice")


@pytest.fixture
def nextcloud(street) -> Nextcloud:
    """A server at `cloud.localhost:9000` where bob is."""
    return moves_in(street, Nextcloud(street, "http://cloud.localhost:9000"))


@pytest.fixture
def reva(street) -> Reva:
    """A server at `open.localhost:9000` where bob is."""
    return moves_in(street, Reva(street, "http://open.localhost:9000"))


@pytest.fixture
async def given(alice) -> dict[str, str]:
    """Ids by name: `Holidays` holds `beach.txt` and `Plans` with `route.txt`; beside it `Secret` with `diary.txt`."""
    ids: dict[str, str] = {}
    async with alice.api() as client:
        for path, data in [
            ("Holidays", b""), ("Holidays/beach.txt", b"sand"), ("Holidays/Plans", b""), ("Holidays/Plans/route.txt", b"left"),
            ("Secret", b""), ("Secret/diary.txt", b"dear diary"),
        ]:  # fmt: skip
            above, _, name = path.rpartition("/")
            kind = "file" if data else "directory"
            inside = ids[above.rpartition("/")[2]] if above else "io.cozy.files.root-dir"
            answer = await client.post(f"/files/{inside}", params={"Type": kind, "Name": name}, content=data)
            assert answer.status_code == 201, answer.text
            ids[name] = answer.json()["data"]["id"]
    return ids
