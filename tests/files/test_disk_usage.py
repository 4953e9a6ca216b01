"""/settings/disk-usage: how much a home holds, for every app's bar."""

import pytest

from cozy.rooms.homes import service as homes

USAGE = "/settings/disk-usage"


async def told(client, **params):
    answer = await client.get(USAGE, params=params)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["type"], data["id"]) == ("io.cozy.settings", "io.cozy.settings.disk-usage")
    return data["attributes"]


async def test_an_empty_home_holds_nothing(client):
    assert await told(client) == {"used": "0", "files": "0", "versions": "0"}


async def test_files_versions_and_the_bin_are_told_apart(client, clock):
    file = await client.upload("a.txt", b"12345")
    clock.advance(hours=1)
    await client.put(f"/files/{file['id']}", content=b"1234567", headers={"content-type": "text/plain"})
    thrown = await client.upload("b.txt", b"123")
    await client.delete(f"/files/{thrown['id']}")
    assert await told(client) == {"used": "15", "files": "10", "versions": "5"}
    assert await told(client, include="trash") == {"used": "15", "files": "10", "versions": "5", "trash": "3"}


async def test_a_quota_is_told(client, house, home):
    await house.write_host(homes.change, home.domain, quota=123_456)
    assert (await told(client))["quota"] == "123456"


async def test_every_app_in_a_session_may_know(acting):
    app = await acting("app", "notes", "io.cozy.notes")
    assert (await told(app))["used"] == "0"


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("io.cozy.settings:GET:io.cozy.settings.disk-usage", 200),
        ("io.cozy.settings:GET", 200),
        ("io.cozy.files", 403),
    ],
)
async def test_a_device_needs_a_grant(acting, scope, status):
    device = await acting("client", "phone", scope)
    assert (await device.get(USAGE)).status_code == status


async def test_nobody_is_told(anonymous):
    assert (await anonymous.get(USAGE)).status_code == 401
