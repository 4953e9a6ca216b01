"""Two homes, the keys of the first, and what can be asked with them about the second."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import random
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import httpx2
from PIL import Image

from cozy.app.admin import PORCH, administration
from cozy.app.house import home_of
from cozy.app.server import serving
from cozy.app.wiring import ADMIN_DOORS, DOORS
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model.device_passwords import Wanted
from cozy.rooms.auth.service import tokens
from cozy.rooms.documents import service as documents
from cozy.rooms.homes.model import Profile
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.conftest import Client, Clock

NOTES = "io.cozy.todos"
MARK = "zebra-umbrella"  # in everything that the other home holds
BIG = MARK.encode() * 20_000
API = {"content-type": "application/vnd.api+json"}
TUS = {"tus-resumable": "1.0.0"}
_HOLE = re.compile(r"\{(\w+)(?::\w+)?\}")
WRITTEN = [
    ("PATCH", "/files/{id}"), ("PUT", "/files/{id}"), ("POST", "/files/{id}?Type=directory&Name=mine"), ("POST", "/files/{id}/copy"),
    ("POST", "/files/{id}?Type=file&Name=mine"), ("POST", "/files/trash/{id}"), ("PATCH", "/files/tus/{id}"), ("HEAD", "/files/tus/{id}"),
    ("POST", "/files/{id}/relationships/referenced_by"), ("POST", "/files/downloads?Id={id}"), ("POST", "/files/archive"),
    ("POST", "/files/{mine}?Type=file&Name={fresh}"), ("PATCH", "/permissions/{id}"), ("HEAD", "/files/download/{id}"),
    ("POST", f"/data/{NOTES}/_find"), ("POST", f"/data/{NOTES}/_bulk_get"), ("POST", f"/data/{NOTES}/_revs_diff"),
    ("GET", "/files/metadata?Path=/{name}"), ("GET", "/files/download?Path=/{name}"), ("GET", "/public?sharecode={code}"),
    ("GET", f'/data/{NOTES}/_all_docs?keys=["{{id}}"]'), ("GET", f"/data/{NOTES}/_changes?since={{seq}}"), ("GET", "/settings/sessions"),
    ("GET", f"/data/{NOTES}/{{id}}"), ("GET", "/data/io.cozy.files/{id}"), ("GET", "/data/io.cozy.sessions/{id}"), ("GET", "/contacts/myself"),
    ("GET", "/files/{id}"), ("GET", "/files/download/{id}"), ("GET", "/files/{id}/thumbnails/{thumbnail}/small"), ("GET", "/my/files/{id}"),
    ("GET", "/dav/files/{name}"), ("PROPFIND", "/dav/files/{name}"), ("PROPFIND", "/dav/files/"), ("PUT", "/dav/files/{name}/mine"),
    ("MOVE", "/dav/files/{name}"), ("GET", "/remote.php/dav/files/{id}/{name}"),
]  # fmt: skip


@dataclass(frozen=True)
class Key:
    """What somebody of the first home shows."""

    kind: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Held:
    """What the second home holds, by what it can be asked for."""

    home: Home
    ids: list[str]
    names: list[str]
    codes: list[str]  # of its links: whoever has one may use it there
    thumbnail: str  # the same
    hashes: list[str]  # of contents, as Content-MD5 spells them
    etags: list[str]
    note: str
    seq: int


@dataclass(frozen=True)
class Asked:
    """A request. words: what it asks for; an answer may repeat them."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    words: tuple[str, ...] = ()


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def ask(app, origin: str, asked: Asked, key: Key | None, address: str = "192.0.2.9") -> Answer:
    """One request, without a client between: there are a million."""
    path, _, query = asked.url.partition("?")
    given = [
        ("host", origin.partition("//")[2]),
        ("content-length", str(len(asked.body))),
        *asked.headers,
        *(key.headers if key else ()),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method, "scheme": "http", "path": unquote(path),
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "client": (address, 1), "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in given],
    }  # fmt: skip
    sent, answer, gone = False, Answer(), asyncio.Event()

    async def receive():
        nonlocal sent
        if sent:
            await gone.wait()
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    async with asyncio.timeout(60):
        await app(scope, receive, send)
    gone.set()
    return answer


def unknown(text: str) -> str:
    """Something of the same shape that nobody has."""
    made = secrets.token_hex(len(text) // 2 + 1)
    return "".join(new if char in "0123456789abcdef" else char for char, new in zip(text, made, strict=False))


_VARIES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|[\w-]{20,}|[0-9a-f]{8,}|\d+")


def told(answer: Answer, asked: Asked) -> tuple[int, str, tuple[str, ...]]:
    """An answer without what was asked for, and what differs from one time to the next."""
    text = answer.body.decode(errors="replace")
    spelled = {
        each
        for word in asked.words
        for each in (word, quote(word), quote(word, safe=""), json.dumps(word)[1:-1])
    }
    for word in sorted(spelled - {""}, key=len, reverse=True):
        text = text.replace(word, "#")
    return answer.status, _VARIES.sub("#", text), tuple(sorted(answer.headers))


class Tenants:
    """Two homes of a house."""

    def __init__(self, house: House, home: Home, clock: Clock, chance: random.Random) -> None:
        self._house, self._home, self._clock, self._chance = house, home, clock, chance
        self._app, self._admin = serving(house), administration(house)
        self._known: dict[tuple[str, ...], tuple[int, str, tuple[str, ...]]] = {}
        doors = [
            (route.method, _HOLE.sub(_hole, route.path))
            for routes in DOORS
            for route in routes.table
            if "{" in route.path
        ]
        self._places = [
            *WRITTEN,
            *((method, path) for method, path in doors if method in {"GET", "DELETE", "PROPFIND", "REPORT"}),
        ]
        self._admins = [
            (route.method, _HOLE.sub("{id}", route.path)) for routes in ADMIN_DOORS for route in routes.table
        ]
        self._folder = ""

    async def furnish(self) -> Held:
        """Give the second home something of every kind, and the first one a folder."""
        profile = Profile(public_name=f"Bob {MARK}", email="bob@example.org")
        listing = await auth.open_home(
            self._house, "bob.localhost", profile, origin_of(self._house.settings, "bob.localhost")
        )
        home = home_of(self._house.settings, listing)
        entered = await self._house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.7"))
        async with self._client(self._home, await self._house.read(self._home, SYSTEM, auth.mint)) as client:
            self._folder = (await client.mkdir("mine"))["id"]
        async with self._client(home, await self._house.read(home, SYSTEM, auth.mint)) as client:
            folder = await client.mkdir(f"{MARK} folder")
            small = await client.upload(f"{MARK} small.txt", MARK.encode(), folder["id"])
            big = await client.upload(f"{MARK} big.bin", BIG)
            picture = await client.upload(f"{MARK}.png", _picture())
            note = (await client.post(f"/data/{NOTES}/", json={"says": MARK})).json()
            link = await _linked(client, big["id"])
            said = base64.b64encode(f"{MARK}.mp4".encode()).decode()
            begun = await client.post(
                "/files/tus", headers={**TUS, "upload-length": "9", "upload-metadata": f"name {said}"}
            )
            seen = (await client.get(f"/files/{picture['id']}")).json()["data"]
            etags = [
                (await client.get(f"/files/download/{each['id']}")).headers["etag"]
                for each in (small, big, picture)
            ]
            seq = (await client.get(f"/data/{NOTES}/_changes")).json()["last_seq"]
        files = [folder["id"], small["id"], big["id"], picture["id"]]
        others = [
            note["id"],
            link["id"],
            begun.headers["location"].rpartition("/")[2],
            entered.session.partition(".")[0],
            home.id,
        ]
        return Held(
            home, [*files, *others, hashlib.sha256(BIG).hexdigest(), hashlib.sha256(MARK.encode()).hexdigest()],
            [f"{MARK} folder", f"{MARK} big.bin", f"{MARK} folder/{MARK} small.txt", f"{MARK}.png"],
            list(link["attributes"]["codes"].values()), seen["links"]["small"].split("/")[-2],
            [big["attributes"]["md5sum"], small["attributes"]["md5sum"]], etags, note["id"], seq,
        )  # fmt: skip

    def _client(self, home: Home, token: str) -> Client:
        transport = httpx2.ASGITransport(self._app)
        return Client(transport=transport, base_url=home.origin, headers={"authorization": f"Bearer {token}"})

    async def kept(self, held: Held) -> list[object]:
        """Everything that the second home holds, as its owner sees it."""
        async with self._client(held.home, await self._house.read(held.home, SYSTEM, auth.mint)) as client:
            files = (await client.get("/data/io.cozy.files/_all_docs?include_docs=true")).json()
            links = (await client.get("/data/io.cozy.permissions/_all_docs")).json()
            return [files, links, (await client.get(f"/files/download/{held.ids[2]}")).content == BIG]

    async def keys(self) -> list[Key]:
        """One of every kind, of the first home."""
        house, home = self._house, self._home
        entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.9"))
        cookie = ("cookie", f"cozy-session={entered.session}")
        minted = await house.read(home, SYSTEM, auth.mint)
        app, device, robot = await house.write(home, SYSTEM, _given, entered.session)
        async with self._client(home, minted) as client:
            link = await _linked(client, self._folder)
        wanted = Wanted(name="Laptop", areas=("files",), may_write=True)
        made = await auth.device_passwords.make(house, home, SYSTEM, wanted)
        basic = base64.b64encode(f"alice:{made.password}".encode()).decode()
        bearers = {
            "command line": minted,
            "device": device,
            "connector": robot,
            "link": next(iter(link["attributes"]["codes"].values())),
        }
        return [
            Key("session", (cookie, ("sec-fetch-site", "same-origin"))),
            Key("app", (("authorization", f"Bearer {app}"), cookie)),
            *(Key(kind, (("authorization", f"Bearer {token}"),)) for kind, token in bearers.items()),
            Key("password", (("authorization", f"Basic {basic}"),)),
        ]

    async def request(self, held: Held, keys: list[Key]) -> str:
        """One request by chance, compared with the same about what nobody has. Its status."""
        chance = self._chance
        key, (method, place) = chance.choice(keys), chance.choice(self._places)
        origin = chance.choice(
            [self._home.origin] * 2 + [held.home.origin, held.home.origin.replace("bob", "bob-drive")]
        )
        abroad = origin != self._home.origin
        if key.kind == "password" and abroad:  # who guesses passwords is held up soon
            if chance.random() > 0.1:
                key = keys[0]
            else:
                self._clock.advance(seconds=20)
        found, head = (
            self._found(held, abroad=abroad),
            chance.choice(["", "", "if-none-match", "if-match", "range"]),
        )
        asked = self._made(held, method, place, head, found)
        address = f"198.51.{chance.randrange(256)}.{chance.randrange(256)}"
        answer = await ask(self._app, origin, asked, key, address)
        seen, about = told(answer, asked), (origin, key.kind, method, place)
        if seen != self._known.get(about):
            other = self._made(held, method, place, head, _of_nobody(found))
            self._known[about] = told(await ask(self._app, origin, other, key, address), other)
        why = (key.kind, origin, asked, answer)
        assert seen == self._known[about], f"{why}: nobody's is {self._known[about]}"
        assert answer.status < 500, why
        assert MARK.encode() not in answer.body or MARK.encode() not in _without(answer.body, asked), why
        assert "public" not in answer.headers.get("cache-control", "") or "/assets/" in asked.url, why
        assert not abroad or answer.status != 304, why
        return str(answer.status)

    def _found(self, held: Held, *, abroad: bool) -> dict[str, str]:
        """What of the second home is asked for. There, a link opens what it is of, so that one is asked for that nobody has."""
        chance = self._chance
        code, thumbnail = chance.choice(held.codes), held.thumbnail
        return {
            "id": chance.choice(held.ids), "name": chance.choice(held.names), "hash": chance.choice(held.hashes),
            "code": unknown(code) if abroad else code, "thumbnail": unknown(thumbnail) if abroad else thumbnail,
            "etag": chance.choice(held.etags),
        }  # fmt: skip

    def _made(self, held: Held, method: str, place: str, head: str, known: dict[str, str]) -> Asked:
        fresh = secrets.token_hex(8)
        holes = {
            **known,
            "name": quote(known["name"]),
            "seq": str(held.seq),
            "mine": self._folder,
            "fresh": fresh,
        }
        url = _HOLE.sub(lambda match: holes[match[1]], place)
        headers, body = _body(method, url, known)
        if head:
            headers[head] = "bytes=0-40" if head == "range" else known["etag"]
        return Asked(
            method, url, tuple(headers.items()), body, (*(each.strip('"') for each in known.values()), fresh)
        )

    async def socket(self, held: Held, keys: list[Key]) -> str:
        """Listen at one of the homes with a key of the first for what happens in the second, where something does."""
        key, home = self._chance.choice(keys), self._chance.choice([self._home, held.home])
        token = dict(key.headers).get("authorization", "").partition(" ")[2]
        listener = _Listener(self._app, home.origin, key)
        try:
            if not await listener.opened():
                return "not heard"
            await listener.say("AUTH", token)
            for topic in (
                {"type": NOTES},
                {"type": NOTES, "id": held.note},
                {"type": "io.cozy.files", "id": self._chance.choice(held.ids)},
            ):
                await listener.say("SUBSCRIBE", topic)
            await listener.say("ECHO", None)
            await self._house.write(held.home, SYSTEM, _touch, held.note)
            await listener.say("ECHO", None)
            for said in await listener.heard():
                assert MARK not in said, f"{key.kind} at {home.origin} heard {said}"
                assert json.loads(said)["event"] == "error", f"{key.kind} at {home.origin} heard {said}"
            return "heard nothing"
        finally:
            await listener.close()

    async def administration(self, held: Held, keys: list[Key]) -> str:
        """Ask the administration for something without its token."""
        chance = self._chance
        key, (method, place) = chance.choice(keys), chance.choice(self._admins)
        url = place.replace("{id}", chance.choice([held.home.domain, *held.ids]))
        answer = await ask(self._admin, "http://admin.localhost:6060", Asked(method, url), key)
        is_porch = url in PORCH or url.startswith("/my/assets/")
        assert answer.status in {401, 303} or is_porch, f"{key.kind}: {method} {url}: {answer.status}"
        assert MARK.encode() not in answer.body, f"{method} {url}"
        assert held.home.domain.encode() not in answer.body, f"{method} {url}"
        return "administration"


class _Listener:
    """One side of a websocket, without a network between."""

    def __init__(self, app, origin: str, key: Key) -> None:
        self._in: asyncio.Queue = asyncio.Queue()
        self._out: asyncio.Queue = asyncio.Queue()
        given = [("host", origin.partition("//")[2]), ("origin", origin), *key.headers]
        scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": "/realtime/", "raw_path": b"/realtime/",
            "query_string": b"", "root_path": "", "client": ("192.0.2.9", 1), "server": ("127.0.0.1", 80), "subprotocols": ["io.cozy.websocket"],
            "extensions": {"websocket.http.response": {}},
            "headers": [(name.encode(), value.encode()) for name, value in given],
        }  # fmt: skip
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(app(scope, self._in.get, self._out.put))

    async def opened(self) -> bool:
        async with asyncio.timeout(60):
            return (await self._out.get())["type"] == "websocket.accept"

    async def say(self, method: str, payload: object) -> None:
        self._in.put_nowait(
            {"type": "websocket.receive", "text": json.dumps({"method": method, "payload": payload})}
        )
        await asyncio.sleep(0)

    async def heard(self) -> list[str]:
        """All of it, until a moment is quiet."""
        found: list[str] = []
        try:
            while True:
                async with asyncio.timeout(0.05):
                    message = await self._out.get()
                if message["type"] == "websocket.send":
                    found.append(str(message.get("text") or message.get("bytes")))
        except TimeoutError:
            return found

    async def close(self) -> None:
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(60):
            await self._task


def _of_nobody(found: dict[str, str]) -> dict[str, str]:
    hash_ = base64.b64encode(secrets.token_bytes(16)).decode()
    return {name: unknown(value) for name, value in found.items()} | {"hash": hash_}


def _hole(match: re.Match[str]) -> str:
    """What of the other home goes into this part of an address."""
    name = match[1]
    if name in {"doctype", "type"}:
        return NOTES
    return "{name}" if name in {"path", "name"} else "{code}" if "code" in name else "{id}"


def _body(method: str, url: str, known: dict[str, str]) -> tuple[dict[str, str], bytes]:
    """The headers and the body that go along."""
    id_ = known["id"]
    if url.endswith("_find"):
        return _json({"selector": {"_id": {"$in": [id_]}}})
    if url.endswith("_bulk_get"):
        return _json({"docs": [{"id": id_}]})
    if url.endswith("_revs_diff"):
        return _json({id_: ["1-0123456789abcdef0123456789abcdef"]})
    if "/files/archive" in url:
        return _json({"data": {"attributes": {"name": "all", "ids": [id_]}}}, **API)
    if "relationships" in url:
        return _json({"data": [{"id": id_, "type": "io.cozy.photos.albums"}]}, **API)
    if method == "PATCH" and "/tus/" in url:
        return {**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"}, b"x"
    if "/tus/" in url:
        return {**TUS}, b""
    if method == "MOVE":
        return {"destination": "/dav/files/taken"}, b""
    if method == "PUT" or "Type=file" in url:
        return {"content-md5": known["hash"], "content-type": "text/plain"}, b"other"
    if method == "PATCH":
        return _json({"data": {"attributes": {"dir_id": id_, "name": "mine"}}}, **API)
    return {}, b""


def _json(body: object, **headers: str) -> tuple[dict[str, str], bytes]:
    return {"content-type": "application/json", **headers}, json.dumps(body).encode()


def _without(body: bytes, asked: Asked) -> bytes:
    for word in asked.words:
        for each in {word, quote(word), quote(word, safe="")}:
            body = body.replace(each.encode(), b"")
    return body


def _picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(drawn, "png")
    return drawn.getvalue()


async def _linked(client: Client, id_: str) -> Any:
    """A link to a file or folder, with its codes."""
    rule = {"verbs": ["GET"], "type": "io.cozy.files", "values": [id_]}
    shared = {"data": {"type": "io.cozy.permissions", "attributes": {"permissions": {"files": rule}}}}
    return (await client.post("/permissions?codes=all", content=json.dumps(shared), headers=API)).json()[
        "data"
    ]


def _touch(work: Work, note: str) -> None:
    documents.update(work, documents.fetch(work, NOTES, note), {"says": MARK, "again": secrets.token_hex(4)})


def _given(work: Work, session: str) -> tuple[str, str, str]:
    """Tokens of an app in a session, of a device and of a connector."""
    kinds = ("io.cozy.files", NOTES, "io.cozy.permissions", "io.cozy.contacts", "io.cozy.jobs")
    everything = {each: Rule(each) for each in kinds}
    name = secrets.token_hex(4)
    permissions.grant(work, "app", name, everything)
    device = permissions.grant(work, "oauth", name, everything)
    permissions.grant(work, "konnector", name, everything)
    app = tokens.for_app(work, name, session.partition(".")[0])
    return app, tokens.signed(work, "access", name, grant=device.id), tokens.for_konnector(work, name)
