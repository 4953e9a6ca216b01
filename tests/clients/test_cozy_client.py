"""cozy-client and cozy-stack-client, which the apps of the ecosystem are made with, against a running server."""

import pytest

from .conftest import HERE, Served

SCRIPTS = sorted(path.name for path in HERE.glob("*.test.mjs"))


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_clients_find_what_they_expect(served: Served, script):
    served.node("--test", "--test-reporter=spec", script)
