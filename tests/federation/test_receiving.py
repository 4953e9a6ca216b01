"""What comes from other servers is believed when they vouch for it, waits for a yes, and is then like a folder of one's own."""

import pytest

from cozy.rooms.federation import service
from cozy.rooms.federation.errors import Closed, NameThere, NotThere, OnlyToLook
from cozy.rooms.federation.events import KeepAsked
from cozy.rooms.federation.model.multistatus import items
from cozy.rooms.federation.service.sending import Wish
from cozy.rooms.files import service as files
from cozy.rooms.notifications.model import NOTIFICATIONS
from tests.homes_apart import OWNER

from .servers import Shelf, Untold

SECRET = "tDPRTrLI4hE3C5T"


def garden(**more):
    files = {
        "": None, "/rose.txt": b"red", "/Pots": None, "/Pots/basil & mint.txt": b"green", "/Pots/100%.jpg": b"\xff\xd8\xff",
    }  # fmt: skip
    return Shelf(SECRET, files, **more)


async def received(place):
    return await place.read(service.keeping.listed, direction="received")


@pytest.fixture
async def taken(street, alice, nextcloud):
    """A folder of bob's at Nextcloud, which Alice took."""
    nextcloud.shelf = garden()
    assert (await nextcloud.share(alice)).status_code == 201
    await street.settle("alice")
    (share,) = await received(alice)
    await alice.write(service.receiving.accept, share.id)
    await street.settle("alice")
    return share.id


async def test_a_share_of_nextcloud_waits_for_a_yes(street, alice, nextcloud):
    nextcloud.shelf = garden()
    answer = await nextcloud.share(alice)
    assert (answer.status_code, answer.json()) == (201, {"recipientDisplayName": "Alice"})
    (share,) = await received(alice)
    assert (share.state, share.who) == ("unverified", "bob@cloud.localhost:9000")
    await street.settle("alice")
    (share,) = await received(alice)
    assert (share.state, share.scheme, share.is_folder, share.may_write) == ("waiting", "basic", True, True)
    (notice,) = (await alice.documents(NOTIFICATIONS)).values()
    assert "Bob Martin (bob@cloud.localhost:9000)" in notice["title"] + notice["message"]
    assert not nextcloud.heard
    await alice.write(service.receiving.accept, share.id)
    await street.settle("alice")
    (heard,) = nextcloud.heard
    assert heard == {
        "notificationType": "SHARE_ACCEPTED", "resourceType": "file", "providerId": "42",
        "notification": {"sharedSecret": SECRET, "message": "Recipient accepted the share"},
    }  # fmt: skip


async def test_a_share_of_reva_is_opened_as_it_says(street, alice, reva):
    reva.shelf = garden(scheme="bearer", top="/dav/ocm/7c08")
    assert (await reva.share(alice)).status_code == 201
    await street.settle("alice")
    (share,) = await received(alice)
    assert (share.state, share.scheme, share.who) == ("waiting", "bearer", "einstein@open.localhost:9000")
    await alice.write(service.receiving.decline, share.id)
    await street.settle("alice")
    assert [each["notificationType"] for each in reva.heard] == ["SHARE_DECLINED"]
    assert await received(alice) == []


async def test_what_nobody_vouches_for_is_never_shown(street, alice, nextcloud, reva):
    nextcloud.shelf = reva.shelf = garden()
    await nextcloud.share(alice, protocol={"name": "webdav", "options": {"sharedSecret": "guessed"}})
    reva.shelf = garden(scheme="bearer", top="/dav/ocm/7c08")
    await reva.share(
        alice, uri="http://cloud.localhost:9000/public.php/webdav"
    )  # at a server of somebody else
    await street.settle("alice")
    assert await received(alice) == []
    assert await alice.documents(NOTIFICATIONS) == {}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"shareWith": "alice@elsewhere.example.org"}, 400), ({"shareType": "group"}, 501), ({"resourceType": "calendar"}, 501),
        ({"name": ""}, 400), ({"name": "../x"}, 400), ({"owner": "nobody"}, 400), ({"protocol": {"name": "webdav"}}, 400),
        ({"protocol": {"name": "multi", "webdav": {"sharedSecret": "x", "requirements": ["mfa-enforced"]}}}, 501),
        ({"owner": "mallory@http://alice.localhost:8080"}, 400), ({"providerId": ""}, 400), ({"protocol": 7}, 400),
    ],
)  # fmt: skip
async def test_what_is_not_whole_or_not_for_us_is_refused_in_the_words_of_the_protocol(
    alice, nextcloud, more, status
):
    nextcloud.shelf = garden()
    answer = await nextcloud.share(alice, **more)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert await received(alice) == []


async def test_what_servers_that_are_not_there_share_keeps_nothing_else_out(street, alice, nextcloud, clock):
    nextcloud.shelf = garden()
    for number in range(60):
        made_up = f"bob@nowhere{number}.localhost:9000"
        answer = await nextcloud.share(alice, owner=made_up, sharedBy=made_up)
        assert answer.status_code == 201
        clock.advance(minutes=3)  # so that so many from one address are not too many
    assert (await nextcloud.share(alice)).status_code == 201
    await street.settle("alice")
    assert "waiting" in {share.state for share in await received(alice)}


async def test_nobody_fills_a_home_with_shares_nor_one_that_takes_none(street, alice, nextcloud):
    nextcloud.shelf = garden()
    answers = [(await nextcloud.share(alice, providerId=number)).status_code for number in range(12)]
    assert answers == [201] * 10 + [429] * 2
    assert (await nextcloud.share(alice, providerId=3)).status_code == 201  # the same again
    assert len(await received(alice)) == 10
    await alice.write(service.receiving.choose, receives=False)
    assert (await nextcloud.share(alice)).status_code == 403


async def test_it_works_like_a_folder(alice, taken, nextcloud):
    place = await alice.read(service.reaching.there, taken)
    top, inside = await service.reaching.look(alice.house, place, "")
    assert top.is_folder
    assert [(each.path, each.is_folder, each.size) for each in inside] == [
        ("/rose.txt", False, 3),
        ("/Pots", True, None),
    ]
    _, pots = await service.reaching.look(alice.house, place, "/Pots")
    assert {each.path for each in pots} == {"/Pots/basil & mint.txt", "/Pots/100%.jpg"}
    async with service.reaching.fetching(alice.house, place, "/Pots/basil & mint.txt", {}) as stream:
        assert b"".join([chunk async for chunk in stream.chunks]) == b"green"

    async def body():
        yield b"white"

    await service.reaching.put(alice.house, place, "/lily #1.txt", body(), {})
    with pytest.raises(NameThere):
        await service.reaching.put(alice.house, place, "/rose.txt", body(), {})
    await service.reaching.make_folder(alice.house, place, "/Beds")
    await service.reaching.move(alice.house, place, "/lily #1.txt", "/Beds/lily.txt")
    await service.reaching.delete(alice.house, place, "/rose.txt")
    assert nextcloud.shelf.files["/Beds/lily.txt"] == b"white"
    assert "/rose.txt" not in nextcloud.shelf.files
    for path in ("/../x", "/Pots/../../x"):
        with pytest.raises(NotThere):
            await service.reaching.look(alice.house, place, path)
    with pytest.raises(OnlyToLook):
        await service.reaching.delete(alice.house, place, "")


async def test_a_copy_is_kept_with_its_dates(street, alice, taken):
    place = await alice.read(service.reaching.there, taken)
    top, _ = await service.reaching.look(alice.house, place, "")
    folder = await alice.write(service.copying.ask, taken, top)
    await street.settle("alice")
    async with alice.api() as own:
        kept = (
            await own.get("/files/metadata", params={"Path": f"/{folder.name}/Pots/basil & mint.txt"})
        ).json()["data"]["attributes"]
    assert (folder.name, kept["size"], kept["updated_at"][:10]) == ("Garden", "5", "2026-07-06")
    titles = {each["title"] for each in (await alice.documents(NOTIFICATIONS)).values()}
    assert "Your copy of “Garden” is here" in titles


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_copy_that_is_tried_again_doubles_nothing(street, alice, taken, nextcloud, is_told):
    nextcloud.shelf = Untold(SECRET, nextcloud.shelf.files)
    if is_told:
        nextcloud.shelf.sizes = {"/rose.txt": 4}  # and three bytes come
    place = await alice.read(service.reaching.there, taken)
    top, _ = await service.reaching.look(alice.house, place, "")
    folder = await alice.write(service.copying.ask, taken, top)
    asked = KeepAsked(taken, "", folder.id, "Garden")
    for _ in range(3):
        await service.copying.copy(alice.house, alice.home, asked)
    names = [each.name for each in await alice.read(files.children, folder.id)]
    assert names == ["Pots", "rose.txt"]


async def test_a_file_that_is_longer_than_told_is_left_out_and_the_others_come(
    street, alice, taken, nextcloud
):
    nextcloud.shelf = Untold(SECRET, nextcloud.shelf.files, sizes={"/Pots/100%.jpg": 2})
    place = await alice.read(service.reaching.there, taken)
    top, _ = await service.reaching.look(alice.house, place, "")
    folder = await alice.write(service.copying.ask, taken, top)
    await street.settle("alice")
    names = [each.name for each in await alice.read(files.children, folder.id)]
    assert names == ["Pots", "rose.txt"]
    (pots, _) = await alice.read(files.children, folder.id)
    assert [each.name for each in await alice.read(files.children, pots.id)] == ["basil & mint.txt"]
    titles = {each["title"] for each in (await alice.documents(NOTIFICATIONS)).values()}
    assert "Your copy of “Garden” is not whole" in titles


async def test_the_end_of_it_is_told_in_words(street, alice, taken, nextcloud):
    share = {"providerId": "42", "protocol": {"options": {"sharedSecret": "wrong"}}}
    assert (
        await nextcloud.notify(alice, "SHARE_UNSHARED", share, "file is no longer shared with you")
    ).status_code == 400
    share["protocol"]["options"]["sharedSecret"] = SECRET
    assert (
        await nextcloud.notify(alice, "RESHARE_CHANGE_PERMISSION", share, "", permission=1)
    ).status_code == 201
    assert not (await received(alice))[0].may_write
    assert (
        await nextcloud.notify(alice, "SHARE_UNSHARED", share, "file is no longer shared with you")
    ).status_code == 201
    (ended,) = await received(alice)
    assert ended.state == "ended"
    with pytest.raises(Closed):
        await alice.read(service.reaching.there, taken)
    titles = {each["title"] for each in (await alice.documents(NOTIFICATIONS)).values()}
    assert "Bob Martin shares something no longer" in titles


async def test_two_homes_of_ours_share_so_as_well(street, alice, given):
    bob = await street.home("bob")
    sent = await service.sending.send(
        alice.house, alice.home, OWNER, Wish(given["Holidays"], "bob@bob.localhost:8080", may_write=True)
    )
    assert (sent.called, sent.state) == ("Bob", "waiting")
    await street.settle()
    (share,) = await received(bob)
    assert (share.state, share.who, share.called, share.name) == (
        "waiting",
        "alice@alice.localhost:8080",
        "Alice",
        "Holidays",
    )
    await bob.write(service.receiving.accept, share.id)
    await street.settle()
    assert (await alice.read(service.keeping.listed))[0].state == "accepted"
    place = await bob.read(service.reaching.there, share.id)
    _, inside = await service.reaching.look(bob.house, place, "")
    assert {each.name for each in inside} == {"beach.txt", "Plans"}
    await service.reaching.make_folder(bob.house, place, "/From Bob")
    await alice.write(service.sending.stop, sent.id)
    with pytest.raises(Closed):
        await service.reaching.look(bob.house, place, "")
    await street.settle()
    assert (await received(bob))[0].state == "ended"
    assert await alice.read(service.keeping.listed) == []


def test_what_a_server_tells_is_believed_as_far_as_it_makes_sense():
    def told(*hrefs):
        lines = "".join(
            f"<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop>"
            "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
            for href in hrefs
        )
        return f'<d:multistatus xmlns:d="DAV:">{lines}</d:multistatus>'.encode()

    top, inside = items(
        told("/x/a/", "/x/", "/x/%2e%2e/", "/x/b%2Fc", "http://elsewhere.example.org/x/d/"), "http://h/x/", ""
    )
    assert (top.path, [each.path for each in inside]) == ("", ["/a", "/d"])
    top, inside = items(told("/behind/proxy/", "/behind/proxy/e"), "http://h/x", "/deep")
    assert (top.name, [each.path for each in inside]) == ("deep", ["/deep/e"])
