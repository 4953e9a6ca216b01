"""Resumable uploads through the API (tus 1.0)."""

import asyncio
import base64
import hashlib
import os

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.routes import uploads as door
from cozy.web.call import CutShort

TUS = {"tus-resumable": "1.0.0"}
PART = {**TUS, "content-type": "application/offset+octet-stream"}
DATA = os.urandom(300_000)


def metadata(**said):
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())


async def begin(client, size, body=b"", **said):
    said = {"name": "film.mp4", **said}
    headers = {**(PART if body else TUS), "upload-length": str(size), "upload-metadata": metadata(**said)}
    return await client.post("/files/tus", headers=headers, content=body)


async def began(client, size, **said):
    answer = await begin(client, size, **said)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(client, url, offset, data, **headers):
    return await client.patch(url, headers={**PART, "upload-offset": str(offset), **headers}, content=data)


async def content(client, file_id):
    return (await client.get(f"/files/download/{file_id}")).content


async def names(client, folder=files.ROOT):
    listed = await client.get(f"/files/{folder}", params={"page[limit]": 100})
    return [
        item["attributes"]["name"]
        for item in listed.json()["included"]
        if item["attributes"]["type"] == "file"
    ]


async def test_a_file_sent_in_parts_is_there_after_the_last(client):
    folder = await client.mkdir("Films")
    url = await began(
        client,
        len(DATA),
        dir_id=folder["id"],
        mime="video/mp4",
        updated_at="2020-01-02T03:04:05Z",
        executable="true",
    )
    first = await send(client, url, 0, DATA[:100_000])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "100000")
    assert "upload-expires" in first.headers
    assert await names(client, folder["id"]) == []
    last = await send(client, url, 100_000, DATA[100_000:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, "300000")
    file_id = last.headers["x-cozy-file-id"]
    assert last.headers["content-location"] == f"/files/{file_id}"
    file = (await client.get(f"/files/{file_id}")).json()["data"]["attributes"]
    assert (file["name"], file["size"], file["mime"], file["dir_id"]) == (
        "film.mp4",
        "300000",
        "video/mp4",
        folder["id"],
    )
    assert (file["updated_at"][:19], file["executable"]) == ("2020-01-02T03:04:05", True)
    assert await content(client, file_id) == DATA


async def test_what_this_server_can_do_is_told_to_anybody(anonymous):
    answer = await anonymous.options("/files/tus")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert answer.headers["tus-checksum-algorithm"] == "sha1,md5,sha256"


async def test_nobody_may_not_begin(anonymous):
    assert (await begin(anonymous, 3)).status_code == 401


async def test_another_version_of_tus_is_refused(client):
    answer = await client.post("/files/tus", headers={"tus-resumable": "0.2.2", "upload-length": "1"})
    assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")


@pytest.mark.parametrize("size", [0, 5, 100_000])
async def test_a_file_can_come_with_the_first_request(client, size):
    answer = await begin(client, size, body=DATA[:size])
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(size))
    assert await content(client, answer.headers["x-cozy-file-id"]) == DATA[:size]


async def test_the_offset_is_told(client):
    url = await began(client, 10)
    await send(client, url, 0, b"12345")
    answer = await client.head(url, headers=TUS)
    assert (answer.status_code, answer.headers["upload-offset"], answer.headers["upload-length"]) == (
        200,
        "5",
        "10",
    )
    assert answer.headers["cache-control"] == "no-store"


async def test_a_part_for_another_place_is_refused_in_words_that_are_no_name_conflict(client):
    url = await began(client, 10)
    answer = await send(client, url, 3, b"12345")
    assert (answer.status_code, answer.headers["upload-offset"], answer.content) == (409, "0", b"")


async def test_more_than_announced_is_refused_and_changes_nothing(client):
    url = await began(client, 4)
    assert (await send(client, url, 0, b"12345")).status_code == 412
    assert (await client.head(url, headers=TUS)).headers["upload-offset"] == "0"


async def test_a_part_of_another_media_type_is_refused(client):
    url = await began(client, 4)
    answer = await client.patch(
        url, headers={**TUS, "upload-offset": "0", "content-type": "text/plain"}, content=b"1"
    )
    assert answer.status_code == 415


@pytest.mark.parametrize("name", ["sha1", "md5", "sha256"])
async def test_a_checksum_that_fits_is_accepted_and_one_that_does_not_leaves_the_offset(client, name):
    url = await began(client, len(DATA))
    right = base64.b64encode(hashlib.new(name, DATA).digest()).decode()
    wrong = await send(client, url, 0, DATA[:-1] + b"x", **{"upload-checksum": f"{name} {right}"})
    assert wrong.status_code == 460
    assert (await client.head(url, headers=TUS)).headers["upload-offset"] == "0"
    answer = await send(client, url, 0, DATA, **{"upload-checksum": f"{name} {right}"})
    assert await content(client, answer.headers["x-cozy-file-id"]) == DATA


async def test_an_unknown_checksum_is_refused(client):
    url = await began(client, 4)
    assert (await send(client, url, 0, b"1234", **{"upload-checksum": "crc32 AAAA"})).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"upload-defer-length": "1"}, 400), ({"upload-length": "-1"}, 400), ({"upload-length": "x"}, 400),
        ({"upload-length": "1", "upload-metadata": "name %%%"}, 400),
        ({"upload-length": "1", "upload-metadata": metadata(name="a/b")}, 422),
        ({"upload-length": "1", "upload-metadata": metadata(name="a", path="../b")}, 422),
        ({"upload-length": "1", "upload-metadata": metadata(name="a", dir_id="nowhere")}, 404),
        ({"upload-length": "1", "upload-metadata": metadata(name="a", on_conflict="skip")}, 400),
        ({"upload-length": "1", "upload-metadata": metadata(name="a", updated_at="soon")}, 422),
    ],
)  # fmt: skip
async def test_what_cannot_become_a_file_is_refused_before_the_first_byte(client, headers, status):
    answer = await client.post("/files/tus", headers={**TUS, **headers})
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"]


async def test_folders_on_the_way_are_made(client):
    there = await client.mkdir("Trip")
    answer = await begin(client, 2, b"hi", dir_id=there["id"], path="Day 1/Morning", name="a.txt")
    file = (await client.get(f"/files/{answer.headers['x-cozy-file-id']}")).json()["data"]["attributes"]
    folder = (await client.get(f"/files/{file['dir_id']}")).json()["data"]["attributes"]
    assert folder["path"] == "/Trip/Day 1/Morning"


async def test_a_taken_name_is_told_at_once(client):
    await client.upload("film.mp4")
    answer = await begin(client, 5)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["meta"]["name"] == "film.mp4"


async def test_a_taken_name_may_be_replaced_when_the_upload_ends(client):
    old = await client.upload("film.mp4", b"old")
    url = await began(client, 3, on_conflict="replace")
    assert await content(client, old["id"]) == b"old"
    answer = await send(client, url, 0, b"new")
    assert answer.headers["x-cozy-file-id"] == old["id"]
    assert await content(client, old["id"]) == b"new"


async def test_both_may_be_kept(client):
    await client.upload("film.mp4", b"old")
    await begin(client, 3, b"new", on_conflict="keep_both")
    assert sorted(await names(client)) == ["film (2).mp4", "film.mp4"]


async def test_a_name_taken_meanwhile_is_told_at_the_end_and_the_bytes_wait(client):
    url = await began(client, len(DATA))
    rival = await client.upload("film.mp4", b"rival")
    answer = await send(client, url, 0, DATA)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "files.name_taken")
    await client.delete(f"/files/{rival['id']}")
    again = await client.head(url, headers=TUS)
    assert await content(client, again.headers["x-cozy-file-id"]) == DATA


async def test_the_quota_is_asked_at_the_beginning_and_at_the_end(work):
    wish = files.Wish(dir_id=files.ROOT, name="a")
    with pytest.raises(OverQuota):
        files.begin_upload(work, wish, 101, quota=100)
    upload = files.begin_upload(work, wish, 60, quota=100)
    other = files.begin_upload(work, files.Wish(dir_id=files.ROOT, name="b"), 60, quota=100)
    files.end_upload(work, upload.id, inline_content(b"x" * 60), quota=100)
    with pytest.raises(OverQuota):
        files.end_upload(work, other.id, inline_content(b"y" * 60), quota=100)


async def test_an_upload_can_be_given_up(client, house, home):
    url = await began(client, 10)
    await send(client, url, 0, b"12345")
    assert (await client.delete(url, headers=TUS)).status_code == 204
    assert (await client.head(url, headers=TUS)).status_code == 404
    assert list(house.blobs.unfinished(home.id)) == []


async def test_clients_that_can_only_post_say_what_they_mean(client):
    url = await began(client, 5)
    headers = {**PART, "upload-offset": "0", "x-http-method-override": "PATCH"}
    answer = await client.post(url, headers=headers, content=b"12345")
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "5")


async def test_an_upload_left_for_too_long_is_gone_and_swept_away(client, house, home, clock):
    url = await began(client, 10)
    await send(client, url, 0, b"12345")
    clock.advance(days=8)
    assert (await client.head(url, headers=TUS)).status_code == 410
    assert await files.sweep_uploads(house, home) == 1
    assert await files.sweep_uploads(house, home) == 0
    assert list(house.blobs.unfinished(home.id)) == []
    assert (await client.head(url, headers=TUS)).status_code == 404


async def test_sweeping_leaves_files_that_uploads_became(client, house, home, clock):
    answer = await begin(client, len(DATA), DATA)
    clock.advance(days=8)
    await files.sweep_uploads(house, home)
    assert await content(client, answer.headers["x-cozy-file-id"]) == DATA


@pytest.mark.parametrize("size", [5, len(DATA)])
@pytest.mark.parametrize("repeat", ["HEAD", "PATCH"])
async def test_a_crash_between_rename_and_transaction_loses_nothing(
    client, house, home, monkeypatch, size, repeat
):
    """The file appears exactly once, whatever the client asks next; the store has been opened anew."""
    url = await began(client, size)

    def crash(*args, **kwargs):
        raise ConnectionAbortedError

    with monkeypatch.context() as broken:
        broken.setattr(files, "end_upload", crash)
        assert (await send(client, url, 0, DATA[:size])).status_code == 500
    house.blobs._appending.clear()
    assert await names(client) == []
    if repeat == "HEAD":
        answer = await client.head(url, headers=TUS)
    else:
        answer = await send(client, url, size, b"")
    assert answer.headers["upload-offset"] == str(size)
    assert await content(client, answer.headers["x-cozy-file-id"]) == DATA[:size]
    again = await client.head(url, headers=TUS)
    assert again.headers["x-cozy-file-id"] == answer.headers["x-cozy-file-id"]
    assert await names(client) == ["film.mp4"]
    assert list(house.blobs.unfinished(home.id)) == []


async def test_a_crash_after_the_transaction_makes_no_second_file(client, house, home, monkeypatch):
    url = await began(client, len(DATA))

    async def crash(*args):
        raise ConnectionAbortedError

    with monkeypatch.context() as broken:
        broken.setattr(type(house.blobs), "abandon", crash)
        assert (await send(client, url, 0, DATA)).status_code == 500
    answer = await client.head(url, headers=TUS)
    assert await content(client, answer.headers["x-cozy-file-id"]) == DATA
    assert await names(client) == ["film.mp4"]


async def test_a_second_connection_waits_its_turn(client, house, home):
    url = await began(client, 10)
    with house.blobs._turns.alone(home.id, url.rpartition("/")[2]):
        assert (await send(client, url, 0, b"12345")).status_code == 423
    assert (await send(client, url, 0, b"12345")).status_code == 204


async def test_who_may_not_write_into_the_folder_may_not_send(client, house, home, anonymous):
    url = await began(client, 10)
    folder = await client.mkdir("Mine")
    token = await house.read(home, SYSTEM, auth.mint, f"io.cozy.files:ALL:{folder['id']}")
    headers = {"authorization": f"Bearer {token}"}
    assert (await anonymous.head(url, headers={**TUS, **headers})).status_code == 403
    assert (await send(anonymous, url, 0, b"12345", **headers)).status_code == 403
    own = await anonymous.post(
        "/files/tus",
        headers={
            **TUS,
            **headers,
            "upload-length": "1",
            "upload-metadata": metadata(name="a", dir_id=folder["id"]),
        },
    )
    assert own.status_code == 201


async def test_a_connection_that_falls_silent_is_given_up(monkeypatch):
    monkeypatch.setattr(door, "STALLED_S", 0.01)

    async def silent():
        yield b"12345"
        await asyncio.sleep(10)

    chunks = door._in_time(silent())
    assert await anext(chunks) == b"12345"
    with pytest.raises(CutShort):
        await anext(chunks)
