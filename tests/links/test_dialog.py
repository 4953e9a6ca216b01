"""The owner's dialog: links are made, changed and stopped there, without scripts."""

import re

import pytest

from cozy.app.wiring import PORTS
from cozy.rooms.links.ports import Sharers
from tests.links.conftest import found


@pytest.fixture
def url(given) -> str:
    return f"/my/share/file/{given['Holidays']}"


def address_in(page: str) -> str:
    return found(r'value="http://alice.localhost:8080(/s/[A-Za-z0-9]{12})"', page)


async def test_a_link_is_made_changed_and_stopped(reader, url, given, guest):
    assert "There is no link." in (await reader.get(url)).text
    page = await reader.landed(await reader.submit(url, mode="see", end="30", title="For grandma"))
    assert "For grandma" in page
    assert "Until 17 August 2026" in page
    link = address_in(page)
    assert (await guest.get(link)).status_code == 200
    change = found(rf'href="({url}/links/[0-9a-f]+)"', page)
    asked = (await reader.get(change)).text
    assert re.search(r'value="see"[^>]* checked', asked)
    page = await reader.landed(
        await reader.submit(change, mode="drop", end="", title="For grandma", password="tilleul")
    )
    assert "Can put files in" in page
    assert "with a password" in page
    assert (await guest.get(link)).status_code == 303
    page = await reader.landed(await reader.submit(change, mode="drop", end="", no_password="1"))
    assert "with a password" not in page
    dropped = (await guest.get(link)).text
    assert "Put your files here" in dropped
    assert "beach.jpg" not in dropped
    page = await reader.landed(await reader.submit(f"{change}/stop"))
    assert "Ended on" in page
    assert (await guest.get(link)).status_code == 404
    undo = found(r'action="(/my/access/grants/[^"]+/again[^"]*)"', page).replace("&amp;", "&")
    await reader.submit(undo)
    assert (await guest.get(link)).status_code == 200


async def test_what_is_wrong_is_said_beside_the_field(reader, url):
    answer = await reader.submit(url, mode="see", end="date", day="2001-01-01")
    assert answer.status_code == 422
    assert "Choose a day that is still to come." in answer.text
    card = await reader.submit(url.replace("/file/", "/contact/"), mode="see", end="")
    assert card.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "file/io.cozy.files.root-dir",
        "file/nothing",
        "nothing/x",
        "calendar/birthdays",
        "album/x",
        "contact/x",
    ],
)
async def test_what_cannot_be_shared_is_not_there(reader, home, path):
    assert (await reader.get(f"/my/share/{path}")).status_code == 404


async def test_only_the_owner_comes_there(anonymous, client, url):
    assert (await anonymous.get(url)).status_code == 303
    assert (await client.get(url)).status_code in {303, 401, 403}


async def test_other_rooms_put_their_part_above_the_links(reader, url, given, monkeypatch):
    asked = []

    def people(work, doctype, id_):
        asked.append((doctype, id_))
        return "ui/_toasts.html", {}

    monkeypatch.setitem(PORTS, Sharers, [people])
    page = (await reader.get(url)).text
    assert asked == [("io.cozy.files", given["Holidays"])]
    assert page.index('class="toasts"') < page.index("By a link")


async def test_the_pages_of_things_lead_to_the_dialog(reader, given, url):
    for page in (f"/my/drive/{given['Holidays']}", f"/my/file/{given['Holidays']}/who"):
        assert f'href="{url}"' in (await reader.get(page)).text
    assert (
        f'href="/my/share/file/{given["beach.jpg"]}"'
        in (await reader.get(f"/my/file/{given['beach.jpg']}")).text
    )
