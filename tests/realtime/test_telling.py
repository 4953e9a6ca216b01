"""Telling what is not stored; sides that are slow; what other processes write; many sockets at once."""

import asyncio

import pytest

from cozy.app.house import opened
from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.realtime.routes import conversation

FOOS = "io.cozy.foos"
BAZS = "io.cozy.bazs"


async def test_what_is_not_stored_is_told_to_who_listens(listening, client):
    socket = await listening(BAZS, "baz-one")
    answer = await client.post(f"/realtime/{BAZS}/baz-one", json={"hello": "world"})
    assert (answer.status_code, answer.content) == (204, b"")
    doc = {"_id": "baz-one", "_type": BAZS, "hello": "world"}
    assert await socket.event() == ("NOTIFIED", BAZS, "baz-one", doc)
    assert (await client.get(f"/data/{BAZS}/baz-one")).status_code == 404


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        (f"{BAZS}:POST", 204),
        (f"{BAZS}:POST:baz-one", 204),
        (f"{BAZS}:POST:baz-two", 403),
        (f"{BAZS}:POST:world:hello", 204),
        (f"{BAZS}:POST:moon:hello", 403),
        (f"{BAZS}:GET,PUT,PATCH,DELETE", 403),
        (FOOS, 403),
    ],
)
async def test_who_tells_needs_leave_to_post(client, minted, scope, status):
    headers = {"authorization": f"Bearer {await minted(scope)}"}
    answer = await client.post(f"/realtime/{BAZS}/baz-one", json={"hello": "world"}, headers=headers)
    assert answer.status_code == status


async def test_nobody_tells_nothing(anonymous):
    assert (await anonymous.post(f"/realtime/{BAZS}/baz-one", json={})).status_code == 401


@pytest.mark.parametrize("doctype", ["io.cozy.sessions", "io.cozy.permissions", "io.cozy.files.thumbnails"])
async def test_what_is_the_homes_own_is_told_by_nobody_else(client, doctype):
    answer = await client.post(f"/realtime/{doctype}/one", json={"hello": "world"})
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{", b'"x"'])
async def test_only_an_object_is_told(client, body):
    assert (await client.post(f"/realtime/{BAZS}/one", content=body)).status_code == 400


async def test_what_another_process_writes_is_told(house, home, listening):
    socket = await listening(FOOS)
    async with opened(house.settings) as elsewhere:
        await elsewhere.write(home, SYSTEM, documents.create, FOOS, {"n": 1}, id_="one")
    assert await socket.event() == (
        "CREATED", FOOS, "one", {"_id": "one", "_type": FOOS, "_rev": (await revs(house, home))["one"], "n": 1}
    )  # fmt: skip


async def revs(house, home):
    found = await house.read(home, SYSTEM, documents.changes, FOOS)
    return {change.id: change.rev for change in found}


async def test_a_deleted_document_that_is_not_known_any_more_says_that_it_is(
    house, home, listening, monkeypatch
):
    def come_and_go(work):
        documents.delete(work, documents.create(work, FOOS, {"n": 1}, id_="one"))
        work.changes.clear()

    socket = await listening(FOOS)
    await house.write(home, SYSTEM, come_and_go)
    await house.write(home, SYSTEM, documents.create, FOOS, {}, id_="two")
    verb, _, id_, doc = await socket.event()
    assert (verb, id_, doc["_deleted"]) == ("DELETED", "one", True)
    assert (await socket.event())[2] == "two"


async def test_a_side_that_does_not_take_its_messages_is_hung_up_on(house, home, listening, monkeypatch):
    monkeypatch.setattr(conversation, "WAITING", 20)
    slow, quick = await listening(FOOS), await listening(FOOS)
    slow.connection.transport.pause_reading()

    def write(work):
        for _ in range(10):
            documents.create(work, FOOS, {"text": "x" * 100_000})

    for _ in range(30):
        await house.write(home, SYSTEM, write)
        for _ in range(10):
            assert (await quick.event())[0] == "CREATED"
    slow.connection.transport.resume_reading()
    assert await slow.closes() == 1013
    assert await quick.is_quiet()


async def test_a_side_that_takes_nothing_at_all_is_let_go(house, home, port, listening, monkeypatch):
    from cozy.app import sockets

    monkeypatch.setattr(conversation, "SEND_WITHIN_S", 0.1)
    monkeypatch.setattr(sockets, "GONE_WITHIN_S", 0.1)
    stuck = await listening(FOOS)
    stuck.connection.transport.pause_reading()
    await house.write(home, SYSTEM, documents.create, FOOS, {"text": "x" * 14_000_000})
    await asyncio.sleep(0.1)
    await house.write(home, SYSTEM, documents.create, FOOS, {"text": "x"})
    async with asyncio.timeout(60):
        while house.bus._local.is_heard(home.id):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stuck.connection.transport.resume_reading()
    assert await stuck.closes() == 1006


async def test_a_hundred_sockets_hear_the_same(listening, client):
    sockets = [await listening(FOOS) for _ in range(100)]
    for n in range(5):
        await client.put(f"/data/{FOOS}/d{n}", json={})
    for socket in sockets:
        assert [(await socket.event())[2] for _ in range(5)] == [f"d{n}" for n in range(5)]


async def test_who_has_left_costs_nothing_any_more(house, home, listening):
    socket = await listening(FOOS)
    assert house.bus._local.is_heard(home.id)
    await socket.connection.close()
    async with asyncio.timeout(60):
        while house.bus._local.is_heard(home.id):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
