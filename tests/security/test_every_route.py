"""Every route of every door lets in whom it says, and nobody else: the handlers are taken out, what is left is the gate."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest
from starlette.responses import Response

from cozy.app import server
from cozy.app.wiring import DOORS
from cozy.kernel.caller import SYSTEM, VERBS
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.routes import KNOWN, OPEN, SOCKET, Route, Routes
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor

EVERY = [route for door in DOORS if door.site == "home" for route in door.table]
ROUTES = [route for route in EVERY if route.method != SOCKET]
OF_APPS = [route for door in DOORS if door.site == "app" for route in door.table]
REACHED = 299
SAFE = {"GET", "HEAD", "OPTIONS"}
CHANGING = [route for route in ROUTES if route.method not in SAFE and not route.need.own_proof]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def where(route: Route) -> str:
    return re.sub(r"\{[a-z_]+(:path)?\}", "x", route.path)


async def _reached(**_: Any) -> Response:
    return Response(status_code=REACHED)


@pytest.fixture(autouse=True)
def gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors of the program, each handler replaced by one that only says that it was reached."""
    doors = []
    for door in DOORS:
        gate = Routes(site=door.site)
        for route in door.table:
            takes = tuple(name for name in route.takes if name == "form")
            gate.table.append(
                dataclasses.replace(route, handler=_reached, is_async=True, body=None, takes=takes)
            )
        doors.append(gate)
    monkeypatch.setattr(server, "DOORS", doors)


async def wrong(client: httpx2.AsyncClient, routes: list[Route], expected: Callable[[Route], set[int]], **headers: str) -> dict[str, int]:  # fmt: skip
    """The routes that answer somebody otherwise than expected."""
    statuses = {named(route): (route, await asked(client, route, **headers)) for route in routes}
    return {name: status for name, (route, status) in statuses.items() if status not in expected(route)}


async def asked(client: httpx2.AsyncClient, route: Route, **headers: str) -> int:
    """The status of a request without any body."""
    client.cookies.clear()
    named_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await client.request(route.method, where(route), headers=named_headers)).status_code


IN_HOLES: Mapping[str, str] = defaultdict(lambda: "x")  # what `where` puts there


def turned_away(route: Route) -> int:
    """How somebody is refused whom logging in would help."""
    return 303 if route.is_page else 401


def is_open(route: Route) -> bool:
    return route.need == OPEN


def decides_itself(route: Route) -> bool:
    """Whether the handler looks for proof by itself: no token and no session counts, and none can be abused."""
    return route.need.own_proof


def test_there_are_routes_of_each_kind():
    kinds = {(is_open(route), route.need.owner, route.need.known) for route in ROUTES}
    assert kinds == {(True, False, False), (False, True, False), (False, False, True), (False, False, False)}
    assert len(CHANGING) > 50
    assert any(decides_itself(route) for route in ROUTES)


async def test_where_the_handler_looks_for_proof_itself_no_session_and_no_token_counts(
    anonymous, holding, session, other_home
):
    routes = [route for route in ROUTES if decides_itself(route)]
    for client in (anonymous, await holding("*"), await holding("*", of=other_home)):
        assert await wrong(client, routes, lambda route: {REACHED}) == {}

    def from_elsewhere(route: Route) -> set[int]:
        return {403} if "form" in route.takes else {REACHED}

    assert await wrong(anonymous, routes, from_elsewhere, cookie=session, sec_fetch_site="cross-site") == {}


async def test_no_request_of_http_reaches_a_socket(holding):
    sockets = [route for route in EVERY if route.method == SOCKET]
    assert sockets
    assert await wrong(await holding("*"), sockets, lambda route: {404, 405}) == {}


async def test_nobody_gets_through_what_is_not_open(anonymous):
    def expected(route: Route) -> set[int]:
        if decides_itself(route):
            return {REACHED}
        if not is_open(route):
            return {turned_away(route)}
        return {403} if "form" in route.takes else {REACHED}  # a form of nobody's page

    assert await wrong(anonymous, ROUTES, expected) == {}


@pytest.mark.parametrize(
    ("scope", "verbs"),
    [("io.cozy.nothing", set()), ("io.cozy.files:GET", {"GET"}), ("x:POST", {"POST"}), ("*", set(VERBS))],
)
async def test_a_token_gets_through_what_its_scope_says(holding, scope, verbs):
    doctype = scope.partition(":")[0]

    def expected(route: Route) -> set[int]:
        if route.need.owner:
            return {turned_away(route)}
        is_covered = route.need.verb in verbs and doctype in {"*", route.need.at(IN_HOLES).doctype}
        is_let_in = route.need in {OPEN, KNOWN} or decides_itself(route)
        return {REACHED} if is_let_in or is_covered else {403}

    assert await wrong(await holding(scope), ROUTES, expected) == {}


async def test_a_token_of_another_home_gets_through_nothing(holding, other_home):
    routes = [route for route in ROUTES if not decides_itself(route)]
    assert await wrong(await holding("*", of=other_home), routes, lambda route: {400}) == {}


@pytest.fixture
async def session(house, home) -> str:
    """The cookie of Alice, who is in."""
    return await _session_in(house, home)


async def _session_in(house: House, home: Home) -> str:
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    return f"cozy-session={entered.session}"


async def test_a_session_of_another_home_is_nobodys(house, anonymous, other_home):
    def expected(route: Route) -> set[int]:
        if not is_open(route) and not decides_itself(route):
            return {turned_away(route)}
        return {REACHED} if route.method in SAFE or decides_itself(route) else {403}

    cookie = await _session_in(house, other_home)
    assert await wrong(anonymous, ROUTES, expected, cookie=cookie) == {}


async def test_the_owner_changes_nothing_without_the_token_of_a_page(anonymous, session):
    def expected(route: Route) -> set[int]:
        return {REACHED} if route.method in SAFE or decides_itself(route) else {403}

    assert await wrong(anonymous, ROUTES, expected, cookie=session) == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "same-site", "origin": "http://evil.alice.localhost:8080"},
        {"origin": "http://evil.alice.localhost:8080"},
        {"origin": "https://alice.localhost:8080", "content_type": "text/plain"},
        {"origin": "http://alice.localhost", "content_type": "application/json"},
        {"origin": "null"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
async def test_no_other_site_makes_the_owners_browser_change_anything(anonymous, session, headers):
    """Not even one on a sub-domain, which may have planted the cookie of the token by itself."""
    cookie = f"{session}; cozy-csrf=planted"
    sent = {"cookie": cookie, "x_csrf_token": "planted", **headers}
    assert await wrong(anonymous, CHANGING, lambda route: {401, 403}, **sent) == {}


async def test_no_other_site_reads_the_api_by_the_owners_session(anonymous, session):
    api = [
        route for route in ROUTES if not route.is_page and not is_open(route) and not decides_itself(route)
    ]
    for site in ("cross-site", "same-site"):
        assert await wrong(anonymous, api, lambda route: {401}, cookie=session, sec_fetch_site=site) == {}


async def test_the_owners_own_pages_get_through(anonymous, session):
    sent = {"cookie": f"{session}; cozy-csrf=ours", "x_csrf_token": "ours", "sec_fetch_site": "same-origin"}
    assert await wrong(anonymous, CHANGING, lambda route: {REACHED}, **sent) == {}


def test_the_origin_of_an_app_answers_as_pages_do_and_changes_nothing():
    """Pages are shared with no other origin (web/cors.py), and what an app wants to change it asks of the home."""
    assert {(route.method, route.manner) for route in OF_APPS} == {("GET", "page")}


async def test_the_origin_of_an_app_looks_at_no_token(anonymous, holding, other_home):
    for client in (anonymous, await holding("*"), await holding("*", of=other_home)):
        for path in ("/", "/x", "/x?sharecode=nonsense", "/x?bearer_token=nonsense"):
            assert (await client.get(f"http://drive.alice.localhost:8080{path}")).status_code == REACHED
