"""The apps of a home over the API: lists, one of them, icons."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.documents import service as documents
from tests.apps.conftest import MINI


@pytest.fixture
async def bank(house, home) -> None:
    """A connector that is installed."""
    body = {"name": "Bank", "slug": "bank", "icon": "icon.svg", "version": "2.0.0", "state": "ready"}
    await house.write(
        home, SYSTEM, documents.create, "io.cozy.konnectors", body, id_="io.cozy.konnectors/bank"
    )


async def test_apps_are_listed_with_their_manifests_and_links(client):
    answer = await client.get("/apps/")
    assert answer.status_code == 200
    (app,) = answer.json()["data"]
    assert (app["type"], app["id"]) == ("io.cozy.apps", "io.cozy.apps/mini")
    assert app["attributes"]["slug"] == "mini"
    assert app["attributes"]["state"] == "ready"
    assert app["attributes"]["permissions"] == MINI["permissions"]
    assert app["links"] == {
        "self": "/apps/mini", "icon": "/apps/mini/icon/1.0.0", "related": "http://mini.alice.localhost:8080/",
    }  # fmt: skip
    assert answer.json()["meta"] == {"count": 1}
    assert answer.json()["links"] == {}


async def test_connectors_are_listed_apart(client, bank):
    (konnector,) = (await client.get("/konnectors/")).json()["data"]
    assert konnector["id"] == "io.cozy.konnectors/bank"
    assert konnector["links"]["permissions"] == "/permissions/konnectors/bank"
    assert konnector["meta"]["rev"].startswith("1-")


async def test_lists_come_in_pages(house, home, client):
    for slug in ("contacts", "drive", "notes", "photos"):
        body = {"name": slug, "state": "ready"}
        await house.write(home, SYSTEM, documents.create, "io.cozy.apps", body, id_=f"io.cozy.apps/{slug}")
    seen, url = [], "/apps/?limit=2"
    while url:
        page = (await client.get(url)).json()
        assert len(page["data"]) <= 2
        seen += [app["attributes"]["slug"] for app in page["data"]]
        url = page["links"].get("next")
    assert seen == ["contacts", "drive", "mini", "notes", "photos"]
    assert (await client.get("/apps/?limit=few")).status_code == 400


async def test_one_app_is_shown_to_who_may_read_it(client, holding):
    assert (await client.get("/apps/mini")).json()["data"]["attributes"]["name"] == "Mini"
    missing = await client.get("/apps/maxi")
    assert missing.status_code == 404
    assert missing.json()["errors"][0]["detail"] == "Application is not installed"
    narrow = await holding("io.cozy.apps:GET:io.cozy.apps/mini")
    assert (await narrow.get("/apps/mini")).status_code == 200
    assert (await narrow.get("/apps/")).status_code == 403
    other = await holding("io.cozy.files")
    assert [(await other.get(path)).status_code for path in ("/apps/", "/apps/mini", "/apps/maxi")] == [
        403,
        403,
        403,
    ]


async def test_an_icon_is_a_picture_that_can_run_nothing(client):
    icon = await client.get("/apps/mini/icon/1.0.0")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in icon.headers["content-security-policy"]
    assert (await client.get("/konnectors/mini/icon")).status_code == 404


async def test_a_page_that_is_named_as_icon_is_none(client, folder):
    (folder / "manifest.webapp").write_text('{"name": "Mini", "icon": "index.html"}')
    assert (await client.get("/apps/mini/icon")).status_code == 404
    (folder / "manifest.webapp").write_text('{"name": "Mini!", "icon": "../../../../../etc/passwd"}')
    assert (await client.get("/apps/mini/icon")).status_code == 404


async def test_icons_show_in_the_pages_of_apps_to_the_owner_alone(house, home, anonymous):
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    headers = {"cookie": f"cozy-session={entered.session}", "sec-fetch-site": "same-site"}
    assert (await anonymous.get("/apps/mini/icon/1.0.0", headers=headers)).status_code == 200
    assert (await anonymous.get("/apps/mini/icon/1.0.0")).status_code == 401
