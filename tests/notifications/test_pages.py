"""The pages: the bell, what was told, and how the owner wants to be told."""

import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.notifications import service
from cozy.rooms.notifications.model import Preferences, Rule
from cozy.rooms.notifications.service import preferences

from .conftest import Chrome, failed
from .conftest import tell as tell_in
from .test_from_apps import MANIFEST

URL, SETTINGS = "/my/notifications", "/my/settings/notifications"


@pytest.fixture
def postgres():
    """The pages are the same on every engine."""
    return ""


@pytest.fixture
async def tell(house, home):
    async def telling(account="a1", **more):
        return await house.write(home, SYSTEM, tell_in, failed(account, **more))

    return telling


def text_of(answer):
    assert answer.status_code == 200, answer.text
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


async def test_what_was_told_is_listed_and_the_bell_counts_it(owner, tell):
    assert "Nothing new" in text_of(await owner.get(URL))
    assert 'aria-label="Notifications"' in (await owner.get("/my")).text
    await tell()
    await tell("a2")
    assert 'aria-label="Notifications, 2 new"' in (await owner.get("/my")).text
    said = text_of(await owner.get(URL))
    assert said.count("Free could not fetch what is new") == 2
    assert "Today" in said
    assert (await owner.get(f"{URL}/count")).json() == {"unread": 2}


async def test_who_follows_one_has_read_it(owner, tell):
    told = await tell()
    answer = await owner.get(f"{URL}/{told.id}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/connectors/free")
    assert (await owner.get(f"{URL}/count")).json() == {"unread": 0}
    assert (await owner.get(f"{URL}/nothing")).status_code == 404


async def test_all_can_be_read_and_one_be_removed(owner, tell):
    told = await tell()
    await tell("a2")
    await owner.submit(f"{URL}/read", page=URL)
    assert (await owner.get(f"{URL}/count")).json() == {"unread": 0}
    assert (await owner.submit(f"{URL}/{told.id}/remove", page=URL)).status_code == 303
    assert text_of(await owner.get(URL)).count("Free could not") == 1


async def test_earlier_ones_are_a_page_further(owner, tell, clock):
    for number in range(service.PAGE + 1):
        await tell(str(number))
        clock.advance(minutes=1)
    first = await owner.get(URL)
    more = re.search(r'href="(/my/notifications\?before=[^"]+)"', first.text)
    assert more is not None
    assert text_of(await owner.get(more[1])).count("Free could not") == 1


async def test_nobody_else_sees_any_of_it(anonymous, tell, client, house, home):
    told = await tell()
    for page in (URL, f"{URL}/count", f"{URL}/{told.id}", SETTINGS):
        for other in (anonymous, client):
            answer = await other.get(page)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/auth/login")
    assert not (await house.read(home, SYSTEM, service.fetch, told.id)).read_at


async def test_the_owner_chooses_by_kind_and_channel(owner, house, home):
    def install(work):
        documents.create(work, "io.cozy.apps", MANIFEST, id_="io.cozy.apps/bank")

    await house.write(home, SYSTEM, install)
    shown = await owner.get(SETTINGS)
    assert "Messages of Bank" in shown.text
    assert 'name="mail-new_device"' not in shown.text
    form = {
        "mail-connector_failed": "daily",
        "push-disk-quota": "1",
        "mail-app:bank": "never",
        "digest_at": "19:30",
    }
    answer = await owner.submit(SETTINGS, page=SETTINGS, **form)
    assert answer.status_code == 303, answer.text
    chosen = await house.read(home, SYSTEM, preferences.chosen)
    assert chosen.kinds["connector_failed"] == Rule("daily", push=False)
    assert chosen.kinds["disk-quota"] == Rule("at_once", push=True)
    assert chosen.kinds["app:bank"] == Rule("never", push=False)
    assert (chosen.digest_at, chosen.quiet_from) == ("19:30", "")
    again = (await owner.get(SETTINGS)).text
    assert 'value="19:30"' in again


async def test_quiet_hours_that_are_none_are_asked_for_again(owner, house, home):
    form = {"digest_at": "08:00", "quiet": "1", "quiet_from": "22:00", "quiet_until": "noon"}
    answer = await owner.submit(SETTINGS, page=SETTINGS, **form)
    assert answer.status_code == 422
    assert "This is no time of a day" in answer.text
    assert await house.read(home, SYSTEM, preferences.chosen) == Preferences()
    await owner.submit(SETTINGS, page=SETTINGS, **{**form, "quiet_until": "07:00"})
    chosen = await house.read(home, SYSTEM, preferences.chosen)
    assert (chosen.quiet_from, chosen.quiet_until) == ("22:00", "07:00")


async def test_a_device_takes_messages_until_it_is_told_to_stop(owner):
    chrome = Chrome()
    chrome.origin = "https://push.example.org"
    answer = await owner.submit(f"{SETTINGS}/here", page=SETTINGS, **chrome.keys)
    assert answer.status_code == 204, answer.text
    shown = (await owner.get(SETTINGS)).text
    assert "This device" in shown
    end = re.search(rf'action="({SETTINGS}/devices/\w+/end)"', shown)
    assert end is not None
    await owner.submit(end[1], page=SETTINGS)
    assert "This device" not in (await owner.get(SETTINGS)).text
    refused = await owner.submit(f"{SETTINGS}/here", page=SETTINGS, **{**chrome.keys, "auth": "x"})
    assert refused.status_code == 422


async def test_a_message_of_an_app_leads_to_that_app_alone(owner, house, home):
    from cozy.rooms.notifications.model import Notification
    from cozy.rooms.notifications.service import telling

    now = "2026-07-18T14:02:00.000000Z"

    async def follow(link):
        draft = Notification(
            source_id="s", originator="app", slug="bank", category="news", created_at=now, last_sent=now, title="Hello",
            data={"redirectLink": link},
        )  # fmt: skip
        told = await house.write(home, SYSTEM, telling.keep, draft, None)
        return (await owner.get(f"{URL}/{told.id}")).headers["location"]

    assert await follow("bank/#/accounts") == "http://bank.alice.localhost:8080/#/accounts"
    for elsewhere in ("https://evil.example", "drive/#/", "//evil.example", "@evil.example", 7):
        assert await follow(elsewhere) == "http://bank.alice.localhost:8080/"
    assert await follow("bank///evil.example/") == "http://bank.alice.localhost:8080/evil.example/"
