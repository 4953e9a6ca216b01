"""A link with a password opens nothing before it was given, in this very browser."""

import asyncio

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from tests.permissions.conftest import linked

RULES = {"files": {"type": "io.cozy.files", "verbs": ["GET"]}}
DOOR = "/auth/share-by-link/password"
JSON = {"accept": "application/json"}


@pytest.fixture
async def link(client):
    """A link with a password, and its code."""
    made = await linked(client, {"permissions": RULES, "password": "tilleul"}, codes="bob", ttl="30D")
    assert made["attributes"]["password"] is True
    return made["id"], made["attributes"]["codes"]["bob"], made["attributes"]["shortcodes"]["bob"]


async def status(client, code):
    headers = {"authorization": f"Bearer {code}"}
    return (await client.get("/files/io.cozy.files.root-dir", headers=headers)).status_code


async def give(client, id_, password, **headers):
    return await client.post(DOOR, data={"perm_id": id_, "password": password}, headers={**JSON, **headers})


async def test_the_codes_open_once_the_password_was_given(link, anonymous):
    id_, *codes = link
    for code in codes:
        assert await status(anonymous, code) == 400
    wrong = await give(anonymous, id_, "chêne")
    assert (wrong.status_code, wrong.json()) == (403, {"error": "This is not the password of this link."})
    assert not wrong.headers.get("set-cookie")
    right = await give(anonymous, id_, "tilleul")
    assert (right.status_code, right.json()) == (200, {"password": "ok"})
    assert f"cozy-pass{id_}=" in right.headers["set-cookie"]
    assert "HttpOnly; SameSite=Lax" in right.headers["set-cookie"]
    for code in codes:
        assert await status(anonymous, code) == 200


async def test_another_password_is_asked_for_again(client, link, anonymous):
    id_, code, _ = link
    await give(anonymous, id_, "tilleul")
    new = {"data": {"attributes": {"password": "velours"}}}
    assert (await client.patch(f"/permissions/{id_}", json=new)).status_code == 200
    assert await status(anonymous, code) == 400
    await give(anonymous, id_, "velours")
    assert await status(anonymous, code) == 200
    none = {"data": {"attributes": {"password": ""}}}
    answer = await client.patch(f"/permissions/{id_}", json=none)
    assert "password" not in answer.json()["data"]["attributes"]
    anonymous.cookies.clear()
    assert await status(anonymous, code) == 200
    assert (await give(anonymous, id_, "")).json() == {"password": "none"}


@pytest.mark.parametrize("cookie", ["", "x", "{other}", "{id}"])
async def test_no_other_cookie_counts(client, link, anonymous, cookie):
    id_, code, _ = link
    other = await linked(client, {"permissions": RULES, "password": "tilleul"}, codes="bob")
    await give(anonymous, other["id"], "tilleul")
    value = cookie.format(other=anonymous.cookies[f"cozy-pass{other['id']}"], id=id_)
    anonymous.cookies.set(f"cozy-pass{id_}", value, domain="alice.localhost")
    assert await status(anonymous, code) == 400


async def test_no_document_holds_anything_of_the_password(house, home, link):
    found = await house.read(home, SYSTEM, documents.fetch, "io.cozy.permissions", link[0])
    assert found.body["password"] is True


async def test_tries_are_limited(link, anonymous):
    for _ in range(10):
        assert (await give(anonymous, link[0], "x")).status_code == 403
    answer = await give(anonymous, link[0], "tilleul")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/permissions/{id}", "/permissions/self"])
async def test_a_password_is_never_shown(client, link, anonymous, path):
    await give(anonymous, link[0], "tilleul")
    bearer = {"authorization": f"Bearer {link[1]}"} if path.endswith("self") else client.headers
    answer = await anonymous.get(path.format(id=link[0]), headers=bearer)
    assert answer.json()["data"]["attributes"]["password"] is True
    assert "argon2" not in answer.text


async def test_what_is_no_link_has_no_door(client, anonymous, link, clock):
    assert (await give(anonymous, "nothing", "x")).status_code == 404
    assert (await anonymous.get(DOOR, params={"perm_id": "nothing"})).status_code == 404
    clock.advance(days=31)
    assert (await give(anonymous, link[0], "tilleul")).status_code == 404


async def test_a_form_of_another_site_is_not_taken(link, anonymous):
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert (await give(anonymous, link[0], "tilleul", **headers)).status_code == 403


async def test_the_page_sends_a_person_where_the_link_leads(link, anonymous):
    id_, redirect = link[0], "http://drive.alice.localhost:8080/public?sharecode=abc"
    page = await anonymous.get(DOOR, params={"perm_id": id_, "redirect": redirect})
    assert page.status_code == 200
    assert 'name="password"' in page.text
    form = {"perm_id": id_, "redirect": redirect, "password": "x"}
    assert "This is not the password of this link." in (await anonymous.post(DOOR, data=form)).text
    gone = await anonymous.post(DOOR, data={**form, "password": "tilleul"})
    assert gone.status_code == 303
    assert gone.headers["location"].startswith(f"{redirect}&unlocked=")
    again = await anonymous.get(DOOR, params={"perm_id": id_, "redirect": redirect})
    assert (again.status_code, again.headers["location"]) == (303, gone.headers["location"])
    elsewhere = await anonymous.get(DOOR, params={"perm_id": id_, "redirect": "https://evil.example/"})
    assert elsewhere.status_code == 400


async def test_what_proves_it_to_an_app_proves_nothing_to_the_home(link, anonymous):
    id_, code, _ = link
    form = {"perm_id": id_, "redirect": "http://drive.alice.localhost:8080/", "password": "tilleul"}
    gone = await anonymous.post(DOOR, data=form)
    proof = gone.headers["location"].partition("unlocked=")[2].removesuffix("#")
    anonymous.cookies.clear()
    anonymous.cookies.set(f"cozy-pass{id_}", proof, domain="alice.localhost")
    assert await status(anonymous, code) == 400


async def test_tiny_codes_cannot_be_tried_out(client, anonymous, as_):
    made = await linked(client, RULES, codes="bob", ttl="1h", tiny="true")
    code = made["attributes"]["shortcodes"]["bob"]
    assert len(code) == 6
    wrong = next(number for number in ("000000", "111111", "222222") if number != code)
    assert await status(anonymous, code) == 200
    for _ in range(20):
        assert await status(anonymous, wrong) == 400
    assert await status(anonymous, wrong) == 429
    assert await status(anonymous, code) == 429  # a right guess tells nothing either
    assert await status(anonymous, made["attributes"]["codes"]["bob"]) == 200


async def test_nor_many_at_once(client, anonymous):
    made = await linked(client, RULES, codes="bob", ttl="1h", tiny="true")
    code = made["attributes"]["shortcodes"]["bob"]
    wrong = next(number for number in ("000000", "111111", "222222") if number != code)
    answers = await asyncio.gather(*(status(anonymous, wrong) for _ in range(30)))
    assert sorted(answers) == [400] * 20 + [429] * 10
    assert await status(anonymous, code) == 429
