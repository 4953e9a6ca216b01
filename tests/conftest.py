"""What every test can use."""

import pytest

pytest_plugins = ["tests.plugins.no_skips"]


@pytest.fixture(scope="session")
def anyio_backend():
    """Async tests run on the loop that the server uses."""
    return "asyncio", {"use_uvloop": True}
