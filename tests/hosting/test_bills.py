"""Plans, and homes whose bill is open: they can be read, taken along and moved, and take nothing new."""

import httpx2
import pytest

from cozy.app.server import serving
from tests.conftest import DOMAIN

pytestmark = pytest.mark.anyio
URL = f"/instances/{DOMAIN}"


@pytest.fixture(autouse=True)
async def no_plans(house):
    yield
    await house.storage.host.write(lambda db: db.run("DELETE FROM plans"))


@pytest.fixture
async def unpaid(hoster, home, clock):
    """Alice's bill is open, for longer than the host waits."""
    shown = (await hoster.patch(URL, params={"Unpaid": "true"})).json()["data"]["attributes"]
    assert shown["unpaid_since"].startswith("2026-07-18")
    clock.advance(days=31)
    await hoster.patch(URL, params={"Unpaid": "true"})  # said again, it is as old as it was
    return home


async def test_a_home_goes_on_as_before_until_the_host_has_waited(hoster, home, acting, clock, reader):
    await hoster.patch(URL, params={"Unpaid": "true"})
    client = await acting("cli", "", "*")
    assert "The bill of this home is open. From" in (await reader.get("/my")).text
    clock.advance(days=29)
    await client.upload("letter.txt")


async def test_an_unpaid_home_is_read_and_takes_nothing_new(house, unpaid, acting, reader):
    client = await acting("cli", "", "*")
    headers = {"authorization": client.headers["authorization"]}
    root = "/files/io.cozy.files.root-dir"
    reads = [
        ("GET", root, {}),
        ("HEAD", root, {}),
        ("POST", "/data/io.cozy.files/_find", {"json": {"selector": {"type": "file"}}}),
        ("POST", "/data/io.cozy.notes/_all_docs", {"json": {}}),
        ("PROPFIND", "/dav/files/", {}),
        ("GET", "/my", {}),
    ]
    for method, path, more in reads:
        answer = await client.request(method, path, **more)
        assert answer.status_code != 402, (method, path)
    writes = [
        ("POST", f"{root}?Type=file&Name=new.txt", {"content": b"new"}),
        ("POST", "/data/io.cozy.notes/", {"json": {"title": "new"}}),
        ("PUT", "/dav/files/new.txt", {"content": b"new"}),
        ("MKCOL", "/dav/files/new", {}),
        ("POST", "/files/tus", {}),
        ("POST", "/move/imports", {"json": {}}),
        ("POST", "/sharings/", {"json": {}}),
    ]
    for method, path, more in writes:
        answer = await client.request(method, path, **more)
        assert answer.status_code == 402, (method, path, answer.status_code)
    answer = await client.post("/data/io.cozy.notes/", json={}, headers=headers)
    assert "until its bill is paid" in answer.text
    page = await reader.submit("/my/drive/io.cozy.files.root-dir/new-folder", name="new")
    assert (page.status_code, "takes nothing new" in page.text) == (402, True)
    first = (await reader.get("/my")).text
    assert "This home takes nothing new until its bill is paid." in first
    assert 'href="/my/settings/plan"' in first
    assert 'href="/my/leave"' in (await reader.get("/my/settings/plan")).text


async def test_its_owner_gets_in_leaves_moves_and_takes_grants_back(house, unpaid, reader, acting):
    assert (await reader.get("/my/leave")).status_code == 200
    for url in ("/my/leave/new", "/my/leave/move"):
        assert (await reader.submit(url)).status_code in {303, 422}, url
    assert (await reader.submit("/my/settings/display", theme="dark")).status_code == 303
    client = await acting("cli", "", "*")
    assert (await client.post("/move/exports", json={})).status_code != 402
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(transport=transport, base_url=unpaid.origin) as client:
        assert (await client.post("/auth/login", data={"passphrase": "x"})).status_code != 402


async def test_a_paid_bill_opens_the_home_at_once(hoster, unpaid, acting):
    client = await acting("cli", "", "*")
    assert (await client.post("/data/io.cozy.notes/", json={})).status_code == 402
    shown = (await hoster.patch(URL, params={"Unpaid": "false"})).json()["data"]["attributes"]
    assert "unpaid_since" not in shown
    assert (await client.post("/data/io.cozy.notes/", json={"title": "new"})).status_code == 201


async def test_a_plan_gives_its_quota_and_its_flags_and_takes_those_of_the_one_before(hoster, home):
    family = {"title": "Family", "quota": 2000, "price": 500, "currency": "EUR", "features": {"albums": 5}}
    assert (await hoster.put("/plans/family", json=family)).json() == {
        "name": "family",
        **family,
        "changeable": False,
    }
    await hoster.put(
        "/plans/free", json={"title": "Free", "quota": 100, "features": {"albums": 1, "small": True}}
    )
    assert [each["name"] for each in (await hoster.get("/plans")).json()] == ["free", "family"]
    await hoster.patch(f"{URL}/feature/flags", json={"own": True})
    shown = (await hoster.patch(URL, params={"Plan": "free"})).json()["data"]["attributes"]
    assert (shown["plan"], shown["disk_quota"]) == ("free", "100")
    assert shown["feature_flags"] == {"own": True, "albums": 1, "small": True}
    shown = (await hoster.patch(URL, params={"Plan": "family", "DiskQuota": "3000"})).json()["data"][
        "attributes"
    ]
    assert (shown["plan"], shown["disk_quota"]) == ("family", "3000")
    assert shown["feature_flags"] == {"own": True, "albums": 5}
    shown = (await hoster.patch(URL, params={"Plan": ""})).json()["data"]["attributes"]
    assert ("plan" in shown, shown["feature_flags"], shown["disk_quota"]) == (False, {"own": True}, "3000")


async def test_a_home_is_made_with_a_plan(hoster, home):
    await hoster.put("/plans/free", json={"title": "Free", "quota": 100, "features": {"small": True}})
    made = (await hoster.post("/instances", params={"Domain": "bob.localhost", "Plan": "free"})).json()
    shown = made["data"]["attributes"]
    assert (shown["plan"], shown["disk_quota"], shown["feature_flags"]) == ("free", "100", {"small": True})
    await hoster.delete("/instances/bob.localhost")


async def test_what_is_no_plan_is_refused(hoster, home):
    assert (await hoster.patch(URL, params={"Plan": "gold"})).status_code == 404
    assert (await hoster.put("/plans/Gold!", json={"title": "Gold"})).status_code == 422
    for wrong in (
        {},
        {"title": ""},
        {"title": "x", "price": -1},
        {"title": "x", "currency": "euro"},
        {"title": "x", "a": 1},
    ):
        assert (await hoster.put("/plans/gold", json=wrong)).status_code == 400, wrong
    assert (await hoster.delete("/plans/gold")).status_code == 404
    await hoster.put("/plans/gold", json={"title": "Gold"})
    assert (await hoster.delete("/plans/gold")).status_code == 204
    assert (await hoster.get("/plans")).json() == []
