"""Contents in an S3 service where several workers share them, and where it does not answer."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import obstore
import pytest
from aiohttp import web
from obstore.store import S3Store

from cozy.backends.s3 import S3, store_of
from cozy.kernel.blobs import Content, Missing, WrongOffset
from cozy.kernel.problem import OutOfSpace, Unavailable
from tests.seaweed import Service

HOME = "home-1"
PART = 100_000
BIG = os.urandom(5 * PART + 17)


@pytest.fixture
def bucket(s3_service: Service) -> S3Store:
    return s3_service.bucket(secrets.token_hex(8))


@pytest.fixture
def workers(bucket: S3Store) -> tuple[S3, S3]:
    """Two processes that share a bucket and nothing else."""
    return S3(bucket, PART), S3(bucket, PART)


async def stream(data: bytes, size: int = 30_000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]
        await asyncio.sleep(0)


async def whole(blobs: S3, content: Content) -> bytes:
    return b"".join([piece async for piece in blobs.read(HOME, content.blob or "")])


def names(bucket: S3Store) -> list[str]:
    return [found["path"] for page in obstore.list(bucket) for found in page]


async def test_workers_take_the_parts_of_an_upload_in_turns(workers: tuple[S3, S3]):
    await workers[0].begin(HOME, "aa")
    at = 0
    for turn, end in enumerate((10, 150_000, 150_001, 390_000, len(BIG))):
        blobs = workers[turn % 2]
        assert await blobs.append(HOME, "aa", at, stream(BIG[at:end]), len(BIG)) == end
        assert [await each.received(HOME, "aa") for each in workers] == [end, end]
        at = end
    content = await workers[1].finish(HOME, "aa")
    assert content.sha256 == hashlib.sha256(BIG).hexdigest()
    assert await workers[0].finish(HOME, "aa") == content
    await workers[0].abandon(HOME, "aa")
    assert await whole(workers[1], content) == BIG


async def test_two_workers_that_are_sent_the_same_upload_at_once_do_it_no_harm(
    workers: tuple[S3, S3], bucket: S3Store
):
    other = bytes(len(BIG))
    await workers[0].begin(HOME, "aa")
    sent = await asyncio.gather(
        workers[0].append(HOME, "aa", 0, stream(BIG, 7_000), len(BIG)),
        workers[1].append(HOME, "aa", 0, stream(other, 90_000), len(BIG)),
    )
    assert sent == [len(BIG), len(BIG)]
    content = await workers[0].finish(HOME, "aa")
    found = await whole(workers[1], content)
    assert hashlib.sha256(found).hexdigest() == content.sha256
    assert len(found) == content.size == len(BIG)
    await workers[0].abandon(HOME, "aa")
    assert list(workers[0].unfinished(HOME)) == []
    await workers[1].delete(HOME, content.blob or "")
    assert names(bucket) == []


async def test_a_late_part_changes_nothing_of_a_content(workers: tuple[S3, S3]):
    await workers[0].begin(HOME, "aa")
    go_on = asyncio.Event()

    async def late() -> AsyncIterator[bytes]:
        yield bytes(50_000)
        await go_on.wait()
        yield bytes(PART * 9)

    sending = asyncio.create_task(workers[1].append(HOME, "aa", 0, late(), 10 * PART))
    await workers[0].append(HOME, "aa", 0, stream(BIG), len(BIG))
    content = await workers[0].finish(HOME, "aa")
    go_on.set()
    await sending
    assert await workers[1].finish(HOME, "aa") == content
    assert await whole(workers[1], content) == BIG


async def test_of_an_end_and_a_farewell_at_once_nothing_is_lost_that_was_promised(bucket: S3Store):
    for wait_s in (0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064):
        one, two = S3(bucket, PART), S3(bucket, PART)
        upload_id = secrets.token_hex(8)
        await one.begin(HOME, upload_id)
        await one.append(HOME, upload_id, 0, stream(BIG), len(BIG))

        async def leave(blobs: S3, upload_id: str, wait_s: float) -> None:
            await asyncio.sleep(wait_s)
            await blobs.abandon(HOME, upload_id)

        content, _ = await asyncio.gather(
            one.finish(HOME, upload_id), leave(two, upload_id, wait_s), return_exceptions=True
        )
        if isinstance(content, Content):
            assert await whole(two, content) == BIG
        else:
            assert isinstance(content, Missing)


async def test_a_cut_chain_is_told_from_where_it_breaks(workers: tuple[S3, S3], bucket: S3Store):
    await workers[0].begin(HOME, "aa")
    await workers[0].append(HOME, "aa", 0, stream(BIG), len(BIG))
    gone = next(name for name in names(bucket) if f"/{2 * PART:012x}-" in name)
    obstore.delete(bucket, gone)
    assert await workers[1].received(HOME, "aa") == 2 * PART
    with pytest.raises(WrongOffset):
        await workers[0].append(HOME, "aa", len(BIG), stream(b"more"), 2 * len(BIG))
    await workers[0].append(HOME, "aa", 2 * PART, stream(BIG[2 * PART :]), len(BIG))
    assert (await workers[1].finish(HOME, "aa")).sha256 == hashlib.sha256(BIG).hexdigest()


async def test_a_freed_content_leaves_nothing_in_the_bucket(workers: tuple[S3, S3], bucket: S3Store):
    contents = [await workers[0].put(HOME, stream(BIG[:size])) for size in (70_000, len(BIG))]
    assert len(names(bucket)) > 2
    for content in contents:
        await workers[1].delete(HOME, content.blob or "")
    assert names(bucket) == []


async def test_a_service_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch):
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    blobs = S3(store_of("s3://homes", "http://127.0.0.1:9"), PART)
    for asked in (
        blobs.reach(),
        blobs.put(HOME, stream(BIG)),
        blobs.delete(HOME, "00-00"),
        blobs.begin(HOME, "aa"),
        anext(blobs.read(HOME, "00-00")),
    ):
        with pytest.raises(Unavailable):
            await asked
    with pytest.raises(Unavailable):
        list(blobs.stored(HOME))


@pytest.fixture
async def refusing(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[int, str], Awaitable[S3]]]:
    """`await refusing(507, "StorageFull")`: a store whose service says that to everything."""
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    runners = []

    async def refusing(status: int, code: str) -> S3:
        async def refuse(request: web.Request) -> web.Response:
            await request.read()
            return web.Response(status=status, text=f"<Error><Code>{code}</Code></Error>")

        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{anything:.*}", refuse)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return S3(store_of("s3://homes", f"http://127.0.0.1:{runners[-1].addresses[0][1]}"), PART)

    yield refusing
    for each in runners:
        await each.cleanup()


@pytest.mark.parametrize(("status", "code"), [(507, "StorageFull"), (403, "QuotaExceeded")])
async def test_a_service_without_room_is_told_as_a_full_disk_is(refusing, status: int, code: str):
    blobs = await refusing(status, code)
    with pytest.raises(OutOfSpace):
        await blobs.put(HOME, stream(BIG))


async def test_a_refusal_is_not_taken_for_the_end_of_a_content_whose_name_has_its_number(refusing):
    blobs = await refusing(403, "AccessDenied")
    with pytest.raises(Unavailable):
        await anext(blobs.read(HOME, "416-00", 100_000))


@pytest.mark.parametrize("address", ["", "homes", "https://host/homes", "s3:///folder"])
def test_an_address_that_names_no_bucket_is_refused(address: str):
    with pytest.raises(Unavailable):
        store_of(address, "")
