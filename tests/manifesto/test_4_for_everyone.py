"""Principle 4: plain words, in French and in English."""

import httpx2
import pytest

from cozy.app.server import serving


@pytest.mark.parametrize(
    ("asked", "language", "word"),
    [("fr-CA,fr;q=0.9", "fr", "Entrer"), ("en", "en", "passphrase"), ("de", "en", "passphrase")],
)
async def test_the_door_speaks_the_language_of_who_stands_before_it(house, home, asked, language, word):
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(serving(house)),
        base_url=home.origin,
        headers={"accept-language": asked},
    ) as visitor:
        page = (await visitor.get("/auth/login")).text
    assert f'<html lang="{language}"' in page
    assert word in page


async def test_a_refusal_tells_people_what_to_do_and_programs_what_happened(anonymous, client):
    page = await anonymous.get("/my/nowhere", headers={"accept": "text/html"})
    answer = await client.get("/files/nothing")
    assert (page.status_code, answer.status_code) == (404, 404)
    assert "<h1" in page.text
    assert answer.json()["errors"][0]["code"] == "files.no_file"
