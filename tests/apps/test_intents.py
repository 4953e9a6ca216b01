"""One app asks another to do something."""

import json
import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from tests.conftest import Client


@pytest.fixture
async def holder(house, home, anonymous):
    """`await holder(slug)`: the bearer of a token of a service of an app that is installed."""

    async def holding(slug: str) -> dict[str, str]:
        if slug != "mini":
            body = {"name": slug, "state": "ready"}
            await house.write(
                home, SYSTEM, documents.create, "io.cozy.apps", body, id_=f"io.cozy.apps/{slug}"
            )
        await house.write(home, SYSTEM, permissions.grant, "app", slug, {})
        token = await house.read(home, SYSTEM, auth.tokens.for_app, slug)
        return {"authorization": f"Bearer {token}"}

    return holding


def wanting(action: str = "PICK", type_: str = "io.cozy.foos") -> dict:
    return {
        "data": {
            "type": "io.cozy.intents",
            "attributes": {"action": action, "type": type_, "permissions": ["GET"]},
        }
    }


async def started(client: Client, headers: dict[str, str], **asked: str) -> dict:
    answer = await client.post("/intents", json=wanting(**asked), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_an_intent_finds_the_apps_that_can_do_it(anonymous, holder):
    intent = await started(anonymous, await holder("drive"), action="pick")
    said = intent["attributes"]
    assert said["client"] == "http://drive.alice.localhost:8080"
    assert said["permissions"] == ["GET"]
    href = f"http://mini.alice.localhost:8080/?intent={intent['id']}#/pick"
    assert said["services"] == [{"slug": "mini", "href": href}]
    assert said["availableApps"] == []
    assert intent["links"]["self"] == f"/intents/{intent['id']}"
    assert intent["links"]["permissions"].startswith("/permissions/")


async def test_what_nobody_can_do_finds_nobody(anonymous, holder):
    intent = await started(anonymous, await holder("drive"), type_="io.cozy.bars")
    assert intent["attributes"]["services"] == []


async def test_only_an_app_that_can_do_it_may_look_at_an_intent(anonymous, holder):
    drive = await holder("drive")
    intent = await started(anonymous, drive)
    url = f"/intents/{intent['id']}"
    assert (await anonymous.get(url, headers=await holder("mini"))).json()["data"]["attributes"] == intent[
        "attributes"
    ]
    assert (await anonymous.get(url, headers=drive)).status_code == 403
    assert (await anonymous.get(url)).status_code == 403
    assert (await anonymous.get("/intents/nothing", headers=drive)).status_code == 404


async def test_who_is_nobody_starts_no_intent(anonymous, holder):
    assert (await anonymous.post("/intents", json=wanting())).status_code == 403
    refused = await anonymous.post("/intents", json={"data": {}}, headers=await holder("drive"))
    assert refused.status_code == 422


async def test_the_app_that_asks_may_frame_the_one_that_answers_and_that_one_is_told(
    anonymous, browser, holder
):
    intent = await started(anonymous, await holder("drive"))
    page = await browser.get(f"/public?intent={intent['id']}")
    assert (
        "frame-ancestors 'self' http://drive.alice.localhost:8080;" in page.headers["content-security-policy"]
    )
    match = re.search(r'<script type="application/json" id="cozy-intent">(.*?)</script>', page.text)
    assert match is not None
    assert json.loads(match[1])["attributes"] == intent["attributes"]
    other = await browser.get("/public?intent=nonsense")
    assert "frame-ancestors 'self';" in other.headers["content-security-policy"]
    assert "cozy-intent" not in other.text
