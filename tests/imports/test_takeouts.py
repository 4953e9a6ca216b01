"""A whole Takeout in many parts, as `script/takeout` writes it."""

from collections import Counter

from cozy.rooms.imports.service.trees import OnDisk, opened
from tests.imports.conftest import bodies, tree_of
from tests.imports.silos import understood, unread
from tests.imports.takeouts import ALBUMS, Size, write

SMALL = Size(mails=5, notes=4, days=2, activities=6, contacts=3, events=2, files=3)


def test_a_takeout_in_many_parts_is_understood_whole(tmp_path):
    parts = write(tmp_path, 8_000_000, 1_500_000, counts=SMALL)
    assert len(parts) > 3
    with opened([OnDisk(path) for path in parts]) as whole:
        found, left = understood(whole)
    assert left == ["Takeout/Agenda/ana@example.org.ics"]
    assert Counter({name: len(items) for name, items in found.items()}) >= Counter(
        {
            "google.drive": 3,
            "google.keep": 4,
            "google.mail": 5,
            "google.contacts": 3,
            "google.location": 2,
            "google.activity": 6,
        }
    )
    photos = found["google.photos"]
    assert unread(photos) == {}
    assert all(photo.metadata.get("datetime") for photo in photos)
    assert any(photo.albums for photo in photos)
    assert len({photo.path for photo in photos}) == len(photos)


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    one = [path.read_bytes() for path in write(tmp_path / "one", 1_000_000, 500_000, counts=SMALL)]
    assert one == [path.read_bytes() for path in write(tmp_path / "two", 1_000_000, 500_000, counts=SMALL)]


async def test_a_takeout_comes_in_whole_and_the_same_again_adds_nothing(bring, inside, tmp_path):
    parts = write(tmp_path / "parts", 4_000_000, 1_000_000, counts=SMALL)
    body = await bring(tmp_path / "parts")
    assert (body.state, body.left) == ("done", [])
    there = await inside(tree_of)
    assert {path.split("/")[1] for path in there} >= {"Google Drive", "Google Keep", "Mail", "Photos"}
    assert len(await inside(bodies, "io.cozy.activities")) == 6
    assert len(await inside(bodies, "io.cozy.timeseries.geojson")) == 2
    assert {album["name"] for album in await inside(bodies, "io.cozy.photos.albums")} <= set(ALBUMS)
    again = await bring(*parts)
    assert [part.added for part in again.parts] == [{} for _ in again.parts]
    assert await inside(tree_of) == there
