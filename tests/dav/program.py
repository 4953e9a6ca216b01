"""The real program with one home at `127.0.0.1`, and a password of a device that opens its files."""

import base64
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened, origin_of
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model.device_passwords import Wanted
from cozy.rooms.homes.model import Profile
from tests.program import Client, Cozy, Server

DOMAIN = "127.0.0.1"
USER = "alice"


@dataclass(frozen=True, slots=True)
class Running:
    """A server, and how a program gets at its files."""

    server: Server
    password: str
    token: str

    @property
    def origin(self) -> str:
        return f"http://{DOMAIN}:{self.server.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/dav/files/"

    def client(self) -> Client:
        """A plain connection that brings the password."""
        client = self.server.client("", domain=DOMAIN)
        proof = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        client.headers["Authorization"] = f"Basic {proof}"
        return client


def needs(*programs: str, package: str = "") -> None:
    """Skip where a program of Debian's is not installed. package: where it has another name."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: apt install {package or program}")


def client_program(name: str) -> str:
    """Where a program of the group `clients` in pyproject.toml is; skip where it is not installed."""
    program = Path(sys.prefix) / "clients" / "bin" / name
    if not program.exists():
        pytest.skip(f"{name} is not installed: script/bootstrap --dev")
    return str(program)


@contextmanager
def running(folder: Path, postgres: str = "", areas: tuple[str, ...] = ("files",)) -> Iterator[Running]:
    """The program over a folder of its own. areas: what the password opens."""
    data = folder / "data"
    password, token = anyio.run(_furnished, data, postgres, areas)
    cozy = Cozy(data, env={"COZY_POSTGRES": postgres} if postgres else {})
    try:
        with Server(cozy, folder / "log") as server:
            yield Running(server, password, token)
    finally:
        if postgres:
            anyio.run(_emptied, data, postgres)


async def _furnished(data: Path, postgres: str, areas: tuple[str, ...]) -> tuple[str, str]:
    """The password of a device, and a token for everything."""
    settings = load(data=str(data), postgres=postgres)
    async with opened(settings) as house:
        profile = Profile(public_name="Alice", email="alice@example.org")
        listing = await auth.open_home(house, DOMAIN, profile, origin_of(settings, DOMAIN))
        wanted = Wanted(name="Laptop", areas=areas, may_write=True)
        home = home_of(settings, listing)
        made = await auth.device_passwords.make(house, home, SYSTEM, wanted)
        return made.password, await house.read(home, SYSTEM, auth.mint)


async def _emptied(data: Path, postgres: str) -> None:
    async with opened(load(data=str(data), postgres=postgres)) as house:
        for home_id in await house.storage.homes():
            await house.storage.drop(home_id)
        await house.storage.host.write(lambda db: db.run("DELETE FROM homes"))
