"""Many at once."""

import asyncio

import pytest

from cozy.kernel.blobs import INLINE_LIMIT

AT_ONCE = 32


@pytest.mark.parametrize("kind", ["file", "directory"])
async def test_of_simultaneous_creators_of_a_name_exactly_one_wins(client, house, home, kind):
    data = b"x" * (INLINE_LIMIT + 1) if kind == "file" else b""

    async def make(number):
        params = {"Type": kind, "Name": "wanted"}
        return (await client.post("/files/", params=params, content=data + bytes([number]))).status_code

    statuses = await asyncio.gather(*(make(number) for number in range(AT_ONCE)))
    assert sorted(statuses) == [201] + [409] * (AT_ONCE - 1)
    assert len(list(house.blobs.stored(home.id))) == (1 if kind == "file" else 0)


async def test_of_simultaneous_writers_of_a_revision_exactly_one_wins(client):
    file = await client.upload("me")

    async def write(number):
        headers = {"if-match": file["meta"]["rev"]}
        return (await client.put(f"/files/{file['id']}", content=b"%d" % number, headers=headers)).status_code

    statuses = await asyncio.gather(*(write(number) for number in range(AT_ONCE)))
    assert sorted(statuses) == [200] + [412] * (AT_ONCE - 1)


async def test_simultaneous_copies_get_names_of_their_own(client):
    file = await client.upload("me.txt")
    answers = await asyncio.gather(*(client.post(f"/files/{file['id']}/copy") for _ in range(AT_ONCE)))
    made = [answer.json()["data"]["attributes"]["name"] for answer in answers if answer.status_code == 201]
    assert len(made) == len(set(made)) >= 1
    assert {answer.status_code for answer in answers} <= {201, 409}
