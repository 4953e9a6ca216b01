"""What apps ask of the passphrase, of sessions and of devices (cozy-stack docs/settings.md)."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents

from .conftest import key, second_step

NEW = "cerise plume orchestre granit"
PASSPHRASE_URL = "/settings/passphrase"


async def opens(browser, passphrase):
    return (await browser.log_in(passphrase)).status_code == 303


async def test_an_app_learns_how_a_key_is_made(app):
    data = (await app.get(PASSPHRASE_URL)).json()["data"]
    assert (data["type"], data["id"]) == ("io.cozy.settings", "io.cozy.settings.passphrase")
    assert data["attributes"] == {"salt": "me@alice.localhost", "kdf": 0, "iterations": 650_000}


async def test_an_app_changes_the_passphrase(app, new_browser):
    body = {"current_passphrase": key(), "new_passphrase": key(NEW), "key": "0.x|y", "iterations": 650_000}
    assert (await app.put(PASSPHRASE_URL, json=body)).status_code == 204
    assert await opens(new_browser(), NEW)


async def test_how_often_a_passphrase_is_stretched_is_kept(app, new_browser):
    made = auth.passphrase.derive(NEW, "alice.localhost", 100_000)
    body = {"current_passphrase": key(), "new_passphrase": made, "iterations": 100_000}
    assert (await app.put(PASSPHRASE_URL, json=body)).status_code == 204
    browser = new_browser()
    assert (await browser.get("/public/prelogin")).json()["KdfIterations"] == 100_000
    assert 'data-iterations="100000"' in (await browser.get("/auth/login")).text
    assert (await browser.submit("/auth/login", raw_passphrase=NEW)).status_code == 303


@pytest.mark.parametrize("iterations", [1, 49_999, 5_000_001])
async def test_it_is_not_stretched_too_little_or_too_much(app, iterations):
    body = {"current_passphrase": key(), "new_passphrase": key(NEW), "iterations": iterations}
    answer = await app.put(PASSPHRASE_URL, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["source"] == {"parameter": "KdfIterations"}


async def test_a_wrong_passphrase_changes_nothing(app, new_browser):
    body = {"current_passphrase": key("wrong words"), "new_passphrase": key(NEW)}
    assert (await app.put(PASSPHRASE_URL, json=body)).status_code == 400
    assert not await opens(new_browser(), NEW)


async def test_with_a_second_step_it_takes_two(app, house, home, new_browser, clock):
    code = await second_step(house, home)
    first = await app.put(PASSPHRASE_URL, json={"current_passphrase": key()})
    assert first.status_code == 200
    body = {"new_passphrase": key(NEW), "two_factor_token": first.json()["two_factor_token"]}
    assert (await app.put(PASSPHRASE_URL, json={**body, "two_factor_passcode": "000000"})).status_code == 400
    assert (
        await app.put(PASSPHRASE_URL, json={"new_passphrase": key(NEW), "two_factor_token": "x"})
    ).status_code == 400
    assert (await app.put(PASSPHRASE_URL, json={**body, "two_factor_passcode": code()})).status_code == 204
    clock.advance(minutes=1)
    assert await opens(new_browser(), NEW)


async def test_what_may_not_write_settings_changes_no_passphrase(lock, anonymous, house, home):
    token = await house.read(home, SYSTEM, auth.mint, "io.cozy.files io.cozy.settings:GET")
    anonymous.headers["authorization"] = f"Bearer {token}"
    body = {"current_passphrase": key(), "new_passphrase": key(NEW)}
    assert (await anonymous.put(PASSPHRASE_URL, json=body)).status_code == 403
    assert (await anonymous.post(f"{PASSPHRASE_URL}/check", json={"passphrase": key()})).status_code == 403


async def test_an_app_makes_sure_of_the_passphrase(app):
    assert (await app.post(f"{PASSPHRASE_URL}/check", json={"passphrase": key()})).status_code == 204
    assert (await app.post(f"{PASSPHRASE_URL}/check", json={"passphrase": key("nope")})).status_code == 403


async def test_an_app_cannot_guess_it(app):
    for _ in range(10):
        await app.post(f"{PASSPHRASE_URL}/check", json={"passphrase": key("nope")})
    assert (await app.post(f"{PASSPHRASE_URL}/check", json={"passphrase": key()})).status_code == 429


async def test_a_link_lets_a_program_choose_a_passphrase(house, home, lock, new_browser):
    token = await house.write(home, SYSTEM, auth.reset.begin)
    browser = new_browser()
    body = {"register_token": token, "passphrase": key(NEW), "hint": "the garden", "iterations": 650_000}
    assert (await browser.post(PASSPHRASE_URL, json=body)).status_code == 204
    assert await browser.is_in()
    assert (await browser.post(PASSPHRASE_URL, json=body)).status_code == 400
    token = await house.write(home, SYSTEM, auth.reset.begin)
    form = {"register_token": token, "passphrase": key(), "iterations": "650000"}
    assert (await new_browser().post(PASSPHRASE_URL, data=form)).headers["location"] == "/my"


async def test_a_hint_is_kept_and_not_told(app):
    assert (await app.get("/settings/hint")).status_code == 404
    assert (await app.put("/settings/hint", json={"hint": "the four words of the garden"})).status_code == 204
    answer = await app.get("/settings/hint")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await app.put("/settings/hint", json={"hint": ""})).status_code == 204
    assert (await app.get("/settings/hint")).status_code == 404


@pytest.mark.parametrize("hint", ["orage tilleul boussole velours", "x" * 501, "two\nlines"])
async def test_a_hint_is_not_the_passphrase(app, hint):
    assert (await app.put("/settings/hint", json={"hint": hint})).status_code == 422


async def test_a_hint_is_asked_for_by_anybody_but_not_often(anonymous):
    statuses = [(await anonymous.post("/auth/hint")).status_code for _ in range(4)]
    assert statuses == [204, 204, 204, 429]


async def test_sessions_are_listed(app, new_browser):
    other = new_browser("198.51.100.7")
    await other.log_in()
    data = (await app.get("/settings/sessions")).json()["data"]
    assert [each["type"] for each in data] == ["io.cozy.sessions"] * 2
    assert {each["attributes"]["long_run"] for each in data} == {True, False}


async def test_an_app_knows_the_session_that_it_is_in(app, anonymous):
    data = (await app.get("/settings/sessions/current")).json()["data"]
    assert data["attributes"]["long_run"] is True
    del anonymous.headers["authorization"], anonymous.headers["cookie"]
    assert (await anonymous.get("/settings/sessions/current")).status_code == 404


async def test_programs_are_listed_without_their_secrets(app, connected):
    answer = await app.get("/settings/clients")
    [client] = answer.json()["data"]
    assert (client["type"], client["id"]) == ("io.cozy.oauth.clients", connected.known["client_id"])
    assert client["attributes"]["client_name"] == "Recipes"
    assert client["attributes"]["last_refreshed_at"] == "2026-07-18T14:02:00.000000Z"
    assert client["links"]["self"] == f"/settings/clients/{client['id']}"
    assert connected.known["client_secret"] not in answer.text
    assert "registration_access_token" not in answer.text


async def test_programs_are_listed_in_pages(app, new_program):
    for _ in range(3):
        await new_program().register()
    url, seen = "/settings/clients?page[limit]=2", []
    while url:
        page = (await app.get(url)).json()
        seen += [each["attributes"]["client_name"] for each in page["data"]]
        url = page["links"].get("next", "")
    assert sorted(seen) == ["Recipes", "Recipes-2", "Recipes-3"]


async def test_an_app_forgets_a_program(app, connected):
    url = f"/settings/clients/{connected.known['client_id']}"
    assert (await app.delete(url)).status_code == 204
    assert await connected.status("GET", "/files/io.cozy.files.root-dir") == 400
    assert (await app.delete(url)).status_code == 404


async def test_a_program_does_not_see_the_others(connected):
    assert await connected.status("GET", "/settings/clients") == 403
    assert await connected.status("GET", "/settings/sessions") == 403


async def test_a_program_says_that_it_has_synchronised(connected, house, home, clock, app):
    clock.advance(hours=1)
    assert await connected.status("POST", "/settings/synchronized") == 204
    client = await house.read(home, SYSTEM, auth.clients.find, connected.known["client_id"])
    assert client.synchronized_at == "2026-07-18T15:02:00.000000Z"
    answer = await app.post("/settings/synchronized")
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid JWT token"})


async def test_the_owner_sees_programs_and_stops_one(connected, owner):
    page = (await owner.get("/my/settings/devices")).text
    assert "Recipes" in page
    assert "Can change your contacts. Can see your files." in page
    url = f"/my/settings/devices/programs/{connected.known['client_id']}/end"
    assert (await owner.submit(url, page="/my/settings/devices")).status_code == 303
    assert "Recipes" not in (await owner.get("/my/settings/devices")).text
    assert await connected.status("GET", "/files/io.cozy.files.root-dir") == 400
    assert (await owner.submit(url, page="/my/settings/devices")).status_code == 303


async def test_apps_find_how_a_passphrase_is_stretched_among_the_settings(app, house, home):
    """Settings and the browser extension look for this document at start; what they note in it stays."""
    url = "/data/io.cozy.settings/io.cozy.settings.bitwarden"
    known = (await app.get(url)).json()
    assert (known["passphrase_kdf"], known["passphrase_kdf_iterations"]) == (0, 650_000)
    assert (await app.put(url, json={**known, "extension_installed": True})).status_code == 200
    made = auth.passphrase.derive(NEW, "alice.localhost", 100_000)
    body = {"current_passphrase": key(), "new_passphrase": made, "iterations": 100_000}
    assert (await app.put(PASSPHRASE_URL, json=body)).status_code == 204
    id_ = url.rpartition("/")[2]
    changed = await house.read(home, SYSTEM, documents.fetch, "io.cozy.settings", id_)
    assert (changed.body["passphrase_kdf_iterations"], changed.body["extension_installed"]) == (100_000, True)
