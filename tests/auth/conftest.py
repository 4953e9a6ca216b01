"""Alice's home with a passphrase, and browsers that forms can be sent with."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
import httpx2
import pyotp
import pytest
from aiosmtpd.smtp import SMTP

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.service import tokens
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.conftest import DOMAIN

PASSPHRASE = "orage tilleul boussole velours"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@cache
def key(passphrase: str = PASSPHRASE, domain: str = DOMAIN) -> str:
    """What a browser sends for a passphrase."""
    return auth.passphrase.derive(passphrase, domain)


def found(pattern: str, text: str) -> str:
    """What the first group of a pattern matches in a page."""
    match = re.search(pattern, text)
    assert match is not None, text
    return match[1]


class Browser(httpx2.AsyncClient):
    """A browser without scripts: it keeps cookies and sends forms of pages that it has seen."""

    async def submit(self, url: str, *, page: str = "/auth/login", headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:  # fmt: skip
        """Look at a page, then send a form to an address."""
        seen = await self.get(page)
        token = TOKEN.search(seen.text)
        assert token is not None, seen.text
        form = {name: value for name, value in fields.items() if value is not None}
        return await self.post(url, data={"csrf_token": token[1], **form}, headers=headers)

    async def log_in(self, passphrase: str = PASSPHRASE, **fields: Any) -> httpx2.Response:
        """Send the log-in form, as a browser with scripts does."""
        return await self.submit("/auth/login", passphrase=key(passphrase), **fields)

    async def is_in(self) -> bool:
        """Whether the settings open."""
        return (await self.get("/my/settings")).status_code == 200


@pytest.fixture
async def lock(house, home) -> None:
    """The home has a passphrase."""
    sealed = await auth.passphrase.seal(key())
    await house.write(home, SYSTEM, auth.passphrase.keep, sealed)


@pytest.fixture
async def new_browser(house, home, lock) -> AsyncIterator[Callable[..., Browser]]:
    """Fresh browsers; client: the address that they come from."""
    opened: list[Browser] = []

    def fresh(client: str = "192.0.2.1", origin: str = home.origin) -> Browser:
        transport = httpx2.ASGITransport(serving(house), client=(client, 40_000))
        opened.append(Browser(transport=transport, base_url=origin))
        return opened[-1]

    yield fresh
    await asyncio.gather(*(browser.aclose() for browser in opened))


@pytest.fixture
def browser(new_browser) -> Browser:
    """A browser of somebody who is not in."""
    return new_browser()


@pytest.fixture
async def owner(browser) -> Browser:
    """A browser of Alice, who is in."""
    answer = await browser.log_in()
    assert answer.status_code == 303, answer.text
    return browser


REDIRECT = "https://client.example.org/callback"
CLIENT = {
    "redirect_uris": [REDIRECT],
    "client_name": "Recipes",
    "software_id": "github.com/example/recipes",
    "client_kind": "web",
}


def challenge_of(verifier: str) -> str:
    """What a client announces of its verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Program:
    """A program on another device, which speaks OAuth2 as cozy-client does."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http
        self.known: dict[str, Any] = {}
        self.got: dict[str, Any] = {}

    async def register(self, **said: Any) -> httpx2.Response:
        """Introduce itself, and remember who it is."""
        answer = await self.http.post("/auth/register", json={**CLIENT, **said})
        if answer.status_code == 201:
            self.known = answer.json()
        return answer

    def asking(self, scope: str = "io.cozy.files:GET io.cozy.contacts", **more: str) -> dict[str, str]:
        """The parameters of a request for authorization."""
        return {
            "client_id": self.known["client_id"], "redirect_uri": self.known["redirect_uris"][0], "state": "s3cret",
            "response_type": "code", "scope": scope, **more,
        }  # fmt: skip

    async def fetch(self, **form: str) -> httpx2.Response:
        """Ask for tokens, and keep them."""
        own = {"client_id": self.known["client_id"], "client_secret": self.known["client_secret"]}
        answer = await self.http.post("/auth/access_token", data={**own, **form})
        if answer.status_code == 200:
            self.got = {**self.got, **answer.json()}
        return answer

    async def redeem(self, code: str, **more: str) -> httpx2.Response:
        """Tokens for a code."""
        return await self.fetch(grant_type="authorization_code", code=code, **more)

    async def refresh(self, **more: str) -> httpx2.Response:
        """A fresh access token."""
        given = {"refresh_token": self.got["refresh_token"], **more}
        return await self.fetch(grant_type="refresh_token", **given)

    async def status(self, method: str, path: str) -> int:
        """How a request with its access token is answered."""
        headers = {"authorization": f"Bearer {self.got['access_token']}"}
        return (await self.http.request(method, path, headers=headers)).status_code


def answered(location: str) -> dict[str, str]:
    """What the owner's browser brings back to a program."""
    return dict(parse_qsl(urlsplit(location).query))


async def consent(owner: Browser, asked: dict[str, str], answer: str = "yes", **form: Any) -> httpx2.Response:
    """Look at the page that asks, and answer as if every tick stayed as it was."""
    seen = await owner.get("/auth/authorize", params=asked)
    assert seen.status_code == 200, seen.text
    ticked = re.findall(r'name="keep" id="[^"]+" value="([^"]+)" checked', seen.text)
    fields = {"keep": ticked, "answer": answer, **form}
    return await owner.post(
        "/auth/authorize", data={"csrf_token": found(TOKEN.pattern, seen.text), **asked, **fields}
    )


@pytest.fixture
async def new_program(house, home) -> AsyncIterator[Callable[..., Program]]:
    """Fresh programs, none of them known yet."""
    opened: list[httpx2.AsyncClient] = []

    def fresh(address: str = "198.51.100.9", origin: str = home.origin) -> Program:
        transport = httpx2.ASGITransport(serving(house), client=(address, 40_000))
        opened.append(httpx2.AsyncClient(transport=transport, base_url=origin))
        return Program(opened[-1])

    yield fresh
    await asyncio.gather(*(http.aclose() for http in opened))


@pytest.fixture
async def program(new_program) -> Program:
    """A program that has introduced itself."""
    program = new_program()
    answer = await program.register()
    assert answer.status_code == 201, answer.text
    return program


@pytest.fixture
async def connected(program, owner) -> Program:
    """A program that Alice let in: it may read files, and do anything with contacts."""
    sent = await consent(owner, program.asking())
    assert sent.status_code == 303, sent.text
    answer = await program.redeem(answered(sent.headers["location"])["code"])
    assert answer.status_code == 200, answer.text
    return program


@pytest.fixture
async def app(house, home, lock, anonymous):
    """The app Settings, in a browser of Alice's."""
    rules = {name: Rule(f"io.cozy.{name}") for name in ("settings", "sessions", "oauth.clients")}
    await house.write(home, SYSTEM, permissions.grant, "app", "settings", rules)
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1", stays=True))
    token = await house.read(home, SYSTEM, tokens.for_app, "settings", entered.session.partition(".")[0])
    anonymous.headers.update(
        {"authorization": f"Bearer {token}", "cookie": f"cozy-session={entered.session}"}
    )
    return anonymous


async def second_step(house, home):
    """Switch it on, and return what makes its codes."""
    secret = auth.totp.new_secret()
    now = house.clock()
    code = pyotp.TOTP(secret).at(now - timedelta(seconds=30))
    await house.write(home, SYSTEM, auth.totp.turn_on, secret, code)
    return lambda: pyotp.TOTP(secret).at(house.clock())


class Mailbox:
    """What a mail server received."""

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.arrived = anyio.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (the name that aiosmtpd calls)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.arrived.set()
        return "250 OK"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A real SMTP server on a free port; `port` tells which."""
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, hostname="mail.test"), "127.0.0.1", 0
    )
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    await server.wait_closed()
