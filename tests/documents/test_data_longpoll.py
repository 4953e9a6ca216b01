"""`/data`, a feed that is held until something changes (CouchDB, `feed=longpoll`)."""

import asyncio
import http.client
import json
import threading
from dataclasses import dataclass, replace

import pytest

from cozy.kernel.bus import Bus
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.service import tokens
from cozy.rooms.documents.routes import waiting
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.documents.conftest import EVENTS
from tests.program import DOMAIN, Cozy, Server, make_home

pytestmark = pytest.mark.anyio
CHANGES = f"{EVENTS}/_changes"


@dataclass
class Ears:
    """A bus that says when somebody listens."""

    bus: Bus
    listeners: int = 0

    def tell(self, home_id, changes):
        self.bus.tell(home_id, changes)

    async def hear(self, home_id, listener):
        end = await self.bus.hear(home_id, listener)
        self.listeners += 1

        def ended():
            self.listeners -= 1
            end()

        return ended

    async def close(self):
        await self.bus.close()

    async def until(self, listeners):
        """Until so many listen."""
        for _ in range(6_000):
            if self.listeners == listeners:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{self.listeners} listen")


@pytest.fixture
def house(house):
    return replace(house, bus=Ears(house.bus))


@pytest.fixture
def asking(client, house):
    """`await asking(since=…)`: a task whose result is the answer, once the feed is held."""

    async def asking(body=None, headers=None, **params):
        before = house.bus.listeners
        ask = client.get if body is None else client.post
        sent = {} if body is None else {"json": body}
        task = asyncio.create_task(
            ask(CHANGES, params={"feed": "longpoll", **params}, headers=headers, **sent)
        )
        await house.bus.until(before + 1)
        return task

    return asking


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()["results"]]


async def test_what_is_there_is_told_at_once(client, made):
    new = await made(n=1)
    assert ids(await client.get(CHANGES, params={"feed": "longpoll"})) == [new["id"]]
    back = {"feed": "longpoll", "descending": "true", "since": "now"}
    assert ids(await client.get(CHANGES, params=back)) == []


async def test_a_feed_is_held_until_something_changes(client, asking, house, made):
    await made(n=1)
    held = await asking(since="now", include_docs="true")
    await made("io.cozy.contacts", n=2)
    new = await made(n=3)
    answer = await held
    assert ids(answer) == [new["id"]]
    assert answer.json()["results"][0]["doc"]["n"] == 3
    await house.bus.until(0)
    again = await asking(since=answer.json()["last_seq"])
    await client.delete(f"{EVENTS}/{new['id']}", params={"rev": new["rev"]})
    assert (await again).json()["results"][0]["deleted"] is True


async def test_a_filter_picks_what_ends_it(asking, client, made):
    by_selector = await asking({"selector": {"n": {"$gt": 1}}}, filter="_selector")
    by_id = await asking({"doc_ids": ["wanted"]}, filter="_doc_ids")
    await made(n=1)
    await client.put(f"{EVENTS}/other", json={"n": 2})
    assert ids(await by_selector) == ["other"]
    assert not by_id.done()
    await client.put(f"{EVENTS}/wanted", json={"n": 0})
    assert ids(await by_id) == ["wanted"]


async def test_nothing_is_told_when_the_time_is_over(client, made):
    await made(n=1)
    last = (await client.get(CHANGES)).json()["last_seq"]
    answer = await client.get(CHANGES, params={"feed": "longpoll", "timeout": "20", "since": last})
    assert answer.json() == {"results": [], "last_seq": last, "pending": 0}


async def test_a_heart_beats_while_it_is_held(client, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_S", 0.3)
    answer = await client.get(CHANGES, params={"feed": "longpoll", "heartbeat": "20", "timeout": "1"})
    assert answer.text.startswith("\n")
    assert answer.json()["results"] == []


async def test_who_loses_leave_hears_nothing_more(asking, client, house, home, made):
    rules = {"events": Rule("io.cozy.events")}
    grant = await house.write(home, SYSTEM, permissions.grant, "oauth", "client-1", rules)
    token = await house.read(home, SYSTEM, tokens.signed, "access", "client-1", None, grant=grant.id)
    headers = {"authorization": f"Bearer {token}"}
    held = await asking(headers=headers)
    await house.write(home, SYSTEM, permissions.withdraw, grant)
    answer = await held
    await made(n=1)
    assert ids(answer) == []
    assert (await client.get(CHANGES, params={"feed": "longpoll"}, headers=headers)).status_code == 400
    nobody = await house.read(home, SYSTEM, auth.mint, "io.cozy.contacts")
    headers = {"authorization": f"Bearer {nobody}"}
    assert (await client.get(CHANGES, params={"feed": "longpoll"}, headers=headers)).status_code == 403


def test_a_server_that_stops_says_that_nothing_changed(tmp_path):
    make_home(tmp_path / "data")
    cozy = Cozy(tmp_path / "data")
    said = []
    with Server(cozy, tmp_path / "log") as server:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        headers = {"host": DOMAIN, "authorization": f"Bearer {cozy.token()}"}
        line.request("GET", f"{CHANGES}?feed=longpoll&heartbeat=1000", headers=headers)
        answer = line.getresponse()
        assert answer.read(1) == b"\n"
        reading = threading.Thread(target=lambda: said.append(json.loads(answer.read())))
        reading.start()
        assert server.stop() == 0
        reading.join()
        line.close()
    assert said == [{"results": [], "last_seq": "0-cozy", "pending": 0}]
    assert server.errors() == ""
