"""A home gets a domain that its owner has and proves, by records that a name server tells."""

import asyncio
import dataclasses
import struct

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.public import answering
from cozy.app.server import Homes, serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.names import NoNames
from cozy.rooms.auth import service as auth
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.neighbours.errors import NotPossible, NotThisKind
from tests.conftest import ALICE, DOMAIN

pytestmark = pytest.mark.anyio
OWN = "famille-martin.test"
ADDRESS = "/my/settings/address"
WORDS = "orage tilleul boussole velours"
KINDS = {1: "A", 16: "TXT", 28: "AAAA"}


class NameServer:
    """A DNS server that tells what is in its zone: names and kinds, with an alias before each answer."""

    def __init__(self):
        self.zone: dict[tuple[str, str], bytes] = {}
        self.port = 0

    async def answer(self, reader, writer):
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        question = await reader.readexactly(length)
        labels, at = [], 12
        while size := question[at]:
            labels.append(question[at + 1 : at + 1 + size].decode())
            at += size + 1
        kind = struct.unpack_from("!H", question, at + 1)[0]
        data = self.zone.get((".".join(labels), KINDS[kind])) or self.zone.get(
            ("*." + ".".join(labels[1:]), KINDS[kind])
        )
        other = b"\x05alias\xc0\x0c"
        alias = b"\xc0\x0c" + struct.pack("!2HIH", 5, 1, 60, len(other)) + other
        record = other + struct.pack("!2HIH", kind, 1, 60, len(data or b"")) + (data or b"")
        flags, count = (0x8180, 2) if data else (0x8183, 0)
        told = (
            question[:2]
            + struct.pack("!5H", flags, 1, count, 0, 0)
            + question[12:]
            + (alias + record if data else b"")
        )
        writer.write(struct.pack("!H", len(told)) + told)
        writer.close()


@pytest.fixture
async def name_server():
    served = NameServer()
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    served.zone[DOMAIN, "A"] = bytes([192, 0, 2, 1])
    yield served
    server.close()


@pytest.fixture
def engine():
    return "sqlite"


@pytest.fixture
def settings(settings, name_server):
    context = {"own_domains": True, "homes_below": "host.test"}
    return replace(settings, name_server=f"127.0.0.1:{name_server.port}", contexts={"default": context})


@pytest.fixture
async def passphrase(house, home):
    key = auth.passphrase.derive(WORDS, DOMAIN, 50_000)
    await house.write(home, SYSTEM, auth.passphrase.keep, await auth.passphrase.seal(key), 50_000)


async def test_a_home_moves_to_a_domain_once_all_records_are_there(
    reader, house, home, name_server, passphrase
):
    page = (await reader.get(ADDRESS, params={"domain": f"https://{OWN.upper()}/"})).text
    claim = await neighbours.moving.look(house, home, OWN)
    assert all(word in page for word in (claim.proof, f"_cozy.{OWN}", f"*.{OWN}"))
    assert page.count("not seen yet") == 3
    name_server.zone |= {(OWN, "A"): bytes([192, 0, 2, 1]), (f"*.{OWN}", "A"): bytes([192, 0, 2, 1])}
    refused = await reader.submit(ADDRESS, domain=OWN, raw_passphrase=WORDS)
    assert refused.status_code == 422
    name_server.zone[f"_cozy.{OWN}", "TXT"] = bytes([len(claim.proof)]) + claim.proof.encode()
    ready = await reader.get(ADDRESS, params={"domain": OWN})
    assert "not seen yet" not in ready.text
    assert f"form-action 'self' http://{OWN}:8080;" in ready.headers["content-security-policy"]
    wrong = await reader.submit(ADDRESS, domain=OWN, raw_passphrase="another one entirely")
    assert wrong.status_code == 422
    asks = answering(house, Homes(house).at)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(asks), base_url="http://ask") as caddy:
        assert (await caddy.get("/", params={"domain": OWN})).status_code == 404
        moved = await reader.submit(ADDRESS, domain=OWN, raw_passphrase=WORDS)
        assert moved.status_code == 303, moved.text
        assert (await caddy.get("/", params={"domain": OWN})).status_code == 200
    assert moved.headers["location"].startswith(f"http://{OWN}:8080/auth/passphrase_renew?token=")
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{OWN}:8080") as there:
        assert (await there.get(moved.headers["location"])).status_code == 200
    old = await reader.get("/my/drive?x=1")
    assert (old.status_code, old.headers["location"]) == (308, f"http://{OWN}:8080/my/drive?x=1")


async def test_another_home_cannot_take_a_domain_with_the_proof_of_the_first(house, home, name_server):
    mine = await neighbours.moving.look(house, home, OWN)
    listing = await auth.open_home(house, "bob.localhost", ALICE, "http://bob.localhost:8080")
    bob = replace(home, id=listing.id, domain="bob.localhost", origin="http://bob.localhost:8080")
    name_server.zone[f"_cozy.{OWN}", "TXT"] = bytes([len(mine.proof)]) + mine.proof.encode()
    assert (await neighbours.moving.look(house, home, OWN)).is_proved
    assert not (await neighbours.moving.look(house, bob, OWN)).is_proved


async def test_what_is_the_hosts_is_nobody_elses(house, home):
    for domain in ("zoe.host.test", "a.zoe.host.test", "host.test"):
        with pytest.raises(NotThisKind):
            await neighbours.moving.look(house, home, domain)


async def test_where_the_host_does_not_offer_it_nothing_is_asked(house, home):
    closed = dataclasses.replace(house, settings=replace(house.settings, contexts={}))
    with pytest.raises(NotPossible):
        await neighbours.moving.look(closed, home, OWN)


async def test_a_name_server_that_is_silent_is_told_as_such(house, home):
    async def hang_up(reader, writer):
        writer.close()

    silent = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    address = f"127.0.0.1:{silent.sockets[0].getsockname()[1]}"
    elsewhere = dataclasses.replace(house, settings=replace(house.settings, name_server=address))
    with pytest.raises(NoNames):
        await neighbours.moving.look(elsewhere, home, OWN)
    silent.close()
