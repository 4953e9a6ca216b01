"""A program that is an app's side on a device has what that app has, as long as the app is there."""

import dataclasses

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth.ports import Apps, LinkedApp
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule

from .conftest import answered, consent

FILES, CONTACTS = "/files/io.cozy.files.root-dir", "/data/io.cozy.contacts/_all_docs"
RULES = {"files": Rule("io.cozy.files", description="To show them")}


class Shop:
    """Has one app: Drive."""

    async def find(self, house, home, slug):
        return LinkedApp("drive", "Drive", RULES) if slug == "drive" else None

    async def install(self, house, home, caller, slug):
        await house.write(home, caller, permissions.grant, "app", slug, RULES)


@pytest.fixture
async def house(house):
    return dataclasses.replace(house, ports={**house.ports, Apps: [Shop()]})


@pytest.fixture
async def drive(new_program, owner):
    """Drive on Alice's phone."""
    program = new_program()
    answer = await program.register(software_id="registry://drive", client_name="Drive for phones")
    assert answer.status_code == 201, answer.text
    sent = await consent(owner, program.asking("io.cozy.contacts *"))
    assert sent.status_code == 303, sent.text
    await program.redeem(answered(sent.headers["location"])["code"])
    return program


async def test_there_must_be_such_an_app(new_program):
    answer = await new_program().register(software_id="registry://nothing")
    assert answer.json()["error"] == "unapproved_software_id"


async def test_the_page_says_whose_side_it_is(new_program, owner):
    program = new_program()
    await program.register(software_id="registry://drive")
    page = (await owner.get("/auth/authorize", params=program.asking(""))).text
    assert "It is the application Drive for your devices." in page
    assert "See, add, change and delete your files" in page
    assert "contacts</span>" not in page


async def test_it_has_what_the_app_has_whatever_it_asked_for(drive):
    assert drive.got["scope"] == "@io.cozy.apps/drive"
    assert await drive.status("GET", FILES) == 200
    assert await drive.status("GET", CONTACTS) == 403
    assert (await drive.refresh()).json()["scope"] == "@io.cozy.apps/drive"


async def test_the_app_is_installed_with_it(drive, house, home):
    assert await house.read(home, SYSTEM, permissions.of_source, "app", "drive")


async def test_what_the_app_gets_or_loses_it_gets_and_loses_too(drive, house, home):
    rules = {"contacts": Rule("io.cozy.contacts")}
    await house.write(home, SYSTEM, permissions.grant, "app", "drive", rules)
    assert await drive.status("GET", FILES) == 403
    assert await drive.status("GET", CONTACTS) == 200


async def test_it_goes_with_the_app(drive, house, home):
    given = await house.read(home, SYSTEM, permissions.of_source, "app", "drive")
    await house.write(home, SYSTEM, permissions.withdraw, given)
    assert await drive.status("GET", FILES) == 400


async def test_a_program_cannot_become_an_apps_side_without_the_owner(connected):
    said = {
        "client_id": connected.known["client_id"], "redirect_uris": connected.known["redirect_uris"],
        "client_name": "Recipes", "software_id": "registry://drive",
    }  # fmt: skip
    headers = {"authorization": f"Bearer {connected.known['registration_access_token']}"}
    url = f"/auth/register/{connected.known['client_id']}"
    assert (await connected.http.put(url, headers=headers, json=said)).status_code == 200
    assert await connected.status("GET", FILES) == 400
    assert (await connected.refresh()).json() == {"error": "invalid refresh token"}
