"""Many files at once: by ids, by changes, by a query."""

import pytest

ROOT = "io.cozy.files.root-dir"


async def test_files_are_fetched_by_ids_with_their_paths(client):
    folder = await client.mkdir("Pictures")
    file = await client.upload("nice.jpg", inside=folder["id"])
    keys = [file["id"], "nothing", ROOT, "io.cozy.files.trash-dir", folder["id"]]
    data = (await client.post("/files/_all_docs", json={"keys": keys})).json()["data"]
    assert [(item["id"], item["attributes"]["path"]) for item in data] == [
        (file["id"], "/Pictures/nice.jpg"), (ROOT, "/"), (folder["id"], "/Pictures"),
    ]  # fmt: skip


async def changes(client, **query):
    answer = await client.get("/files/_changes", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def story(client):
    """A folder with a file; one thrown away; one removed for good."""
    foo = await client.mkdir("foo")
    baz = await client.upload("baz", inside=foo["id"])
    gone, binned = await client.mkdir("gone"), await client.mkdir("binned")
    inside = await client.upload("inside", inside=binned["id"])
    for item in (gone, binned):
        await client.delete(f"/files/{item['id']}")
    await client.delete(f"/files/trash/{gone['id']}")
    return {
        "foo": foo["id"],
        "baz": baz["id"],
        "gone": gone["id"],
        "binned": binned["id"],
        "inside": inside["id"],
    }


async def test_each_file_appears_once_at_its_last_change(client, story):
    feed = await changes(client)
    ids = [result["id"] for result in feed["results"]]
    assert len(ids) == len(set(ids))
    assert set(story.values()) < set(ids)
    assert feed["pending"] == 0
    assert feed["last_seq"] == feed["results"][-1]["seq"]
    assert "doc" not in feed["results"][0]
    gone = next(result for result in feed["results"] if result["id"] == story["gone"])
    assert gone["deleted"] is True


async def test_the_feed_goes_on_where_it_ended(client, story):
    whole = await changes(client)
    since, ids = "0", []
    for _ in range(100):
        page = await changes(client, since=since, limit="2")
        ids += [result["id"] for result in page["results"]]
        since = page["last_seq"]
        assert page["pending"] == len(whole["results"]) - len(ids)
        if not page["pending"]:
            break
    assert ids == [result["id"] for result in whole["results"]]
    assert (await changes(client, since=since))["results"] == []
    await client.upload("new")
    assert len((await changes(client, since=f"{since}-g1AAAA"))["results"]) == 1


async def test_documents_come_along_when_asked(client, story):
    feed = await changes(client, include_docs="true", include_file_path="true")
    docs = {result["id"]: result["doc"] for result in feed["results"]}
    assert docs[story["baz"]]["path"] == "/foo/baz"
    assert docs[story["inside"]]["path"] == "/.cozy_trash/binned/inside"
    assert docs[story["foo"]]["_rev"].startswith("1-")
    assert docs[story["gone"]].keys() == {"_id", "_rev", "_deleted"}


async def test_only_the_members_asked_for_come_along(client, story):
    feed = await changes(client, include_docs="true", fields="type,name,dir_id")
    docs = {result["id"]: result["doc"] for result in feed["results"]}
    assert docs[story["baz"]] == {"type": "file", "name": "baz", "dir_id": story["foo"]}


async def test_what_is_gone_or_in_the_bin_is_left_out_when_asked(client, story):
    feed = await changes(client, include_docs="true", skip_deleted="true", skip_trashed="true")
    ids = {result["id"] for result in feed["results"]}
    assert ids >= {ROOT, story["foo"], story["baz"]}
    assert not ids & {story["gone"], story["binned"], story["inside"], "io.cozy.files.trash-dir"}


@pytest.mark.parametrize(
    "query", ["style=all_docs", "limit=x", "since=soon", "include_file_path=true", "skip_trashed=true"]
)
async def test_what_the_feed_cannot_do_is_told(client, query):
    assert (await client.get(f"/files/_changes?{query}")).status_code == 400


async def find(client, url="/files/_find", **query):
    answer = await client.post(url, json=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_files_are_found_by_a_selector_in_pages(client):
    files = [await client.upload(f"photo{n}.jpg") for n in range(3)]
    await client.upload("words.txt")
    query = {"selector": {"class": "image", "trashed": False}, "sort": [{"name": "asc"}], "limit": 2}
    first = await find(client, **query)
    second = await find(client, first["links"]["next"], **query)
    assert [item["id"] for item in first["data"] + second["data"]] == [file["id"] for file in files]
    assert first["data"][0]["attributes"]["path"] == "/photo0.jpg"
    assert first["meta"]["count"] > 1_000_000
    assert second["meta"]["count"] == 1
    assert "links" not in second
    assert "execution_stats" not in first["meta"]


async def test_the_page_can_be_asked_in_the_address(client):
    for number in range(3):
        await client.upload(f"photo{number}.jpg")
    query = {"selector": {"class": "image"}, "sort": ["name"], "execution_stats": True}
    found = await find(client, "/files/_find?page[limit]=1&page[skip]=1", **query)
    assert [item["attributes"]["name"] for item in found["data"]] == ["photo1.jpg"]
    assert found["meta"]["execution_stats"]["results_returned"] == 1


async def test_only_the_members_asked_for_are_sent(client):
    await client.upload("me.txt", Metadata='{"a": {"b": 1, "c": 2}}')
    found = await find(client, selector={"name": "me.txt"}, fields=["name", "metadata.a.b"])
    attributes = found["data"][0]["attributes"]
    assert attributes == {
        "name": "me.txt", "type": "file", "class": "text", "size": "5", "trashed": False, "metadata": {"a": {"b": 1}},
    }  # fmt: skip
    found = await find(client, selector={"name": "me.txt"}, fields=["path"])
    assert found["data"][0]["attributes"]["path"] == "/me.txt"
    assert found["data"][0]["meta"]["rev"].startswith("1-")


async def test_a_query_that_makes_no_sense_is_refused(client):
    for body in (b"", b"[]", b"{}", b'{"selector": 3}', b'{"selector": {"a": {"$unheard": 1}}}'):
        assert (await client.post("/files/_find", content=body)).status_code == 400
