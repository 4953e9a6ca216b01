"""What is shared goes into a home of the guest's own."""

import dataclasses
import json

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.outside import Reply, Stream
from cozy.rooms.files import service as files
from cozy.rooms.links import service as links
from cozy.rooms.links.errors import CannotCopy, NotALink
from cozy.rooms.links.events import CopyAsked
from tests.links.conftest import picture


class Elsewhere:
    """The world outside, which is this very house: what a link's home answers."""

    def __init__(self, client):
        self.client = client
        self.asked = []

    async def fetch(self, method, url, **_):
        answer = await self.client.request(method, url)
        return Reply(answer.status_code, dict(answer.headers), answer.content, url)

    def stream(self, method, url, **_):
        self.asked.append(url)
        return _Streamed(self.client, method, url)


class _Streamed:
    def __init__(self, client, method, url):
        self.request = (client, method, url)

    async def __aenter__(self):
        client, method, url = self.request
        answer = await client.request(method, url)

        async def chunks():
            yield answer.content

        return Stream(answer.status_code, dict(answer.headers), url, chunks())

    async def __aexit__(self, *_):
        pass


async def test_the_page_leads_to_the_guests_home(given, share, guest):
    known = await share("file", given["Holidays"])
    page = await guest.get(f"{known.address}/home")
    assert "Where is your home?" in page.text
    assert "form-action 'self' http: https:" in page.headers["content-security-policy"]
    gone = await guest.post(f"{known.address}/home", data={"home": "https://Theo.example.org/my"})
    assert gone.status_code == 303
    assert gone.headers["location"].startswith(
        "https://theo.example.org/my/shared/add?link=http%3A%2F%2Falice.localhost%3A8080%2Fs%2F"
    )
    wrong = await guest.post(f"{known.address}/home", data={"home": "my house"})
    assert (wrong.status_code, "It looks like" in wrong.text or "looks like" in wrong.text) == (422, True)


@pytest.fixture
def abroad(house, guest):
    elsewhere = Elsewhere(guest)
    return dataclasses.replace(house, outside=elsewhere), elsewhere


async def test_everything_is_copied_once_whatever_happens_on_the_way(given, share, abroad, home):
    house, elsewhere = abroad
    known = await share("file", given["Holidays"])
    offer = await links.copying.look(house, known.address)
    assert sorted(each.path for each in offer.files) == ["Plans/route.txt", "beach.jpg"]
    folder = await house.write(home, SYSTEM, links.copying.ask, known.address, offer)
    assert folder.name == "Holidays (2)"
    for _ in range(2):
        await links.copying.copy(house, home, CopyAsked(known.address, folder.id, folder.name))
    assert len(elsewhere.asked) == 2

    def copied(work):
        return [
            (item.path, item.file.size)
            for item in files.items(work, files.Selection("", [folder.id]))
            if not item.file.is_folder
        ]

    held = await house.read(home, SYSTEM, copied)
    assert sorted(held) == [
        ("/Holidays (2)/Plans/route.txt", 16),
        ("/Holidays (2)/beach.jpg", len(picture())),
    ]


async def test_a_home_that_lies_gets_nothing_written_elsewhere(given, share, abroad, home):
    house, elsewhere = abroad
    known = await share("file", given["Holidays"])

    async def lying(method, url, **_):
        offered = [{"path": "../../x.txt", "href": "/files/download/1", "size": 1}]
        body = json.dumps({"name": "x", "owner": "", "can_save": True, "files": offered}).encode()
        return Reply(200, {}, body, url)

    elsewhere.fetch = lying
    offer = await links.copying.look(house, known.address)
    folder = await house.write(home, SYSTEM, links.copying.ask, known.address, offer)
    await links.copying.copy(house, home, CopyAsked(known.address, folder.id, folder.name))
    assert elsewhere.asked == []


@pytest.mark.parametrize("path", ["", "/", "a/" * 400 + "x.txt", "short.txt"])
async def test_nor_folders_without_end_nor_a_file_that_is_not_whole(given, share, abroad, home, path):
    house, elsewhere = abroad
    known = await share("file", given["Holidays"])
    inside = known.address.removeprefix("http://alice.localhost:8080")

    async def lying(method, url, **_):
        offered = [{"path": path, "href": f"{inside}/file/{given['route.txt']}", "size": 1_000_000}]
        body = json.dumps({"name": "x", "owner": "", "can_save": True, "files": offered}).encode()
        return Reply(200, {}, body, url)

    elsewhere.fetch = lying
    offer = await links.copying.look(house, known.address)
    folder = await house.write(home, SYSTEM, links.copying.ask, known.address, offer)
    for _ in range(2):
        await links.copying.copy(house, home, CopyAsked(known.address, folder.id, folder.name))
    assert await house.read(home, SYSTEM, files.children, folder.id) == []


async def test_links_that_ask_for_a_password_or_are_to_look_at_are_not_copied(given, share, abroad, home):
    house, _ = abroad
    locked = await share("file", given["Holidays"], password="tilleul")
    with pytest.raises(CannotCopy):
        await links.copying.look(house, locked.address)
    look = await share("file", given["Holidays"], "look")
    offer = await links.copying.look(house, look.address)
    with pytest.raises(CannotCopy):
        await house.write(home, SYSTEM, links.copying.ask, look.address, offer)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "x",
        "javascript:alert(1)",
        "https://theo.example.org/",
        "https://a@b/s/aaaaaaaaaaaa",
        "ftp://b/s/aaaaaaaaaaaa",
    ],
)
def test_what_is_no_link_is_refused(link):
    with pytest.raises(NotALink):
        links.copying.clean(link)


async def test_a_shortcut_leads_to_what_is_shared(reader, given, share, house, home):
    known = await share("file", given["Holidays"])
    asked = await reader.get("/my/shared/add", params={"link": known.address, "name": "Holidays"})
    assert "alice.localhost:8080" in asked.text
    page = await reader.landed(
        await reader.submit("/my/shared/add", link=known.address, name="Photos", how="shortcut")
    )
    assert "Photos.url" in page
