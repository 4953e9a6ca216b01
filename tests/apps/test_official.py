"""Official apps find what they ask for at start, whatever is in the home: each request of theirs, and the shape of its answer."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import app_origin
from cozy.kernel.house import House
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from tests.apps import asked
from tests.apps.asked import ANY, Asked
from tests.apps.conftest import write_app

PAGE = '<html><head></head><body><div role="application" data-cozy="{{.CozyData}}"></div></body></html>'


def allowed(*doctypes: str, verbs: tuple[str, ...] = ("ALL",)) -> dict[str, Any]:
    """What a manifest asks for."""
    return {doctype: {"type": doctype, "verbs": list(verbs)} for doctype in doctypes}


READ = ("GET",)
BAR = allowed("io.cozy.apps", "io.cozy.settings", verbs=READ)
APPS = {
    "drive": (
        asked.DRIVE,
        {
            **BAR, **allowed("io.cozy.files", "io.cozy.files.*"),
            **allowed("io.cozy.sharings", "io.cozy.contacts.groups", "io.cozy.oauth.clients", "io.cozy.nextcloud.migrations", verbs=READ),
        },
    ),
    "home": (
        asked.HOME,
        {
            **BAR, **allowed("io.cozy.home.settings", verbs=("GET", "POST", "PUT")),
            **allowed("io.cozy.files", verbs=("GET", "PATCH", "POST")),
            **allowed("io.cozy.accounts", "io.cozy.jobs", "io.cozy.triggers", "io.cozy.konnectors", "io.cozy.permissions"),
        },
    ),
    "settings": (
        asked.SETTINGS,
        {
            **BAR, **allowed("io.cozy.oauth.clients", "io.cozy.sessions", "io.cozy.sessions.logins", "io.cozy.home.settings", verbs=READ),
        },
    ),
    "contacts": (asked.CONTACTS, {**BAR, **allowed("io.cozy.contacts", "io.cozy.contacts.groups"), **allowed("io.cozy.triggers", verbs=READ)}),
    "store": (asked.STORE, {**BAR, **allowed("io.cozy.apps", "io.cozy.konnectors"), **allowed("io.cozy.oauth.clients", verbs=READ)}),
    "photos": (
        asked.PHOTOS,
        {**BAR, **allowed("io.cozy.files", "io.cozy.photos.albums"), **allowed("io.cozy.oauth.clients", verbs=READ)},
    ),
}  # fmt: skip
REQUESTS = [
    pytest.param(slug, each, id=f"{slug} {each}") for slug, (all_, _) in APPS.items() for each in all_
]


@pytest.fixture
async def house(house: House, tmp_path: Path) -> House:
    """The house, with an app for each of the official ones: what it may do, and a page that holds its token."""
    served = []
    for slug, (_, rules) in APPS.items():
        routes = {
            "/": {"folder": "/", "index": "index.html"},
            "/public": {"folder": "/", "index": "index.html", "public": True},
        }
        manifest = {"name": slug, "slug": slug, "type": "webapp", "version": "1.0.0", "icon": "icon.svg", "permissions": rules, "routes": routes}  # fmt: skip
        write_app(
            tmp_path / slug,
            manifest,
            {"index.html": PAGE, "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"},
        )
        served.append(f"{slug}:{tmp_path / slug}")
    return dataclasses.replace(house, settings=replace(house.settings, app_folders=",".join(served)))


@pytest.fixture
async def browser(house: House, home):
    """A browser in which the owner is in."""
    await house.write(home, SYSTEM, auth.passphrase.keep, "sealed")
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(serving(house)), base_url=home.origin
    ) as browser:
        browser.cookies.set("cozy-session", entered.session, domain=home.domain)
        yield browser


async def data_of(browser, origin: str, path: str = "/") -> dict[str, Any]:
    """What a page of an app tells its script."""
    answer = await browser.get(origin + path, follow_redirects=True)
    match = re.search(r'data-cozy="([^"]+)"', answer.text)
    assert match, answer.text
    return json.loads(match[1].replace("&#34;", '"'))


async def ask(browser, home, origin: str, token: str, each: Asked):
    """Ask as the script of that page does: from its origin, with its token beside the cookies."""
    headers = {
        "authorization": f"Bearer {token}",
        "origin": origin,
        "accept": "application/json",
        **each.headers,
    }
    return await browser.request(each.method, home.origin + each.path, json=each.body, headers=headers)


def misshapen(value: Any, shape: Any, at: str = "") -> list[str]:
    """Where a value is not of that shape."""
    if shape is None or shape is ANY:
        return []
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{at or '/'} is no object"]
        return [
            wrong
            for name, inner in shape.items()
            for wrong in (
                misshapen(value[name], inner, f"{at}/{name}")
                if name in value
                else [f"{at}/{name} is not there"]
            )
        ]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{at or '/'} is no list"]
        return [
            wrong
            for number, item in enumerate(value)
            for wrong in misshapen(item, shape[0], f"{at}/{number}")
        ]
    return [] if isinstance(value, shape) else [f"{at or '/'} is no {shape.__name__}"]


@pytest.mark.parametrize(("slug", "each"), REQUESTS)
async def test_an_official_app_finds_what_it_asks_for(browser, house, home, slug, each):
    origin = app_origin(home.origin, slug, house.settings.subdomains)
    token = (await data_of(browser, origin))["token"]
    answer = await ask(browser, home, origin, token, each)
    assert answer.status_code == each.status, answer.text
    assert answer.headers["access-control-allow-origin"] == origin
    if each.shape is not None:
        assert misshapen(answer.json(), each.shape) == []


async def test_a_stranger_with_a_link_finds_the_folder_and_nothing_else(browser, house, home):
    """As Drive's public page asks, with the short code of the link for a token."""
    origin = app_origin(home.origin, "drive", house.settings.subdomains)
    token = (await data_of(browser, origin))["token"]
    made = await ask(
        browser,
        home,
        origin,
        token,
        Asked("POST", f"/files/{asked.ROOT}?Name=Holidays&Type=directory&MetadataID="),
    )
    folder = made.json()["data"]["id"]
    rules = {"files": {"type": "io.cozy.files", "verbs": ["GET"], "values": [folder]}}
    link = {"data": {"type": "io.cozy.permissions", "attributes": {"permissions": rules}}}
    answer = await ask(browser, home, origin, token, Asked("POST", "/permissions?codes=code", body=link))
    code = answer.json()["data"]["attributes"]["shortcodes"]["code"]
    browser.cookies.clear()
    told = await data_of(browser, origin, f"/public?sharecode={code}")
    assert (told["token"], told["isLoggedIn"]) == (code, False)
    for each in (
        *asked.PUBLIC,
        Asked("GET", f"/files/{folder}", {"data": {"id": str}, "included": asked.LIST}),
    ):
        answer = await ask(browser, home, origin, code, each)
        assert answer.status_code == each.status, each
        assert misshapen(answer.json(), each.shape) == []
    elsewhere = await ask(browser, home, origin, code, Asked("GET", f"/files/{asked.ROOT}"))
    assert elsewhere.status_code == 403
