"""Principle 6: the administration has no way to a name or a content. Every route and page of it is asked for, while the
engine says which columns are read (https://sqlite.org/c3ref/set_authorizer.html).
"""

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import httpx2
import msgspec
import pytest

from cozy.app.admin import administration
from cozy.app.house import opened
from cozy.app.wiring import ADMIN_DOORS
from cozy.backends import sqlite
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.files import service as files
from cozy.rooms.hosting.service import telling, tokens, usage, webhooks
from tests.conftest import DOMAIN
from tests.hosting.conftest import ADMIN

pytestmark = pytest.mark.anyio
ROOM = Path(__file__).parents[2] / "src" / "cozy" / "rooms" / "hosting"
SECRET = "xyzzy"
AT = f"/instances/{DOMAIN}"


class Form(dict[str, str]):
    """What a page sends."""


# How each route is asked; one that is missing here fails the test.
ASKED = {
    "GET /instances": ("/instances?page[limit]=10", None),
    "POST /instances": ("/instances?Domain=bob.localhost&Settings=offer:premium&OIDCID=bob", None),
    "GET /instances/count": ("/instances/count", None),
    "GET /instances/{domain}": (AT, None),
    "PATCH /instances/{domain}": (
        f"{AT}?DiskQuota=100000&Unpaid=false&Plan=&OIDCID=alice&Blocked=false&Deleting=false",
        None,
    ),
    "DELETE /instances/{domain}": ("/instances/bob.localhost", None),
    "GET /instances/{domain}/last-activity": (f"{AT}/last-activity", None),
    "GET /instances/{domain}/disk-usage": (f"{AT}/disk-usage", None),
    "GET /instances/{domain}/prefix": (f"{AT}/prefix", None),
    "POST /instances/{domain}/magic_link": (f"{AT}/magic_link", None),
    "POST /instances/{domain}/notifications": (f"{AT}/notifications", {"notification": {"title": "Hello"}}),
    "DELETE /instances/{domain}/sessions": (f"{AT}/sessions", None),
    "GET /instances/contexts": ("/instances/contexts", None),
    "GET /instances/contexts/{name}": ("/instances/contexts/default", None),
    "GET /instances/{domain}/feature/flags": (f"{AT}/feature/flags", None),
    "PATCH /instances/{domain}/feature/flags": (f"{AT}/feature/flags", {"a": 1}),
    "GET /instances/{domain}/feature/sets": (f"{AT}/feature/sets", None),
    "PUT /instances/{domain}/feature/sets": (f"{AT}/feature/sets", ["a"]),
    "GET /instances/feature/config/{name}": ("/instances/feature/config/default", None),
    "GET /instances/feature/contexts/{name}": ("/instances/feature/contexts/default", None),
    "GET /instances/feature/defaults": ("/instances/feature/defaults", None),
    "GET /openapi.json": ("/openapi.json", None),
    "GET /version": ("/version", None),
    "GET /": ("/", None),
    "GET /my": ("/my?q=alice&state=active", None),
    "POST /my": ("/my", Form(action="open", ids=DOMAIN)),
    "GET /my/login": ("/my/login", None),
    "POST /my/login": ("/my/login", Form(token="none")),
    "POST /my/logout": ("/my/logout", Form()),
    "POST /my/language": ("/my/language", Form(locale="en")),
    "GET /instances/{domain}/usage": (f"{AT}/usage", None),
    "GET /instances/{domain}/statements/{month}": (f"{AT}/statements/2026-07", None),
    "GET /statements/{month}": ("/statements/2026-07.csv", None),
    "GET /payouts/{month}": ("/payouts/2026-07", None),
    "GET /earnings/{month}": ("/earnings/2026-07.csv", None),
    "GET /plans": ("/plans", None),
    "PUT /plans/{name}": ("/plans/family", {"title": "Family"}),
    "DELETE /plans/{name}": ("/plans/family", None),
    "GET /failures": ("/failures", None),
    "GET /my/costs": ("/my/costs", None),
    "GET /my/costs/{name}": ("/my/costs/2026-07.pdf", None),
    "GET /my/homes/{domain}/statements/{name}": (f"/my/homes/{DOMAIN}/statements/2026-07.pdf", None),
    "POST /my/homes/{domain}/plan": (f"/my/homes/{DOMAIN}/plan", Form(plan="")),
    "GET /my/jobs": ("/my/jobs", None),
    "GET /my/homes/new": ("/my/homes/new", None),
    "POST /my/homes/new": ("/my/homes/new", Form(domain="zoe.localhost", locale="en")),
    "GET /my/homes/{domain}": (f"/my/homes/{DOMAIN}", None),
    "POST /my/homes/{domain}": (f"/my/homes/{DOMAIN}", Form(quota="1GB", context="default")),
    "POST /my/homes/{domain}/closed": (f"/my/homes/{DOMAIN}/closed", Form(reason="late")),
    "POST /my/homes/{domain}/open": (f"/my/homes/{DOMAIN}/open", Form()),
    "POST /my/homes/{domain}/bill": (f"/my/homes/{DOMAIN}/bill", Form(open="1")),
    "POST /my/homes/{domain}/told": (f"/my/homes/{DOMAIN}/told", Form(title="Hello")),
    "POST /my/homes/{domain}/stays": (f"/my/homes/{DOMAIN}/stays", Form()),
    "POST /my/homes/{domain}/log-out": (f"/my/homes/{DOMAIN}/log-out", Form()),
    "GET /my/homes/{domain}/destroy": (f"/my/homes/{DOMAIN}/destroy", None),
    "POST /my/homes/{domain}/destroy": (f"/my/homes/{DOMAIN}/destroy", Form(address="another")),
    "GET /my/messages": ("/my/messages", None),
    "POST /my/messages": ("/my/messages", Form(title="We move", body="On Sunday")),
    "GET /webhooks": ("/webhooks", None),
    "POST /webhooks": ("/webhooks", {"url": "https://billing.example.org"}),
    "POST /webhooks/{webhook_id}/secret": ("/webhooks/none/secret", None),
    "POST /my/webhooks/{webhook_id}/secret": ("/my/webhooks/none/secret", Form()),
    "DELETE /webhooks/{webhook_id}": ("/webhooks/none", None),
    "GET /deliveries": ("/deliveries", None),
    "POST /deliveries/{delivery_id}/again": ("/deliveries/none/again", None),
    "GET /my/webhooks": ("/my/webhooks", None),
    "POST /my/webhooks": ("/my/webhooks", Form(url="https://billing.example.com")),
    "POST /my/webhooks/{webhook_id}/dropped": ("/my/webhooks/none/dropped", Form()),
    "POST /my/deliveries/{delivery_id}/again": ("/my/deliveries/none/again", Form()),
    "GET /invitations": ("/invitations", None),
    "POST /invitations": ("/invitations", {"mails": ["bob@example.org"]}),
    "DELETE /invitations/{invitation_id}": ("/invitations/none", None),
    "GET /my/invitations": ("/my/invitations", None),
    "POST /my/invitations": ("/my/invitations", Form(mails="eve@example.org", context="default", days="7")),
    "POST /my/invitations/{invitation_id}/taken-back": ("/my/invitations/none/taken-back", Form()),
    "GET /my/health": ("/my/health", None),
    "POST /my/health": ("/my/health", Form(to="me@example.org")),
    "GET /my/assets/{name}": ("/my/assets/cozy.svg", None),
    "GET /my/sw.js": ("/my/sw.js", None),
    "GET /my/manifest.webmanifest": ("/my/manifest.webmanifest", None),
    "GET /my/offline": ("/my/offline", None),
}
BOUND_TO_FAIL = {
    "POST /instances/{domain}/magic_link": 400,  # somebody has been in that home
    "POST /my/login": 422,
    "DELETE /invitations/{invitation_id}": 404,
    "DELETE /webhooks/{webhook_id}": 404,
    "POST /webhooks/{webhook_id}/secret": 404,
    "POST /my/webhooks/{webhook_id}/secret": 404,
    "POST /deliveries/{delivery_id}/again": 404,
    "POST /my/webhooks/{webhook_id}/dropped": 404,
    "POST /my/deliveries/{delivery_id}/again": 404,
    "POST /my/invitations/{invitation_id}/taken-back": 404,
    "POST /my/homes/{domain}/destroy": 422,  # another address was typed
    "POST /my/health": 422,  # there is no mail server
}

# All that is ever read in somebody's home, by table: no body of a document is, no name of a file, no content.
READ = {
    "counters": {"home_id", "name", "value"},  # `bytes`, the sum of sizes
    "credentials": {"home_id", "kind", "id", "details", "created_at", "expires_at"},  # whether anybody has been in
    "documents": {"home_id", "doctype", "deleted"},  # whether there is a log-in
    "jobs": {"home_id", "id", "due_at", "leased", "again_at"},  # where what the host says is put
    "sessions": {"home_id", "id", "seen_at"},  # the last day
    "tracked": {"home_id", "doctype", "seq"},  # who waits for sessions to end
    "watches": {"home_id"},
}  # fmt: skip


OTHERS = ("blobs", "drawings", "shelf", "outside", "mailer")


class Watched:
    """Notes what is read in which database."""

    def __init__(self) -> None:
        self.reads: dict[str, set[tuple[str, str]]] = {}

    def connect(self, path: Path) -> apsw.Connection:
        connection = _connect(path)
        reads = self.reads.setdefault(path.parent.name, set())

        def noting(action: int, table: str | None, column: str | None, *_: str | None) -> int:
            if action == apsw.SQLITE_READ and table not in {"sqlite_master", "sqlite_schema"}:
                reads.add((table or "", column or ""))
            return apsw.SQLITE_OK

        connection.authorizer = noting
        return connection


_connect = sqlite.connect


class Untouched:
    """Contents, pictures, and the world outside: says what was asked of them."""

    def __init__(self, real: Any, asked: list[str]) -> None:
        self._real, self._asked = real, asked

    def __getattr__(self, name: str) -> Any:
        self._asked.append(name)
        return getattr(self._real, name)


@pytest.fixture
async def full(house, home, acting):
    """Alice's home, with names and contents that only she knows."""
    client = await acting("cli", "", "*")
    folder = await client.mkdir(f"folder-{SECRET}")
    await client.upload(f"letter-{SECRET}.txt", SECRET.encode(), folder["id"])
    await client.put("/settings/instance", json=_named(await client.get("/settings/instance")))
    await client.post("/data/io.cozy.notes/", json={"title": SECRET})
    await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1", user_agent=SECRET))
    assert await house.read(home, SYSTEM, files.usage) > 0
    return home


def _named(answer):
    data = answer.json()["data"]
    return {"data": {"attributes": {"public_name": SECRET}, "meta": {"rev": data["meta"]["rev"]}}}


@pytest.fixture
def postgres():
    """The statements are the same on both engines, and SQLite says of each what it reads."""
    return ""


@pytest.fixture
def settings(settings):
    """With a context, so that each route has something to tell."""
    return msgspec.structs.replace(
        settings, contexts={"default": {"features": ["a"], "homes_below": "host.test"}}
    )


async def test_no_route_reads_a_name_or_a_content(house, full, settings, clock, monkeypatch):
    token = await house.write_host(tokens.make, "scripts")
    watched, asked = Watched(), list[str]()
    monkeypatch.setattr(sqlite, "connect", watched.connect)
    answers = []
    async with opened(settings, clock=clock) as other:
        others: Any = {name: Untouched(getattr(other, name), asked) for name in OTHERS}
        transport = httpx2.ASGITransport(administration(replace(other, **others)))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(transport=transport, base_url=ADMIN, headers=headers) as client:
            for route in sorted(_routes(), key=lambda route: (route.startswith("DELETE"), route)):
                url, more = ASKED[route]
                answer = await client.request(
                    route.split()[0],
                    url,
                    data=more if isinstance(more, Form) else None,
                    json=None if isinstance(more, Form) else more,
                )
                assert answer.status_code == BOUND_TO_FAIL.get(route, answer.status_code), route
                assert answer.status_code < 400 or route in BOUND_TO_FAIL, (route, answer.text)
                answers.append(answer)
            await usage.flush(other)
            await telling.carry_on(other)
            assert (await other.read_host(telling.said))[0].told > 0
            told = [each.body for each in await other.read_host(webhooks.deliveries)]
            assert any("home.destroyed" in body for body in told)
            assert all(SECRET not in body for body in told)
    assert set(asked) <= {"drop", "configured"}
    assert all(SECRET not in answer.text for answer in answers)
    strange = {
        (table, column)
        for table, column in watched.reads[full.id]
        if column and column not in READ.get(table, set())
    }
    assert strange == set()
    assert {table for table, _ in watched.reads[full.id]} == set(READ)


def test_every_route_is_asked_for():
    assert _routes() == set(ASKED)


def _routes():
    return {f"{route.method} {route.path}" for door in ADMIN_DOORS for route in door.table}


async def test_the_watch_sees_what_is_read(house, full, settings, clock, monkeypatch):
    watched = Watched()
    monkeypatch.setattr(sqlite, "connect", watched.connect)
    async with opened(settings, clock=clock) as other:
        await other.read(full, SYSTEM, files.children, files.ROOT)
    assert ("documents", "body") in watched.reads[full.id]


# What the room takes from other rooms: nothing of it hands out a document.
TAKEN = {
    "apps.errors": {"NothingSold"},
    "apps.model": {"Price"},
    "apps.ports": {"Right", "Wish"},
    "auth.errors": set(),
    "auth.model": {"ITERATIONS", "Typed"},
    "auth.service": {"delegated", "limits", "open_home", "passphrase", "reset", "sessions"},
    "homes.errors": {"DomainTaken", "NoHome"},
    "homes.model": {"Brand", "Context", "Listing", "Split", "octets", "written"},
    "homes.service": {
        "at", "bills", "change", "clean_domain", "contexts", "count", "count_by_state", "destroy", "gone_from", "held", "late", "listed", "of_id", "profile_of", "search",
        "skipped_to", "terms",
    },
    "notifications.model": {"Notice", "Rule"},
    "notifications.ports": {"Kind", "Said", "Words"},
    "notifications.service": {"notify"},
}  # fmt: skip


def test_the_room_takes_nothing_from_others_that_hands_out_documents():
    taken: dict[str, set[str]] = {}
    for file in ROOM.rglob("*.py"):
        tree = ast.parse(file.read_text())
        names = {}
        for node in ast.walk(tree):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if isinstance(node, ast.ImportFrom) and module.startswith("cozy.rooms."):
                room = module.removeprefix("cozy.rooms.")
                for alias in node.names:
                    if alias.name == "service":
                        names[alias.asname or alias.name] = f"{room}.service"
                    elif not room.startswith("hosting"):
                        taken.setdefault(room, set()).add(alias.name)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in names
            ):
                taken.setdefault(names[node.value.id], set()).add(node.attr)
    taken = {room: names for room, names in taken.items() if not room.startswith("hosting")}
    beyond = {room: names - TAKEN.get(room, set()) for room, names in taken.items()}
    assert {room: names for room, names in beyond.items() if names} == {}
