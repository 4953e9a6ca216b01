"""Who gets in by WebDAV, beside passwords of devices."""

import base64

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth

FILES = "/dav/files/"


def basic(password: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'x:{password}'.encode()).decode()}"}


async def test_a_program_that_was_let_in_brings_its_token(acting):
    reader = await acting("client", "phone", "io.cozy.files:GET")
    assert (await reader.request("PROPFIND", FILES, headers={"depth": "0"})).status_code == 207
    assert (await reader.put(f"{FILES}cat.txt", content=b"meow")).status_code == 403


async def test_an_app_works_with_the_folder_that_it_may_use(acting, client):
    folder = await client.mkdir("Trips")
    app = await acting("client", "recipes", f"io.cozy.files::{folder['id']}")
    assert (await app.put(f"{FILES}Trips/cat.txt", content=b"meow")).status_code == 201
    assert (
        await app.request("MOVE", f"{FILES}Trips/cat.txt", headers={"destination": f"{FILES}cat.txt"})
    ).status_code == 403
    assert (
        await app.request("COPY", f"{FILES}Trips/cat.txt", headers={"destination": f"{FILES}cat.txt"})
    ).status_code == 403
    assert (await app.request("PROPFIND", f"{FILES}Trips", headers={"depth": "1"})).status_code == 207
    assert (await app.request("PROPFIND", FILES, headers={"depth": "1"})).status_code == 403


async def test_who_may_read_nothing_of_files_gets_nothing(acting):
    notes = await acting("client", "notes", "io.cozy.notes")
    assert (await notes.request("PROPFIND", FILES, headers={"depth": "0"})).status_code == 403


async def test_a_token_may_stand_for_a_password(anonymous, house, home):
    token = await house.read(home, SYSTEM, auth.mint)
    assert (await anonymous.get(f"{FILES}", headers=basic(token))).status_code == 200
    assert (await anonymous.get(f"{FILES}", headers=basic(f"{token}x"))).status_code == 401


@pytest.mark.parametrize("proof", ["Basic", "Basic ====", "Basic eA==", "Basic eDo=", "Digest x"])
async def test_a_proof_that_cannot_be_read_is_none(anonymous, proof):
    answer = await anonymous.get(FILES, headers={"authorization": proof})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_the_origin_of_an_app_has_no_files(client):
    answer = await client.get("http://drive.alice.localhost:8080/dav/files/")
    assert "dav" not in answer.headers
