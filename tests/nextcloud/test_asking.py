"""What clients of Nextcloud ask before they synchronise, and how they take leave."""

from xml.etree import ElementTree as ET

import pytest


async def test_a_server_introduces_itself_to_anybody(anonymous):
    answer = await anonymous.get(
        "/status.php", headers={"authorization": "Basic YTpi"}
    )  # wrong, and of no matter here
    assert answer.status_code == 200
    said = answer.json()
    assert said["installed"]
    assert not said["maintenance"]
    assert said["version"].startswith(said["versionstring"])


@pytest.mark.parametrize(("version", "code"), [("v1", 100), ("v2", 200)])
async def test_what_it_can_do_is_told_before_anybody_is_in(anonymous, version, code):
    answer = await anonymous.get(f"/ocs/{version}.php/cloud/capabilities?format=json")
    ocs = answer.json()["ocs"]
    assert ocs["meta"]["statuscode"] == code
    assert ocs["data"]["capabilities"]["dav"] == {"chunking": "1.0"}
    assert "bulkupload" not in ocs["data"]["capabilities"]["dav"]


async def test_a_device_learns_whose_home_it_is_and_how_much_room_there_is(dav, home):
    await dav.ok("PUT", "/cat.txt", "meow")
    answer = await dav.get("/ocs/v2.php/cloud/user", headers={"accept": "application/json"})
    said = answer.json()["ocs"]["data"]
    assert (said["id"], said["displayname"], said["quota"]["used"]) == (home.domain, "Alice", 4)
    named = await dav.get(f"/ocs/v2.php/cloud/users/{home.domain}?format=json")
    assert named.json()["ocs"]["data"] == said
    assert (await dav.get("/ocs/v2.php/cloud/users/bob?format=json")).status_code == 404


async def test_answers_are_xml_where_nothing_else_is_asked_for(dav):
    answer = await dav.get("/ocs/v1.php/cloud/user")
    assert answer.headers["content-type"].startswith("application/xml")
    assert ET.fromstring(answer.content).findtext("data/displayname") == "Alice"


async def test_nobody_is_told_who_lives_here(anonymous):
    answer = await anonymous.get("/ocs/v2.php/cloud/user?format=json")
    assert (answer.status_code, answer.json()["ocs"]["meta"]["statuscode"]) == (401, 997)


async def test_what_is_not_here_is_a_clean_refusal(dav):
    answer = await dav.get("/ocs/v2.php/apps/user_status/api/v1/user_status?format=json")
    assert answer.status_code == 404
    assert answer.json() == {
        "ocs": {
            "meta": {"status": "failure", "statuscode": 998, "message": "There is no page at this address."},
            "data": [],
        }
    }


async def test_a_device_that_is_told_to_forget_the_home_takes_its_password_along(dav):
    assert (await dav.delete("/ocs/v2.php/core/apppassword")).status_code == 200
    assert (await dav("PROPFIND", depth=0)).status_code == 401


async def test_a_browser_cannot_take_its_leave_so(client):
    assert (await client.delete("/ocs/v2.php/core/apppassword")).status_code == 404


async def test_the_portrait_of_the_owner_is_where_clients_look(anonymous):
    answer = await anonymous.get("/index.php/avatar/alice/128", follow_redirects=True)
    assert answer.headers["content-type"] == "image/png"
