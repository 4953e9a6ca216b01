"""A home in which things can be found, at once: the index is brought up to date before each question."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.search import service
from cozy.rooms.search.model.asking import read


def caught_up(work: Work) -> None:
    """Look at everything that changed."""
    while service.following.advance(work):
        pass


@pytest.fixture
def find(work: Work) -> Callable[..., list[str]]:
    """`find("été")`: the titles of what is found, the best first."""

    def find(said: str, *, is_open: bool = False) -> list[str]:
        caught_up(work)
        return [
            entry.title
            for entry in service.found_by(work, read(said, is_open=is_open, today=work.now.date()))
        ]

    return find


@pytest.fixture
async def reader(house, home) -> AsyncIterator[httpx2.AsyncClient]:
    """The owner's browser, without scripts."""
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(
        transport=transport, base_url=home.origin, cookies={"cozy-session": entered.session}
    ) as reader:
        yield reader
