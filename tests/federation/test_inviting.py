"""Where a server takes shares only from people whom it knows, an invitation goes first, either way."""

import base64

import pytest

from cozy.rooms.federation import service
from cozy.rooms.federation.errors import InviteRefused, NoInvite, Yourself
from cozy.rooms.federation.model.invites import read
from cozy.rooms.notifications.model import NOTIFICATIONS
from tests.homes_apart import OWNER

EINSTEIN = {
    "recipientProvider": "http://open.localhost:9000", "userID": "einstein", "email": "einstein@example.org", "name": "Albert",
}  # fmt: skip


async def test_somebody_takes_an_invitation_of_ours_once(alice, reva, clock):
    text = await alice.write(service.inviting.make)
    token, server = base64.b64decode(text).decode().split("@", 1)
    assert server == alice.origin
    kept = (await alice.documents("io.cozy.federation.invites")).values()
    assert token not in str(kept)
    wrong = await reva.post(alice, "/ocm/invite-accepted", {**EINSTEIN, "token": "guessed"})
    assert (wrong.status_code, wrong.json()["message"]) == (400, "NO_INVITE")
    taken = await reva.post(alice, "/ocm/invite-accepted", {**EINSTEIN, "token": token})
    assert (taken.status_code, taken.json()) == (
        200,
        {"userID": "alice", "email": "alice@example.net", "name": "Alice"},
    )
    assert (await reva.post(alice, "/ocm/invite-accepted", {**EINSTEIN, "token": token})).status_code == 409
    (known,) = await alice.read(service.inviting.listed)
    assert (known.who, known.called) == ("einstein@open.localhost:9000", "Albert")
    (notice,) = (await alice.documents(NOTIFICATIONS)).values()
    assert notice["title"] == "Albert took your invitation"
    old = base64.b64decode(await alice.write(service.inviting.make)).decode().partition("@")[0]
    clock.advance(days=31)
    assert (await reva.post(alice, "/ocm/invite-accepted", {**EINSTEIN, "token": old})).json()[
        "message"
    ] == "INVITE_OVER"


async def test_the_owner_takes_one_of_somebody_elses_on_the_page(street, alice, reva):
    reva.invitations = {"3e7c": EINSTEIN}
    async with alice.browser() as browser:
        asked = await browser.get(
            "/my/elsewhere/invitation?token=3e7c&providerDomain=http://open.localhost:9000"
        )
        assert base64.b64encode(b"3e7c@http://open.localhost:9000").decode() in asked.text
        refused = await browser.submit("/my/elsewhere/invitation", invitation="nothing")
        assert refused.status_code == 422
        assert "This is no invitation" in refused.text
        assert (
            await browser.submit("/my/elsewhere/invitation", invitation="3e7c@http://open.localhost:9000")
        ).status_code == 303
        assert "Albert" in (await browser.get("/my/elsewhere")).text
        await browser.submit("/my/elsewhere/invitation/make")
        assert len(await alice.read(service.inviting.listed)) == 2
    assert reva.knows == [
        {
            "recipientProvider": alice.origin,
            "token": "3e7c",
            "userID": "alice",
            "email": "alice@example.net",
            "name": "Alice",
        }
    ]


async def test_two_homes_of_ours_know_each_other_by_one(street, alice):
    bob = await street.home("bob")
    text = await alice.write(service.inviting.make)
    taken = await service.inviting.take(bob.house, bob.home, OWNER, text)
    assert (taken.who, taken.called) == ("alice@alice.localhost:8080", "Alice")
    assert (await alice.read(service.inviting.listed))[0].who == "bob@bob.localhost:8080"
    with pytest.raises(Yourself):
        await service.inviting.take(alice.house, alice.home, OWNER, text)
    with pytest.raises(InviteRefused):
        await service.inviting.take(bob.house, bob.home, OWNER, "gone@http://alice.localhost:8080")
    with pytest.raises(NoInvite):
        await service.inviting.take(bob.house, bob.home, OWNER, "gone")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("abc@cloud.example.org", ("abc", "cloud.example.org")), ("YWJjQGNsb3VkLmV4YW1wbGUub3Jn", ("abc", "cloud.example.org")),
        (" YWJjQGNsb3VkLmV4\nYW1wbGUub3Jn ", ("abc", "cloud.example.org")), ("", None), ("abc", None), ("@x", None), ("é", None),
        ("https://mesh.example.org/accept?token=abc&providerDomain=cloud.example.org", ("abc", "cloud.example.org")),
    ],
)  # fmt: skip
def test_an_invitation_is_read_however_it_was_handed_on(text, meant):
    assert read(text) == meant
