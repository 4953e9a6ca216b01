"""A real S3 service for the test run."""

from collections.abc import Iterator

import pytest

from tests.seaweed import Service, program, served


@pytest.fixture(scope="session")
def s3_service() -> Iterator[Service]:
    """One for the whole run."""
    weed = program()
    if weed is None:
        pytest.skip("SeaweedFS is not installed: script/bootstrap --dev")
    with served(weed) as service:
        yield service
