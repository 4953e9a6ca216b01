"""A street of homes."""

import pytest

from cozy.kernel.caller import SYSTEM
from tests.conftest import _granted
from tests.homes_apart import Street


@pytest.fixture
def postgres() -> str:
    """Most of this is about what homes say to each other, whichever engine they keep it in: one module looks at both."""
    return ""


@pytest.fixture
async def street(tmp_path, clock, postgres):
    async with Street(tmp_path, clock, postgres) as street:
        yield street


@pytest.fixture
async def alice(street):
    return await street.home("alice")


@pytest.fixture
async def bob(street):
    return await street.home("bob")


@pytest.fixture
async def app():
    """`await app(place)`: the token and cookie of an app that may use plain documents."""

    async def app(place, *scope):
        scope = scope or ("io.cozy.tests",)
        token, cookie = await place.house.write(place.home, SYSTEM, _granted, "app", "testapp", scope)
        return {"token": token, "cookie": f"cozy-session={cookie}"}

    return app
