"""Webhooks: programs of the host are told what becomes of homes, at least once, signed, and nothing that is in a home."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from cozy.backends.outside import OutsideByHttp
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes
from cozy.rooms.hosting.service import webhooks
from tests.conftest import DOMAIN
from tests.hosting.test_console import Browser, console, outside_door  # noqa: F401
from tests.program import Cozy

pytestmark = pytest.mark.anyio
URL = f"/instances/{DOMAIN}"


class Receiver:
    """A billing system on loopback."""

    def __init__(self):
        self.url, self.status, self.got = "", 204, []
        self.asleep: asyncio.Event | None = None

    async def take(self, request):
        self.got.append((request.headers, await request.read()))
        if self.asleep:
            self.asleep.set()
            await asyncio.Event().wait()
        return web.Response(status=self.status)

    @property
    def kinds(self):
        return [json.loads(body)["type"] for _, body in self.got]


@asynccontextmanager
async def listening():
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def receiver(house):
    async with listening() as receiver:
        yield receiver
    for table in ("webhooks", "deliveries", "plans", "agreed_plans"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


@pytest.fixture
async def outside():
    client = OutsideByHttp(Settings(outside_allowed="0.0.0.0/0"))
    yield client
    await client.close()


async def test_what_becomes_of_a_home_is_told_signed_and_in_the_words_of_the_api(
    house, home, hoster, receiver, outside
):
    await hoster.put("/plans/family", json={"title": "Family"})
    added = await hoster.post("/webhooks", json={"url": receiver.url})
    secret = added.json()["secret"]
    assert secret not in (await hoster.get("/webhooks")).text
    assert secret.encode() not in b"".join(
        bytes(str(row), "utf-8")
        for row in await house.storage.host.read(lambda db: db.all("SELECT secret FROM webhooks"))
    )
    await hoster.post("/instances", params={"Domain": "bob.localhost", "UUID": "C-7", "PublicName": "Bobby"})
    bob = "/instances/bob.localhost"
    await hoster.patch(bob, params={"Plan": "family", "Unpaid": "true"})
    await hoster.patch(bob, params={"DiskQuota": "1000"})  # which is nobody's business
    await hoster.patch(bob, params={"Unpaid": "false"})
    await hoster.patch(bob, params={"Blocked": "true"})
    await hoster.delete(bob)
    await webhooks.carry_on(house, outside)
    assert sorted(receiver.kinds) == sorted(
        ["home.created", "home.plan_changed", "home.unpaid", "home.paid", "home.closed", "home.destroyed"]
    )
    for headers, body in receiver.got:
        message_id, at = headers["webhook-id"], int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == webhooks.signature(secret, message_id, at, body)
        data = json.loads(body)["data"]
        assert (data["domain"], data["uuid"]) == ("bob.localhost", "C-7")
        assert b"Bobby" not in body
    changed = next(json.loads(body) for _, body in receiver.got if b"plan_changed" in body)
    assert (changed["data"]["plan"], changed["data"]["plan_before"]) == ("family", "")
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 6
    await webhooks.carry_on(house, outside)
    assert len(receiver.got) == 6


async def test_a_new_secret_signs_beside_the_one_before_for_two_days(
    house, home, hoster, receiver, outside, clock
):
    added = (await hoster.post("/webhooks", json={"url": receiver.url})).json()
    first, at = added["secret"], f"/webhooks/{added['id']}"
    second = (await hoster.post(f"{at}/secret")).json()["secret"]
    shown = (await hoster.get("/webhooks")).text
    assert (first in shown, second in shown, "secret_before" in shown) == (False, False, False)
    for days, known in ((0, [second, first]), (2, [second])):
        clock.advance(days=days)
        await hoster.patch(f"{URL}?Blocked={str(not days).lower()}")
        await webhooks.carry_on(house, outside)
        headers, body = receiver.got[-1]
        told = headers["webhook-id"], int(headers["webhook-timestamp"]), body
        signed = [webhooks.signature(each, *told) for each in known]
        assert headers["webhook-signature"].split() == signed
    page = (await hoster.get("/my/webhooks")).text
    assert "New secret" in page


def test_messages_are_signed_as_the_specification_has_it():
    signed = webhooks.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_what_is_not_taken_is_sent_again_for_days_and_then_given_up_until_somebody_asks(
    house, home, hoster, receiver, outside, clock
):
    await hoster.post("/webhooks", json={"url": receiver.url})
    await hoster.patch(URL, params={"Blocked": "true"})
    receiver.status, began = 503, clock()
    for _ in range(50):
        await webhooks.carry_on(house, outside)
        (delivery,) = (await hoster.get("/deliveries")).json()
        if delivery["state"] == "given_up":
            break
        clock.now = max(clock.now, _time(delivery["due_at"]))
    assert (delivery["state"], delivery["tries"], delivery["error"]) == ("given_up", 10, "it answered 503")
    assert len(receiver.got) == 10
    assert 3 <= (clock() - began).days <= 4
    receiver.status = 200
    clock.advance(days=1)
    await webhooks.carry_on(house, outside)
    assert len(receiver.got) == 10
    assert (await hoster.post(f"/deliveries/{delivery['id']}/again")).status_code == 204
    await webhooks.carry_on(house, outside)
    assert [each["state"] for each in (await hoster.get("/deliveries?state=sent")).json()] == ["sent"]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert (await hoster.post("/deliveries/none/again")).status_code == 404


def _time(text):
    from cozy.kernel.clock import parse

    return parse(text)


async def test_two_processes_send_a_message_once_and_one_that_dies_over_it_leaves_it_to_the_next(
    house, home, hoster, receiver, outside, clock
):
    await hoster.post("/webhooks", json={"url": receiver.url})
    await hoster.patch(URL, params={"Blocked": "true"})
    await asyncio.gather(*(webhooks.carry_on(house, outside) for _ in range(3)))
    assert receiver.kinds == ["home.closed"]
    await hoster.patch(URL, params={"Blocked": "false"})
    receiver.asleep = asyncio.Event()
    dying = asyncio.create_task(webhooks.carry_on(house, outside))
    await receiver.asleep.wait()
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    receiver.asleep = None
    await webhooks.carry_on(house, outside)
    assert len(receiver.got) == 2
    clock.advance(seconds=61)
    await webhooks.carry_on(house, outside)
    assert receiver.kinds == ["home.closed", "home.opened", "home.opened"]


async def test_one_that_never_answers_holds_no_other_up_for_longer_than_an_answer_may_take(
    house, home, hoster, receiver, outside, monkeypatch
):
    monkeypatch.setattr(webhooks, "ANSWER_WITHIN_S", 0.1)
    monkeypatch.setattr(webhooks, "AT_ONCE", 20)
    async with listening() as silent:
        silent.asleep = asyncio.Event()
        await hoster.post("/webhooks", json={"url": silent.url})
        for number in range(20):
            await hoster.patch(URL, params={"Blocked": str(not number % 2).lower()})
        await hoster.post("/webhooks", json={"url": receiver.url})
        await hoster.patch(URL, params={"Blocked": "true"})
        await webhooks.carry_on(house, outside)
        assert receiver.kinds == ["home.closed"]
        assert len(silent.got) == webhooks.AT_A_TIME


async def test_what_is_undone_is_not_told(house, home, hoster, receiver):
    await hoster.post("/webhooks", json={"url": receiver.url})

    def half(work):
        homes.change(work, DOMAIN, state="blocked")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await house.write_host(half)
    assert (await hoster.get("/deliveries")).json() == []


async def test_statements_are_told_of_once_when_the_month_is_over(
    house, home, hoster, receiver, outside, clock
):
    await hoster.post("/webhooks", json={"url": receiver.url})
    await webhooks.carry_on(house, outside)
    assert receiver.got == []
    clock.advance(days=14)
    for _ in range(2):
        await webhooks.carry_on(house, outside)
    (said,) = [json.loads(body) for _, body in receiver.got]
    assert (said["type"], said["data"]["csv"]) == ("statement.ready", "/statements/2026-07.csv")
    assert (await hoster.get(said["data"]["csv"])).status_code == 200
    clock.advance(days=31)
    await webhooks.carry_on(house, outside)
    assert len(receiver.got) == 2


async def test_the_console_adds_an_address_shows_what_was_told_and_removes_it(
    console, hoster, house, home, receiver, outside  # noqa: F811
):  # fmt: skip
    wrong = await console.submit("/my/webhooks", url="ftp://example.org")
    assert (wrong.status_code, "This is no address on the web" in wrong.text) == (422, True)
    added = await console.submit("/my/webhooks", url=receiver.url)
    assert (added.status_code, "whsec_" in added.text) == (201, True)
    assert "This address is told already" in (await console.submit("/my/webhooks", url=receiver.url)).text
    receiver.status = 500
    await hoster.patch(URL, params={"Blocked": "true"})
    await webhooks.carry_on(house, outside)
    shown = (await console.get("/my/webhooks")).text
    assert "whsec_" not in shown
    assert ("home.closed" in shown, "it answered 500" in shown) == (True, True)
    (delivery,) = (await hoster.get("/deliveries")).json()
    again = await console.submit(f"/my/deliveries/{delivery['id']}/again", page="/my/webhooks")
    assert "It is sent again." in await console.landed(again)
    (webhook,) = (await hoster.get("/webhooks")).json()
    gone = await console.submit(f"/my/webhooks/{webhook['id']}/dropped", page="/my/webhooks")
    assert "told nothing any more" in await console.landed(gone)
    assert (await hoster.get("/deliveries")).json() == []


def test_the_command_line_adds_lists_and_drops(tmp_path):
    cozy = Cozy(tmp_path / "data")
    assert cozy("admin", "webhook", "https://billing.example.org").out.startswith("whsec_")
    (webhook,) = cozy("admin", "webhooks", "--json").json
    assert webhook["url"] == "https://billing.example.org"
    assert cozy("admin", "deliveries", "--json").json == []
    assert cozy("admin", "drop-webhook", webhook["id"]).code == 0
    assert cozy("admin", "webhooks", "--json").json == []
