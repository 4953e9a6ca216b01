"""Large files that come in parts: whatever happens on the way, the file is what was sent, or there is none."""

import hashlib
import zlib
from xml.etree import ElementTree as ET

import pytest

from cozy.rooms.files import service as files
from tests.dav.conftest import D

THERE = "/remote.php/dav/uploads/whoever/42"
TO = {"destination": "/remote.php/dav/files/whoever/film.bin"}
ONE, TWO, THREE = b"1" * 70_000, b"2" * 70_000, b"3" * 10
PARTS = {"00001": ONE, "00002": TWO, "00003": THREE}


async def begun(dav):
    assert (await dav.request("MKCOL", THERE)).status_code == 201


async def sent(dav, *names):
    for name in names:
        assert (await dav.put(f"{THERE}/{name}", content=PARTS[name])).status_code == 201


async def ended(dav, **headers):
    sent = {name.replace("_", "-").rstrip("-"): str(value) for name, value in headers.items()}
    return await dav.request("MOVE", f"{THERE}/.file", headers={**TO, **sent})


def uploads(house, home):
    return [blob.key for blob in house.blobs.unfinished(home.id)]


def stored(house, home):
    return [blob.key for blob in house.blobs.stored(home.id)]


@pytest.mark.parametrize(
    "order", ["00001 00002 00003", "00003 00002 00001", "00002 00001 00003", "00001 00003 00002 00001", "00001 00001 00002 00003"]
)  # fmt: skip
async def test_parts_become_the_file_whatever_their_order(dav, house, home, order):
    await begun(dav)
    await sent(dav, *order.split())
    answer = await ended(dav, oc_total_length=140_010, x_oc_mtime=1_500_000_000)
    assert answer.status_code == 201
    assert answer.headers["x-oc-mtime"] == "accepted"
    assert answer.headers["oc-etag"] == answer.headers["etag"]
    got = await dav("GET", "/film.bin")
    assert got.content == ONE + TWO + THREE
    assert got.headers["oc-fileid"] == answer.headers["oc-fileid"]
    assert (await dav.request("PROPFIND", THERE)).status_code == 404
    assert uploads(house, home) == []
    assert len(stored(house, home)) == 1


async def test_numbers_are_in_the_order_of_numbers(dav):
    await begun(dav)
    for name in ("9", "10", "11"):
        await dav.put(f"{THERE}/{name}", content=name)
    assert (await ended(dav)).status_code == 201
    assert (await dav("GET", "/film.bin")).text == "91011"


async def test_a_broken_transfer_goes_on_where_it_was(dav):
    await begun(dav)
    await sent(dav, "00001")
    short = await dav.put(f"{THERE}/00002", content=TWO[:-1], headers={"content-length": str(len(TWO))})
    assert short.status_code == 400
    answer = await dav.request(
        "PROPFIND", THERE, headers={"depth": "1"},
        content='<d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/><d:getcontentlength/></d:prop></d:propfind>',
    )  # fmt: skip
    lines = {
        each.findtext(f"{D}href"): each.findtext(f".//{D}getcontentlength") or None
        for each in ET.fromstring(answer.content).iterfind(f"{D}response")
    }
    assert lines == {f"{THERE}/": None, f"{THERE}/00001": "70000"}
    await sent(dav, "00002", "00003")
    assert (await ended(dav)).status_code == 201
    assert (await dav("GET", "/film.bin")).content == ONE + TWO + THREE


async def test_what_is_not_whole_does_not_become_a_file(dav):
    await begun(dav)
    await sent(dav, "00001", "00003")
    assert (await ended(dav, oc_total_length=140_010)).status_code == 400
    assert (await dav("GET", "/film.bin")).status_code == 404
    await sent(dav, "00002")
    assert (await ended(dav, oc_total_length=140_010)).status_code == 201


@pytest.mark.parametrize("kind", ["SHA1", "SHA256", "ADLER32"])
@pytest.mark.parametrize("order", ["00001 00002", "00002 00001"])
async def test_what_is_not_what_was_sent_does_not_become_a_file(dav, kind, order):
    await begun(dav)
    await sent(dav, *order.split())
    assert (await ended(dav, oc_checksum=f"{kind}:00")).status_code == 400
    assert (await dav("GET", "/film.bin")).status_code == 404
    said = f"{zlib.adler32(ONE + TWO):08x}" if kind == "ADLER32" else hashlib.new(kind, ONE + TWO).hexdigest()
    assert (await ended(dav, oc_checksum=f"{kind}:{said}")).status_code == 201


async def test_what_changed_meanwhile_is_not_overwritten(dav):
    tag = (await dav.ok("PUT", "/film.bin", "before")).headers["etag"]
    await begun(dav)
    await sent(dav, "00001")
    await dav.ok("PUT", "/film.bin", "by somebody else")
    stale = f"<{TO['destination']}> ([{tag}])"
    assert (await ended(dav, if_=stale)).status_code == 412
    assert (await dav("GET", "/film.bin")).text == "by somebody else"
    tag = (await dav("GET", "/film.bin")).headers["etag"]
    assert (await ended(dav, if_=f"<{TO['destination']}> ([{tag}])")).status_code == 204
    assert (await dav("GET", "/film.bin")).content == ONE


async def test_giving_up_leaves_nothing(dav, house, home):
    await begun(dav)
    assert (await dav.request("MKCOL", THERE)).status_code == 405
    await sent(dav, "00002", "00001")
    assert (await dav.delete(f"{THERE}/00001")).status_code == 204
    assert (await dav.delete(f"{THERE}/00001")).status_code == 404
    assert (await dav.delete(THERE)).status_code == 204
    assert (await dav.delete(THERE)).status_code == 404
    assert uploads(house, home) == stored(house, home) == []
    assert (await dav.put(f"{THERE}/00001", content=ONE)).status_code == 404


async def test_transfers_are_their_makers_alone(dav, new_dav):
    await begun(dav)
    other = await new_dav(name="Phone")
    assert (await other.put(f"{THERE}/00001", content=ONE)).status_code == 404
    assert (await other.request("MOVE", f"{THERE}/.file", headers=TO)).status_code == 404
    assert (await other.request("MKCOL", THERE)).status_code == 201


async def test_who_may_only_see_sends_nothing(new_dav):
    seer = await new_dav(may_write=False)
    assert (await seer.request("MKCOL", THERE)).status_code == 403


async def test_there_must_be_room_for_the_parts_that_are_here_too(dav, house, home):
    await house.write_host(_quota, home.domain, 100_000)
    await begun(dav)
    told = await dav.put(f"{THERE}/00001", content=ONE, headers={"oc-total-length": "140010"})
    assert told.status_code == 507
    await sent(dav, "00001")
    assert (await dav.put(f"{THERE}/00002", content=TWO)).status_code == 507


def _quota(work, domain, quota):
    work.db.run("UPDATE homes SET quota = :quota WHERE domain = :domain", quota=quota, domain=domain)


async def test_transfers_that_nobody_goes_on_with_are_swept(dav, house, home, clock):
    await begun(dav)
    await sent(dav, "00002", "00001")
    clock.advance(days=house.settings.upload_days - 1)
    await sent(dav, "00003")
    clock.advance(days=house.settings.upload_days - 1)
    assert await files.sweep_uploads(house, home) == 0
    clock.advance(days=2)
    assert await files.sweep_uploads(house, home) == 2
    assert uploads(house, home) == []
    assert (await dav.request("PROPFIND", THERE)).status_code == 404
    await begun(dav)


@pytest.mark.parametrize("name", ["a%2Fb", "%00", "x" * 101, "a b"])
async def test_names_are_plain(dav, name):
    assert (await dav.request("MKCOL", f"/remote.php/dav/uploads/whoever/{name}")).status_code == 400
