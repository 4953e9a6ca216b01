"""Getting a home at the host's own address: by a mail address that is confirmed, or by invitation."""

import re

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.admin import administration
from cozy.app.server import serving
from cozy.rooms.homes import service as homes
from cozy.rooms.hosting import store
from cozy.rooms.hosting.errors import BadLabel, ReservedLabel
from cozy.rooms.hosting.model import Offer
from cozy.rooms.hosting.pages.joining import JOIN
from cozy.rooms.hosting.service import invitations, labels, plans
from tests.auth.conftest import mailbox  # noqa: F401 (a fixture)
from tests.hosting.conftest import ADMIN

pytestmark = pytest.mark.anyio
WORDS = "orage tilleul boussole velours"
SCHOOL = {
    "homes_below": "school.test",
    "terms": {"version": "2.0.0-20260101", "url": "https://school.test/terms"},
}


class Visitor(httpx2.AsyncClient):
    """Somebody without scripts at the host's own address."""

    async def submit(self, url, page, **fields):
        token = re.search(r'name="csrf_token" value="([^"]+)"', (await self.get(page)).text)
        assert token
        return await self.post(url, data={"csrf_token": token[1], **fields})


@pytest.fixture
def settings(settings, mailbox):  # noqa: F811
    contexts = {
        "default": {"homes_below": "host.test", "moving_in": "anybody", "plans": ["small", "large"]},
        "school": SCHOOL,
        "town": {"homes_below": "town.host.test"},
    }
    return replace(settings, contexts=contexts, smtp_url=f"smtp://127.0.0.1:{mailbox.port}")


@pytest.fixture
async def lobby(house):
    """Somebody at host.test."""
    yield await _visitor(house, "host.test")
    for table in ("invitations", "plans", "admin_attempts"):
        await house.storage.host.write(lambda db, table=table: db.run(f"DELETE FROM {table}"))


async def _visitor(house, domain):
    transport = httpx2.ASGITransport(serving(house), client=("192.0.2.7", 1))
    return Visitor(transport=transport, base_url=f"http://{domain}:8080")


def found(pattern, text):
    """The first group of a pattern in a text."""
    match = re.search(pattern, text)
    assert match, text
    return match[1]


def link_in(mail):
    return found(r"(http://\S+)", mail.get_body(("plain",)).get_content())


async def test_who_confirms_a_mail_address_makes_a_home_and_is_in(lobby, house, mailbox):  # noqa: F811
    await house.write_host(plans.keep, "small", Offer(title="Small", quota=1000))
    await house.write_host(plans.keep, "large", Offer(title="Large", quota=9000, price=250))
    await house.write_host(plans.keep, "staff", Offer(title="Staff"))
    assert (await lobby.get("/")).headers["location"] == JOIN
    answer = await lobby.submit(JOIN, JOIN, address="Zoé", mail="zoe@example.org")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{JOIN}/sent")
    assert "Look into your mails" in (await lobby.get(f"{JOIN}/sent")).text
    assert not [each for each in await house.read_host(homes.listed) if each.domain == "zoe.host.test"]
    (mail,) = mailbox.messages
    assert mail["To"] == "zoe@example.org"
    link = link_in(mail)
    page = (await lobby.get(link)).text
    assert "zoe.host.test" in page
    assert "€2.50 a month" in page
    assert "Staff" not in page
    secret = found("invitation=([^&]+)", link)
    said = {"invitation": secret, "address": "zoe", "locale": "en", "plan": "large"}
    weak = await lobby.submit(f"{JOIN}/home", link, public_name="Zoé", raw_passphrase="1234", **said)
    assert (weak.status_code, "Zoé" in weak.text) == (422, True)
    made = await lobby.submit(f"{JOIN}/home", link, public_name="Zoé", raw_passphrase=WORDS, **said)
    assert made.status_code == 200, made.text
    assert re.search(r"(?:[A-Z2-9]{4}-){5}[A-Z2-9]{4}", made.text)
    listing = await house.read_host(homes.at, "zoe.host.test")
    assert (listing.quota, listing.hosted.plan, listing.hosted.context) == (9000, "large", "")
    enter = found(r'href="(http://zoe\.host\.test:8080/auth/login\?session_code=[^"]+)"', made.text)
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(transport=transport, base_url="http://zoe.host.test:8080") as inside:
        assert (await inside.get(enter)).status_code == 303
        assert "Zoé" in (await inside.get("/my")).text
        assert "zoe@example.org" in (await inside.get("/my/settings")).text
    again = await lobby.submit(
        f"{JOIN}/home", JOIN, public_name="Z", raw_passphrase=WORDS, **{**said, "address": "zo"}
    )
    assert again.status_code == 404
    kept = await house.storage.host.read(lambda db: db.all("SELECT mail FROM invitations"))
    assert kept == []


async def test_an_address_is_looked_at_while_it_is_typed(lobby, house, home):
    async def said(typed):
        return (await lobby.get(f"{JOIN}/address", params={"address": typed})).text

    await house.storage.host.write(
        lambda db: db.run("UPDATE homes SET domain = 'alice.host.test' WHERE id = :home", home=home.id)
    )
    assert "bob.host.test is free" in await said("Bob")
    taken = await said("alice")
    assert all(word in taken for word in ("lives there already", "chez-alice.host.test", "alice2.host.test"))
    for word in ("www", "town"):
        assert "kept for the host" in await said(word)
    assert "2 to 40 letters" in await said("a!")
    answer = await lobby.submit(JOIN, JOIN, address="alice", mail="b@example.org")
    assert (answer.status_code, "chez-alice.host.test" in answer.text) == (422, True)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_mails_are_counted_by_who_asks_and_by_whom_they_go_to(lobby, mailbox, clock):  # noqa: F811
    statuses = [
        (await lobby.submit(JOIN, JOIN, address=f"home{number}", mail="zoe@example.org")).status_code
        for number in range(4)
    ]
    assert statuses == [303, 303, 303, 429]
    statuses = [
        (await lobby.submit(JOIN, JOIN, address="nest", mail=f"{number}@example.org")).status_code
        for number in range(8)
    ]
    assert statuses == [303] * 7 + [429]
    clock.advance(minutes=16)
    assert (await lobby.submit(JOIN, JOIN, address="nest", mail="zoe@example.org")).status_code == 303
    assert len({link_in(mail) for mail in mailbox.messages}) == 11


async def test_who_is_invited_agrees_with_the_terms_and_moves_in_once(lobby, hoster, house, mailbox, clock):  # noqa: F811
    asked = {
        "mails": ["bob@example.org", "eve@example.org", "mal@example.org"],
        "context": "school",
        "locale": "fr",
    }
    made = (await hoster.post("/invitations", json=asked)).json()
    assert [each["mailed"] for each in made] == [True] * 3
    assert mailbox.messages[0]["Subject"] == "Une maison à vous sur school.test"
    school = await _visitor(house, "school.test")
    assert "by invitation" in (await school.get(JOIN)).text
    assert (await school.submit(JOIN, f"{JOIN}/sent", address="bob", mail="b@example.org")).status_code == 403
    assert (await lobby.get(made[0]["link"].replace("school.test", "host.test"))).status_code == 404
    page = await school.get(made[0]["link"])
    assert 'name="invitation"' in page.text
    secret = made[0]["link"].partition("=")[2]
    said = {
        "invitation": secret,
        "address": "bob",
        "public_name": "Bob",
        "locale": "en",
        "raw_passphrase": WORDS,
    }
    with_address = f"{made[0]['link']}&address=bob"
    refused = await school.submit(f"{JOIN}/home", with_address, **said)
    assert (refused.status_code, "agree with the terms" in refused.text) == (422, True)
    opened = await school.submit(f"{JOIN}/home", with_address, agreed="2.0.0-20260101", **said)
    assert opened.status_code == 200, opened.text
    listing = await house.read_host(homes.at, "bob.school.test")
    assert (listing.hosted.context, listing.hosted.terms) == ("school", "2.0.0-20260101")
    assert (await hoster.delete(f"/invitations/{made[1]['id']}")).status_code == 204
    assert (await school.get(made[1]["link"])).status_code == 404
    clock.advance(days=15)
    assert (await school.get(made[2]["link"])).status_code == 404
    told = {each["mail"]: each["state"] for each in (await hoster.get("/invitations")).json()}
    assert told == {"bob@example.org": "used", "mal@example.org": "over"}
    for wrong in (
        {"mails": []},
        {"mails": ["no"]},
        {"mails": ["a@b.c"], "plan": "gold"},
        {"mails": ["a@b.c"], "context": "x"},
    ):
        assert (await hoster.post("/invitations", json=wrong)).status_code in {400, 404, 422}, wrong


async def test_a_wish_that_fails_leaves_the_invitation_open(lobby, house, home, hoster):
    """Somebody else was quicker: the link is good for another address."""
    link = (await hoster.post("/invitations", json={"mails": ["bob@example.org"]})).json()[0]["link"]
    secret = link.partition("=")[2]
    said = {"invitation": secret, "public_name": "Bob", "locale": "en", "raw_passphrase": WORDS}
    await house.storage.host.write(
        lambda db: db.run("UPDATE homes SET domain = 'bob.host.test' WHERE id = :home", home=home.id)
    )
    page = f"{link}&address=rob"
    taken = await lobby.submit(f"{JOIN}/home", page, address="bob", **said)
    assert (taken.status_code, "lives there already" in taken.text) == (422, True)
    assert (await lobby.submit(f"{JOIN}/home", page, address="rob", **said)).status_code == 200


async def test_the_console_invites_and_takes_back(lobby, hoster, house, mailbox):  # noqa: F811
    token = hoster.headers["authorization"]
    transport = httpx2.ASGITransport(administration(house))
    async with Visitor(transport=transport, base_url=ADMIN, headers={"authorization": token}) as console:
        page = "/my/invitations"
        table = "name;mail\nBob;bob@example.org\nEve;eve@example.org"
        made = await console.submit(page, page, mails=table, context="default", plan="", days="7")
        assert (made.status_code, len(re.findall("join\\?invitation=", made.text))) == (201, 2)
        assert (
            await console.submit(page, page, mails="nobody", context="default", days="7")
        ).status_code == 422
        assert (
            await console.submit(page, page, mails="a@b.cd", context="default", days="x")
        ).status_code == 422
        back = found(r'action="(/my/invitations/[^"]+/taken-back)"', (await console.get(page)).text)
        assert (await console.submit(back, page)).status_code == 303
        assert len((await hoster.get("/invitations")).json()) == 1


async def test_who_cannot_have_an_address_after_all_keeps_their_link_while_others_move_in(lobby, house):
    mine, _ = await house.write_host(_invited), await house.write_host(_invited, "others@example.org")
    secret = mine.link.rpartition("=")[2]
    assert await house.write_host(store.invitations.use, mine.id)
    await house.write_host(invitations.forget_old)  # as whoever moves in meanwhile does
    await house.write_host(store.invitations.unuse, mine.id)
    assert (await house.read_host(invitations.opened_with, secret, "default")).mail == "me@example.org"


def _invited(work, mail="me@example.org"):
    return invitations.begin(work, mail, "default", invitations.OWN, is_own=True)


def test_a_word_of_an_address_is_what_people_mean():
    for typed, label in {
        " Zoé ": "zoe", "zoe.host.test": "zoe", "https://Zoe.host.test/": "zoe", "Jean  Paul": "jean-paul", "l'île": "l-ile",
    }.items():  # fmt: skip
        assert labels.clean(typed, "host.test", flat=False) == label
    assert labels.clean("Jean-Paul", "host.test", flat=True) == "jeanpaul"
    for typed in ("", "a", "a" * 41, "-ab", "ab-", "a.b", "xn--abc", "a/b", "日本"):
        with pytest.raises(BadLabel):
            labels.clean(typed, "host.test", flat=False)
    with pytest.raises(ReservedLabel):
        labels.clean("Admin", "host.test", flat=False)


async def test_no_first_home_is_made_where_people_get_theirs_otherwise(lobby, house):
    stranger = await _visitor(house, "any.host.test")
    assert (await stranger.get("/my/welcome")).status_code == 404
