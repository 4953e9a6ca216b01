"""The registries of a home, through the home; and a folder of apps that is told about as one."""

import dataclasses
import json

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM, Caller
from cozy.rooms.apps import service as apps
from cozy.rooms.auth import service as auth
from tests.apps.conftest import FILES, MINI, write_app
from tests.apps.test_installing import packed
from tests.apps.world import World
from tests.conftest import Client

BANK = {"name": "Bank", "type": "konnector", "version": "3.0.0", "icon": "icon.svg"}


@pytest.fixture
def first(world):
    """A registry that knows mini alone."""
    content = packed(MINI, FILES)
    world.registry("mini", "1.0.0", MINI, world.give("/mini.tar.gz", content), content)
    world.give("/registry/mini/icon", b"<svg/>", "image/svg+xml")
    world.give("/registry/mini/1.0.0/screenshots/a.png", b"png", "image/png")
    world.give("/registry/mini/1.0.0/icon", b"<script>", "text/html")
    world.tell("/registry/maintenance", [{"slug": "mini", "type": "webapp"}])
    return world


@pytest.fixture
def second():
    """Another, which knows mini as well, otherwise, and a connector."""
    with World() as world:
        content = packed(BANK, {})
        world.registry("bank", "3.0.0", BANK, world.give("/bank.tar.gz", content), content)
        world.registry("mini", "0.1.0", {**MINI, "name": "Old"}, "", b"")
        world.tell("/registry/maintenance", [{"slug": "mini", "from": "second"}, {"slug": "bank"}])
        yield world


@pytest.fixture
def offered(tmp_path):
    """A folder that offers two apps, and holds other things."""
    write_app(tmp_path / "offered" / "notes", {**MINI, "slug": "notes", "name": "Notes", "screenshots": ["shots/one.png"]}, {"shots/one.png": "png", **FILES})  # fmt: skip
    folder = tmp_path / "offered" / "bank-build"
    folder.mkdir()
    (folder / "manifest.konnector").write_text(json.dumps({**BANK, "slug": "bank"}))
    (tmp_path / "offered" / "broken").mkdir()
    (tmp_path / "offered" / "broken" / "manifest.webapp").write_text("{")
    (tmp_path / "offered" / "README").write_text("apps")
    return tmp_path / "offered"


@pytest.fixture
def house(house_in_the_world, first, second, offered):
    settings = house_in_the_world.settings
    asked = f"{first.origin}/, {second.origin}"
    return dataclasses.replace(
        house_in_the_world, settings=replace(settings, registries=asked, apps_offered=str(offered))
    )


async def test_apps_of_all_registries_are_listed_and_the_first_that_knows_one_speaks_for_it(client):
    answer = (await client.get("/registry", params={"limit": "300"})).json()
    assert [app["slug"] for app in answer["data"]] == ["bank", "mini", "notes"]
    assert answer["data"][1]["latest_version"]["version"] == "1.0.0"
    assert answer["meta"] == {"count": 3}


async def test_lists_come_in_pages_sorted(client):
    page = (await client.get("/registry?limit=2&sort=-slug")).json()
    assert [app["slug"] for app in page["data"]] == ["notes", "mini"]
    rest = (await client.get(f"/registry?limit=2&sort=-slug&cursor={page['meta']['next_cursor']}")).json()
    assert [app["slug"] for app in rest["data"]] == ["bank"]
    assert "next_cursor" not in rest["meta"]


async def test_filters_go_to_the_registries(client, first):
    assert (await client.get("/registry?filter[type]=konnector&versionsChannel=stable")).status_code == 200
    assert any(
        "filter%5Btype%5D=konnector" in path and "versionsChannel=stable" in path for path in first.asked
    )


async def test_one_app_one_release_and_the_latest_of_a_channel(client):
    assert (await client.get("/registry/mini")).json()["latest_version"]["manifest"]["name"] == "Mini"
    assert (await client.get("/registry/bank/3.0.0")).json()["version"] == "3.0.0"
    assert (await client.get("/registry/notes/beta/latest")).json()["manifest"]["name"] == "Notes"
    for path in ("/registry/other", "/registry/mini/9.9.9", "/registry/mini/odd/latest"):
        assert (await client.get(path)).status_code == 404


async def test_what_is_out_of_order_is_a_bare_list(client):
    assert (await client.get("/registry/maintenance")).json() == [
        {"slug": "mini", "type": "webapp"},
        {"slug": "bank"},
    ]


async def test_pictures_are_pictures_and_can_run_nothing(client):
    icon = await client.get("/registry/mini/icon")
    assert (icon.content, icon.headers["content-type"]) == (b"<svg/>", "image/svg+xml")
    assert "sandbox" in icon.headers["content-security-policy"]
    assert (await client.get("/registry/mini/1.0.0/screenshots/a.png")).content == b"png"
    assert (await client.get("/registry/mini/1.0.0/icon")).status_code == 404
    assert (await client.get("/registry/notes/icon")).headers["content-type"] == "image/svg+xml"
    assert (await client.get("/registry/notes/screenshots/one.png")).content == b"png"
    assert (await client.get("/registry/notes/screenshots/../../../secret.txt")).status_code == 404


async def test_a_registry_is_asked_once_in_a_while(client, first):
    for _ in range(3):
        await client.get("/registry/mini")
    assert first.asked.count("/registry/mini") == 1


async def test_a_registry_that_is_away_takes_nothing_else_with_it(house, home, first):
    gone = World()
    asked = f"{gone.origin}, {first.origin}"
    with gone:
        pass
    cut = dataclasses.replace(house, settings=replace(house.settings, registries=asked))
    found = await apps.offers.catalogue(cut, home)
    assert [offer.app.slug for offer in found] == ["bank", "mini", "notes"]


async def test_nobody_and_links_are_shown_nothing(house, home, anonymous):
    for path in (
        "/registry",
        "/registry/maintenance",
        "/registry/mini",
        "/registry/mini/icon",
        "/registry/mini/1.0.0/tarball",
    ):
        assert (await anonymous.get(path)).status_code == 401


async def test_an_app_of_the_folder_is_installed_without_any_registry(house, home):
    app = await apps.installing.install(house, home, SYSTEM, "notes")
    assert (app.manifest.name, app.manifest.version, app.source) == (
        "Notes",
        "1.0.0",
        "registry://notes/stable",
    )
    konnector = await apps.installing.install(house, home, SYSTEM, "bank", "konnector")
    assert konnector.id == "io.cozy.konnectors/bank"


async def test_what_a_home_could_have_is_told_beside_what_it_has(house, home):
    await apps.installing.install(house, home, SYSTEM, "mini")
    found = {offer.app.slug: offer for offer in await apps.offers.catalogue(house, home)}
    assert found["mini"].installed is not None
    assert not found["mini"].has_update
    assert found["notes"].installed is None
    assert [o.app.slug for o in await apps.offers.catalogue(house, home, "konnector")] == ["bank"]
    assert [o.app.slug for o in await apps.offers.catalogue(house, home, query="petit")] == ["mini", "notes"]
    notes = await apps.offers.offered(house, home, "notes")
    assert notes is not None
    assert notes.version == "1.0.0"
    assert await apps.offers.offered(house, home, "other") is None


async def test_apps_of_registries_are_brought_up_to_date_every_day(house, home, first):
    await apps.installing.install(house, home, SYSTEM, "mini")
    content = packed({**MINI, "version": "1.1.0"}, FILES)
    newer = dataclasses.replace(house, outside=type(house.outside)(house.settings))
    first.registry(
        "mini", "1.1.0", {**MINI, "version": "1.1.0"}, first.give("/mini-1.1.tar.gz", content), content
    )
    await apps.daily.update_all(newer, home)
    assert (await house.read(home, SYSTEM, apps.manifest, "mini")).manifest.version == "1.1.0"
    await newer.outside.close()


async def test_the_store_installs_with_the_token_of_its_page(house, home, offered):
    manifest = {"name": "Store", "permissions": {"apps": {"type": "io.cozy.apps"}}, "slug": "store"}
    write_app(offered / "store", manifest, {"index.html": "store"})
    await apps.installing.install(house, home, SYSTEM, "store")
    token = await house.read(home, SYSTEM, auth.tokens.for_app, "store")
    headers = {"authorization": f"Bearer {token}"}

    async with Client(
        transport=httpx2.ASGITransport(serving(house)), base_url=home.origin, headers=headers
    ) as store:
        listening = {"accept": "text/event-stream"}
        answer = await store.post("/apps/mini?Source=registry://mini/stable", headers=listening)
        assert answer.text.count("event: state") == 2
        assert (await store.post("/apps/x?Source=https://example.org/x.tar.gz")).status_code == 403
        assert (await store.put("/apps/mini?Source=registry://mini/stable", headers=listening)).text.count(
            "event: state"
        ) == 1
        assert (await store.delete("/apps/mini")).status_code == 200


async def test_a_program_on_a_device_may_share_the_grant_of_an_app(house, home):
    linked = apps.LinkedApps()
    found = await linked.find(house, home, "mini")
    assert found is not None
    assert (found.name, sorted(found.rules)) == ("Mini", ["files", "todos"])
    assert await linked.find(house, home, "other") is None
    caller = Caller("owner")
    await linked.install(house, home, caller, "mini")
    await linked.install(house, home, caller, "mini")
    assert (await house.read(home, SYSTEM, apps.manifest, "mini")).state == "ready"


async def test_an_app_that_could_do_what_is_asked_is_named_when_no_other_can(house, home, client):
    asked = {"data": {"attributes": {"action": "PICK", "type": "io.cozy.foos"}}}
    said = (await client.post("/intents", json=asked)).json()["data"]["attributes"]
    assert said["services"] == []
    assert said["availableApps"] == [{"slug": "mini", "name": "Mini"}, {"slug": "notes", "name": "Notes"}]
    await apps.installing.install(house, home, SYSTEM, "notes")
    said = (await client.post("/intents", json=asked)).json()["data"]["attributes"]
    assert [able["slug"] for able in said["services"]] == ["notes"]
    assert said["availableApps"] == []
