"""How hard the fault tests try: `--kills`, `--fault-seed`, or COZY_KILLS and COZY_FAULT_SEED."""

import os
import random
import sys

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption(
        "--kills",
        type=int,
        default=int(os.environ.get("COZY_KILLS", "5")),
        help="How often the server is killed.",
    )
    group.addoption(
        "--job-kills",
        type=int,
        default=int(os.environ.get("COZY_JOB_KILLS", "2")),
        help="How often a server is killed in the middle of jobs.",
    )
    group.addoption("--fault-seed", type=int, default=None, help="The seed of a run that is to be repeated.")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often to kill the server."""
    return request.config.getoption("--kills", default=int(os.environ.get("COZY_KILLS", "5")))


@pytest.fixture
def job_kills(request: pytest.FixtureRequest) -> int:
    """How often to kill a server in the middle of jobs."""
    return request.config.getoption("--job-kills", default=int(os.environ.get("COZY_JOB_KILLS", "2")))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of everything random in a test, printed with its failure."""
    given = request.config.getoption("--fault-seed", default=None) or os.environ.get("COZY_FAULT_SEED")
    chosen = int(given) if given else random.SystemRandom().randrange(10**9)
    sys.stdout.write(f"seed: {chosen} (again with --fault-seed {chosen})\n")
    return chosen
