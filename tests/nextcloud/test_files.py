"""The files of a home at the addresses of Nextcloud's clients."""

from tests.dav.conftest import D, statuses

OC = "{http://owncloud.org/ns}"
THERE = "/remote.php/dav/files/whoever"


async def listed(dav, folder="", *, prefix=THERE):
    body = (
        '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><d:getetag/><oc:id/><oc:fileid/><oc:size/>'
        "<oc:permissions/><oc:share-types/></d:prop></d:propfind>"
    )
    answer = await dav.request("PROPFIND", prefix + folder, content=body, headers={"depth": "1"})
    assert answer.status_code == 207, answer.text
    return {href: found.get(200, {}) for href, found in statuses(answer).items()}


async def test_addresses_in_answers_are_those_that_were_asked(dav):
    await dav.ok("MKCOL", "/Trip")
    await dav.ok("PUT", "/Trip/cat%20%26%20co.txt", "meow")
    for prefix in (THERE, "/remote.php/webdav", "/dav/files"):
        assert list(await listed(dav, "/Trip", prefix=prefix)) == [
            f"{prefix}/Trip/",
            f"{prefix}/Trip/cat%20%26%20co.txt",
        ]


async def test_a_name_that_is_markup_harms_nobody(dav):
    answer = await dav.request("PROPFIND", "/remote.php/dav/files/%3Ca%3E%26'/", headers={"depth": "0"})
    assert list(statuses(answer)) == ["/remote.php/dav/files/%3Ca%3E%26%27/"]


async def test_what_is_moved_may_have_either_address(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    answer = await dav.request("MOVE", f"{THERE}/cat.txt", headers={"destination": "/dav/files/dog.txt"})
    assert answer.status_code == 201
    answer = await dav.request(
        "MOVE", "/dav/files/dog.txt", headers={"destination": "/remote.php/webdav/a.txt"}
    )
    assert answer.status_code == 201
    assert (await dav("GET", "/a.txt")).text == "meow"


async def test_conditions_name_either_address(dav):
    tag = (await dav.ok("PUT", "/cat.txt", "meow")).headers["etag"]
    said = f"</remote.php/dav/files/whoever/cat.txt> ([{tag}])"
    assert (
        await dav.request("PUT", f"{THERE}/cat.txt", content="one", headers={"if": said})
    ).status_code == 204
    assert (
        await dav.request("PUT", f"{THERE}/cat.txt", content="two", headers={"if": said})
    ).status_code == 412


async def test_locks_are_told_at_the_address_that_was_asked(dav):
    await dav.ok("PUT", "/cat.txt", "meow")
    await dav.locked("/cat.txt")
    answer = await dav.request("PUT", f"{THERE}/cat.txt", content="woof")
    assert answer.status_code == 423
    assert f"<d:href>{THERE}/cat.txt</d:href>" in answer.text


async def test_a_folder_tells_every_change_below_it_and_no_other(dav):
    await dav.ok("MKCOL", "/a")
    await dav.ok("MKCOL", "/a/b")
    await dav.ok("MKCOL", "/other")
    tags = []

    async def look():
        found = await listed(dav)
        tags.append((found[f"{THERE}/"][f"{D}getetag"].text, found[f"{THERE}/a/"][f"{D}getetag"].text))
        return found

    other = (await look())[f"{THERE}/other/"][f"{D}getetag"].text
    await dav.ok("PUT", "/a/b/cat.txt", "meow")
    assert (await look())[f"{THERE}/a/"][f"{OC}size"].text == "4"
    await dav.ok("PUT", "/a/b/cat.txt", "purr")
    await look()
    await dav.ok("MOVE", "/a/b/cat.txt", destination=dav.at("/a/dog.txt"))
    await look()
    await dav.ok("DELETE", "/a/dog.txt")
    last = await look()
    assert len({root for root, _ in tags}) == len({folder for _, folder in tags}) == len(tags)
    assert last[f"{THERE}/a/"][f"{OC}size"].text == "0"
    assert last[f"{THERE}/other/"][f"{D}getetag"].text == other


async def test_the_validator_of_a_folder_is_one_for_conditions_too(dav):
    await dav.ok("MKCOL", "/a")
    tag = (await listed(dav))[f"{THERE}/a/"][f"{D}getetag"].text
    await dav.ok("PUT", "/a/cat.txt", "meow")
    assert (await dav("DELETE", "/a", if_match=tag)).status_code == 412
    tag = (await listed(dav))[f"{THERE}/a/"][f"{D}getetag"].text
    assert (await dav("DELETE", "/a", if_match=tag)).status_code == 204


async def test_ids_are_numbers_that_stay(dav):
    made = await dav.ok("PUT", "/cat.txt", "meow")
    before = (await listed(dav))[f"{THERE}/cat.txt"]
    await dav.ok("MOVE", "/cat.txt", destination=dav.at("/dog.txt"))
    after = (await listed(dav))[f"{THERE}/dog.txt"]
    number = int(after[f"{OC}fileid"].text or "")
    assert number < 2**63
    assert made.headers["oc-fileid"] == before[f"{OC}id"].text == after[f"{OC}id"].text
    assert made.headers["oc-fileid"].startswith(f"{number}oc")
