"""GET and PROPFIND: contents, conditions, properties, listings."""

import pytest

from cozy.rooms.dav.service import places

from .conftest import D, statuses

OC = "{http://owncloud.org/ns}"
ODD = [
    "a b.txt",
    "été.txt",
    "100%.txt",
    "a&b<c>.txt",
    "#hash?.txt",
    "名前.txt",
    "semi;colon.txt",
    "it's.txt",
    ".DS_Store",
    "+plus.txt",
    "🏡.txt",
]


async def test_the_classes_are_told_to_anybody(anonymous):
    answer = await anonymous.request("OPTIONS", "/dav/files/")
    assert answer.status_code == 200
    assert answer.headers["dav"] == "1, 2, 3"
    assert "PROPFIND" in answer.headers["allow"]
    assert answer.headers["ms-author-via"] == "DAV"


async def test_a_content_comes_whole_in_parts_or_not_at_all(dav):
    tag = (await dav.ok("PUT", "/cat.txt", "0123456789")).headers["etag"]
    whole = await dav("GET", "/cat.txt")
    assert (whole.status_code, whole.text, whole.headers["etag"]) == (200, "0123456789", tag)
    part = await dav("GET", "/cat.txt", range="bytes=2-4")
    assert (part.status_code, part.text, part.headers["content-range"]) == (206, "234", "bytes 2-4/10")
    assert (await dav("GET", "/cat.txt", range="bytes=20-")).status_code == 416
    assert (await dav("GET", "/cat.txt", if_none_match=tag)).status_code == 304
    assert (await dav("GET", "/cat.txt", if_match='"other"')).status_code == 412
    head = await dav("HEAD", "/cat.txt")
    assert (head.status_code, head.text, head.headers["content-length"]) == (200, "", "10")


async def test_no_content_runs_on_the_origin_of_the_home(dav):
    await dav.ok("PUT", "/evil.html", "<script>alert(1)</script>", content_type="text/html")
    answer = await dav("GET", "/evil.html")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_strong_validators_follow_the_content_alone(dav):
    first = (await dav.ok("PUT", "/a.txt", "one")).headers["etag"]
    second = (await dav.ok("PUT", "/a.txt", "two")).headers["etag"]
    again = (await dav.ok("PUT", "/b.txt", "one")).headers["etag"]
    assert first == again != second
    assert not first.startswith("W/")
    await dav.ok("MOVE", "/a.txt", destination=dav.at("/c.txt"))
    assert await dav.prop("/c.txt", f"{D}getetag") == second


async def test_live_properties_are_told(dav):
    await dav.ok("PUT", "/cat & co.txt", "meow")
    (found,) = (await dav.props("/cat%20%26%20co.txt")).values()
    said = {name: element.text for name, element in found.items()}
    assert said[f"{D}displayname"] == "cat & co.txt"
    assert said[f"{D}getcontentlength"] == "4"
    assert said[f"{D}getcontenttype"] == "text/plain"
    assert said[f"{D}creationdate"] == "2026-07-18T14:02:00Z"
    assert said[f"{D}getlastmodified"] == "Sat, 18 Jul 2026 14:02:00 GMT"
    assert list(found[f"{D}resourcetype"]) == []
    assert len(found[f"{D}supportedlock"]) == 2


async def test_a_folder_is_a_collection_and_knows_its_quota(dav, house, home, client):
    await dav.ok("PUT", "/cat.txt", "meow")
    names = (f"{D}resourcetype", f"{D}quota-used-bytes", f"{D}quota-available-bytes")
    (found,) = (await dav.props("/", *names)).values()
    assert [kind.tag for kind in found[f"{D}resourcetype"]] == [f"{D}collection"]
    assert found[f"{D}quota-used-bytes"].text == "4"
    (every,) = (await dav.props("/")).values()
    assert f"{D}quota-used-bytes" not in every  # RFC 4331 §2: only when it is asked for


async def test_what_is_asked_for_and_not_there_is_said(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    body = '<d:propfind xmlns:d="DAV:"><d:prop><d:displayname/><x:none xmlns:x="urn:x"/><plain xmlns=""/></d:prop></d:propfind>'
    ((_, found),) = statuses(await dav("PROPFIND", "/cat.txt", body, depth=0)).items()
    assert set(found[404]) == {"{urn:x}none", "plain"}
    ((_, found),) = statuses(
        await dav("PROPFIND", "/cat.txt", body, depth=0, prefer="return=minimal")
    ).items()
    assert set(found) == {200}


async def test_names_of_properties_alone(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    answer = await dav(
        "PROPFIND", "/cat.txt", '<d:propfind xmlns:d="DAV:"><d:propname/></d:propfind>', depth=0
    )
    ((_, found),) = statuses(answer).items()
    assert f"{D}getetag" in found[200]
    assert found[200][f"{D}getetag"].text is None


async def test_include_adds_to_all(dav):
    body = '<d:propfind xmlns:d="DAV:"><d:allprop/><d:include><d:quota-used-bytes/></d:include></d:propfind>'
    ((_, found),) = statuses(await dav("PROPFIND", "/", body, depth=0)).items()
    assert found[200][f"{D}quota-used-bytes"].text == "0"


async def test_synchronising_programs_get_what_they_compare(dav):
    file_id = (await dav.ok("PUT", "/cat.txt", "meow")).headers["oc-fileid"]
    asked = (f"{OC}checksums", f"{OC}fileid", f"{OC}id", f"{OC}permissions")
    (found,) = (await dav.props("/cat.txt", *asked)).values()
    assert found[f"{OC}checksums"][0].text == (
        "MD5:4a4be40c96ac6314e91d93f38043a634"
        " SHA256:404cdd7bc109c432f8cc2443b45bcfe95980f5107215c645236e577929ac3e52"
    )
    assert found[f"{OC}id"].text == file_id
    assert file_id.startswith(f"{int(found[f'{OC}fileid'].text or '')}oc")
    assert "W" in (found[f"{OC}permissions"].text or "")


@pytest.mark.parametrize("depth", ["infinity", None])
async def test_everything_at_once_is_refused_by_name(dav, depth):
    answer = await dav("PROPFIND", "/", **({"depth": depth} if depth else {}))
    assert answer.status_code == 403
    assert "<d:propfind-finite-depth" in answer.text


@pytest.mark.parametrize(
    "body",
    ["<", "<a/>", '<d:propfind xmlns:d="DAV:"/>', '<d:propfind xmlns:d="DAV:"><d:prop/><d:allprop/></d:propfind>',
     '<!DOCTYPE x [<!ENTITY a "b">]><d:propfind xmlns:d="DAV:"><d:allprop/></d:propfind>',
     '<!DOCTYPE x SYSTEM "http://127.0.0.1/x"><d:propfind xmlns:d="DAV:"><d:allprop/></d:propfind>',
     '<d:propfind xmlns:d="DAV:">' + "<d:prop>" * 90 + "</d:prop>" * 90 + "</d:propfind>", "\xff\xfe"],
)  # fmt: skip
async def test_a_body_that_is_not_what_it_should_be_is_refused(dav, body):
    assert (await dav("PROPFIND", "/", body, depth=0)).status_code == 400


async def test_a_body_without_end_is_refused(dav):
    assert (await dav("PROPFIND", "/", b" " * 300_000, depth=0)).status_code == 413


async def test_odd_names_come_back_as_they_went(dav):
    from urllib.parse import quote, unquote

    for name in ODD:
        await dav.ok("PUT", f"/{quote(name)}", name)
    listed = await dav.names("/")
    assert sorted(unquote(href).strip("/") for href in listed if not href.endswith("/")) == sorted(ODD)
    for href in listed:
        if not href.endswith("/"):
            assert (await dav("GET", href)).text == unquote(href).strip("/")


async def test_two_ways_to_write_a_letter_are_one_name(dav):
    await dav.ok("PUT", "/e%CC%81.txt", "first")
    assert (await dav.ok("PUT", "/%C3%A9.txt", "second")).status_code == 204


@pytest.mark.parametrize("path", ["/%E9.txt", "/a%2Fb.txt", "/%2e%2e/x", "/x%00"])
async def test_addresses_that_name_nothing_are_refused(dav, path):
    assert (await dav("PUT", path, "x")).status_code == 400


async def test_the_bin_is_no_place(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    await dav.ok("DELETE", "/cat.txt")
    assert not [name for name in await dav.names("/") if "trash" in name]
    for method in ("PROPFIND", "GET"):
        assert (await dav(method, "/.cozy_trash", depth=0)).status_code == 404
    assert (await dav("PUT", "/.cozy_trash/x.txt", "x")).status_code == 409


async def test_a_long_listing_comes_in_pages(dav, monkeypatch):
    monkeypatch.setattr(places, "PAGE", 3)
    await dav.ok("MKCOL", "/many")
    for number in range(8):
        await dav.ok("PUT", f"/many/{number}.txt", str(number))
    assert await dav.names("/many/") == [f"/many/{number}.txt" for number in range(8)]


async def test_there_is_nothing_where_nothing_is(dav):
    for method in ("GET", "PROPFIND", "PROPPATCH", "DELETE", "COPY", "MOVE"):
        body = (
            '<d:propertyupdate xmlns:d="DAV:"><d:remove><d:prop><d:x/></d:prop></d:remove></d:propertyupdate>'
        )
        headers = {"destination": dav.at("/y")} if method in {"COPY", "MOVE"} else {}
        answer = await dav(
            method,
            "/none",
            body if method == "PROPPATCH" else None,
            **({"depth": 0} if method == "PROPFIND" else {}),
            **headers,
        )
        assert answer.status_code == 404, method
