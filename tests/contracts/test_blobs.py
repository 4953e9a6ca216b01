"""What a content store promises: whole or absent, hashed right, resumable, and durable once it has answered."""

import asyncio
import base64
import hashlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from cozy.backends.disk import Disk
from cozy.backends.locks import HostLocks, Locks
from cozy.backends.s3 import S3
from cozy.kernel.blobs import INLINE_LIMIT, Blobs, BusyUpload, Missing, Refused, TooLarge, WrongOffset
from cozy.kernel.settings import Settings
from tests.seaweed import Service

HOME = "home-1"
NONE = f"{'0' * 64}-none"
BIG = os.urandom(3 * 1024 * 1024 + 17)


# "parts": a bucket in which nearly every content is larger than an object of ours may be.
@pytest.fixture(params=["disk", "s3", "parts", "locked-disk", "locked-parts"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def bucket(s3_service: Service) -> S3Store:
    """An empty folder of a bucket."""
    return s3_service.bucket(secrets.token_hex(8))


@pytest.fixture
def reopened(kind: str, tmp_path: Path, bucket: S3Store) -> Callable[[], Blobs]:
    """The same store, as a program that has just started sees it, or another worker."""
    is_locked = kind.startswith("locked")
    locks = HostLocks(Settings(data=str(tmp_path), lock_contents=True)) if is_locked else Locks()
    if kind.endswith("disk"):
        return lambda: Disk(tmp_path, locks)
    return lambda: S3(bucket, 700_000, locks) if kind.endswith("parts") else S3(bucket)


@pytest.fixture
def blobs(reopened: Callable[[], Blobs]) -> Blobs:
    return reopened()


async def stream(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]
        await asyncio.sleep(0)


async def broken(data: bytes) -> AsyncIterator[bytes]:
    async for chunk in stream(data):
        yield chunk
    raise ConnectionResetError


async def whole(blobs: Blobs, key: str | None, start: int = 0, size: int | None = None) -> bytes:
    assert key is not None
    return b"".join([chunk async for chunk in blobs.read(HOME, key, start, size)])


def keys(blobs: Blobs) -> list[str]:
    return [blob.key for blob in blobs.stored(HOME)]


def unfinished(blobs: Blobs) -> list[str]:
    return [blob.key for blob in blobs.unfinished(HOME)]


async def test_what_is_put_comes_back_with_its_hashes(blobs: Blobs):
    content = await blobs.put(HOME, stream(BIG))
    assert await whole(blobs, content.blob) == BIG
    assert content.size == len(BIG)
    assert content.sha256 == hashlib.sha256(BIG).hexdigest()
    assert content.md5 == base64.b64encode(hashlib.md5(BIG).digest()).decode()
    assert unfinished(blobs) == []


@pytest.mark.parametrize("size", [0, 1, INLINE_LIMIT - 1, INLINE_LIMIT])
async def test_few_bytes_stay_inline_unless_they_are_locked(blobs: Blobs, size, kind: str):
    content = await blobs.put(HOME, stream(BIG[:size]))
    if size and kind.startswith("locked"):
        assert (content.inline, content.size) == (None, size)
        assert await whole(blobs, content.blob) == BIG[:size]
    else:
        assert (content.inline, content.blob, content.size) == (BIG[:size], None, size)
        assert keys(blobs) == []


async def test_one_byte_more_is_a_blob(blobs: Blobs):
    content = await blobs.put(HOME, stream(BIG[: INLINE_LIMIT + 1]))
    assert content.inline is None
    assert keys(blobs) == [content.blob]


async def test_a_part_can_be_read(blobs: Blobs):
    content = await blobs.put(HOME, stream(BIG))
    assert await whole(blobs, content.blob, 1_048_570, 20) == BIG[1_048_570:1_048_590]
    assert await whole(blobs, content.blob, len(BIG) - 5) == BIG[-5:]
    assert await whole(blobs, content.blob, len(BIG), 10) == b""


@pytest.mark.parametrize("limit", [10, INLINE_LIMIT, len(BIG) - 1])
async def test_too_many_bytes_leave_nothing_behind(blobs: Blobs, limit):
    with pytest.raises(TooLarge):
        await blobs.put(HOME, stream(BIG), limit)
    assert keys(blobs) + unfinished(blobs) == []


async def test_a_file_of_this_machine_can_hold_a_blob(blobs: Blobs, tmp_path):
    content = await blobs.put(HOME, stream(BIG))
    assert content.blob is not None
    path = tmp_path / "placed"
    assert await blobs.place(HOME, content.blob, path) in {"clone", "link", "copy"}
    assert path.read_bytes() == BIG
    with pytest.raises(FileExistsError):
        await blobs.place(HOME, content.blob, path)
    await blobs.delete(HOME, content.blob)
    assert path.read_bytes() == BIG
    with pytest.raises(Missing):
        await blobs.place(HOME, content.blob, tmp_path / "other")
    assert not (tmp_path / "other").exists()


async def test_on_another_disk_it_is_a_copy(blobs: Blobs, tmp_path):
    disks = [Path(name) for name in ("/dev/shm", "/var/tmp") if Path(name).is_dir()]
    away = next((each for each in disks if each.stat().st_dev != tmp_path.stat().st_dev), None)
    if away is None:
        pytest.skip("there is one file system only")
    content = await blobs.put(HOME, stream(BIG))
    assert content.blob is not None
    with tempfile.TemporaryDirectory(dir=away) as other:
        assert await blobs.place(HOME, content.blob, Path(other) / "placed") == "copy"
        assert (Path(other) / "placed").read_bytes() == BIG


async def test_exactly_as_many_bytes_as_allowed_are_fine(blobs: Blobs):
    assert (await blobs.put(HOME, stream(BIG), len(BIG))).size == len(BIG)


async def test_a_broken_stream_leaves_nothing_behind(blobs: Blobs):
    with pytest.raises(ConnectionResetError):
        await blobs.put(HOME, broken(BIG))
    assert keys(blobs) + unfinished(blobs) == []


async def test_a_cancelled_put_leaves_nothing_behind(blobs: Blobs, kind: str):
    never, on_disk = asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield BIG
        yield BIG
        on_disk.set()
        await never.wait()

    put = asyncio.create_task(blobs.put(HOME, endless()))
    await on_disk.wait()
    assert unfinished(blobs) != [] or kind == "s3"  # where so few bytes wait in memory
    put.cancel()
    await asyncio.gather(put, return_exceptions=True)
    assert keys(blobs) + unfinished(blobs) == []


async def test_the_same_bytes_put_twice_can_be_freed_apart(blobs: Blobs):
    one, two = await asyncio.gather(blobs.put(HOME, stream(BIG)), blobs.put(HOME, stream(BIG)))
    assert one.sha256 == two.sha256
    await blobs.delete(HOME, one.blob or "")
    assert await whole(blobs, two.blob) == BIG


async def test_many_puts_at_once_keep_apart(blobs: Blobs):
    datas = [os.urandom(200_000 + i) for i in range(24)]
    contents = await asyncio.gather(*(blobs.put(HOME, stream(data)) for data in datas))
    for data, content in zip(datas, contents, strict=True):
        assert content.sha256 == hashlib.sha256(data).hexdigest()
        assert await whole(blobs, content.blob) == data


async def test_a_reader_reads_on_while_the_blob_is_freed_or_is_told(blobs: Blobs, kind: str):
    content = await blobs.put(HOME, stream(BIG))
    reading = blobs.read(HOME, content.blob or "")
    came = await anext(reading)
    await blobs.delete(HOME, content.blob or "")
    try:
        async for chunk in reading:
            came += chunk
    except Missing:
        assert not kind.endswith("disk")
        assert BIG.startswith(came)
    else:
        assert came == BIG


async def test_a_blob_that_is_not_there_is_missing_and_free(blobs: Blobs):
    with pytest.raises(Missing):
        await whole(blobs, NONE)
    await blobs.delete(HOME, NONE)


async def test_the_store_lists_what_it_holds(blobs: Blobs):
    content = await blobs.put(HOME, stream(BIG))
    (blob,) = blobs.stored(HOME)
    assert (blob.key, blob.size) == (content.blob, len(BIG))
    assert blob.age_s < 60


async def test_a_homes_contents_are_its_own(blobs: Blobs):
    content = await blobs.put(HOME, stream(BIG))
    with pytest.raises(Missing):
        [chunk async for chunk in blobs.read("home-2", content.blob or "")]
    await blobs.drop("home-2")
    assert keys(blobs) == [content.blob]


async def test_a_dropped_home_has_nothing_and_can_be_filled_again(blobs: Blobs):
    await blobs.put(HOME, stream(BIG))
    await blobs.begin(HOME, "up")
    await blobs.drop(HOME)
    assert keys(blobs) + unfinished(blobs) == []
    content = await blobs.put(HOME, stream(BIG))
    assert keys(blobs) == [content.blob]


async def test_an_upload_in_parts_becomes_one_content(blobs: Blobs):
    await blobs.begin(HOME, "up")
    at = 0
    for end in (10, 1_500_000, len(BIG)):
        assert await blobs.append(HOME, "up", at, stream(BIG[at:end]), len(BIG)) == end
        assert await blobs.received(HOME, "up") == end
        at = end
    content = await blobs.finish(HOME, "up")
    assert (content.sha256, content.size) == (hashlib.sha256(BIG).hexdigest(), len(BIG))
    assert await whole(blobs, content.blob) == BIG
    assert unfinished(blobs) == []


async def test_a_small_upload_ends_inline_unless_it_is_locked(blobs: Blobs, kind: str):
    await blobs.begin(HOME, "up")
    await blobs.append(HOME, "up", 0, stream(b"hello"), 5)
    content = await blobs.finish(HOME, "up")
    await blobs.abandon(HOME, "up")
    if kind.startswith("locked"):
        assert await whole(blobs, content.blob) == b"hello"
        assert keys(blobs) + unfinished(blobs) == [content.blob]
    else:
        assert (content.inline, content.blob) == (b"hello", None)
        assert keys(blobs) + unfinished(blobs) == []


async def test_an_upload_may_end_twice_and_is_the_same_content(blobs: Blobs, reopened: Callable[[], Blobs]):
    await blobs.begin(HOME, "up")
    await blobs.append(HOME, "up", 0, stream(BIG), len(BIG))
    content = await blobs.finish(HOME, "up")
    assert await reopened().finish(HOME, "up") == content
    await blobs.abandon(HOME, "up")
    assert await whole(blobs, content.blob) == BIG


async def test_a_broken_part_keeps_what_came_and_goes_on_from_there(blobs: Blobs):
    await blobs.begin(HOME, "up")
    with pytest.raises(ConnectionResetError):
        await blobs.append(HOME, "up", 0, broken(BIG[:1_200_000]), len(BIG))
    assert await blobs.received(HOME, "up") == 1_200_000
    await blobs.append(HOME, "up", 1_200_000, stream(BIG[1_200_000:]), len(BIG))
    assert (await blobs.finish(HOME, "up")).sha256 == hashlib.sha256(BIG).hexdigest()


async def test_a_part_that_is_cancelled_anywhere_leaves_an_upload_that_ends_right(blobs: Blobs):
    for turns in range(1, 60, 7):
        upload = f"up-{turns}"
        await blobs.begin(HOME, upload)
        part = asyncio.create_task(blobs.append(HOME, upload, 0, stream(BIG), len(BIG)))
        for _ in range(turns):
            await asyncio.sleep(0)
        part.cancel()
        await asyncio.gather(part, return_exceptions=True)
        at = await blobs.received(HOME, upload)
        await blobs.append(HOME, upload, at, stream(BIG[at:]), len(BIG))
        assert (await blobs.finish(HOME, upload)).sha256 == hashlib.sha256(BIG).hexdigest()


async def test_an_upload_goes_on_after_a_restart(blobs: Blobs, reopened: Callable[[], Blobs]):
    await blobs.begin(HOME, "up")
    await blobs.append(HOME, "up", 0, stream(BIG[:2_000_000]), len(BIG))
    again = reopened()
    assert await again.received(HOME, "up") == 2_000_000
    await again.append(HOME, "up", 2_000_000, stream(BIG[2_000_000:]), len(BIG))
    assert (await again.finish(HOME, "up")).sha256 == hashlib.sha256(BIG).hexdigest()


async def test_a_part_at_a_wrong_place_is_refused(blobs: Blobs):
    await blobs.begin(HOME, "up")
    await blobs.append(HOME, "up", 0, stream(b"hello"), 100)
    for offset in (0, 4, 6):
        with pytest.raises(WrongOffset):
            await blobs.append(HOME, "up", offset, stream(b"!"), 100)
    assert await blobs.received(HOME, "up") == 5


async def test_two_connections_cannot_mix_their_bytes(blobs: Blobs):
    await blobs.begin(HOME, "up")
    both = await asyncio.gather(
        *(blobs.append(HOME, "up", 0, stream(BIG), len(BIG)) for _ in range(2)), return_exceptions=True
    )
    assert sorted(map(str, map(type, both))) == sorted(map(str, (int, BusyUpload)))
    assert (await blobs.finish(HOME, "up")).sha256 == hashlib.sha256(BIG).hexdigest()


async def test_a_part_beyond_the_limit_is_undone_and_what_was_there_stays(blobs: Blobs):
    await blobs.begin(HOME, "up")
    await blobs.append(HOME, "up", 0, stream(BIG[:1000]), 2000)
    with pytest.raises(TooLarge):
        await blobs.append(HOME, "up", 1000, stream(BIG), 2_000_000)
    assert await blobs.received(HOME, "up") == 1000
    await blobs.append(HOME, "up", 1000, stream(BIG[1000:]), len(BIG))
    assert (await blobs.finish(HOME, "up")).sha256 == hashlib.sha256(BIG).hexdigest()


async def test_an_upload_that_is_abandoned_is_missing(blobs: Blobs):
    await blobs.begin(HOME, "up")
    await blobs.append(HOME, "up", 0, stream(BIG), len(BIG))
    await blobs.abandon(HOME, "up")
    await blobs.abandon(HOME, "up")
    for action in (
        blobs.received(HOME, "up"),
        blobs.finish(HOME, "up"),
        blobs.append(HOME, "up", 0, stream(b""), 1),
    ):
        with pytest.raises(Missing):
            await action


@pytest.fixture
def fallen(kind: str, tmp_path: Path, bucket: S3Store) -> Callable[[str], None]:
    """What a put leaves whose process was killed."""

    def fallen(id_: str) -> None:
        if kind.endswith("disk"):
            (tmp_path / "homes" / HOME / "uploads" / f"{id_}.part").write_bytes(b"left")
        else:
            obstore.put(bucket, f"homes/{HOME}/parts/{id_}/000000000000-4-00ff00ff", b"left")

    return fallen


async def test_uploads_under_way_and_left_overs_of_a_crash_are_listed(
    blobs: Blobs, fallen: Callable[[str], None]
):
    await blobs.begin(HOME, "up")
    await blobs.put(HOME, stream(BIG))
    fallen("abcd")
    assert unfinished(blobs) == ["abcd.part", "up"]
    await blobs.abandon(HOME, "abcd.part")
    assert unfinished(blobs) == ["up"]


def open_files() -> list[str]:
    found = []
    for handle in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # of the look itself
            found.append(os.readlink(f"/proc/self/fd/{handle}"))
    return [name for name in found if name.startswith("/")]


async def test_no_file_stays_open(blobs: Blobs):
    before = len(open_files())
    for upload in ("a", "b", "c", "d", "e"):
        content = await blobs.put(HOME, stream(BIG))
        await whole(blobs, content.blob)
        await blobs.begin(HOME, upload)
        await blobs.append(HOME, upload, 0, stream(BIG), len(BIG))
        await blobs.finish(HOME, upload)
        await blobs.abandon(HOME, upload)
        with pytest.raises(ConnectionResetError):
            await blobs.put(HOME, broken(BIG))
        await blobs.delete(HOME, content.blob or "")
    assert len(open_files()) <= before


async def test_what_another_host_keeps_under_a_key_is_taken_as_it_is_called(blobs: Blobs):
    right = hashlib.sha256(BIG).hexdigest()
    for key in (f"{right}-00ff", f"{right}-{len(BIG)}-00fe"):
        await blobs.take(HOME, key, stream(BIG))
        assert await whole(blobs, key) == BIG
        assert await whole(blobs, key, 1_400_000, 500_000) == BIG[1_400_000:1_900_000]
    for key in (f"{right}-00fd", f"{right}-{len(BIG)}-00fc"):
        with pytest.raises(Refused):
            await blobs.take(HOME, key, stream(BIG[:-1]))
        with pytest.raises(ConnectionResetError):
            await blobs.take(HOME, key, broken(BIG))
    assert keys(blobs) == [f"{right}-00ff", f"{right}-{len(BIG)}-00fe"]
    assert [blob.size for blob in blobs.stored(HOME)] == [len(BIG)] * 2
    assert unfinished(blobs) == []


async def test_any_part_of_a_content_can_be_read(blobs: Blobs):
    content = await blobs.put(HOME, stream(BIG))
    for at in (0, 1, 699_999, 700_000, 1_400_001, len(BIG) - 1):
        for size in (0, 1, 2, 700_000, 700_001, None):
            expected = BIG[at:] if size is None else BIG[at : at + size]
            assert await whole(blobs, content.blob, at, size) == expected
    assert await whole(blobs, content.blob, len(BIG) - 5, 10) == BIG[-5:]


async def test_contents_can_be_reached(blobs: Blobs):
    await blobs.begin(HOME, "up")
    await blobs.reach()
