"""What somebody with bad intentions sends, and what becomes of it."""

from __future__ import annotations

import asyncio
import io
import stat
import time
import zipfile
from pathlib import Path

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import StepExpired
from cozy.rooms.auth.model import Visitor
from tests.auth.conftest import key

PROCESSOR_S = 20.0  # of work, not of waiting: what grows with the square of a length takes minutes

DEEP = 200_000  # levels of nesting, two bytes each


@pytest.mark.parametrize(
    "redirect",
    [
        "http://[",
        "http://a\uff0fb",
        "http://[::1",
        "//evil.example",
        "http://alice.localhost:99999999/",
        "http://alice.localhost:x/",
    ],
)
async def test_an_address_that_is_none_is_no_place_to_go(browser, redirect):
    answer = await browser.get("/auth/login", params={"redirect": redirect})
    assert answer.status_code == 400


async def test_a_page_that_came_from_nowhere_leads_home(browser):
    answer = await browser.submit("/my/language", locale="fr", headers={"referer": "http://["})
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")


async def test_any_letter_may_be_in_the_address_to_go_on_to(browser):
    answer = await browser.log_in(redirect="/my/search?q=\u20ac")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/search?q=%E2%82%AC")


async def test_from_a_page_that_came_from_nowhere_one_goes_back_to_the_files(owner):
    answer = await owner.submit("/my/drive/bin", page="/my/drive", headers={"referer": "http://["})
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/drive")


@pytest.mark.parametrize("path", ["/my", "/files/x", "/my/sw.js", "/data/a/b/relationships/references"])
async def test_a_token_opens_nothing_where_there_is_no_home(holding, path):
    client = await holding()
    answer = await client.get(path, headers={"host": "evil.example"})
    assert answer.status_code in {200, 404}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "[::1]",
        "alice.localhost@evil.example",
        "",
        "alice.localhost.evil.example",
        "..",
        "x" * 5000,
    ],
)
async def test_a_forged_host_is_no_home(client, host):
    answer = await client.get("/files/io.cozy.files.root-dir", headers={"host": host})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "host", ["alice.localhost.", "ALICE.localhost", "alice.localhost:1", "alice.localhost:evil"]
)
async def test_addresses_are_made_of_what_we_know_and_not_of_what_is_said(client, home, host):
    headers = {"host": host, "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    answer = await client.post("/files/", params={"Type": "directory", "Name": "a"}, headers=headers)
    assert answer.headers["location"].startswith(f"{home.origin}/files/")


async def _flood(boundary: bytes, part: bytes, count: int):
    for _ in range(count):
        yield part
    yield b"--" + boundary + b"--\r\n"


@pytest.mark.parametrize("url", ["/auth/login", "/auth/passphrase_renew", "/my/language"])
async def test_nobody_fills_the_disk_with_a_form(browser, url):
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * 2**20 + b"\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await browser.post(url, content=_flood(b"b", part, 40), headers=headers)
    assert answer.status_code == 400


async def test_nobody_fills_the_memory_with_a_form(browser):
    part = b"name=" + b"x" * 2**19 + b"&"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.post("/auth/login", content=_flood(b"b", part, 80), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=" + "b" * 5000,
        "application/x-www-form-urlencoded; charset=nonsense",
        "multipart/form-data; boundary=b; charset=nonsense",
        "text/plain",
        "",
    ],
)
async def test_a_form_that_is_none_is_refused(browser, kind):
    answer = await browser.post(
        "/auth/login", content=b"--b\r\n\xff\x00=%zz&&;", headers={"content-type": kind}
    )
    assert answer.status_code in {400, 403}


NESTED = b'{"data": {"attributes": {"metadata": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}}}"


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("PATCH", "/files/x", NESTED),
        ("POST", "/files/upload/metadata", NESTED),
        ("POST", "/files/_find", b'{"selector": ' + b'{"$not":' * DEEP + b"{}" + b"}" * DEEP + b"}"),
        ("POST", "/files/_all_docs", b'{"keys": ' + b"[" * DEEP + b"]" * DEEP + b"}"),
    ],
)
async def test_deep_nesting_is_refused(client, method, url, body):
    assert (await client.request(method, url, content=body)).status_code == 400


@pytest.mark.parametrize("depth", [100, 900, 2000])
async def test_metadata_may_be_nested_as_deep_as_they_can_be_told_again(client, depth):
    file = await client.upload("file")
    nested = b'{"data": {"attributes": {"metadata": {"a": ' + b"[" * depth + b"]" * depth + b"}}}}"
    answer = await client.patch(f"/files/{file['id']}", content=nested)
    assert answer.status_code in {200, 400, 422}
    assert (await client.get(f"/files/{file['id']}")).status_code == 200
    assert (await client.get("/files/_changes?include_docs=true")).status_code == 200


async def test_deep_nesting_in_the_address_is_refused(client):
    params = {"Type": "file", "Name": "a", "Metadata": '{"a":' * 3_000 + "1" + "}" * 3_000}
    assert (await client.post("/files/", params=params, content=b"x")).status_code in {400, 422}


@pytest.mark.parametrize(
    "credential",
    [
        "[" * 100_000,
        '{"response": {"clientDataJSON": "' + "W1tb" * 50_000 + '"}}',
        '{"response": {"clientDataJSON": "\u20ac"}}',
    ],
)
async def test_a_passkey_that_is_none_is_refused(browser, credential):
    answer = await browser.submit("/auth/passkey", credential=credential)
    assert answer.status_code == 401


@pytest.mark.parametrize("cookie", ["\u00e9.x", "x", ".", "a.b.c", "W10.x"])
@pytest.mark.parametrize("name", ["session", "device", "flash", "csrf", "locale", "sort", "view"])
async def test_a_cookie_of_nonsense_is_passed_over(anonymous, name, cookie):
    answer = await anonymous.get("/auth/login", headers={"cookie": f"cozy-{name}={cookie}".encode("latin-1")})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzY29wZSI6IioifQ.", "\u00e9", "." * 3, "a" * 20_000]
)
async def test_a_token_of_nonsense_is_refused(anonymous, token):
    headers = {"authorization": f"Bearer {token}".encode("latin-1")}
    assert (await anonymous.get("/files/x", headers=headers)).status_code == 400


@pytest.mark.parametrize("passphrase", ["x" * 900_000, "\u00e9" * 150_000, "\ud7ff" * 1000, "\0"])
async def test_a_passphrase_of_any_length_is_looked_at_in_bounded_time(browser, passphrase):
    began = time.process_time()
    assert (await browser.submit("/auth/login", raw_passphrase=passphrase)).status_code == 401
    assert (await browser.submit("/auth/login", passphrase=passphrase)).status_code == 401
    assert time.process_time() - began < PROCESSOR_S


async def test_a_new_passphrase_of_any_length_is_measured_in_bounded_time(house, home, browser):
    token = await house.write(home, SYSTEM, auth.reset.begin)
    page = f"/auth/passphrase_renew?token={token}"
    began = time.process_time()
    await browser.submit(
        "/auth/passphrase_renew", page=page, passphrase_reset_token=token, raw_passphrase="ab" * 450_000
    )
    assert time.process_time() - began < PROCESSOR_S


async def test_a_reset_link_is_good_once_even_for_two_at_once(house, home, lock):
    token = await house.write(home, SYSTEM, auth.reset.begin)
    keys = [key("un deux trois quatre cinq"), key("six sept huit neuf dix")]
    outcomes = await asyncio.gather(
        *(auth.reset.renew(house, home, token, each) for each in keys), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["LinkExpired", "NoneType"]


async def test_a_recovery_code_is_good_once_even_for_many_at_once(house, home, new_browser):
    code = await house.write(home, SYSTEM, auth.reset.new_code)
    browsers = [new_browser(f"192.0.2.{n}") for n in range(4)]
    answers = await asyncio.gather(
        *(each.submit("/auth/recover", page="/auth/passphrase_reset", code=code) for each in browsers)
    )
    assert sorted(each.status_code for each in answers) == [303, 401, 401, 401]


async def test_the_data_folder_is_for_our_eyes_only(house, home, client):
    await client.upload("large", b"x" * 200_000)
    root = Path(house.settings.data)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "homes").stat().st_mode) == 0o700


async def test_ids_of_one_home_are_nothing_in_another(client, holding, other_home):
    file = await client.upload("file", b"x" * 100_000)
    link = (await client.post("/files/downloads", params={"Id": file["id"]})).json()["links"]["related"]
    body = {"data": {"attributes": {"ids": [file["id"]]}}}
    archive = (await client.post("/files/archive", json=body)).json()["links"]["related"]
    tus = await client.post(
        "/files/tus",
        headers={"tus-resumable": "1.0.0", "upload-length": "3", "upload-metadata": "filename YQ=="},
    )
    assert tus.status_code == 201
    bob = await holding("*", of=other_home, at=other_home)
    for url in (f"/files/{file['id']}", f"/files/download/{file['id']}", link, archive):
        assert (await client.get(url)).status_code == 200
        assert (await bob.get(url)).status_code in {400, 404}
    sent = {"tus-resumable": "1.0.0", "upload-offset": "0", "content-type": "application/offset+octet-stream"}
    assert (await bob.patch(tus.headers["location"], content=b"abc", headers=sent)).status_code == 404
    assert (await client.patch(tus.headers["location"], content=b"abc", headers=sent)).status_code == 204
    metadata = (
        await client.post("/files/upload/metadata", json={"data": {"attributes": {"category": "x"}}})
    ).json()["data"]["id"]
    assert (
        await bob.post("/files/", params={"Type": "file", "Name": "a", "MetadataID": metadata}, content=b"x")
    ).status_code == 422


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../a"])
async def test_an_archive_unpacks_into_no_other_folder(client, name):
    file = await client.upload("..\\..\\run.bat")
    body = {"data": {"attributes": {"name": name, "ids": [file["id"]]}}}
    assert (await client.post("/files/archive", json=body)).status_code == 400
    body["data"]["attributes"]["name"] = "all"
    packed = await client.post("/files/archive", json=body, headers={"accept": "application/zip"})
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.namelist() == ["all/.._.._run.bat"]


async def test_who_does_not_know_the_passphrase_uses_up_no_tries_of_the_second_step(house, home, new_browser):
    for n in range(30):
        visitor = Visitor(address=f"198.51.100.{n}")
        with pytest.raises(StepExpired):
            await auth.entering.enter_with_code(house, home, "made up", "123456", visitor)
    await house.write(home, SYSTEM, auth.limits.count, "second", Visitor(address="192.0.2.9"))
