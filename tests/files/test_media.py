"""What pictures and films say of themselves becomes metadata and dates, after they were stored."""

import msgspec
import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.files import service as files
from cozy.rooms.files.events import MediaStored, PictureStored
from cozy.rooms.files.service import media
from cozy.rooms.homes import service as homes
from tests.browser import samples
from tests.conftest import ALICE, OWNER
from tests.files.photos import by_a_good_camera, photo
from tests.files.settling import settled

SEPTEMBER = "2016:09:18 20:38:04"


@pytest.fixture
def read(client, house, home):
    """The attributes of a file once its picture is read."""

    async def read(file):
        await settled(house, home)
        return (await client.get(f"/files/{file['id']}")).json()["data"]["attributes"]

    return read


async def test_a_photo_says_when_and_where_it_was_taken(client, read):
    data = photo(SEPTEMBER, offset="+02:00", place=True, orientation=6)
    file = await client.upload(
        "a.jpg", data, CreatedAt="2020-01-02T03:04:05Z", UpdatedAt="2021-01-02T03:04:05Z"
    )
    known = await read(file)
    assert known["metadata"] == {
        "datetime": "2016-09-18T18:38:04.000000Z", "width": 60, "height": 40, "orientation": 6,
        "local_datetime": "2016-09-18T20:38:04", "offset": "+02:00",
        "gps": {"lat": 48.725, "long": -3.985, "alt": 12.5}, "extractor_version": 2,
    }  # fmt: skip
    assert known["created_at"] == "2016-09-18T18:38:04.000000Z"
    assert known["updated_at"] == "2021-01-02T03:04:05.000000Z"


async def test_a_picture_is_read_before_its_upload_is_answered(client):
    """The timeline of Photos shows what an upload answers, as long as it has a time; and no second revision follows."""
    made = await client.upload("a.jpg", photo(SEPTEMBER, offset="+02:00"), CreatedAt="2020-01-02T03:04:05Z")
    known = made["attributes"]
    assert known["metadata"] == {
        "datetime": "2016-09-18T18:38:04.000000Z", "width": 60, "height": 40, "extractor_version": 2,
        "local_datetime": "2016-09-18T20:38:04", "offset": "+02:00",
    }  # fmt: skip
    assert known["created_at"] == "2016-09-18T18:38:04.000000Z"
    assert made["meta"]["rev"].startswith("1-")
    other = await client.put(
        f"/files/{made['id']}", content=photo(size=(20, 30)), headers={"content-type": "image/jpeg"}
    )
    assert other.json()["data"]["attributes"]["metadata"]["width"] == 20
    assert other.json()["data"]["meta"]["rev"].startswith("2-")


async def test_a_picture_that_takes_long_is_answered_without_and_read_later(client, read, monkeypatch):
    monkeypatch.setattr(media, "AT_ONCE_S", 0.0)
    made = await client.upload("a.jpg", photo(SEPTEMBER))
    assert "metadata" not in made["attributes"] or "width" not in made["attributes"]["metadata"]
    assert (await read(made))["metadata"]["width"] == 60


async def test_a_time_without_zone_is_the_owners(client, read, house, home):
    await house.write(home, OWNER, homes.change_profile, msgspec.structs.replace(ALICE, tz="Europe/Paris"))
    known = await read(await client.upload("a.jpg", photo(SEPTEMBER)))
    assert known["created_at"] == "2016-09-18T18:38:04.000000Z"


async def test_a_photo_taken_later_than_its_dates_moves_both(client, read):
    file = await client.upload(
        "a.jpg", photo(SEPTEMBER), CreatedAt="2010-01-01T00:00:00Z", UpdatedAt="2011-01-01T00:00:00Z"
    )
    known = await read(file)
    assert known["created_at"] == known["updated_at"] == "2016-09-18T20:38:04.000000Z"


async def test_a_picture_without_time_is_dated_by_its_file(client, read):
    file = await client.upload("a.png", photo(kind="PNG"), CreatedAt="2010-01-01T00:00:00Z")
    known = await read(file)
    assert known["metadata"]["datetime"] == known["created_at"] == "2010-01-01T00:00:00.000000Z"
    assert (known["metadata"]["width"], known["metadata"]["height"]) == (60, 40)


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "2099:01:01 00:00:00", "nonsense", "0001:01:01 00:00:00"]
)
async def test_a_camera_with_a_wrong_clock_dates_nothing(client, read, taken):
    file = await client.upload("a.jpg", photo(taken, offset="+12:00"))
    known = await read(file)
    assert known["created_at"] == known["metadata"]["datetime"] == file["attributes"]["created_at"]
    assert "local_datetime" not in known["metadata"]


async def test_what_the_client_said_stays(client, read):
    file = await client.upload(
        "a.jpg", photo(SEPTEMBER), Metadata='{"width": 7, "datetime": "2000-01-01T00:00:00Z", "mine": 1}'
    )
    known = (await read(file))["metadata"]
    assert (known["width"], known["height"], known["datetime"], known["mine"]) == (
        7,
        40,
        "2000-01-01T00:00:00Z",
        1,
    )


async def test_heic_is_read_like_the_others(client, house, home, read):
    made = await client.post(
        f"/files/{files.ROOT}", params={"Type": "file", "Name": "a.heic"}, content=photo(SEPTEMBER, kind="HEIF"),
        headers={"content-type": "image/heic"},
    )  # fmt: skip
    known = await read(made.json()["data"])
    assert known["metadata"]["datetime"] == "2016-09-18T20:38:04.000000Z"
    assert (known["metadata"]["width"], known["metadata"]["height"]) == (60, 40)


async def test_a_film_says_how_long_it_is(client, read):
    known = (await read(await client.upload("a.mp4", samples.film(2))))["metadata"]
    assert known["width"] > known["height"] > 0
    assert known["duration"] == pytest.approx(2, abs=0.3)


async def test_how_a_picture_was_taken_is_noted(client):
    known = (await client.upload("a.jpg", by_a_good_camera()))["attributes"]["metadata"]
    assert known["camera"] == {"make": "Nikon", "model": "Z 6"}
    assert known["exposure"]["time"] == 0.004
    assert (known["lens"], known["rating"], known["flash"]) == ("NIKKOR Z 50mm", 4, "Did not fire")


async def test_a_new_content_is_read_anew_and_keeps_created_at(client, read):
    file = await client.upload("a.jpg", photo(SEPTEMBER, place=True), Metadata='{"mine": 1}')
    before = await read(file)
    await client.put(
        f"/files/{file['id']}", content=photo("2017:01:01 00:00:00", size=(20, 30), colour="red"),
        headers={"content-type": "image/jpeg"},
    )  # fmt: skip
    known = await read(file)
    assert known["created_at"] == before["created_at"]
    assert known["metadata"] == {
        "mine": 1, "datetime": "2017-01-01T00:00:00.000000Z", "width": 20, "height": 30, "extractor_version": 2,
        "local_datetime": "2017-01-01T00:00:00",
    }  # fmt: skip


async def test_reading_twice_or_late_changes_nothing(client, read, house, home):
    file = await client.upload("a.jpg", photo(SEPTEMBER))
    await read(file)
    first = (await client.get(f"/files/{file['id']}")).json()["data"]["meta"]["rev"]
    assert first.startswith("1-")
    event = MediaStored(file["id"], file["attributes"]["sha256"], sets_created_at=True, sets_updated_at=True)
    await files.read_media(house, home, event)
    assert (await client.get(f"/files/{file['id']}")).json()["data"]["meta"]["rev"] == first
    await client.put(f"/files/{file['id']}", content=b"text", headers={"content-type": "text/plain"})
    await files.read_media(house, home, event)
    known = (await client.get(f"/files/{file['id']}")).json()["data"]["attributes"]
    assert "datetime" not in known["metadata"]
    await house.write(home, SYSTEM, files.trash, file["id"])
    await house.write(home, SYSTEM, files.destroy, file["id"])
    await files.read_media(house, home, event)


async def test_what_cannot_be_read_stays_as_it_was(client, read, house, home):
    file = await client.upload("a.jpg", b"no picture at all")
    known = await read(file)
    assert known == file["attributes"]


def test_only_pictures_and_films_are_announced(work, given):
    for name in ("a.txt", "a.docx", "a", "a.mp3", "a.zip"):
        given.file(name)
    assert work.published == []
    files.create_file(work, files.ROOT, "b.jpg", samples.content(b"b"), "", files.Details(encrypted=True))
    assert work.published == []
    kept = files.Details(dates_are_final=True)
    film = files.create_file(work, files.ROOT, "c.mp4", samples.content(b"c"), "", kept)
    assert work.published == [
        MediaStored(film.id, film.sha256, sets_created_at=True, sets_updated_at=False),
        PictureStored(film.id, film.sha256, "film"),
    ]


def test_dates_that_are_final_stay_and_creation_never_comes_after_change(work):
    kept = files.Details(
        created_at="2015-01-01T00:00:00Z", updated_at="2015-01-01T00:00:00Z", dates_are_final=True
    )
    later = files.create_file(work, files.ROOT, "a.jpg", samples.content(b"a"), "", kept)
    event = work.published[0]
    media.note(work, event, media.Facts(taken_at=SEPTEMBER))
    body = files.fetch(work, later.id).body
    assert body["created_at"] == body["updated_at"] == "2015-01-01T00:00:00.000000Z"
    assert body["metadata"]["datetime"] == "2016-09-18T20:38:04.000000Z"
    work.published.clear()
    earlier = files.create_file(work, files.ROOT, "b.jpg", samples.content(b"b"), "", kept)
    media.note(work, work.published[0], media.Facts(taken_at="2014:01:01 00:00:00"))
    body = files.fetch(work, earlier.id).body
    assert body["created_at"] == "2014-01-01T00:00:00.000000Z"
    assert body["updated_at"] == "2015-01-01T00:00:00.000000Z"
