"""Several homes that know each other by address alone.

`Street`: each home in a house of its own, all in this process: fast, and what waits is done when a test says so.
`Village`: each home in a process of its own: can be killed, and cut off. It has an address of loopback, or a network of its own.
Both can cut the way from one home to another, and open it again.
"""

import re
import select
import socket
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx2
from yarl import URL

from cozy.app import worker as work_of
from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.app.wiring import REACTIONS
from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.mail import Message
from cozy.kernel.outside import Reply, Stream, Unreachable
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.contacts.model import CONTACTS
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.homes.model import Profile
from cozy.rooms.jobs import service as jobs
from cozy.rooms.neighbours.model import WELL_KNOWN
from cozy.rooms.sharing import service as sharing
from cozy.rooms.sharing.model import SHARINGS, Sharing
from tests.program import Client, Cozy, Server, apart
from tests.reader import Reader

OWNER = Caller("owner", EVERYTHING)
_JOBS = {job.name: job for reacting in REACTIONS.values() for job in reacting}
_ROUNDS = 10_000


class Postbox:
    """Keeps mails instead of sending them."""

    configured = True

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        """Keep a mail."""
        self.messages.append(message)

    def links(self, to: str) -> list[str]:
        """The links in the mails that somebody got, the last first."""
        texts = [each.text for each in reversed(self.messages) if to in each.to]
        return [link for text in texts for link in re.findall(r"https?://\S+", text)]


@dataclass
class Place:
    """A home of a street. asked: what the others asked it, method and path. is_stack: it shows no key, as one that is served by
    cozy-stack.
    """

    name: str
    house: House
    home: Home
    app: Any
    mails: Postbox
    asked: list[tuple[str, str]] = field(default_factory=list)
    is_stack: bool = False

    @property
    def origin(self) -> str:
        """Its address."""
        return self.home.origin

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a service function for the owner."""
        return await self.house.read(self.home, OWNER, fn, *args, **kwargs)

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The same, one that writes."""
        return await self.house.write(self.home, OWNER, fn, *args, **kwargs)

    async def sharing(self, sharing_id: str) -> Sharing:
        """A sharing, with its secrets."""
        return await self.read(sharing.fetch, sharing_id)

    async def sharings(self) -> list[Sharing]:
        """All of them."""
        return await self.read(sharing.keeping.all_)

    async def document(self, doctype: str, body: Mapping[str, Any], id_: str | None = None) -> Any:
        """A new document."""
        return await self.write(documents.create, doctype, body, id_=id_)

    async def documents(self, doctype: str) -> dict[str, Any]:
        """The bodies of all documents of a doctype, by id."""
        found = await self.read(documents.find, doctype, Query(selector={}, limit=1000))
        return {each.id: dict(each.body) for each in found.documents}

    async def contact(self, name: str, email: str = "", address: str = "", **members: Any) -> str:
        """The id of a new contact."""
        body: dict[str, Any] = {"fullname": name, **members}
        if email:
            body["email"] = [{"address": email, "primary": True}]
        if address:
            body["cozy"] = [{"url": address, "primary": True}]
        return (await self.document(CONTACTS, body)).id

    async def token(self, scope: str = "*") -> str:
        """A bearer token of the owner's own."""
        return await self.house.read(self.home, SYSTEM, auth.mint, scope)

    @asynccontextmanager
    async def api(self, token: str | None = None, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A client of this home with a token, the owner's own unless another is given, "" for none."""
        token = await self.token() if token is None else token
        sent = {"authorization": f"Bearer {token}"} if token else {}
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(
            transport=transport, base_url=self.origin, headers={**sent, **headers}
        ) as client:
            yield client

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Reader]:
        """The owner's browser."""
        entered = await self.house.write(self.home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
        transport = httpx2.ASGITransport(self.app)
        cookies = {"cozy-session": entered.session}
        async with Reader(transport=transport, base_url=self.origin, cookies=cookies) as reader:
            yield reader


class Way:
    """The world outside of a home of a street: the other homes, as far as the ways to them are open."""

    def __init__(self, street: "Street", name: str) -> None:
        self._street = street
        self._name = name

    async def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"", limit: int = 0, timeout_s: float = 0, redirects: int = 5,
    ) -> Reply:  # fmt: skip
        """The whole answer of another home."""
        url = str(URL(url))  # as the client of the program spells it
        there = self._street.at(urlsplit(url).netloc)
        if there is None or (self._name, there.name) in self._street.cuts:
            raise Unreachable(host=urlsplit(url).netloc)
        is_greeting = urlsplit(url).path == WELL_KNOWN  # before whatever is asked, now and then
        if is_greeting and there.is_stack:
            return Reply(404, {}, b"", url)
        if not is_greeting:
            there.asked.append((method, urlsplit(url).path))
        transport = httpx2.ASGITransport(there.app)
        async with httpx2.AsyncClient(transport=transport) as client:
            answer = await client.request(method, url, headers=dict(headers or {}), content=body)
        found = {name.lower(): value for name, value in answer.headers.items()}
        location = found.get("location", "")
        if answer.status_code in {301, 302, 307, 308} and location and redirects and isinstance(body, bytes):
            kept = {name: value for name, value in (headers or {}).items() if name.lower() != "authorization"}
            is_same = urlsplit(location).netloc in {"", urlsplit(url).netloc}
            return await self.fetch(
                method, location, headers=headers if is_same else kept, body=body, redirects=redirects - 1
            )
        if not is_greeting:
            self._street.replies.append(
                (self._name, there.name, method, urlsplit(url).path, answer.status_code)
            )
        if (self._name, there.name) in self._street.deaf:
            raise Unreachable(host=urlsplit(url).netloc)
        return Reply(answer.status_code, found, answer.content, url)

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] = b"", limit: int, timeout_s: float, redirects: int = 5,
    ) -> AsyncIterator[Stream]:  # fmt: skip
        """The same, its bytes in one chunk."""
        reply = await self.fetch(method, url, headers=headers, body=body, redirects=redirects)

        async def chunks() -> AsyncIterator[bytes]:
            yield reply.body

        yield Stream(reply.status, reply.headers, reply.url, chunks())

    def call(self, url: str, **_: Any) -> Any:
        """No socket leads from home to home here: a village has them."""
        raise Unreachable(host=urlsplit(url).netloc)

    async def close(self) -> None:
        """Nothing is open."""


class Street:
    """Homes of one process. cuts: pairs of names, from whom the way is cut to whom; deaf: where only the answer is lost."""

    def __init__(self, folder: Path, clock: Any, postgres: str = "", **settings: Any) -> None:
        self._folder = folder
        self._clock = clock
        self._settings: dict[str, Any] = {"postgres": postgres, "smtp_url": "smtp://127.0.0.1:9", **settings}
        self._open = AsyncExitStack()
        self.places: dict[str, Place] = {}
        self.cuts: set[tuple[str, str]] = set()
        self.deaf: set[tuple[str, str]] = set()
        self.replies: list[tuple[str, str, str, str, int]] = []

    async def __aenter__(self) -> "Street":
        return self

    async def __aexit__(self, *_: object) -> None:
        for place in self.places.values():
            if self._settings["postgres"]:
                await place.house.storage.drop(place.home.id)
                await place.house.storage.host.write(lambda db: db.run("DELETE FROM homes"))
        await self._open.aclose()

    async def home(self, name: str, **profile: Any) -> Place:
        """A new home at `<name>.localhost`, of somebody who is called so."""
        settings = Settings(data=str(self._folder / name), **self._settings)
        house = await self._open.enter_async_context(opened(settings, clock=self._clock))
        mails = Postbox()
        house = replace(house, outside=Way(self, name), mailer=mails)
        who = Profile(public_name=name.capitalize(), email=f"{name}@example.net", **profile)
        domain = f"{name}.localhost"
        listing = await auth.open_home(house, domain, who, origin_of(settings, domain))
        self.places[name] = place = Place(name, house, home_of(settings, listing), serving(house), mails)
        return place

    def at(self, netloc: str) -> Place | None:
        """The home at an address."""
        return next((each for each in self.places.values() if urlsplit(each.origin).netloc == netloc), None)

    def cut(self, one: str, other: str) -> None:
        """Let neither reach the other."""
        self.cuts |= {(one, other), (other, one)}

    def restore(self, one: str, other: str) -> None:
        """Let them."""
        self.cuts -= {(one, other), (other, one)}

    async def settle(self, *names: str) -> None:
        """Do everything that is due in these homes, all unless some are named, and what comes of it, until nothing is."""
        places = [self.places[name] for name in names] or list(self.places.values())
        for _ in range(_ROUNDS):
            did = [await one_job(place.house, place.home) for place in places]
            if not any(did):
                return
        raise AssertionError("there is no end to what is due")


async def one_job(house: House, home: Home) -> bool:
    """Do one job that is due in a home, as the worker does; whether there was one."""
    leased = await house.write(home, SYSTEM, jobs.lease)
    if leased is None:
        return False
    if leased.worker:
        types = {each.name: each for each in house.ports.get(work_of.WorkerType, [])}
        await work_of._work(house, home, leased, types.get(leased.worker))
        return True
    job = _JOBS[leased.name]
    try:
        await work_of._perform(house, home, leased, job)
    except Exception as error:
        said = work_of._said(error, with_kind=True)
        await house.write(home, SYSTEM, jobs.fail, leased, job, said)
    return True


def rule(doctype: str, *values: str, title: str = "something", **more: str) -> dict[str, Any]:
    """A rule by which everything travels, unless it says otherwise."""
    return {
        "title": title, "doctype": doctype, "values": list(values), "add": "sync", "update": "sync", "remove": "sync",
        **more,
    }  # fmt: skip


def body_of(
    *rules: Mapping[str, Any],
    to: Sequence[str] = (),
    readers: Sequence[str] = (),
    **attributes: Any,
) -> dict[str, Any]:
    """The body of a request that shares something with contacts."""
    related = {
        name: {"data": [{"id": id_, "type": CONTACTS} for id_ in ids]}
        for name, ids in (("recipients", to), ("read_only_recipients", readers))
    }
    said = {"description": "a test", "rules": list(rules), **attributes}
    return {"data": {"type": SHARINGS, "attributes": said, "relationships": related}}


async def share(
    owner: Place,
    *others: Place,
    rules: list[dict[str, Any]],
    readers: tuple[Place, ...] = (),
    **attributes: Any,
) -> str:
    """The id of a sharing that these homes are invited to, by address."""
    to = [
        await owner.contact(each.name.capitalize(), f"{each.name}@example.net", each.origin)
        for each in others
    ]
    looking = [
        await owner.contact(each.name.capitalize(), f"{each.name}@example.net", each.origin)
        for each in readers
    ]
    async with owner.api() as client:
        answer = await client.post("/sharings/", json=body_of(*rules, to=to, readers=looking, **attributes))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def accept(place: Place, sharing_id: str, state: str = "") -> Sharing:
    """Say yes, as the owner of a home."""
    return await sharing.answering.accept(place.house, place.home, OWNER, sharing_id, state)


async def shared(
    street: Street,
    owner: Place,
    *others: Place,
    rules: list[dict[str, Any]],
    readers: tuple[Place, ...] = (),
    **attributes: Any,
) -> str:
    """The id of a sharing that all of these homes take part in."""
    sharing_id = await share(owner, *others, rules=rules, readers=readers, **attributes)
    await street.settle()
    for each in (*others, *readers):
        await accept(each, sharing_id)
        await street.settle()
    return sharing_id


def state_in(link: str) -> str:
    """The state of an invitation, in its link."""
    return parse_qs(urlsplit(link).query)["state"][0]


class Gate(Protocol):
    """Where others come by to a home: its address, and who is cut off. prefix: what its programs are run through; allowed: the
    addresses that it may ask.
    """

    host: str
    port: int
    prefix: tuple[str, ...]
    allowed: str

    def listens_at(self) -> int:
        """The port that the home is to be served at, now."""
        ...

    def open(self, port: int) -> None:
        """The home is served there."""
        ...

    def shut(self) -> None:
        """It is no more."""
        ...

    def refuse(self, name: str) -> None:
        """Let nobody of that name through any more, what is under way included."""
        ...

    def allow(self, name: str) -> None:
        """Let them through again."""
        ...

    def close(self) -> None:
        """Nobody comes by any more."""
        ...


class Proxy:
    """A gate on loopback: bytes go both ways, for whoever is not cut off. callers: which process asks, by its number."""

    prefix: tuple[str, ...] = ()
    allowed = "127.0.0.0/8"

    def __init__(self, host: str, callers: Callable[[int], str]) -> None:
        self._socket = socket.create_server((host, 0))
        self.host, self.port = self._socket.getsockname()
        self.refused: set[str] = set()
        self._target: tuple[str, int] | None = None
        self._callers = callers
        self._open: dict[socket.socket, str] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def listens_at(self) -> int:
        """Another port each time; the one that others know stays."""
        with socket.create_server((self.host, 0)) as free:
            return int(free.getsockname()[1])

    def open(self, port: int) -> None:
        """Lead there."""
        self._target = (self.host, port)

    def shut(self) -> None:
        """Lead nowhere."""
        self._target = None

    def refuse(self, name: str) -> None:
        """Hang up on them."""
        self.refused.add(name)
        with self._lock:
            for each, who in list(self._open.items()):
                if who == name:
                    _hang_up(each)

    def allow(self, name: str) -> None:
        """Let them through again."""
        self.refused.discard(name)

    def close(self) -> None:
        """Hang up on everybody."""
        _hang_up(self._socket)
        with self._lock:
            for each in list(self._open):
                _hang_up(each)

    def _accept(self) -> None:
        while True:
            try:
                here, (_, port) = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(here, port), daemon=True).start()

    def _carry(self, here: socket.socket, port: int) -> None:
        name = self._callers(port)
        if name in self.refused or self._target is None:
            _hang_up(here)
            return
        try:
            there = socket.create_connection(self._target)
        except OSError:
            _hang_up(here)
            return
        with self._lock:
            self._open |= {here: name, there: name}
        try:
            _relay(here, there)
        finally:
            with self._lock:
                self._open.pop(here, None)
                self._open.pop(there, None)
            _hang_up(here)
            _hang_up(there)


def _relay(one: socket.socket, other: socket.socket) -> None:
    while True:
        try:
            ready, _, _ = select.select([one, other], [], [])
            for each in ready:
                piece = each.recv(65_536)
                if not piece:
                    return
                (other if each is one else one).sendall(piece)
        except (OSError, ValueError):
            return


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


class Cottage:
    """A home in a process of its own, which can be killed and started again. session: a cookie of its owner's."""

    def __init__(self, village: "Village", name: str, gate: Gate) -> None:
        self._village, self.name, self.gate = village, name, gate
        self.domain = gate.host
        self.origin = f"http://{gate.host}:{gate.port}"
        folder = village.folder / name
        folder.mkdir(parents=True)
        env = {
            "COZY_PUBLIC_URL": f"http://:{gate.port}",
            "COZY_HOST": self.domain,
            "COZY_OUTSIDE_ALLOWED": gate.allowed,
            **village.settings,
        }
        self.cozy = Cozy(folder / "data", prefix=gate.prefix, env=env)
        self.session, self.token = apart(lambda: anyio.run(self._make))
        self.port = 0
        self.server: Server | None = None
        self.is_down = True  # since nobody has started it, or we have killed it

    async def _make(self) -> tuple[str, str]:
        settings = load(data=str(self.cozy.data), public_url=f"http://:{self.gate.port}")
        async with opened(settings) as house:
            who = Profile(public_name=self.name.capitalize(), email=f"{self.name}@example.net")
            listing = await auth.open_home(house, self.domain, who, self.origin)
            home = home_of(settings, listing)
            entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
            return entered.session, await house.read(home, SYSTEM, auth.mint)

    def start(self) -> None:
        """Serve the home; its address stays."""
        self.port = self.gate.listens_at()
        self.server = Server(self.cozy, self.cozy.data.parent / "log", self.port)
        self.gate.open(self.port)
        self.is_down = False

    def look(self) -> None:
        """Make sure that it has not ended by itself. Raises AssertionError."""
        assert self.server is not None
        codes = [each.poll() for each in self.server.processes]
        if any(code is not None for code in codes) and not self.is_down:
            raise AssertionError(
                f"{self.name}'s server ended by itself: {codes}\n{self.server.errors()[-4000:]}"
            )

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.server is not None
        self.look()
        self.is_down = True
        self.gate.shut()
        self.server.kill()

    def client(self, token: str | None = None) -> Client:
        """Somebody who holds a token, beside the gate."""
        assert self.server is not None
        client = Client(self.port, self.token if token is None else token, self.domain)
        client.headers["Host"] = f"{self.domain}:{self.gate.port}"
        client._connection.host = self.domain
        self._village.clients.append(client)
        return client

    def accept(self, sharing_id: str, state: str = "") -> None:
        """Say yes to an invitation, on its page."""
        visitor = self.client("")
        visitor.headers = {"Host": visitor.headers["Host"], "Cookie": f"cozy-session={self.session}"}
        shown = visitor("GET", "/auth/authorize/sharing", sharing_id=sharing_id, state=state)
        assert shown.status == 200, shown
        found = re.search(rb'name="csrf_token" value="([^"]+)"', shown.body)
        cookie = re.search(r"(cozy-csrf=[^;]+)", shown.headers["set-cookie"])
        assert found, shown
        assert cookie, shown
        visitor.headers["Cookie"] += f"; {cookie[1]}"
        fields = {"csrf_token": found[1].decode(), "sharing_id": sharing_id, "state": state, "answer": "yes"}
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        done = visitor("POST", "/auth/authorize/sharing", urlencode(fields), form)
        assert done.status == 303, done


class Village:
    """Homes in processes of their own. settings: variables that their processes see; gate: makes a home's, of its name and number."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        gate: Callable[[str, int], Gate] | None = None,
    ) -> None:
        self.folder = folder
        self.settings = dict(settings or {})
        self._gate = gate or self._proxy
        self.cottages: dict[str, Cottage] = {}
        self.clients: list[Client] = []

    def home(self, name: str) -> Cottage:
        """A new home, served."""
        self.cottages[name] = cottage = Cottage(self, name, self._gate(name, len(self.cottages) + 2))
        cottage.start()
        return cottage

    def _proxy(self, name: str, number: int) -> Gate:
        return Proxy(f"127.0.0.{number}", self.caller)

    def caller(self, port: int) -> str:
        """Whose process asks from this port of loopback; "" for nobody's here."""
        inode = _inode_at(port)
        for name, cottage in self.cottages.items():
            processes = cottage.server.processes if cottage.server is not None and inode else []
            if any(inode in _sockets_of(each.pid) for each in processes):
                return name
        return ""

    def look(self) -> None:
        """Make sure that every server lives that we have not killed. Raises AssertionError."""
        for cottage in self.cottages.values():
            cottage.look()

    def cut(self, one: str, other: str) -> None:
        """Let neither reach the other."""
        self.cottages[one].gate.refuse(other)
        self.cottages[other].gate.refuse(one)

    def restore(self, one: str, other: str) -> None:
        """Let them."""
        self.cottages[one].gate.allow(other)
        self.cottages[other].gate.allow(one)

    def close(self) -> None:
        """End everything."""
        for client in self.clients:
            client.close()
        for cottage in self.cottages.values():
            if cottage.server is not None and cottage.server.process.poll() is None:
                cottage.server.kill()
            cottage.gate.close()


def _inode_at(port: int) -> str:
    """The number of the socket that is bound to a port of loopback."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port:
            return fields[9]
    return ""


def _sockets_of(process: int) -> set[str]:
    """The numbers of its sockets; none of a process that was killed."""
    found: set[str] = set()
    with suppress(OSError):
        for each in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                found.add(str(each.readlink()))
    return {link[len("socket:[") : -1] for link in found if link.startswith("socket:[")}


@contextmanager
def village(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    gate: Callable[[str, int], Gate] | None = None,
) -> Iterator[Village]:
    """Homes in processes of their own, all ended afterwards."""
    made = Village(folder, settings, gate)
    try:
        yield made
    finally:
        made.close()


def until(look: Callable[[], Any], tries: int = 6_000) -> Any:
    """What a look gives as soon as it gives something."""
    for _ in range(tries):
        if found := look():
            return found
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to pass")
