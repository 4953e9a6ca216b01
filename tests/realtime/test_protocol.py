"""What is said on a socket, and what is answered (cozy-stack docs/realtime.md)."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from cozy.rooms.realtime.routes import conversation

FOOS = "io.cozy.foos"


async def test_a_socket_speaks_the_protocol_that_it_is_asked_for(open_):
    socket = await open_()
    assert socket.connection.subprotocol == "io.cozy.websocket"


async def test_who_does_not_say_who_they_are_first_is_hung_up_on(open_):
    socket = await open_()
    await socket.subscribe(FOOS)
    assert await socket.hears() == {
        "event": "error",
        "payload": {
            "status": "405 Method Not Allowed",
            "code": "method not allowed",
            "title": "The SUBSCRIBE method is not supported",
            "source": {"method": "SUBSCRIBE", "payload": {"type": FOOS}},
        },
    }
    assert await socket.closes() == 1008


@pytest.mark.parametrize("token", ["123456789", "", None, {"a": 1}, "a.b.c", "x" * 5000])
async def test_a_token_that_opens_nothing_is_refused(open_, token):
    socket = await open_()
    await socket.say("AUTH", token)
    assert await socket.hears() == {
        "event": "error",
        "payload": {
            "status": "401 Unauthorized",
            "code": "unauthorized",
            "title": "The authentication has failed",
            "source": {"method": "AUTH", "payload": token},
        },
    }
    assert await socket.closes() == 1008


async def test_a_doctype_that_the_token_does_not_open_is_refused_and_the_socket_goes_on(
    open_, minted, client
):
    socket = await open_()
    await socket.say("AUTH", await minted("io.cozy.foos"))
    await socket.subscribe("io.cozy.contacts")
    assert await socket.hears() == {
        "event": "error",
        "payload": {
            "status": "403 Forbidden",
            "code": "forbidden",
            "title": "The application can't subscribe to io.cozy.contacts",
            "source": {"method": "SUBSCRIBE", "payload": {"type": "io.cozy.contacts", "id": ""}},
        },
    }
    await socket.subscribe(FOOS)
    await socket.settled()
    await client.put(f"/data/{FOOS}/foo-one", json={})
    assert (await socket.event())[2] == "foo-one"


async def test_a_document_is_told_as_it_is_made_changed_and_deleted(listening, client):
    socket = await listening(FOOS)
    first = (await client.post(f"/data/{FOOS}/", json={"n": 1})).json()
    where, id_ = f"/data/{FOOS}/{first['id']}", first["id"]
    second = (await client.put(where, json={"_id": id_, "_rev": first["rev"], "n": 2})).json()
    third = (await client.delete(where, params={"rev": second["rev"]})).json()
    own = {"_id": id_, "_type": FOOS}
    assert await socket.event() == ("CREATED", FOOS, id_, {**own, "_rev": first["rev"], "n": 1})
    assert await socket.event() == ("UPDATED", FOOS, id_, {**own, "_rev": second["rev"], "n": 2})
    assert await socket.event() == ("DELETED", FOOS, id_, {**own, "_rev": third["rev"], "n": 2})


async def test_many_written_at_once_are_told_one_by_one(listening, client):
    socket = await listening(FOOS)
    docs = [{"_id": f"d{n:03}", "n": n} for n in range(300)]
    await client.post(f"/data/{FOOS}/_bulk_docs", json={"docs": docs})
    told = [await socket.event() for _ in docs]
    assert [(verb, id_, doc["n"]) for verb, _, id_, doc in told] == [
        ("CREATED", doc["_id"], doc["n"]) for doc in docs
    ]


async def test_only_the_documents_that_were_asked_for_are_told(listening, client):
    socket = await listening("io.cozy.bars", "bar-one")
    await socket.subscribe("io.cozy.bars", "bar-two")
    await socket.settled()
    for id_ in ("bar-three", "bar-one", "bar-two"):
        await client.put(f"/data/io.cozy.bars/{id_}", json={})
    await client.post(f"/data/{FOOS}/", json={})
    assert [(await socket.event())[2] for _ in range(2)] == ["bar-one", "bar-two"]
    assert await socket.is_quiet()


async def test_what_is_unsubscribed_is_not_told_any_more(listening, client):
    socket = await listening("io.cozy.bars", "bar-one")
    await socket.subscribe(FOOS)
    await socket.say("unsubscribe", {"type": "io.cozy.bars", "id": "bar-one"})
    await socket.settled()
    await client.put("/data/io.cozy.bars/bar-one", json={})
    await client.put(f"/data/{FOOS}/foo-one", json={})
    assert (await socket.event())[2] == "foo-one"


async def test_a_document_asked_for_twice_is_told_once(listening, client):
    socket = await listening(FOOS, "foo-one")
    await socket.subscribe(FOOS)
    await socket.settled()
    await client.put(f"/data/{FOOS}/foo-one", json={})
    await socket.event()
    assert await socket.is_quiet()


async def test_a_command_without_a_type_and_one_that_is_none_are_refused(listening):
    socket = await listening(FOOS)
    for payload in (None, {}, "x", {"type": 3}):
        await socket.say("SUBSCRIBE", payload)
        assert await socket.error() == "404 Page Not Found"
    await socket.say("DANCE", {"type": FOOS})
    assert await socket.error() == "405 Method Not Allowed"


@pytest.mark.parametrize(
    ("message", "code"), [("not json", 1007), ("[1]", 1007), ("[" * 2000, 1007), ("x" * 9000, 1009)]
)
async def test_what_is_no_command_at_all_ends_the_socket(listening, message, code):
    socket = await listening(FOOS)
    await socket.connection.send(message)
    assert await socket.closes() == code


async def test_one_socket_has_a_bounded_number_of_subscriptions(listening, monkeypatch):
    monkeypatch.setattr(conversation, "TOPICS", 2)
    socket = await listening(FOOS)
    await socket.subscribe(FOOS, "a")
    await socket.subscribe(FOOS, "b")
    assert await socket.error() == "429 Too Many Requests"


async def test_a_socket_that_nobody_speaks_on_is_closed(open_, monkeypatch):
    monkeypatch.setattr(conversation, "AUTH_WITHIN_S", 0.05)
    socket = await open_()
    assert await socket.closes() == 1008


async def test_there_is_no_socket_where_there_is_no_home_or_no_route(port):
    for uri, status in (
        ("ws://nobody.localhost:8080/realtime/", 404),
        ("ws://alice.localhost:8080/nothing/", 404),
        ("ws://alice.localhost:8080/data/io.cozy.foos/_all_docs", 405),
    ):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(uri, host="127.0.0.1", port=port, proxy=None):
                pass
        assert refused.value.response.status_code == status
