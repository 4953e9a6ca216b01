"""/shortcuts: files that hold an address."""

import pytest

ROOT = "io.cozy.files.root-dir"
URL = "https://photos.alice.example/#/photos/629fb233be550a21174ac8e19f0043af"
JSON = {"accept": "application/vnd.api+json"}


def about(**attributes):
    return {"data": {"type": "io.cozy.files.shortcuts", "attributes": attributes}}


async def test_a_shortcut_is_made_as_drive_asks(client):
    folder = await client.mkdir("Links")
    asked = about(name="Example.url", url=URL, dir_id=folder["id"], cozyMetadata={"createdByApp": "drive"})
    answer = await client.post("/shortcuts", json=asked)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert (data["type"], data["attributes"]["dir_id"]) == ("io.cozy.files", folder["id"])
    assert data["attributes"]["name"] == "Example.url"
    assert data["attributes"]["mime"] == "application/internet-shortcut"
    assert data["attributes"]["class"] == "shortcut"
    held = (await client.get(f"/files/download/{data['id']}")).content
    assert held == f"[InternetShortcut]\r\nURL={URL}\r\n".encode()


async def test_a_shortcut_without_a_folder_is_in_the_root_and_gets_its_ending(client):
    target = {"target": {"app": "photos", "_type": "io.cozy.files"}}
    made = (await client.post("/shortcuts", json=about(name="sunset", url=URL, metadata=target))).json()[
        "data"
    ]
    assert made["attributes"]["name"] == "sunset.url"
    told = await client.get(f"/shortcuts/{made['id']}", headers=JSON)
    assert told.json()["data"] == {
        "type": "io.cozy.files.shortcuts", "id": made["id"], "meta": {"rev": made["meta"]["rev"]},
        "attributes": {"name": "sunset.url", "dir_id": ROOT, "url": URL, "metadata": target},
        "links": {"self": f"/shortcuts/{made['id']}"},
    }  # fmt: skip


async def test_a_browser_is_sent_where_a_shortcut_leads(client):
    made = (await client.post("/shortcuts", json=about(name="a", url=URL))).json()["data"]
    answer = await client.get(f"/shortcuts/{made['id']}", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, URL)


@pytest.mark.parametrize(
    "content",
    [
        b"[InternetShortcut]\nURL=https://example.org/\n", b"\xef\xbb\xbf[InternetShortcut]\r\nurl=https://example.org/\r\nIconIndex=0\r\n",
    ],
)  # fmt: skip
async def test_shortcuts_of_desktops_are_understood(client, content):
    file = await client.upload("a.url", content)
    told = await client.get(f"/shortcuts/{file['id']}", headers=JSON)
    assert told.json()["data"]["attributes"]["url"] == "https://example.org/"


@pytest.mark.parametrize(
    "content", [b"", b"URL=https://example.org/", b"[InternetShortcut]\r\nIconIndex=0\r\n", b"\xff\x00" * 99]
)
async def test_what_holds_no_address_is_no_shortcut(client, content):
    file = await client.upload("a.url", content)
    assert (await client.get(f"/shortcuts/{file['id']}", headers=JSON)).status_code == 400


async def test_nobody_is_sent_to_a_script(client):
    file = await client.upload("a.url", b"[InternetShortcut]\r\nURL=javascript:alert(1)\r\n")
    assert (await client.get(f"/shortcuts/{file['id']}", headers={"accept": "text/html"})).status_code == 400


async def test_a_shortcut_to_something_shared_is_new_until_it_is_followed(client):
    shared = {"sharing": {"status": "new", "sharing_id": "x"}}
    made = (await client.post("/shortcuts", json=about(name="a", url=URL, metadata=shared))).json()["data"]
    told = (await client.get(f"/shortcuts/{made['id']}", headers=JSON)).json()["data"]
    assert told["attributes"]["metadata"]["sharing"] == {"status": "seen", "sharing_id": "x"}
    again = (await client.get(f"/shortcuts/{made['id']}", headers=JSON)).json()["data"]
    assert again["meta"] == told["meta"]


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [({"name": "a"}, "url"), ({"url": URL}, "name"), ({"name": "a", "url": "https://a\r\nURL=b"}, "url")],
)
async def test_a_shortcut_needs_a_name_and_an_address(client, attributes, pointer):
    answer = await client.post("/shortcuts", json=about(**attributes))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["source"]["pointer"] == f"/data/attributes/{pointer}"


async def test_a_shortcut_is_a_file_like_others(client, anonymous):
    await client.post("/shortcuts", json=about(name="a", url=URL))
    assert (await client.post("/shortcuts", json=about(name="a", url=URL))).status_code == 409
    assert (await client.get("/shortcuts/nothing", headers=JSON)).status_code == 404
    assert (await anonymous.post("/shortcuts", json=about(name="b", url=URL))).status_code == 401
