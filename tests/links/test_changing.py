"""What guests of a link to change do with what is in its folder, without scripts."""

import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.files import service as files
from tests.links.conftest import code_of


@pytest.fixture
def names(house, home):
    async def names(folder):
        return await house.read(
            home, SYSTEM, lambda work: [each.name for each in files.children(work, folder, limit=100)]
        )

    return names


@pytest.fixture
async def code(given, share):
    return code_of(await share("file", given["Holidays"], "change"))


async def test_a_folder_is_made_where_the_guest_stands(given, guest, code, names):
    top = (await guest.get(f"/s/{code}")).text
    assert f"/s/{code}/new-folder?into={given['Holidays']}" in top
    asked = await guest.get(f"/s/{code}/new-folder", params={"into": given["Plans"]})
    assert "Name of the folder" in asked.text
    made = await guest.post(f"/s/{code}/new-folder?into={given['Plans']}", data={"name": "Maps"})
    assert (made.status_code, made.headers["location"]) == (303, f"/s/{code}/folder/{given['Plans']}")
    assert "Maps" in await names(given["Plans"])
    again = await guest.post(f"/s/{code}/new-folder?into={given['Plans']}", data={"name": "Maps"})
    assert again.status_code == 422
    assert re.search(r'aria-invalid="true"[^>]*|value="Maps"', again.text)
    assert (await guest.post(f"/s/{code}/new-folder", data={"name": "a/b"})).status_code == 422


async def test_a_thing_gets_another_name(given, guest, code, names):
    page = (await guest.get(f"/s/{code}/file/{given['route.txt']}")).text
    assert f"/s/{code}/file/{given['route.txt']}/rename" in page
    where = f"/s/{code}/file/{given['route.txt']}/rename"
    assert 'value="route.txt"' in (await guest.get(where)).text
    renamed = await guest.post(where, data={"name": "way.txt"})
    assert (renamed.status_code, renamed.headers["location"]) == (303, f"/s/{code}/folder/{given['Plans']}")
    assert await names(given["Plans"]) == ["way.txt"]
    folder = await guest.post(f"/s/{code}/file/{given['Plans']}/rename", data={"name": "beach.jpg"})
    assert folder.status_code == 422, "that name is taken"


async def test_what_is_thrown_away_lies_in_the_bin_of_the_owner(given, guest, code, client, names):
    where = f"/s/{code}/file/{given['Plans']}/bin"
    assert "Move “Plans” to the bin?" in (await guest.get(where)).text
    assert (await guest.post(where)).headers["location"] == f"/s/{code}"
    assert await names(given["Holidays"]) == ["beach.jpg"]
    assert (await guest.get(f"/s/{code}/file/{given['route.txt']}")).status_code == 404
    put_back = await client.post(f"/files/trash/{given['Plans']}")
    assert put_back.status_code == 200
    assert (await guest.get(f"/s/{code}/file/{given['route.txt']}")).status_code == 200


@pytest.mark.parametrize("mode", ["see", "look", "drop"])
async def test_other_links_offer_and_allow_nothing_of_it(given, share, guest, names, mode):
    code = code_of(await share("file", given["Holidays"], mode))
    page = (await guest.get(f"/s/{code}")).text
    assert not re.search(r"/(rename|bin|new-folder)", page)
    for path in (
        f"file/{given['Plans']}/rename",
        f"file/{given['Plans']}/bin",
        f"new-folder?into={given['Plans']}",
    ):
        assert (await guest.get(f"/s/{code}/{path}")).status_code == 403
        assert (await guest.post(f"/s/{code}/{path}", data={"name": "x"})).status_code == 403
    assert sorted(await names(given["Holidays"])) == ["Plans", "beach.jpg"]


async def test_the_shared_folder_itself_and_what_is_beside_it_stay_as_they_are(given, guest, code, client):
    for id_, status in ((given["Holidays"], 403), (given["Secret"], 404), (given["diary.txt"], 404)):
        for deed in ("rename", "bin"):
            answer = await guest.post(f"/s/{code}/file/{id_}/{deed}", data={"name": "x"})
            assert answer.status_code == status, (id_, deed)
    assert (
        await guest.post(f"/s/{code}/new-folder?into={given['Secret']}", data={"name": "x"})
    ).status_code == 404
    assert (await client.get("/files/metadata", params={"Path": "/Holidays"})).status_code == 200
    assert (await client.get("/files/metadata", params={"Path": "/Secret/diary.txt"})).status_code == 200


async def test_another_site_makes_no_guest_change_anything(given, guest, code, names):
    where = f"/s/{code}/file/{given['Plans']}/bin"
    answer = await guest.post(where, headers={"origin": "https://evil.example.org"})
    assert answer.status_code == 403
    assert "Plans" in await names(given["Holidays"])
