"""In by the front door, and out again."""

import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents

from .conftest import PASSPHRASE, key


async def test_the_passphrase_lets_the_owner_in(browser):
    answer = await browser.log_in(redirect="/my/settings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/settings")
    assert await browser.is_in()


async def test_without_scripts_the_server_makes_the_key(browser):
    answer = await browser.submit("/auth/login", raw_passphrase=PASSPHRASE, passphrase="")
    assert answer.status_code == 303
    assert await browser.is_in()


async def test_a_wrong_passphrase_is_told_in_the_form(browser):
    answer = await browser.log_in("not the right words")
    assert answer.status_code == 401
    assert "This is not the passphrase of this home." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert not await browser.is_in()


async def test_programs_get_json(browser):
    accept = {"accept": "application/json"}
    wrong = await browser.log_in("not the right words", headers=accept)
    assert (wrong.status_code, wrong.json()) == (401, {"error": "This is not the passphrase of this home."})
    right = await browser.log_in(headers=accept)
    assert (right.status_code, right.json()) == (200, {"redirect": "http://alice.localhost:8080/my"})


async def test_a_form_without_the_token_of_a_page_is_refused(browser):
    await browser.get("/auth/login")
    answer = await browser.post("/auth/login", data={"passphrase": key()})
    assert answer.status_code == 403


async def test_who_is_not_in_is_sent_to_the_log_in_page_and_back(browser):
    answer = await browser.get("/my/settings/display")
    assert answer.headers["location"] == "/auth/login?redirect=%2Fmy%2Fsettings%2Fdisplay"
    page = await browser.get(answer.headers["location"])
    assert 'name="redirect" value="/my/settings/display"' in page.text


async def test_a_form_of_somebody_who_is_no_longer_in_leads_to_the_log_in_page(owner):
    await owner.submit("/auth/logout", page="/my/settings")
    answer = await owner.submit("/my/settings", public_name="Mallory")
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/login")


@pytest.mark.parametrize(
    "bad",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "http://alice.localhost:8080.evil.example/",
        "http://alice.localhost:9999/", "https://alice.localhost:8080/", "javascript:alert(1)", "drive/#/folder",
        "http://notalice.localhost:8080/", "http://x@alice.localhost:8080/",
    ],
)  # fmt: skip
async def test_nobody_is_sent_out_of_the_home(browser, bad):
    assert (await browser.get("/auth/login", params={"redirect": bad})).status_code == 400
    assert (await browser.log_in(redirect=bad)).status_code == 400


async def test_an_app_of_this_home_is_a_place_to_go_without_its_fragment(browser):
    answer = await browser.log_in(redirect="http://drive.alice.localhost:8080/x?y#z")
    url, _, code = answer.headers["location"].partition("&session_code=")
    assert url == "http://drive.alice.localhost:8080/x?y"
    assert len(code) > 40
    assert code.endswith("#")


async def test_the_cookie_is_for_this_home_alone_and_out_of_reach_of_scripts(browser):
    answer = await browser.log_in()
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("cozy-session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie


async def test_only_the_hash_of_a_sessions_secret_is_kept(house, home, owner):
    secret = owner.cookies["cozy-session"].partition(".")[2]
    rows = await house.read(home, SYSTEM, lambda work: work.db.all("SELECT * FROM sessions WHERE home_id = :home", home=work.home))  # fmt: skip
    assert len(rows) == 1
    assert secret not in str(rows)


async def test_a_forged_cookie_opens_nothing(owner, browser):
    id_ = owner.cookies["cozy-session"].partition(".")[0]
    for forged in (f"{id_}.", id_, f"{id_}.wrong", ".", "x.y"):
        browser.cookies.clear()
        browser.cookies.set("cozy-session", forged, domain="alice.localhost")
        assert not await browser.is_in()


async def test_staying_connected_lasts_thirty_days_after_the_last_visit(browser, clock):
    await browser.log_in(**{"long-run-session": "1"})
    for _ in range(3):
        clock.advance(days=29)
        assert await browser.is_in()
    clock.advance(days=31)
    assert not await browser.is_in()


async def test_a_visit_ends_by_itself(owner, clock):
    clock.advance(hours=13)
    assert not await owner.is_in()


async def test_seen_at_is_written_once_an_hour_at_most(owner, clock, house, home):
    async def seen():
        return await house.read(home, SYSTEM, lambda work: work.db.one("SELECT seen_at FROM sessions WHERE home_id = :home", home=work.home))  # fmt: skip

    first = await seen()
    clock.advance(minutes=59)
    await owner.is_in()
    assert await seen() == first
    clock.advance(minutes=2)
    await owner.is_in()
    assert await seen() > first


async def test_logging_out_ends_the_session_at_once(owner):
    cookie = owner.cookies["cozy-session"]
    answer = await owner.submit("/auth/logout", page="/my/settings")
    assert answer.headers["location"] == "/auth/login"
    assert "cozy-session" not in owner.cookies
    owner.cookies.set("cozy-session", cookie, domain="alice.localhost")
    assert not await owner.is_in()


async def test_a_session_opens_the_api_to_our_own_pages_only(owner):
    root = "/files/io.cozy.files.root-dir"
    assert (await owner.get(root)).status_code == 200
    assert (await owner.get(root, headers={"sec-fetch-site": "same-origin"})).status_code == 200
    for site in ("same-site", "cross-site"):
        assert (await owner.get(root, headers={"sec-fetch-site": site})).status_code == 401
    assert (await owner.get(root, headers={"origin": "http://app.alice.localhost:8080"})).status_code == 401


async def test_log_ins_are_remembered(owner, house, home, clock):
    changes = await house.read(home, SYSTEM, documents.changes, "io.cozy.sessions.logins")
    login = changes[0].body
    assert login["ip"] == "192.0.2.1"
    assert login["created_at"].startswith("2026-07-18T14:02")
    assert {"user_agent", "os", "browser"} <= set(login)


async def test_where_there_is_no_passphrase_yet_prelogin_says_so(anonymous):
    answer = await anonymous.get("/public/prelogin")
    assert (answer.status_code, answer.json()) == (412, {"error": "the instance has not been onboarded"})


async def test_prelogin_tells_what_a_log_in_form_needs(browser):
    answer = await browser.get("/public/prelogin")
    assert answer.json() == {
        "Kdf": 0, "KdfIterations": 650_000, "OIDC": False, "FranceConnect": False, "magic_link": False,
        "locale": "en", "name": "Alice",
    }  # fmt: skip


async def test_delete_login_ends_the_session_of_an_app(app):
    assert (await app.delete("/auth/login")).status_code == 204
    assert (await app.get("/settings/sessions")).status_code == 400


async def test_delete_login_needs_a_token_or_a_page_of_ours(owner):
    assert (await owner.request("DELETE", "/auth/login")).status_code == 403
    assert await owner.is_in()


async def test_delete_login_others_ends_every_other_session(owner, new_browser):
    other = new_browser()
    await other.log_in()
    seen = await owner.get("/my/settings")
    token = re.search(r'name="csrf_token" value="([^"]+)"', seen.text)
    assert token
    answer = await owner.request("DELETE", "/auth/login/others", headers={"x-csrf-token": token[1]})
    assert answer.status_code == 204
    assert await owner.is_in()
    assert not await other.is_in()


async def test_the_language_is_the_browsers_until_one_is_chosen(browser):
    french = {"accept-language": "fr-FR,fr;q=0.9"}
    assert "Phrase secrète" in (await browser.get("/auth/login", headers=french)).text
    answer = await browser.submit(
        "/my/language", locale="en", headers={"referer": "http://alice.localhost:8080/auth/login"}
    )
    assert answer.headers["location"] == "http://alice.localhost:8080/auth/login"
    assert "Phrase secrète" not in (await browser.get("/auth/login", headers=french)).text


async def test_choosing_a_language_leads_nowhere_else(browser):
    answer = await browser.submit("/my/language", locale="fr", headers={"referer": "http://evil.example/"})
    assert answer.headers["location"] == "/my"
