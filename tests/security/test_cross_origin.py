"""Pages of other origins: apps ask the API with their token, and nobody reads or sends a page of ours."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor

APP = "http://drive.alice.localhost:8080"
ASKING = {
    "origin": APP,
    "access-control-request-method": "PATCH",
    "access-control-request-headers": "authorization",
}


async def test_a_preflight_for_the_api_is_granted(anonymous):
    answer = await anonymous.options("/files/x", headers=ASKING)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-methods"] == "PATCH"
    assert answer.headers["access-control-allow-headers"] == "authorization"


async def test_a_preflight_for_a_page_is_not(anonymous):
    asking = {**ASKING, "access-control-request-method": "POST"}
    answer = await anonymous.options("/my/settings", headers=asking)
    assert "access-control-allow-origin" not in answer.headers


async def test_an_address_that_nothing_is_at_is_part_of_the_api_for_scripts_alone(anonymous):
    """An app that is newer than its home asks for what is not there yet: it has to learn so."""
    assert (await anonymous.options("/ai/chat/conversations/x", headers=ASKING)).status_code == 204
    answer = await anonymous.get("/ai/chat/conversations/x", headers={"origin": APP, "accept": "*/*"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, APP)
    assert answer.json()["errors"][0]["status"] == "404"
    page = await anonymous.get("/ai/chat", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "path", ["/files/io.cozy.files.root-dir", "/files/nothing-here", "/data/io.cozy.todos/x"]
)
async def test_an_answer_of_the_api_may_be_read(client, path):
    answer = await client.get(path, headers={"origin": APP})
    assert answer.headers["access-control-allow-origin"] == APP
    assert "Origin" in answer.headers["vary"]


async def test_a_session_alone_counts_for_nothing_from_another_origin(house, home, anonymous):
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    headers = {"cookie": f"cozy-session={entered.session}", "origin": APP}
    assert (await anonymous.get("/files/io.cozy.files.root-dir", headers=headers)).status_code == 401
