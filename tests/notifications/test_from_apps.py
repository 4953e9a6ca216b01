"""What apps, connectors and programs tell the owner (cozy-stack docs/notifications.md)."""

from datetime import timedelta

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.rooms.documents import service as documents
from cozy.rooms.notifications import service
from cozy.rooms.notifications.model import NOTIFICATIONS
from cozy.rooms.notifications.service import from_apps
from cozy.rooms.permissions import service as permissions

BALANCE = {"description": "A balance below zero", "collapsible": True, "multiple": True, "stateful": True,
           "default_priority": "high", "min_interval": 3_600_000_000_000}  # fmt: skip
MANIFEST = {"name": "Bank", "slug": "bank", "state": "ready", "routes": {},
            "notifications": {"balance": BALANCE, "news": {"description": "News"}}}  # fmt: skip
SAID = {"category": "balance", "category_id": "mine", "title": "Below zero", "message": "By 12 euros", "state": "-1",
        "data": {"redirectLink": "bank/#/balances"}, "preferred_channels": ["mobile"]}  # fmt: skip


@pytest.fixture
def postgres():
    """What differs by engine is in the service's own tests."""
    return ""


def install(work):
    for kind in ("apps", "konnectors"):
        documents.create(work, f"io.cozy.{kind}", MANIFEST, id_=f"io.cozy.{kind}/bank")
    documents.create(
        work, "io.cozy.apps", {**MANIFEST, "slug": "mute", "notifications": None}, id_="io.cozy.apps/mute"
    )


@pytest.fixture
async def tell(house, home, acting):
    """`await tell(kind="app", name="bank", **said)`: what is answered."""
    await house.write(home, SYSTEM, install)

    async def tell(kind="app", name="bank", **said):
        client = await acting(kind, name, "io.cozy.notifications:POST")
        return await client.post("/notifications", json={"data": {"attributes": {**SAID, **said}}})

    return tell


async def listed(house, home):
    return await house.read(home, SYSTEM, service.listed)


async def test_an_app_tells_in_a_category_that_it_announced(tell, house, home):
    answer = await tell()
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    assert (data["type"], data["links"]["self"]) == (NOTIFICATIONS, f"/notifications/{data['id']}")
    assert data["meta"]["rev"].startswith("1-")
    attributes = data["attributes"]
    assert attributes["source_id"] == "cozy/app/bank/balance/mine"
    assert (attributes["originator"], attributes["slug"], attributes["priority"]) == ("app", "bank", "high")
    assert (attributes["title"], attributes["message"]) == ("Below zero", "By 12 euros")
    [told] = await listed(house, home)
    link = await house.read(home, SYSTEM, service.link_of, told)
    assert link == "http://bank.alice.localhost:8080/#/balances"


async def test_a_connector_tells_too(tell):
    assert (await tell("konnector")).json()["data"]["attributes"][
        "source_id"
    ] == "cozy/konnector/bank/balance/mine"


@pytest.mark.parametrize(
    ("who", "said", "status", "detail"),
    [
        ({}, {"title": " "}, 400, "Notification is not valid"),
        ({}, {"title": "x" * 301}, 400, "Notification is not valid"),
        ({}, {"at": "tomorrow"}, 400, "Notification is not valid"),
        ({}, {"category": "weather"}, 403, "Notification category does not exist"),
        ({"name": "mute"}, {}, 403, "No category for this app"),
        ({"name": "gone"}, {}, 404, None),
        ({"kind": "client", "name": "nobody"}, {}, 403, "Not authorized to send notification"),
    ],
)
async def test_what_was_not_announced_is_refused_in_words_that_apps_know(tell, who, said, status, detail):
    answer = await tell(**who, **said)
    assert answer.status_code == status, answer.text
    assert detail is None or answer.json()["errors"][0]["detail"] == detail


async def test_only_apps_and_programs_tell(client, tell):
    answer = await client.post("/notifications", json={"data": {"attributes": SAID}})
    assert answer.status_code == 403


async def test_the_same_state_is_not_told_again(tell, house, home, clock):
    first = (await tell()).json()["data"]
    again = await tell(title="Still below zero")
    assert (again.status_code, again.json()["data"]["id"]) == (201, first["id"])
    await tell(state="-2", title="Lower")
    found = await listed(house, home)
    assert [(each.title, bool(each.read_at)) for each in found] == [("Lower", False), ("Below zero", True)]
    clock.advance(hours=2)
    await tell(state="-3", title="Lower still")
    assert next((each.title, bool(each.read_at)) for each in await listed(house, home)) == (
        "Lower still",
        False,
    )


async def test_without_states_everything_is_told(tell, house, home):
    for _ in range(2):
        assert (await tell(category="news")).status_code == 201
    assert [each.state for each in await listed(house, home)] == [None, None]


async def test_one_app_cannot_say_more_than_an_hour_allows(tell, house, home, monkeypatch, clock):
    monkeypatch.setattr(from_apps, "MOST_PER_HOUR", 2)
    for _ in range(2):
        await tell(category="news")
    assert (await tell(category="news")).status_code == 429
    assert (await tell("konnector", category="news")).status_code == 201
    clock.advance(hours=1, seconds=1)
    assert (await tell(category="news")).status_code == 201


async def test_what_is_for_later_shows_when_its_time_has_come(tell, house, home, clock):
    at = iso(clock.now + timedelta(hours=3))
    data = (await tell(category="news", at=at)).json()["data"]
    assert data["attributes"]["at"] == at
    assert await listed(house, home) == []
    assert await house.read(home, SYSTEM, service.unread) == 0


async def test_a_program_tells_what_it_announced_when_it_registered(house, home, program, owner, clock):
    await program.register(client_name="Phone", notifications={"news": {"description": "News"}})
    assert program.known["notifications"] == {"news": {"description": "News"}}

    def connected(work):
        from cozy.rooms.auth.service import tokens

        granted = permissions.grant(work, "oauth", program.known["client_id"], {})
        return tokens.signed(work, "access", program.known["client_id"], grant=granted.id)

    token = await house.write(home, SYSTEM, connected)
    headers = {"authorization": f"Bearer {token}"}
    said = {"data": {"attributes": {"category": "news", "title": "Hello"}}}
    answer = await program.http.post("/notifications", json=said, headers=headers)
    assert answer.json()["data"]["attributes"]["source_id"] == "cozy/oauth//news/"
    said["data"]["attributes"]["category"] = "other"
    assert (await program.http.post("/notifications", json=said, headers=headers)).status_code == 403


async def test_apps_read_them_and_write_them_only_there(house, home, acting, tell):
    await tell()
    client = await acting("app", "bank", NOTIFICATIONS)
    found = await client.post(f"/data/{NOTIFICATIONS}/_find", json={"selector": {}})
    assert [each["title"] for each in found.json()["docs"]] == ["Below zero"]
    assert (await client.post(f"/data/{NOTIFICATIONS}", json={"title": "x"})).status_code == 403
