"""What the tests of `/data` share."""

import pytest

EVENTS = "/data/io.cozy.events"


@pytest.fixture
async def made(client):
    """Makes a document and gives the answer's members."""

    async def make(doctype: str = "io.cozy.events", **members):
        answer = await client.post(f"/data/{doctype}/", json=members)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make
