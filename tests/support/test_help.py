"""Help by the host: what the owner chose, for as long as they said, and each look in the journal."""

import asyncio
import re

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.rooms.permissions import service as permissions
from tests.conftest import DOMAIN
from tests.hosting.conftest import hoster, token  # noqa: F401

pytestmark = pytest.mark.anyio
HELP = "/my/settings/help"
URL = f"/instances/{DOMAIN}"


@pytest.fixture
def settings(settings):
    return replace(settings, hoster_name="Maison des Homes")


@pytest.fixture
async def helper(house, home):
    """Somebody of the host, who is in nowhere."""
    transport = httpx2.ASGITransport(serving(house), client=("192.0.2.7", 1))
    async with httpx2.AsyncClient(transport=transport, base_url=home.origin) as client:
        yield client


@pytest.fixture
async def card(acting):
    client = await acting("cli", "", "*")
    made = await client.post("/data/io.cozy.contacts/", json={"fullname": "Zoe Zander"})
    await client.upload("secret-letter.txt")
    return made.json()["data"]["_id"]


async def told(hoster):  # noqa: F811
    """What the administration knows about a way in."""
    return (await hoster.get(URL)).json()["data"]["attributes"].get("help")


def found(pattern, text):
    match = re.search(pattern, text)
    assert match, text
    return match[1]


async def let(reader, *kinds, life="hour"):
    answer = await reader.submit(HELP, kinds=list(kinds), life=life)
    assert answer.status_code == 303, answer.text


async def test_the_host_sees_what_the_owner_chose_and_each_look_is_in_the_journal(
    house, home, reader, helper, hoster, card  # noqa: F811
):  # fmt: skip
    assert await told(hoster) is None
    await let(reader, "contacts", "work")
    help_ = await told(hoster)
    assert help_["until"].startswith("2026-07-18T15:02")
    assert help_["link"] in (await hoster.get(f"/my/homes/{DOMAIN}")).text
    assert help_["link"] in (await reader.get(HELP)).text  # no administration listens that would tell
    at = help_["link"].removeprefix(home.origin)
    overview = await helper.get(at)
    assert (overview.status_code, "1 contact" in overview.text, "files" in overview.text) == (
        200,
        True,
        False,
    )
    listed = (await helper.get(f"{at}/io.cozy.contacts")).text
    assert "Zoe Zander" in listed
    shown = (await helper.get(f"{at}/io.cozy.contacts/{card}")).text
    assert "Zoe Zander" in shown
    assert (await helper.get(f"{at}/io.cozy.triggers")).status_code == 200
    for other in ("io.cozy.files", "io.cozy.permissions", "io.cozy.settings", "io.cozy.nothing"):
        answer = await helper.get(f"{at}/{other}")
        assert (answer.status_code, "secret-letter" in answer.text) == (404, False), other
    journal = (await reader.get("/my/access/journal")).text
    assert "The host, Maison des Homes read" in journal
    assert "contact" in journal
    assert "The host, Maison des Homes" in (await reader.get("/my/access")).text


async def test_the_code_is_no_token_and_changes_nothing(home, reader, helper, hoster, card):  # noqa: F811
    await let(reader, "contacts", "files")
    code = (await told(hoster))["link"].rpartition("/")[2]
    headers = {"authorization": f"Bearer {code}"}
    for path in (f"/data/io.cozy.contacts/{card}", "/files/io.cozy.files.root-dir", "/my", HELP):
        assert (await helper.get(path, headers=headers)).status_code in {303, 401, 403}, path
    assert (await helper.get(f"/s/{code}")).status_code == 404
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await helper.request(method, f"/help/{code}/io.cozy.contacts/{card}")).status_code == 405
    listed = (await helper.get(f"/help/{code}/io.cozy.files")).text
    file_id = found(r"/io\.cozy\.files/([0-9a-f]{32})\">secret-letter", listed)
    assert "secret-letter.txt" in (await helper.get(f"/help/{code}/io.cozy.files/{file_id}")).text
    assert (await helper.get(f"/files/download/{file_id}", headers=headers)).status_code in {401, 403}


async def test_it_ends_by_itself_and_when_the_owner_says_so(home, reader, helper, hoster, card, clock):  # noqa: F811
    assert (await reader.submit(HELP, life="hour")).status_code == 422
    assert (await reader.submit(HELP, kinds="contacts", life="year")).status_code == 422
    assert await told(hoster) is None
    await let(reader, "contacts")
    first = (await told(hoster))["link"].removeprefix(home.origin)
    clock.advance(minutes=59)
    assert (await helper.get(first)).status_code == 200
    clock.advance(minutes=2)
    assert (await helper.get(f"{first}/io.cozy.contacts")).status_code == 404
    assert await told(hoster) is None
    assert "Let the host help" in (await reader.get(HELP)).text
    await let(reader, "contacts", life="days")
    second = (await told(hoster))["link"].removeprefix(home.origin)
    assert "They may look at" not in (await reader.get(HELP)).text
    assert (await reader.submit(f"{HELP}/ended", page=HELP)).status_code == 303
    assert (await helper.get(second)).status_code == 404
    assert await told(hoster) is None


async def test_what_was_let_twice_at_once_is_ended_at_once(house, home, reader, helper):
    page = await reader.get(HELP)
    csrf = found(r'name="csrf_token" value="([^"]+)"', page.text)
    form = {"kinds": "contacts", "life": "days", "csrf_token": csrf}
    await asyncio.gather(*(reader.post(HELP, data=form) for _ in range(2)))
    links = [each for each in await house.read(home, SYSTEM, permissions.all_) if each.is_link]
    codes = [code for each in links for code in each.shortcodes.values()]
    assert (await reader.submit(f"{HELP}/ended", page=HELP)).status_code == 303
    assert codes
    assert {(await helper.get(f"/help/{code}")).status_code for code in codes} == {404}


async def test_stopped_where_all_grants_are_it_opens_nothing_either(home, reader, helper, hoster, card):  # noqa: F811
    await let(reader, "contacts")
    at = (await told(hoster))["link"].removeprefix(home.origin)
    grant = found(r"(/my/access/grants/[0-9a-f]+)", (await reader.get("/my/access")).text)
    assert (await reader.submit(f"{grant}/stop", page=grant)).status_code == 303
    assert (await helper.get(at)).status_code == 404
    assert "They may look at" in (await reader.get(HELP)).text


async def test_a_link_that_is_for_somebody_else_opens_no_help(home, reader, helper, acting):
    client = await acting("cli", "", "*")
    rules = {"a": {"type": "io.cozy.contacts", "verbs": ["GET"]}}
    attributes = {"permissions": rules, "forHost": True, "cozyMetadata": {"forHost": False}}
    made = await client.post("/permissions?codes=bob", json={"data": {"attributes": attributes}})
    code = made.json()["data"]["attributes"]["shortcodes"]["bob"]
    assert (await helper.get(f"/help/{code}")).status_code == 404
