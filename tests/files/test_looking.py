"""GET /files/…: one file, one folder, its pages, its size."""

import pytest

ROOT = "io.cozy.files.root-dir"


@pytest.fixture
async def folder(client):
    made = await client.mkdir("many")
    for number in range(15):
        await client.upload(f"file{number}", b"foo", made["id"])
    return made


async def test_a_folder_shows_what_it_holds_folders_first_and_numbers_by_value(client, folder):
    await client.mkdir("zoo", folder["id"])
    answer = (await client.get(f"/files/{folder['id']}")).json()
    assert [item["attributes"]["name"] for item in answer["included"]] == [
        "zoo",
        *(f"file{n}" for n in range(15)),
    ]
    assert [item["id"] for item in answer["included"]] == [
        item["id"] for item in answer["data"]["relationships"]["contents"]["data"]
    ]
    assert answer["data"]["relationships"]["contents"]["meta"]["count"] == 16
    assert "links" not in answer


async def test_an_empty_folder_says_so(client):
    made = await client.mkdir("empty")
    answer = (await client.get(f"/files/{made['id']}")).json()
    assert answer["data"]["relationships"]["contents"] == {
        "meta": {"count": 0}, "links": {"self": f"/files/{made['id']}/relationships/contents"}, "data": [],
    }  # fmt: skip
    assert answer["included"] == []


async def test_the_bin_is_not_shown_in_the_root(client):
    answer = (await client.get(f"/files/{ROOT}")).json()
    names = [item["attributes"]["name"] for item in answer["included"]]
    assert ".cozy_trash" not in names
    assert answer["data"]["relationships"]["contents"]["meta"]["count"] == len(names)
    assert answer["data"]["relationships"]["parent"]["data"] is None


@pytest.mark.parametrize("skipping", [False, True])
async def test_pages_follow_each_other_until_the_end(client, folder, skipping):
    query = {"page[limit]": "7"} | ({"page[skip]": "0"} if skipping else {})
    first = (await client.get(f"/files/{folder['id']}", params=query)).json()
    seen = [item["attributes"]["name"] for item in first["included"]]
    link = first["data"]["relationships"]["contents"]["links"]["next"]
    while link:
        page = (await client.get(link)).json()
        assert page["meta"] == {"count": 15}
        seen += [item["attributes"]["name"] for item in page["data"]]
        link = page.get("links", {}).get("next")
    assert seen == [f"file{n}" for n in range(15)]


async def test_the_next_page_of_a_folder_is_a_folder(client, folder):
    first = (await client.get(f"/files/{folder['id']}", params={"page[limit]": "10"})).json()
    second = (await client.get(first["links"]["next"])).json()
    assert second["data"]["id"] == folder["id"]
    assert len(second["included"]) == 5


async def test_a_page_goes_on_where_the_last_one_ended_though_that_item_is_gone(client, folder):
    first = (await client.get(f"/files/{folder['id']}", params={"page[limit]": "5"})).json()
    await client.delete(first["included"][-1]["links"]["self"])
    second = (await client.get(first["links"]["next"])).json()
    assert second["included"][0]["attributes"]["name"] == "file5"


@pytest.mark.parametrize(
    "query", [{"page[limit]": "0"}, {"page[limit]": "x"}, {"page[skip]": "-1"}, {"page[cursor]": "x"}]
)
async def test_a_page_that_makes_no_sense_is_refused(client, query):
    answer = await client.get(f"/files/{ROOT}", params=query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["source"] == {"parameter": next(iter(query))}


async def test_the_contents_of_a_file_are_refused(client):
    file = await client.upload("file")
    assert (await client.get(f"/files/{file['id']}/relationships/contents")).status_code == 400


async def test_files_and_folders_are_found_by_path(client):
    folder = await client.mkdir("Documents")
    file = await client.upload("été.txt", inside=folder["id"])
    for path, id_ in (("/", ROOT), ("/Documents", folder["id"]), ("/Documents/été.txt", file["id"])):
        answer = await client.get("/files/metadata", params={"Path": path})
        assert (answer.status_code, answer.json()["data"]["id"]) == (200, id_)
    for path in ("", "Documents", "/nothing", "/Documents/été.txt/more", "//"):
        assert (await client.get("/files/metadata", params={"Path": path})).status_code == 404


async def test_existence_is_asked_with_head(client):
    file = await client.upload("file")
    there = await client.head(f"/files/{file['id']}")
    assert (there.status_code, there.content) == (200, b"")
    missing = await client.head("/files/nothing")
    assert (missing.status_code, missing.content) == (404, b"")


async def test_a_folder_is_as_large_as_all_that_is_in_it(client):
    outer = await client.mkdir("outer")
    inner = await client.mkdir("inner", outer["id"])
    await client.upload("a", b"12345", outer["id"])
    await client.upload("b", b"123", inner["id"])
    answer = (await client.get(f"/files/{outer['id']}/size")).json()
    assert answer["data"] == {
        "type": "io.cozy.files.sizes", "id": outer["id"], "attributes": {"size": "8"}, "meta": {},
    }  # fmt: skip
