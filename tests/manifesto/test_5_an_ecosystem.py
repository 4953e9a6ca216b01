"""Principle 5: clients of the cozy-stack API work unmodified. What they lean on, at its very edges."""


async def test_ids_paths_and_shapes_are_those_that_clients_know(client):
    root = (await client.get("/files/io.cozy.files.root-dir")).json()["data"]
    trash = (await client.get("/files/metadata", params={"Path": "/.cozy_trash"})).json()["data"]
    assert (root["type"], root["id"], root["attributes"]["path"]) == (
        "io.cozy.files",
        "io.cozy.files.root-dir",
        "/",
    )
    assert trash["id"] == "io.cozy.files.trash-dir"


async def test_sizes_are_text_and_sums_are_md5_in_base64(client):
    file = await client.upload("hello.txt", b"hello")
    assert file["attributes"]["size"] == "5"
    assert file["attributes"]["md5sum"] == "XUFAKrxLKna5cZ2REBfFkg=="
    assert file["meta"]["rev"].startswith("1-")


async def test_errors_carry_the_texts_that_clients_match(client, anonymous):
    answer = await anonymous.get("/files/x", headers={"authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid JWT token"})
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
