"""Two hosts on loopback, each a server in a process of its own, which can be killed; one of them has a home."""

import socket
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.homes.model import Profile
from tests.program import Client, Cozy, Done, Server, apart


@dataclass
class Host:
    """A host at an address of loopback. domain: of the home that it has, or gets."""

    domain: str
    port: int
    cozy: Cozy
    server: Server | None = None
    clients: list[Client] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://{self.domain}:{self.port}"

    def __call__(self, *args: object) -> Done:
        """A command, in a process of its own."""
        with self.cozy.started(*args) as process:
            out, err = process.communicate(timeout=600)
        return Done(process.returncode, out.decode(), err.decode())

    def start(self) -> None:
        """Serve, always on the same port."""
        self.server = Server(self.cozy, self.cozy.data.parent / "log", self.port)

    def kill(self) -> None:
        """As a power cut does."""
        if self.server is not None and self.server.process.poll() is None:
            self.server.kill()

    def end(self) -> None:
        """Hang up and end it."""
        for client in self.clients:
            client.close()
        self.kill()

    def client(self, token: str) -> Client:
        """Somebody who holds a token of the home."""
        client = Client(self.port, token, self.domain, timeout=30)
        client._connection.host = self.domain
        self.clients.append(client)
        return client

    def home(self) -> str:
        """Make a home here; a token of its owner's."""
        return apart(lambda: anyio.run(self._make))

    async def _make(self) -> str:
        settings = load(data=str(self.cozy.data), public_url=f"http://:{self.port}")
        async with opened(settings) as house:
            who = Profile(public_name="Alice", email="alice@example.net")
            listing = await auth.open_home(house, self.domain, who, self.origin)
            return await house.read(home_of(settings, listing), SYSTEM, auth.mint)


def host(folder: Path, domain: str) -> Host:
    """A host that is not served yet."""
    folder.mkdir()
    with socket.create_server((domain, 0)) as free:
        port = free.getsockname()[1]
    env = {
        "COZY_PUBLIC_URL": f"http://:{port}",
        "COZY_HOST": domain,
        "COZY_OUTSIDE_ALLOWED": "127.0.0.0/8",
    }
    return Host(domain, port, Cozy(folder / "data", env=env))


@pytest.fixture
def hosts(tmp_path):
    """The old one and the new one, both served."""
    both = host(tmp_path / "old", "127.0.0.2"), host(tmp_path / "new", "127.0.0.3")
    try:
        for each in both:
            each.start()
        yield both
    finally:
        for each in both:
            each.end()
