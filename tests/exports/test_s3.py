"""Backups to a bucket: signed as AWS's own examples are, and brought to a real S3 service."""

import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.exports import service
from cozy.rooms.exports.errors import NoPlace, PlaceAway, PlaceClosed
from cozy.rooms.exports.service import s3
from cozy.rooms.exports.service.s3 import S3
from cozy.rooms.exports.service.sigv4 import Keys, encoded, signed
from cozy.rooms.files import service as files
from tests.exports.test_backups import read_me
from tests.exports.test_pages import PASSPHRASE
from tests.imports.conftest import bodies
from tests.seaweed import BUCKET, KEY, SECRET

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
EXAMPLE = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
HOST = "https://examplebucket.s3.amazonaws.com"
PUT = {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
WELCOME = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"


# "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk", AWS's reference of S3.
@pytest.mark.parametrize(
    ("method", "path", "headers", "payload", "signature"),
    [
        ("GET", "/test.txt", {"range": "bytes=0-9"}, EMPTY, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", f"/{encoded('test$file.text')}", PUT, WELCOME, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ("GET", "/?lifecycle", {}, EMPTY, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/?max-keys=2&prefix=J", {}, EMPTY, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)  # fmt: skip
def test_a_request_is_signed_as_in_the_examples_of_aws(method, path, headers, payload, signature):
    told = signed(EXAMPLE, method, f"{HOST}{path}", headers, payload, datetime(2013, 5, 24, tzinfo=UTC))
    assert told["authorization"].endswith(f"Signature={signature}")
    assert told["authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;"
        if method == "GET"
        else "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=date;host;"
    )


@pytest.fixture
def settings(settings):
    return replace(settings, outside_allowed="127.0.0.0/8")


@pytest.fixture
def clock(clock):
    """The service compares it with its own."""
    clock.now = datetime.now(UTC)
    return clock


@pytest.fixture
def shelf_url(s3_service, tmp_path) -> str:
    """The address of a folder that nobody else has."""
    return f"{s3_service.endpoint}/{BUCKET}/{tmp_path.name} é"


async def once(data, size=70_000):
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("name", ["a.txt", "é & ü #1?+ ~$'()*=@.txt", "Files/deep/er/%41.bin"])
async def test_a_file_is_put_read_and_removed_whatever_its_name(house, shelf_url, name):
    shelf = S3(house, shelf_url, KEY, SECRET)
    await shelf.expect()
    assert await shelf.read(name) is None
    await shelf.put(name, 3, once(b"one"))
    assert await shelf.read(name) == b"one"
    await shelf.put(name, 0, once(b""))
    assert await shelf.read(name) == b""
    for _ in range(2):
        await shelf.delete(name)
    assert await shelf.read(name) is None


async def test_a_large_file_is_sent_in_parts_and_one_that_breaks_off_is_not_there(
    house, shelf_url, monkeypatch
):
    monkeypatch.setattr(s3, "_PART", 5 * 1024 * 1024)
    shelf, data = S3(house, shelf_url, KEY, SECRET), bytes(range(256)) * 50_000
    await shelf.put("large", len(data), once(data))
    assert await shelf.read("large") == data

    async def breaks():
        yield data[:6_000_000]
        raise RuntimeError

    with pytest.raises(PlaceAway):
        await shelf.put("broken", len(data), breaks())
    assert await shelf.read("broken") is None


async def test_what_is_wrong_is_said(house, shelf_url, s3_service):
    with pytest.raises(PlaceClosed):
        await S3(house, shelf_url, KEY, "wrong").expect()
    with pytest.raises(PlaceClosed):
        await S3(house, shelf_url, f"{KEY}\r\nx: y", SECRET).expect()
    with pytest.raises(NoPlace):
        await S3(house, f"{s3_service.endpoint}/no-such-shelf_url", KEY, SECRET).expect()
    with pytest.raises(NoPlace):
        await S3(house, s3_service.endpoint, KEY, SECRET).expect()
    with pytest.raises(PlaceAway):
        await S3(house, f"http://127.0.0.1:1/{BUCKET}", KEY, SECRET).expect()


async def test_a_backup_is_whole_there_and_then_only_what_changed_is_sent(
    house, lived_in, shelf_url, tmp_path, monkeypatch
):
    sent: list[str] = []
    put = S3.put

    async def noting(self, path, size, pieces):
        sent.append(path)
        await put(self, path, size, pieces)

    monkeypatch.setattr(S3, "put", noting)
    add = service.places.add
    id_ = (await house.write(lived_in, SYSTEM, add, shelf_url, KEY, SECRET, "week", "s3")).id

    async def backed_up():
        sent.clear()
        await service.backing_up.back_up(house, lived_in, id_)
        body = (await house.read(lived_in, SYSTEM, service.places.one, id_)).body
        assert (body.state, body.why) == ("done", "")

    await backed_up()
    assert "Files/sea.jpg" in sent
    await fetched(house, shelf_url, tmp_path / "out")
    assert read_me(tmp_path / "out").endswith("all as they were.\n")
    file = await house.read(lived_in, SYSTEM, files.at_path, "/plan.cozy-note")
    await house.write(
        lived_in, SYSTEM, files.destroy, (await house.write(lived_in, SYSTEM, files.trash, file.id)).id
    )
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "new.txt", inline_content(b"new"), "")
    await backed_up()
    assert "Files/new.txt" in sent
    assert "Files/sea.jpg" not in sent
    assert await S3(house, shelf_url, KEY, SECRET).read("Files/plan.cozy-note") is None


async def fetched(house, shelf_url, out):
    """All that the sums there name, and what is made beside them, in a folder."""
    shelf = S3(house, shelf_url, KEY, SECRET)
    sums = await shelf.read("manifest-sha256.txt") or b""
    for path in [*service.summed(sums), "manifest-sha256.txt"]:
        content = await shelf.read(path)
        assert content is not None, path
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    assert json.loads((out / "manifest.json").read_bytes())["home"] == "alice.localhost"


async def test_the_owner_names_a_bucket_on_the_page(reader, house, home, shelf_url):
    sealed = await auth.passphrase.seal(auth.passphrase.derive(PASSPHRASE, home.domain))
    await house.write(home, SYSTEM, auth.passphrase.keep, sealed)
    said = {"by": "s3", "address": shelf_url, "login": KEY, "every": "month", "raw_passphrase": PASSPHRASE}
    wrong = await reader.submit("/my/leave/places/new", secret="wrong", region="x", **said)
    assert (wrong.status_code, 'value="s3" selected' in wrong.text, "login and password" in wrong.text) == (
        422,
        True,
        True,
    )
    answer = await reader.submit("/my/leave/places/new", secret=SECRET, region="", **said)
    assert answer.status_code == 303
    (place,) = await house.read(home, SYSTEM, service.places.all_)
    assert (place.body.by, place.body.url, place.body.every) == ("s3", shelf_url, "month")
    assert SECRET not in str(await house.read(home, SYSTEM, bodies, "io.cozy.accounts"))
