"""What files held before."""

import pytest


@pytest.fixture
async def file(client, clock):
    """A file that held "one", then "two", and holds "three"."""
    made = await client.upload("me.txt", b"one", Metadata='{"label": "first"}')
    for data in (b"two", b"three"):
        clock.advance(hours=1)
        await client.put(f"/files/{made['id']}", content=data, headers={"content-type": "text/plain"})
    return (await client.get(f"/files/{made['id']}")).json()


def versions(file):
    return [item["id"] for item in file["data"]["relationships"]["old_versions"]["data"]]


async def test_old_versions_are_shown_with_the_file_oldest_first(client, file):
    assert [item["id"] for item in file["included"]] == versions(file)
    assert [item["type"] for item in file["included"]] == ["io.cozy.files.versions"] * 2
    assert [(await client.get(f"/files/download/{id_}")).content for id_ in versions(file)] == [
        b"one",
        b"two",
    ]
    assert versions(file)[0].startswith(f"{file['data']['id']}/1-")


async def test_a_version_bears_the_revision_that_held_it(client):
    made = await client.upload("me.txt", b"one")
    await client.put(f"/files/{made['id']}", content=b"two")
    answer = await client.get(f"/files/download/{made['id']}/{made['meta']['rev']}", params={"Dl": "1"})
    assert answer.content == b"one"
    assert answer.headers["content-disposition"] == 'attachment; filename="me.txt"'


async def test_a_version_is_labelled_and_then_stays(client, clock, file):
    id_ = versions(file)[0]
    body = {"data": {"type": "io.cozy.files.versions", "id": id_, "attributes": {"tags": ["poem"]}}}
    answer = await client.patch(f"/files/{id_}", json=body)
    assert (answer.status_code, answer.json()["data"]["attributes"]["tags"]) == (200, ["poem"])
    for number in range(25):
        clock.advance(hours=1)
        await client.put(f"/files/{file['data']['id']}", content=str(number).encode())
    after = (await client.get(f"/files/{file['data']['id']}")).json()
    assert id_ in versions(after)
    assert len(versions(after)) == 21


async def test_labels_that_are_none_are_refused(client, file):
    assert (
        await client.patch(f"/files/{versions(file)[0]}", json={"data": {"attributes": {}}})
    ).status_code == 400
    tags = {"data": {"attributes": {"tags": []}}}
    assert (await client.patch(f"/files/{file['data']['id']}/9-nothing", json=tags)).status_code == 404


async def test_a_version_comes_back_and_the_present_becomes_one(client, file):
    answer = await client.post(f"/files/revert/{versions(file)[0]}")
    after = answer.json()
    assert answer.status_code == 200
    assert (await client.get(f"/files/download/{file['data']['id']}")).content == b"one"
    held = [(await client.get(f"/files/download/{id_}")).content for id_ in versions(after)]
    assert sorted(held) == [b"three", b"two"]
    assert after["data"]["attributes"]["metadata"] == {"label": "first"}


async def test_a_version_is_forgotten(client, file):
    first, second = versions(file)
    assert (await client.delete(f"/files/{first}")).status_code == 204
    assert (await client.get(f"/files/download/{first}")).status_code == 404
    assert (await client.delete(f"/files/{first}")).status_code == 404
    assert (await client.get(f"/files/download/{second}")).content == b"two"


async def test_all_versions_are_forgotten(client, file):
    assert (await client.delete("/files/versions")).status_code == 204
    after = (await client.get(f"/files/{file['data']['id']}")).json()
    assert "old_versions" not in after["data"]["relationships"]
    assert (await client.get(f"/files/download/{file['data']['id']}")).content == b"three"


async def relabel(client, file, tags="", **metadata):
    body = {"data": {"type": "io.cozy.files.metadata", "attributes": metadata}}
    return await client.post(f"/files/{file['id']}/versions", params={"Tags": tags}, json=body)


async def test_the_same_content_gets_other_metadata_and_the_old_ones_become_a_version(client):
    file = await client.upload("me", b"same", Metadata='{"category": "report", "label": "foo"}')
    answer = await relabel(client, file, "qux", label="bar")
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["tags"], attributes["metadata"]) == (["qux"], {"label": "bar"})
    assert answer.json()["included"][0]["attributes"]["metadata"] == {"category": "report", "label": "foo"}
    assert (await client.get(f"/files/download/{file['id']}")).content == b"same"


async def test_certificates_stay_as_long_as_only_the_qualification_changes(client):
    file = await client.upload("me", Metadata='{"carbonCopy": true, "electronicSafe": true}')
    kept = await relabel(client, file, qualification={"purpose": "attestation"})
    assert kept.json()["data"]["attributes"]["metadata"] == {
        "carbonCopy": True, "electronicSafe": True, "qualification": {"purpose": "attestation"},
    }  # fmt: skip
    lost = await relabel(client, file, label="bar")
    assert lost.json()["data"]["attributes"]["metadata"] == {"label": "bar"}


async def test_a_folder_has_no_versions(client):
    folder = await client.mkdir("folder")
    assert (await relabel(client, folder)).status_code == 400
