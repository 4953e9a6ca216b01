"""Requests that another home signed, over HTTP."""

import hashlib

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel import signing
from cozy.kernel.caller import SYSTEM
from cozy.kernel.signatures import Request, content_digest, sign
from cozy.rooms.auth import service as auth
from cozy.rooms.neighbours import service
from cozy.rooms.neighbours.errors import NotSigned

KEY = bytes(range(32))
BODY = b'{"selector": {}}'
FIND = "/data/io.cozy.todos/_find"


@pytest.fixture
async def ask(house, home, clock):
    """`await ask("GET", "/path", …)`: signed by another home, with a token for everything."""
    token = await house.read(home, SYSTEM, auth.mint)
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(serving(house)), base_url=home.origin)

    async def ask(method, path, body=b"", *, sent=None, at=None, url="", **more):
        headers = {"authorization": f"Bearer {token}"}
        if body:
            headers |= {
                "content-type": "application/json",
                "content-digest": content_digest(hashlib.sha256(body).digest()),
            }
        request = Request(method, url or f"{home.origin}{path}", headers)
        headers |= signing.headers_of(request, KEY, at or clock.now) | more
        return await client.request(method, path, headers=headers, content=sent if sent is not None else body)

    async with client:
        yield ask


async def test_a_signed_request_is_answered(ask):
    assert (await ask("GET", "/files/io.cozy.files.root-dir")).status_code == 200
    assert (await ask("GET", "/files/metadata?Path=/")).status_code == 200
    assert (await ask("POST", FIND, BODY)).status_code in {200, 404}


async def test_a_signature_of_another_request_is_refused(ask, home):
    answer = await ask("GET", "/files/io.cozy.files.root-dir", url=f"{home.origin}/files/other")
    assert answer.status_code == 403
    assert "signature" in answer.text


async def test_a_signature_of_an_hour_ago_is_refused(ask, clock):
    then = clock.now
    clock.advance(minutes=6)
    assert (await ask("GET", "/files/io.cozy.files.root-dir", at=then)).status_code == 403
    assert (await ask("GET", "/files/io.cozy.files.root-dir")).status_code == 200


async def test_the_very_same_request_counts_once(ask, house, home, clock, client):
    headers = {"authorization": client.headers["authorization"]}
    url = f"{home.origin}/files/io.cozy.files.root-dir"
    headers |= signing.headers_of(Request("GET", url, headers), KEY, clock.now)
    statuses = [
        (await client.get("/files/io.cozy.files.root-dir", headers=headers)).status_code for _ in range(2)
    ]
    assert statuses == [200, 403]


async def test_a_body_that_is_not_what_was_signed_is_not_taken(ask):
    answer = await ask("POST", FIND, BODY, sent=b'{"selector": {"a": 1}}')
    assert answer.status_code == 400


async def test_a_file_that_is_not_what_was_signed_is_not_kept(ask, client):
    path = "/files/io.cozy.files.root-dir?Type=file&Name=a.txt"
    assert (await ask("POST", path, b"hello", sent=b"hullo")).status_code == 400
    assert (await ask("POST", path, b"hello")).status_code == 201


async def test_a_signature_that_leaves_the_token_out_counts_as_none(house, home, clock, client):
    url = f"{home.origin}/files/io.cozy.files.root-dir"
    parameters = {
        "created": int(clock.now.timestamp()), "keyid": signing.public_key_of(KEY), "alg": "ed25519", "tag": "cozy-home",
    }  # fmt: skip
    partly = sign(Request("GET", url, {}), ["@method", "@target-uri"], KEY, parameters)
    found = signing.signature_in(Request("GET", url, {**client.headers, **partly}))
    assert found is None


def test_a_request_with_the_token_of_a_known_home_needs_its_signature(work):
    service.meet(work, "https://bob.example.org", signing.public_key_of(KEY))
    for signed_by in ("", signing.public_key_of(bytes(32))):
        work.caller = replace(work.caller, signed_by=signed_by)
        with pytest.raises(NotSigned):
            service.recognise(work, "https://bob.example.org")
    work.caller = replace(work.caller, signed_by=signing.public_key_of(KEY))
    service.recognise(work, "https://bob.example.org/")


def test_a_home_without_a_key_needs_none(work):
    service.recognise(work, "https://carol.example.org")
    service.meet(work, "https://carol.example.org", "")
    service.recognise(work, "https://carol.example.org")


async def test_what_a_home_signs_another_reads(house, home, clock):
    headers = {"authorization": "Bearer x", "content-digest": "sha-256=:AA==:"}
    signed = await house.read(home, SYSTEM, service.sign, "PUT", "https://bob.example.org/x?y=1", headers)
    request = Request("PUT", "https://bob.example.org/x?y=1", {**headers, **signed})
    found = signing.signature_in(request)
    assert found is not None
    assert found.text("keyid") == (await house.read(home, SYSTEM, service.introduction, "")).public_key
