"""An app on its own origin: who sees which of its files, and how the owner's session gets there."""

import dataclasses
import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.permissions import service as permissions
from tests.apps.conftest import MINI, write_app


async def followed(browser: httpx2.AsyncClient, url: str) -> httpx2.Response:
    """What a browser ends up with."""
    answer = await browser.get(url)
    for _ in range(5):
        if "location" not in answer.headers:
            break
        answer = await browser.get(answer.request.url.join(answer.headers["location"]))
    return answer


def cozy_data(page: str) -> dict:
    """As cozy-client reads it when it renews its token."""
    match = re.search(r'data-cozy="([^"]+)"', page)
    assert match is not None, page
    return json.loads(match[1].replace("&#34;", '"'))


async def test_a_page_leads_to_the_log_in_of_the_home_and_back(browser, home):
    answer = await browser.get("/?a=1")
    assert answer.status_code == 302
    there = urlsplit(answer.headers["location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{home.origin}/auth/login"
    assert parse_qs(there.query)["redirect"] == ["http://mini.alice.localhost:8080/?a=1"]


async def test_a_file_of_a_private_route_is_for_the_owner(browser):
    assert (await browser.get("/secret.txt")).status_code == 401


async def test_the_session_of_the_home_is_handed_to_the_app(owner):
    answer = await followed(owner, "/?a=1")
    assert answer.status_code == 200
    assert str(answer.url) == "http://mini.alice.localhost:8080/?a=1"
    cookies = {(cookie.domain, cookie.name) for cookie in owner.cookies.jar}
    assert ("mini.alice.localhost", "cozy-session") in {(d.lstrip("."), n) for d, n in cookies}
    assert (await owner.get("/secret.txt")).text == "private"


async def test_the_cookie_of_an_app_opens_no_other_origin(owner, home, anonymous):
    await followed(owner, "/")
    cookie = next(c.value for c in owner.cookies.jar if c.domain.lstrip(".") == "mini.alice.localhost")
    answer = await anonymous.get("/my/settings", headers={"cookie": f"cozy-session={cookie}"})
    assert answer.status_code == 303
    other = await anonymous.get(
        "http://drive.alice.localhost:8080/", headers={"cookie": f"cozy-session={cookie}"}
    )
    assert other.status_code == 404


async def test_a_session_code_works_once_and_for_its_app_alone(owner, browser, house, home):
    login = await owner.get((await owner.get("/")).headers["location"])
    handed = login.headers["location"]
    owner.cookies.clear()
    stolen = handed.replace("//mini.", "//other.")
    await browser.get(stolen)
    assert not browser.cookies
    again = await browser.get(handed)
    assert again.status_code == 303
    assert not browser.cookies


async def test_the_page_holds_what_its_variables_name(owner, home):
    page = (await followed(owner, "/")).text
    data = cozy_data(page)
    assert data["domain"] == "alice.localhost:8080"
    assert data["subdomain"] == "nested"
    assert data["isLoggedIn"] is True
    assert data["app"] == {"editor": "Alice & sons", "name": "Mini", "prefix": "Cozy", "slug": "mini", "icon": "icon.svg"}  # fmt: skip
    assert data["capabilities"]["flat_subdomains"] is False
    assert '<html lang="en">' in page
    assert "<title>Mini</title>" in page
    assert re.search(r'href="//alice.localhost:8080/assets/fonts/fonts\.[0-9a-f]{16}\.css"', page)


async def test_the_token_of_a_page_opens_what_the_manifest_asks_for(owner, home):
    token = cozy_data((await followed(owner, "/")).text)["token"]
    headers = {"authorization": f"Bearer {token}", "origin": "http://mini.alice.localhost:8080"}
    there = await owner.get(f"{home.origin}/files/io.cozy.files.root-dir", headers=headers)
    assert there.status_code == 200
    assert there.headers["access-control-allow-origin"] == headers["origin"]
    contacts = await owner.get(f"{home.origin}/data/io.cozy.contacts/x", headers=headers)
    assert contacts.status_code == 403


async def test_the_token_of_a_page_is_worthless_without_the_session(owner, home, anonymous):
    token = cozy_data((await followed(owner, "/")).text)["token"]
    answer = await anonymous.get(
        "/files/io.cozy.files.root-dir", headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 400


async def test_a_changed_manifest_changes_the_grant_when_a_page_is_opened(owner, house, home, folder):
    await followed(owner, "/")
    rules = {"contacts": {"type": "io.cozy.contacts", "verbs": ["GET"]}}
    write_app(folder, {**MINI, "permissions": rules}, {})
    token = cozy_data((await followed(owner, "/?refreshToken")).text)["token"]
    given = await house.read(home, SYSTEM, permissions.of_source, "app", "mini")
    assert [rule.doctype for rule in given.rules.values()] == ["io.cozy.contacts"]
    assert (given.title, given.purpose) == ("Mini", "Lists the smallest things")
    headers = {"authorization": f"Bearer {token}"}
    assert (
        await owner.get(f"{home.origin}/files/io.cozy.files.root-dir", headers=headers)
    ).status_code == 403


async def test_an_app_from_a_folder_that_was_stopped_opens_no_page(owner, house, home):
    await followed(owner, "/")
    given = await house.read(home, SYSTEM, permissions.of_source, "app", "mini")
    ended = await house.write(home, SYSTEM, permissions.set_end, given, "2020-01-01T00:00:00Z")
    assert (await followed(owner, "/")).status_code == 403
    await house.write(home, SYSTEM, permissions.set_end, ended, "")
    assert (await followed(owner, "/")).status_code == 200


async def test_anybody_sees_a_public_page_without_a_token(browser):
    answer = await browser.get("/public")
    assert answer.status_code == 200
    data = cozy_data(answer.text)
    assert (data["token"], data["isLoggedIn"]) == ("", False)
    assert (await browser.get("/pictures/cat.jpg")).status_code == 200


async def test_the_code_of_a_link_is_the_token_of_a_public_page(browser):
    answer = await browser.get("/public?sharecode=nonsense12<b>")
    assert cozy_data(answer.text)["token"] == "nonsense12<b>"
    assert 'data-token="nonsense12&lt;b&gt;"' in answer.text


async def test_pages_are_kept_nowhere_and_named_files_for_ever(owner):
    page = await followed(owner, "/")
    assert page.headers["cache-control"] == "private, no-store, must-revalidate"
    named = await owner.get("/app.0123456789ab.js")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert named.text == "console.log('{{.Token}}')"
    plain = await owner.get("/plain.js")
    assert plain.headers["cache-control"] == "no-cache"
    again = await owner.get("/plain.js", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_app_may_load_from_its_home_and_itself_alone(owner):
    policy = dict(
        part.strip().split(" ", 1)
        for part in (await followed(owner, "/")).headers["content-security-policy"].split(";")
    )
    here = "http://alice.localhost:8080 ws://alice.localhost:8080"
    assert policy["default-src"] == f"'self' {here}"
    assert policy["script-src"] == f"'wasm-unsafe-eval' 'self' {here}"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["form-action"] == "http://alice.localhost:8080"
    assert policy["object-src"] == "'none'"
    assert "http://*.alice.localhost:8080" in policy["frame-src"]


@pytest.mark.parametrize(
    "path",
    [
        "/pictures", "/pictures/dog.jpg", "/pictures/../secret.txt", "/pictures/%2e%2e/secret.txt", "/pictures/..%2fsecret.txt",
        "/public/%00", "/pictures/" + "a/" * 2000,
    ],
)  # fmt: skip
async def test_nobody_gets_out_of_a_public_folder(browser, path):
    assert (await browser.get(path)).status_code in {401, 404}


async def test_a_link_that_leads_out_of_the_folder_leads_nowhere(browser, folder):
    (folder / "pictures" / "out").symlink_to("/etc/passwd")
    assert (await browser.get("/pictures/out")).status_code == 404


async def test_an_app_that_is_not_there_says_so_on_a_page_that_needs_nothing_else(browser):
    answer = await browser.get("http://nothing.alice.localhost:8080/")
    assert answer.status_code == 404
    assert 'href="http://alice.localhost:8080/my"' in answer.text
    assert "/my/assets" not in answer.text


@pytest.mark.parametrize("subdomains", ["nested", "flat"])
async def test_an_app_that_is_not_here_is_looked_for_in_the_store(house, home, tmp_path, subdomains):
    """As cozy-stack does, but in our own store, which alone asks whether there is such an app."""
    settings = replace(house.settings, subdomains=subdomains, apps_offered=str(tmp_path))
    transport = httpx2.ASGITransport(serving(dataclasses.replace(house, settings=settings)))
    ghost = (
        "http://ghost.alice.localhost:8080" if subdomains == "nested" else "http://alice-ghost.localhost:8080"
    )
    async with httpx2.AsyncClient(transport=transport, base_url=ghost) as browser:
        answer = await browser.get("/folder?x=1")
        assert (answer.status_code, answer.headers["location"]) == (307, f"{home.origin}/my/store/ghost")
        assert (await browser.get("/public?sharecode=a.b")).status_code == 404
        answer = await browser.get("/public?sharecode=abcDEF123456")
        assert (answer.status_code, answer.headers["location"]) == (307, f"{home.origin}/s/abcDEF123456")


async def test_an_app_of_long_ago_leads_to_the_home(browser, home):
    answer = await browser.get("http://collect.alice.localhost:8080/#/connected")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{home.origin}/")


async def test_nothing_can_be_sent_to_an_app(owner):
    assert (await owner.post("/")).status_code == 405


async def test_robots_stay_away_unless_the_app_says_otherwise(browser, folder):
    assert "Disallow: /" in (await browser.get("/robots.txt")).text
    write_app(
        folder,
        {**MINI, "routes": {"/": {"folder": "/", "index": "index.html", "public": True}}},
        {"robots.txt": "Allow: /"},
    )
    assert (await browser.get("/robots.txt")).text == "Allow: /"


async def test_a_page_that_is_no_template_is_sent_as_it_is(browser, folder):
    write_app(folder, MINI, {"public/index.html": "<head></head>{{#each cats}}<p>{{/each}}"})
    assert (await browser.get("/public")).text == "<head></head>{{#each cats}}<p>{{/each}}"


async def test_a_page_of_another_site_cannot_read_an_app(owner):
    page = await followed(owner, "/")
    asked = await owner.get("/", headers={"origin": "http://evil.alice.localhost:8080"})
    assert "access-control-allow-origin" not in {**page.headers, **asked.headers}


async def test_apps_live_on_flat_origins_where_the_hoster_says_so(house, home, folder):
    flat = dataclasses.replace(house, settings=replace(house.settings, subdomains="flat"))
    transport = httpx2.ASGITransport(serving(flat))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://alice-mini.localhost:8080"
    ) as browser:
        answer = await browser.get("/public")
        assert cozy_data(answer.text)["subdomain"] == "flat"
        assert "http://*.localhost:8080" in answer.headers["content-security-policy"]
        location = (await browser.get("/")).headers["location"]
        assert html.unescape(location).startswith(
            "http://alice.localhost:8080/auth/login?redirect=http%3A%2F%2Falice-mini."
        )


async def test_what_apps_expect_of_the_home_is_there(anonymous):
    for path in ("fonts/fonts.css", "styles/theme.css", "css/cozy-bar.min.css", "js/cozy-bar.min.js",
                 "js/cozy-client.min.js", "images/icon-cozy-home.svg", "icon.svg", "images/default-wallpaper.svg",
                 "images/icon-cozy-home-inverted.svg", "fonts/Lato-Regular.immutable.woff2",
                 "fonts/Lato-Bold.immutable.woff2", "js/piwik.js"):  # fmt: skip
        answer = await anonymous.get(f"/assets/{path}")
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=86400"
    fonts = (await anonymous.get("/assets/fonts/fonts.css")).text
    assert '"Lato"' in fonts
    assert '"Inter"' in fonts
    for name in re.findall(r"url\(([^)]+)\)", fonts):
        assert (await anonymous.get(f"/assets/fonts/{name}")).headers["content-type"] == "font/woff2"
    assert (await anonymous.get("/favicon.ico")).headers["content-type"] == "image/x-icon"
    assert (await anonymous.get("/assets/../manifest.json")).status_code == 404


async def test_an_asset_under_the_name_of_its_content_is_kept_for_ever_and_packed(anonymous):
    found = await anonymous.get("/assets/js/cozy-bar.min.js", headers={"accept-encoding": "br;q=1, gzip"})
    assert found.headers["content-encoding"] == "br"
    tag = found.headers["etag"].strip('"').removesuffix("-br")
    named = await anonymous.get(f"/assets/js/cozy-bar.{tag}.min.js", headers={"accept-encoding": "gzip"})
    assert named.headers["content-encoding"] == "gzip"
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await anonymous.get("/assets/js/cozy-bar.0123456789.min.js")).headers[
        "cache-control"
    ] == "public, max-age=86400"


async def test_the_log_in_page_may_end_on_the_origin_of_the_app(anonymous):
    """Chromium holds what a form is redirected to against the policy of the page that the form is on."""
    wanted = {"redirect": "http://mini.alice.localhost:8080/?a=1"}
    policy = (await anonymous.get("/auth/login", params=wanted)).headers["content-security-policy"]
    assert "form-action 'self' http://mini.alice.localhost:8080;" in policy
    for elsewhere in ("", "/my", "http://alice.localhost:8080/my"):
        page = await anonymous.get("/auth/login", params={"redirect": elsewhere})
        assert "form-action 'self';" in page.headers["content-security-policy"]
    assert (
        await anonymous.get("/auth/login", params={"redirect": "http://evil.example/"})
    ).status_code == 400


async def test_an_app_of_the_home_has_an_icon_where_the_registries_have_none(owner, home):
    """Contacts shows the icon of the store by its address in the registry, in homes that have no registry too."""
    answer = await owner.get(f"{home.origin}/registry/mini/icon")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert (await owner.get(f"{home.origin}/registry/other/icon")).status_code == 404
