"""A furnished home on a real server, for all tests of a module: fast to come into, as one is in already."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import EVERYTHING, Caller
from cozy.kernel.home import origin_of
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Profile
from tests.browser.conftest import PATIENCE_MS, Running, on_its_own, visit
from tests.program import DOMAIN, apart

OWNER = Caller("owner", EVERYTHING)
Furnish = Callable[[Work], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Drive:
    """A home that is served, with the ids of what is in it and the cookie of somebody who is in."""

    origin: str
    ids: dict[str, str]
    cookie: str
    data: Path

    @property
    def host(self) -> str:
        """Name and port, as they stand in addresses."""
        return self.origin.removeprefix("http://")

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    def come_in(self, context: BrowserContext) -> Page:
        """A page of the owner."""
        context.add_cookies(
            [{"name": "cozy-session", "value": self.cookie, "url": self.origin, "httpOnly": True}]
        )
        return context.new_page()

    def folder(self, name: str) -> str:
        return f"{self.origin}/my/drive/{self.ids[name]}"

    def file(self, name: str) -> str:
        return f"{self.origin}/my/file/{self.ids[name]}"

    def look(self, see: Callable[[Work], object]) -> object:
        """Look into the home itself, as the server has left it."""
        return _within(
            self.data, self.host.partition(":")[0], lambda house, home: house.read(home, OWNER, see)
        )

    def do(self, act: Callable[[Work], object]) -> object:
        """Change the home behind the server's back."""
        return _within(
            self.data, self.host.partition(":")[0], lambda house, home: house.write(home, OWNER, act)
        )


@contextmanager
def furnished(
    folder: Path, furnish: Furnish, *, quota: int | None = None, env: dict[str, str] | None = None
) -> Iterator[Drive]:
    """A server with one home in it. env: its settings, `COZY_…`."""
    with on_its_own(folder, **(env or {})) as running:
        yield moved_in(running, DOMAIN, furnish, quota=quota)


def moved_in(running: Running, domain: str, furnish: Furnish, *, quota: int | None = None) -> Drive:
    """One more home on a server, without the cost of its passphrase."""
    data = running.cozy.data

    async def moving():
        settings = load(data=str(data))
        async with opened(settings) as house:
            alice = Profile(public_name="Alice", email="alice@example.org")
            listing = await auth.open_home(house, domain, alice, origin_of(settings, domain), quota)
            return await house.write(home_of(settings, listing), OWNER, _in_order, furnish)

    ids, cookie = apart(lambda: asyncio.run(moving()))
    return Drive(running.origin(domain), ids, cookie, data)


def _in_order(work: Work, furnish: Furnish) -> tuple[dict[str, str], str]:
    entered = auth.sessions.open_(work, Visitor(address="127.0.0.1", user_agent="Chromium"))
    return furnish(work), entered.session


def _within(data: Path, domain: str, act: Callable):
    async def acting():
        settings = load(data=str(data))
        async with opened(settings) as house:
            return await act(house, home_of(settings, await house.read_host(homes.at, domain)))

    return apart(lambda: asyncio.run(acting()))


def listen(page: Page, drive: Drive, path: str) -> None:
    """Open a page of a home and wait until it hears of changes."""
    heard: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame)))  # noqa: PLW0108 (Playwright marks what it calls)
    with page.expect_websocket() as socket:
        visit(page, f"{drive.origin}{path}")
    assert socket.value.url == f"{drive.origin.replace('http', 'ws')}/realtime/"
    for _ in range(PATIENCE_MS // 20):
        if any("ECHO" in str(frame) for frame in heard):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"nobody listens: {heard}")


def lists(page: Page, *names: str) -> None:
    """The list on the page shows these, in this order, and nothing else."""
    expect(page.locator("[data-list] td.name a")).to_have_text(list(names))


def row(page: Page, name: str):
    """The line of a name."""
    return page.locator(f"tr[data-name={json.dumps(name)}]")


def toast(page: Page, text: str) -> None:
    """The page says so."""
    expect(page.locator(".toasts [data-toast]").last).to_contain_text(text)


def child(drive: Drive, inside: str, name: str) -> files.File | None:
    """What is really there under a name."""
    found = drive.look(lambda work: files.child_named(work, drive.ids.get(inside, inside), name))
    return found if isinstance(found, files.File) else None
