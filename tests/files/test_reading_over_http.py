"""Reading files through the API."""


async def test_a_bearer_of_a_token_sees_the_root(client):
    answer = await client.get("/files/io.cozy.files.root-dir")
    assert answer.status_code == 200
    assert answer.json()["data"]["attributes"]["path"] == "/"


async def test_nobody_sees_nothing(anonymous):
    answer = await anonymous.get("/files/io.cozy.files.root-dir")
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["status"] == "401"


async def test_a_wrong_token_is_told_in_the_words_that_clients_match(anonymous):
    answer = await anonymous.get("/files/x", headers={"authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid JWT token"})
