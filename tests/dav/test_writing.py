"""PUT, MKCOL, DELETE, COPY, MOVE, PROPPATCH: what changes, what is refused, and that nothing is lost."""

import hashlib

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes

from .conftest import D, statuses


def patch(*actions: str) -> str:
    return f'<d:propertyupdate xmlns:d="DAV:" xmlns:x="urn:x">{"".join(actions)}</d:propertyupdate>'


def set_(prop: str) -> str:
    return f"<d:set><d:prop>{prop}</d:prop></d:set>"


async def versions(house, home, path: str) -> int:
    file = await house.read(home, SYSTEM, files.at_path, path)
    return len(await house.read(home, SYSTEM, files.versions_of, file.id))


async def in_bin(house, home) -> list[str]:
    return [file.name for file in await house.read(home, SYSTEM, files.children, files.TRASH)]


async def test_what_is_overwritten_stays_as_a_version(dav, house, home):
    new = await dav("PUT", "/cat.txt", "one")
    again = await dav("PUT", "/cat.txt", "two")
    assert (new.status_code, again.status_code) == (201, 204)
    assert new.headers["oc-fileid"] == again.headers["oc-fileid"]
    assert await versions(house, home, "/cat.txt") == 1


async def test_a_file_needs_a_folder_to_be_in(dav):
    await dav.ok("PUT", "/cat.txt", "x")
    assert (await dav("PUT", "/none/cat.txt", "x")).status_code == 409
    assert (await dav("PUT", "/cat.txt/x", "x")).status_code == 409
    assert (await dav("MKCOL", "/none/x")).status_code == 409
    assert (await dav("MKCOL", "/cat.txt/x")).status_code == 409


async def test_a_folder_has_no_content(dav):
    await dav.ok("MKCOL", "/a")
    answer = await dav("PUT", "/a", "x")
    assert answer.status_code == 405
    assert "PROPFIND" in answer.headers["allow"]


async def test_a_folder_is_made_once_and_empty(dav):
    assert (await dav("MKCOL", "/a/")).status_code == 201
    assert (await dav("MKCOL", "/a")).status_code == 405
    assert (await dav("MKCOL", "/b", "<x/>")).status_code == 415


async def test_conditions_hold_or_nothing_happens(dav):
    tag = (await dav.ok("PUT", "/cat.txt", "one")).headers["etag"]
    assert (await dav("PUT", "/cat.txt", "x", if_none_match="*")).status_code == 412
    assert (await dav("PUT", "/cat.txt", "x", if_match='"other"')).status_code == 412
    assert (await dav("PUT", "/cat.txt", "x", if_match=f"W/{tag}")).status_code == 412
    assert (await dav("PUT", "/new.txt", "x", if_match="*")).status_code == 412
    assert (
        await dav("PUT", "/cat.txt", "x", if_unmodified_since="Fri, 17 Jul 2026 00:00:00 -0000")
    ).status_code == 412
    assert (await dav("DELETE", "/cat.txt", if_match='"other"')).status_code == 412
    assert (await dav("GET", "/cat.txt")).text == "one"
    assert (await dav("PUT", "/cat.txt", "two", if_match=f'"other", {tag}')).status_code == 204
    assert (await dav("PUT", "/new.txt", "x", if_none_match="*")).status_code == 201


async def test_a_part_is_not_taken_for_the_whole(dav):
    await dav.ok("PUT", "/cat.txt", "0123456789")
    assert (await dav("PUT", "/cat.txt", "x", content_range="bytes 0-0/10")).status_code == 400
    assert (await dav("GET", "/cat.txt")).text == "0123456789"


async def test_a_file_keeps_the_time_that_it_had_elsewhere(dav):
    answer = await dav.ok("PUT", "/old.txt", "x", x_oc_mtime=1_000_000_000)
    assert answer.headers["x-oc-mtime"] == "accepted"
    assert await dav.prop("/old.txt", f"{D}getlastmodified") == "Sun, 09 Sep 2001 01:46:40 GMT"
    assert "x-oc-mtime" not in (await dav.ok("PUT", "/new.txt", "x", x_oc_mtime="yesterday")).headers


@pytest.mark.parametrize("kind", ["MD5", "SHA1", "SHA256"])
async def test_what_does_not_match_its_checksum_is_refused(dav, kind):
    right = hashlib.new(kind.lower(), b"meow").hexdigest()
    assert (await dav("PUT", "/cat.txt", "meow", oc_checksum=f"{kind}:{right}")).status_code == 201
    assert (await dav("PUT", "/cat.txt", "woof", oc_checksum=f"{kind}:{right}")).status_code == 400
    assert (await dav("GET", "/cat.txt")).text == "meow"


async def test_a_home_that_is_full_says_so(house, home, new_dav):
    await house.write_host(homes.change, home.domain, quota=10)
    dav = await new_dav()
    assert (await dav("PUT", "/a.txt", "12345")).status_code == 201
    assert (await dav("PUT", "/b.txt", "123456")).status_code == 507
    assert (await dav("PUT", "/c.txt", b"x" * 100_000)).status_code == 507
    assert (await dav("COPY", "/a.txt", destination=dav.at("/d.txt"))).status_code == 201
    assert (await dav("COPY", "/a.txt", destination=dav.at("/e.txt"))).status_code == 507


async def test_what_is_deleted_lies_in_the_bin(dav, house, home):
    await dav.ok("MKCOL", "/a")
    await dav.ok("PUT", "/a/cat.txt", "meow")
    assert (await dav("DELETE", "/a/")).status_code == 204
    assert (await dav("GET", "/a/cat.txt")).status_code == 404
    assert await in_bin(house, home) == ["a"]


async def test_the_top_folder_stays(dav):
    assert (await dav("DELETE", "/")).status_code == 403
    assert (await dav("MOVE", "/", destination=dav.at("/x"))).status_code == 403


async def test_moving_over_a_file_makes_it_its_next_version(dav, house, home):
    """Programs save by writing a second file and moving it over the first: its links and shares must live on."""
    file_id = (await dav.ok("PUT", "/report.txt", "one")).headers["oc-fileid"]
    await dav.ok("PUT", "/report.tmp", "two")
    assert (await dav("MOVE", "/report.tmp", destination=dav.at("/report.txt"))).status_code == 204
    assert (await dav("GET", "/report.txt")).text == "two"
    assert (await dav("GET", "/report.txt")).headers["oc-fileid"] == file_id
    assert (await dav("GET", "/report.tmp")).status_code == 404
    assert await versions(house, home, "/report.txt") == 1
    assert await in_bin(house, home) == []


async def test_what_has_versions_of_its_own_goes_to_the_bin_when_it_is_moved_over_another(dav, house, home):
    await dav.ok("PUT", "/a.txt", "one")
    await dav.ok("PUT", "/a.txt", "two")
    await dav.ok("PUT", "/b.txt", "three")
    await dav.ok("MOVE", "/a.txt", destination=dav.at("/b.txt"))
    assert (await dav("GET", "/b.txt")).text == "two"
    assert await in_bin(house, home) == ["a.txt"]


async def test_moving_over_a_folder_puts_it_into_the_bin(dav, house, home):
    await dav.ok("MKCOL", "/a")
    await dav.ok("PUT", "/a/x.txt", "x")
    await dav.ok("MKCOL", "/b")
    await dav.ok("PUT", "/b/y.txt", "y")
    assert (await dav("MOVE", "/a", destination=dav.at("/b/"))).status_code == 204
    assert await dav.names("/b") == ["/b/x.txt"]
    assert await in_bin(house, home) == ["b"]


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
async def test_nothing_is_overwritten_that_must_not_be(dav, method):
    await dav.ok("PUT", "/a.txt", "a")
    await dav.ok("PUT", "/b.txt", "b")
    assert (await dav(method, "/a.txt", destination=dav.at("/b.txt"), overwrite="F")).status_code == 412
    assert (await dav("GET", "/b.txt")).text == "b"
    assert (await dav(method, "/a.txt", destination=dav.at("/c.txt"), overwrite="F")).status_code == 201


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
async def test_nothing_goes_into_itself(dav, method):
    await dav.ok("MKCOL", "/a")
    await dav.ok("MKCOL", "/a/b")
    for source, target in (("/a", "/a"), ("/a", "/a/c"), ("/a/b", "/a"), ("/a", "/a/b/c")):
        assert (await dav(method, source, destination=dav.at(target))).status_code == 403, (source, target)
    assert await dav.names("/a") == ["/a/b/"]


@pytest.mark.parametrize(
    ("destination", "status"),
    [("", 400), ("cat.txt", 400), ("http://elsewhere.example/dav/files/x", 502), ("/my/drive", 502),
     ("/dav/filesx", 502), ("/dav/files/none/x", 409), ("http://[", 400), ("/dav/files/%E9", 400)],
)  # fmt: skip
async def test_a_destination_is_a_place_in_this_home(dav, destination, status):
    await dav.ok("PUT", "/cat.txt", "meow")
    assert (await dav("MOVE", "/cat.txt", destination=destination)).status_code == status


async def test_a_folder_is_copied_with_what_is_in_it_or_without(dav):
    await dav.ok("MKCOL", "/a")
    await dav.ok("MKCOL", "/a/deep")
    await dav.ok("PUT", "/a/deep/x.txt", "x")
    await dav.ok("PROPPATCH", "/a/deep/x.txt", patch(set_("<x:mark>1</x:mark>")))
    assert (await dav("COPY", "/a", destination=dav.at("/b"))).status_code == 201
    assert (await dav("GET", "/b/deep/x.txt")).text == "x"
    assert await dav.prop("/b/deep/x.txt", "{urn:x}mark") == "1"
    assert (await dav("COPY", "/a", destination=dav.at("/c"), depth=0)).status_code == 201
    assert await dav.names("/c") == []
    assert (await dav("COPY", "/a", destination=dav.at("/d"), depth=1)).status_code == 400


async def test_dead_properties_are_kept_moved_and_removed(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    tag = await dav.prop("/cat.txt", f"{D}getetag")
    value = '<x:mark xml:lang="fr" a="1">é &amp; <y xmlns="urn:y">in</y></x:mark>'
    await dav.ok("PROPPATCH", "/cat.txt", patch(set_(value), set_('<plain xmlns="">p</plain>')))
    await dav.ok("MOVE", "/cat.txt", destination=dav.at("/dog.txt"))
    (found,) = (await dav.props("/dog.txt", "{urn:x}mark", "plain")).values()
    mark = found["{urn:x}mark"]
    assert mark.attrib == {"{http://www.w3.org/XML/1998/namespace}lang": "fr", "a": "1"}
    assert (mark.text, mark[0].tag, mark[0].text) == ("é & ", "{urn:y}y", "in")
    assert found["plain"].text == "p"
    assert await dav.prop("/dog.txt", f"{D}getetag") == tag
    await dav.ok("PROPPATCH", "/dog.txt", patch("<d:remove><d:prop><x:mark/></d:prop></d:remove>"))
    assert await dav.prop("/dog.txt", "{urn:x}mark") is None


async def test_properties_change_all_or_none(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    answer = await dav("PROPPATCH", "/cat.txt", patch(set_("<x:a>1</x:a>"), set_("<d:getetag>x</d:getetag>")))
    ((_, found),) = statuses(answer).items()
    assert set(found[403]) == {f"{D}getetag"}
    assert set(found[424]) == {"{urn:x}a"}
    assert await dav.prop("/cat.txt", "{urn:x}a") is None


async def test_properties_have_an_end(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    answer = await dav("PROPPATCH", "/cat.txt", patch(set_(f"<x:a>{'x' * 70_000}</x:a>")))
    assert answer.status_code == 422
    assert await dav.prop("/cat.txt", "{urn:x}a") is None


async def test_windows_says_when_a_file_changed(dav, clock):
    await dav.ok("PUT", "/cat.txt", "meow", x_oc_mtime=1_000_000_000)
    time = '<m:Win32LastModifiedTime xmlns:m="urn:schemas-microsoft-com:">Sat, 05 Jul 2025 10:00:00 GMT</m:Win32LastModifiedTime>'
    await dav.ok("PROPPATCH", "/cat.txt", patch(set_(time)))
    assert await dav.prop("/cat.txt", f"{D}getlastmodified") == "Sat, 05 Jul 2025 10:00:00 GMT"


async def test_what_comes_by_webdav_is_there_for_the_api(dav, client):
    await dav.ok("PUT", "/cat.txt", "meow")
    shown = (await client.get("/files/metadata?Path=/cat.txt")).json()["data"]["attributes"]
    assert (shown["name"], shown["size"], shown["mime"], shown["trashed"]) == (
        "cat.txt",
        "4",
        "text/plain",
        False,
    )
