"""A site and a gateway of the tests' own."""

import tempfile
from pathlib import Path

import pytest

from tests.sdk.servers import Gateway, Site, serving


@pytest.fixture
def site():
    """A web site."""
    site = Site()
    with serving(site.server):
        yield site


@pytest.fixture
def gateway(monkeypatch):
    """The only way out from here, as in a box."""
    with tempfile.TemporaryDirectory() as folder:  # the path of a socket is short
        gateway = Gateway(Path(folder) / "gateway", refused={"inside.example"})
        monkeypatch.setenv("COZY_GATEWAY", gateway.path)
        yield gateway
        gateway.close()
