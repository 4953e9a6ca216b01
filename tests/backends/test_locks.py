"""Locked contents: the disk and the S3 service tell nothing, whatever the setting says they are read, and a home has its own key."""

import asyncio
import base64
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from cozy.backends.disk import Disk
from cozy.backends.drawings import KeptDrawings, PicturesOnDisk
from cozy.backends.locks import HomeLock, HostLocks, LockedPictures
from cozy.backends.s3 import S3
from cozy.kernel.blobs import Blobs, Content, Missing
from cozy.kernel.problem import Unavailable
from cozy.kernel.safe import CannotOpen
from cozy.kernel.settings import Settings
from tests.seaweed import Service

HOME, OTHER = "home-1", "home-2"
SAID = b"Nobody else is to read this. "
DATA = SAID * 60_000  # 1.7 MB: several parts where a part is small
PART = 700_000


async def stream(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 99_999):
        yield data[at : at + 99_999]
        await asyncio.sleep(0)


async def read(
    blobs: Blobs, content: Content, start: int = 0, size: int | None = None, home: str = HOME
) -> bytes:
    assert content.blob
    return b"".join([piece async for piece in blobs.read(home, content.blob, start, size)])


@pytest.fixture(params=["disk", "s3"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def bucket(s3_service: Service) -> S3Store:
    return s3_service.bucket(secrets.token_hex(8))


@pytest.fixture
def store(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[bool], Blobs]:
    """The store as a host sees it that locks contents, or one that does not."""

    def store(locks: bool) -> Blobs:
        held = HostLocks(Settings(data=str(tmp_path), lock_contents=locks))
        if kind == "disk":
            return Disk(tmp_path, held)
        return S3(request.getfixturevalue("bucket"), PART, held)

    return store


@pytest.fixture
def lying(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], dict[str, bytes]]:
    """All that whoever has the disk or the bucket sees: names, and bytes."""

    def lying() -> dict[str, bytes]:
        if kind == "disk":
            return {
                str(path.relative_to(tmp_path)): path.read_bytes()
                for path in tmp_path.rglob("homes/**/*")
                if path.is_file()
            }
        bucket = request.getfixturevalue("bucket")
        found = [each["path"] for page in obstore.list(bucket) for each in page]
        return {path: bytes(obstore.get(bucket, path).bytes()) for path in found}

    return lying


async def test_nothing_is_seen_of_what_is_locked(store, lying):
    blobs = store(True)
    content = await blobs.put(HOME, stream(DATA))
    small = await blobs.put(HOME, stream(SAID))
    await blobs.begin(HOME, "sent")
    await blobs.append(HOME, "sent", 0, stream(DATA), len(DATA))
    sent = await blobs.finish(HOME, "sent")
    seen = "\n".join(lying()).encode() + b"".join(lying().values())
    for secret in (
        SAID,
        content.sha256.encode(),
        small.sha256.encode(),
        base64.b64decode(content.md5),
        content.md5.encode(),
    ):
        assert secret not in seen
    assert await read(blobs, small) == SAID
    assert await read(blobs, sent) == await read(blobs, content) == DATA
    assert content.sha256 == hashlib.sha256(DATA).hexdigest()
    assert sorted(each.key for each in blobs.stored(HOME)) == [each.key for each in blobs.stored(HOME)]
    assert {each.size for each in blobs.stored(HOME)} == {len(SAID), len(DATA)}


@pytest.mark.parametrize(
    ("start", "size"),
    [(0, 1), (5, 20), (15, 1), (16, 16), (PART - 3, 7), (len(DATA) - 1, None), (1_048_575, 40)],
)
async def test_it_is_read_from_anywhere(store, start, size):
    blobs = store(True)
    content = await blobs.put(HOME, stream(DATA))
    assert await read(blobs, content, start, size) == DATA[start : None if size is None else start + size]


async def test_the_setting_may_change_at_any_time(store, tmp_path):
    content, locked = await store(False).put(HOME, stream(DATA)), await store(True).put(HOME, stream(DATA))
    await store(False).begin(HOME, "open")
    await store(False).append(HOME, "open", 0, stream(DATA[:1_000_001]), len(DATA))
    await store(True).begin(HOME, "shut")
    await store(True).append(HOME, "shut", 0, stream(DATA[:1_000_001]), len(DATA))
    ended = []
    for id_, locks in (("open", True), ("shut", False)):
        assert await store(locks).received(HOME, id_) == 1_000_001
        await store(locks).append(HOME, id_, 1_000_001, stream(DATA[1_000_001:]), len(DATA))
        ended.append(await store(locks).finish(HOME, id_))
    for blobs in (store(True), store(False)):
        for each in (content, locked, *ended):
            assert await read(blobs, each, 999_990, 50) == DATA[999_990:1_000_040]
        stored = [each.key for each in blobs.stored(HOME)]
        assert stored == sorted(each.blob for each in (content, locked, *ended))
    assert await store(False).place(HOME, locked.blob, tmp_path / "placed") == "copy"
    assert (tmp_path / "placed").read_bytes() == DATA
    await store(False).delete(HOME, locked.blob)
    with pytest.raises(Missing):
        await read(store(True), locked)
    await store(False).drop(HOME)
    assert list(store(True).stored(HOME)) == list(store(True).unfinished(HOME)) == []


async def test_a_key_may_be_added_before_the_one_that_locked(store, tmp_path):
    content = await store(True).put(HOME, stream(DATA))
    file = tmp_path / "host.key"
    added = tmp_path / "rolled"  # another path: what a program has read of a key file stays so while it runs
    added.write_bytes(base64.b64encode(os.urandom(32)) + b"\n" + file.read_bytes())
    locks = HostLocks(Settings(data=str(tmp_path), key_file=str(added), lock_contents=True))
    blobs = store(True)
    blobs._locks = locks
    newer = await blobs.put(HOME, stream(DATA))
    assert await read(blobs, content) == await read(blobs, newer) == DATA
    with pytest.raises(Missing):
        await read(store(True), newer)


def test_no_worker_makes_a_key_that_the_others_do_not_have(tmp_path):
    with pytest.raises(Unavailable, match="key_file"):
        HostLocks(Settings(data=str(tmp_path), lock_contents=True, contents="s3://homes"))
    assert list(tmp_path.iterdir()) == []


async def test_a_home_and_a_content_have_keys_of_their_own(store, lying):
    blobs = store(True)
    await blobs.put(HOME, stream(DATA))
    await blobs.put(HOME, stream(DATA))
    await blobs.put(OTHER, stream(DATA))
    held = list(lying().values())
    assert len(held) == len(set(held))


def test_what_is_sealed_is_opened_by_its_own_lock_alone():
    one, two = HomeLock(b"1" * 32), HomeLock(b"2" * 32)
    sealed = one.seal(SAID)
    assert (SAID in sealed, one.unseal(sealed)) == (False, SAID)
    for lock, said in ((two, sealed), (one, sealed[:-1] + bytes([sealed[-1] ^ 1])), (one, b""), (one, SAID)):
        with pytest.raises(CannotOpen):
            lock.unseal(said)


async def test_pictures_are_sealed_and_gone_with_their_content(tmp_path):
    def drawings(locks: bool) -> KeptDrawings:
        held = HostLocks(Settings(data=str(tmp_path), lock_contents=locks))
        return KeptDrawings(LockedPictures(PicturesOnDisk(tmp_path), held))

    async def draw() -> bytes:
        return SAID

    sha256 = hashlib.sha256(DATA).hexdigest()
    for locks in (True, False):
        assert await drawings(locks).drawn(HOME, sha256, "small", draw) == SAID
        assert await drawings(locks).has(HOME, sha256, "small")
    (sealed,) = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name.partition(".")[2] and "small" in path.name
    ]
    assert SAID not in sealed.read_bytes()
    assert sha256 not in sealed.name
    assert [each.key for each in drawings(True).kept(HOME)] == [f"{sha256}-small"] * 2
    await drawings(False).forget(HOME, [sha256])
    assert list(drawings(True).kept(HOME)) == []
