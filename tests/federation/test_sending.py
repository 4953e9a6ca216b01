"""Alice shares with people at Nextcloud and OpenCloud: what they are told is what they take, and what it opens is that and no more."""

import base64
import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.federation import service
from cozy.rooms.federation.errors import NoServer, NotTaken, SentAlready, Yourself
from cozy.rooms.federation.service.sending import Wish
from cozy.rooms.notifications.model import NOTIFICATIONS
from cozy.rooms.permissions import service as permissions
from tests.homes_apart import OWNER

from .servers import opened

TOP = "/public.php/webdav/"
BOB = "bob@cloud.localhost:9000"
NEW = ("notifications", "invites", "protocol-object", "webdav-uri")
_RIGHTS = (
    '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:s="http://open-collaboration-services.org/ns">'
    "<d:prop><d:resourcetype/><s:share-permissions/></d:prop></d:propfind>"
)


async def send(alice, thing, who=BOB, *, may_write=False):
    return await service.sending.send(alice.house, alice.home, OWNER, Wish(thing, who, may_write))


async def shares(alice):
    return await alice.read(service.keeping.listed)


async def test_a_server_tells_where_it_can_be_shared_with(alice):
    async with alice.api("") as anybody:
        told = [
            (await anybody.get(path)).json()
            for path in ("/.well-known/ocm", "/ocm-provider/", "/ocm-provider")
        ]
    assert told[0] == told[1] == told[2]
    assert told[0] == {
        "enabled": True, "apiVersion": "1.1.0", "endPoint": f"{alice.origin}/ocm", "provider": "Cozy", "capabilities": [*NEW, "/notifications", "/invite-accepted"], "inviteAcceptDialog": f"{alice.origin}/my/elsewhere/invitation",
        "resourceTypes": [
            {"name": name, "shareTypes": ["user"], "protocols": {"webdav": TOP}} for name in ("file", "folder")
        ],
    }  # fmt: skip


async def test_nextcloud_takes_a_folder_in_its_own_words_and_opens_it(alice, given, nextcloud):
    share = await send(alice, given["Holidays"], may_write=True)
    assert (share.who, share.called, share.state) == (BOB, "Bob Martin", "waiting")
    (told,) = nextcloud.taken
    assert told["shareWith"] == "bob@http://cloud.localhost:9000"
    assert told["owner"] == told["sender"] == told["sharedBy"] == f"alice@{alice.origin}"
    assert (told["name"], told["ownerDisplayName"], told["providerId"]) == ("Holidays", "Alice", share.id)
    assert len(told["protocol"]["options"]["sharedSecret"]) <= 64  # as much as Nextcloud keeps
    async with nextcloud.mount(alice, told) as bob:
        listed = await bob.request("PROPFIND", TOP, headers={"depth": "1"})
        assert set(re.findall(r"<d:href>([^<]*)</d:href>", listed.text)) == {
            TOP,
            f"{TOP}Plans/",
            f"{TOP}beach.txt",
        }
        assert (await bob.get(f"{TOP}Plans/route.txt")).content == b"left"
        assert (await bob.put(f"{TOP}new.txt", content=b"from bob")).status_code == 201
        assert (await bob.request("MKCOL", f"{TOP}Deep")).status_code == 201
        to = {"destination": f"{alice.origin}{TOP}Deep/moved.txt"}
        assert (await bob.request("MOVE", f"{TOP}new.txt", headers=to)).status_code == 201
        assert (await bob.delete(f"{TOP}beach.txt")).status_code == 204
    async with alice.api() as own:
        found = await own.get("/files/metadata", params={"Path": "/Holidays/Deep/moved.txt"})
        assert found.status_code == 200
        thrown = await own.get(f"/files/{given['beach.txt']}")
        assert thrown.json()["data"]["attributes"]["trashed"]


async def test_what_is_outside_of_a_share_is_not_there(alice, given, nextcloud):
    await send(alice, given["Holidays"], may_write=True)
    async with nextcloud.mount(alice, nextcloud.taken[0]) as bob:
        for path in (
            "../Secret/diary.txt",
            "%2e%2e/Secret/diary.txt",
            "Secret/diary.txt",
            "..%2fSecret/diary.txt",
        ):
            assert (await bob.get(TOP + path)).status_code in {400, 403, 404}
        for there in (
            f"{alice.origin}/dav/files/Secret/x.txt",
            f"{alice.origin}{TOP}../Secret/x.txt",
            f"{alice.origin}/public.php/webdavx",
        ):
            answer = await bob.request("COPY", f"{TOP}beach.txt", headers={"destination": there})
            assert answer.status_code in {400, 403, 404, 409, 502}
        for path in (
            "/dav/files/Secret/diary.txt",
            "/dav/files/Holidays/beach.txt",
            f"/files/{given['beach.txt']}",
            "/data/io.cozy.files/_all_docs",
        ):
            assert (await bob.get(path)).status_code in {401, 403, 404}
        for method in ("DELETE", "MOVE"):
            answer = await bob.request(method, TOP, headers={"destination": f"{alice.origin}{TOP}x"})
            assert answer.status_code == 403
        lock = '<?xml version="1.0"?><d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>'
        locked = await bob.request("LOCK", TOP, content=lock)
        assert f"<d:lockroot><d:href>{TOP.rstrip('/')}</d:href></d:lockroot>" in locked.text
        assert "Holidays" not in locked.text


async def test_whoever_may_look_changes_nothing_and_is_told_so(alice, given, nextcloud):
    share = await send(alice, given["Holidays"])
    async with nextcloud.mount(alice, nextcloud.taken[0]) as bob:
        assert (await bob.get(f"{TOP}beach.txt")).content == b"sand"
        assert (await bob.put(f"{TOP}beach.txt", content=b"mud")).status_code == 403
        assert (await bob.put(f"{TOP}new.txt", content=b"new")).status_code == 403
        assert (await bob.delete(f"{TOP}beach.txt")).status_code == 403
        told = await bob.request("PROPFIND", TOP, headers={"depth": "0"}, content=_RIGHTS)
        assert "<ocs:share-permissions>1</ocs:share-permissions>" in told.text
        await alice.write(service.sending.change, share.id, may_write=True)
        assert (await bob.put(f"{TOP}beach.txt", content=b"mud")).status_code == 204
        told = await bob.request("PROPFIND", TOP, headers={"depth": "0"}, content=_RIGHTS)
        assert "<ocs:share-permissions>15</ocs:share-permissions>" in told.text


async def test_a_file_alone_is_its_own_top(alice, given, nextcloud):
    await send(alice, given["beach.txt"], may_write=True)
    async with nextcloud.mount(alice, nextcloud.taken[0]) as bob:
        listed = await bob.request("PROPFIND", TOP, headers={"depth": "1"})
        assert "<d:resourcetype/>" in listed.text
        assert listed.text.count("<d:response>") == 1
        assert (await bob.get(TOP)).content == b"sand"
        assert (await bob.put(TOP, content=b"mud")).status_code == 204
        assert (await bob.get(f"{TOP}beach.txt")).status_code == 404


async def test_seafile_asks_in_ways_of_its_own(alice, given, nextcloud):
    """As seahub's ocm_via_webdav: the secret with colons up to a multiple of four, and no depth."""
    await send(alice, given["Holidays"])
    secret = nextcloud.taken[0]["protocol"]["options"]["sharedSecret"]
    proof = base64.b64encode((secret + (4 - len(secret) % 4) * ":").encode()).decode()
    async with opened(alice, f"Basic {proof}") as seafile:
        listed = await seafile.request("PROPFIND", TOP)
    assert set(re.findall(r"<d:href>([^<]*)</d:href>", listed.text)) == {
        TOP,
        f"{TOP}Plans/",
        f"{TOP}beach.txt",
    }


async def test_a_server_that_knows_newer_words_gets_them(alice, given, reva):
    await send(alice, given["Holidays"], "bob@open.localhost:9000")
    (told,) = reva.taken
    webdav = told["protocol"]["webdav"]
    assert (webdav["permissions"], webdav["uri"]) == (["read"], f"{alice.origin}{TOP}")
    async with reva.mount(alice, told) as bob:
        assert (await bob.get(f"{TOP}beach.txt")).content == b"sand"


async def test_words_that_are_not_understood_are_said_otherwise(alice, given, reva):
    reva.webdav = "/public.php/webdav/"  # it looks older than it is
    await send(alice, given["Holidays"], "bob@open.localhost:9000")
    assert reva.taken[0]["protocol"]["name"] == "multi"


async def test_yes_and_no_are_heard_from_whoever_knows_the_share(street, alice, given, nextcloud):
    await send(alice, given["Holidays"])
    (told,) = nextcloud.taken
    wrong = {**told, "protocol": {"options": {"sharedSecret": "x" * 64}}}
    assert (
        await nextcloud.notify(alice, "SHARE_ACCEPTED", wrong, "Recipient accepted the share")
    ).status_code == 400
    assert (await shares(alice))[0].state == "waiting"
    assert (
        await nextcloud.notify(alice, "SHARE_ACCEPTED", told, "Recipient accepted the share")
    ).status_code == 201
    assert (await shares(alice))[0].state == "accepted"
    assert (
        await nextcloud.notify(alice, "SHARE_DECLINED", told, "Recipient declined the share")
    ).status_code == 201
    assert (await shares(alice))[0].state == "declined"
    async with nextcloud.mount(alice, told) as bob:
        assert (await bob.get(f"{TOP}beach.txt")).status_code == 401
    await street.settle("alice")
    titles = {each["title"] for each in (await alice.documents(NOTIFICATIONS)).values()}
    assert titles == {"Bob Martin took what you share", "Bob Martin no longer takes part"}
    assert not nextcloud.heard  # they know
    assert (
        await nextcloud.notify(alice, "REQUEST_RESHARE", told, "Ask owner to reshare the file")
    ).status_code == 501


async def test_what_is_stopped_is_closed_at_once_and_their_server_hears_of_it(
    street, alice, given, nextcloud
):
    share = await send(alice, given["Holidays"])
    (told,) = nextcloud.taken
    async with nextcloud.mount(alice, told) as bob:
        assert (await bob.get(f"{TOP}beach.txt")).status_code == 200
        street.cut("alice", "cloud")
        await alice.write(service.sending.stop, share.id)
        refused = await bob.get(f"{TOP}beach.txt")
        assert refused.status_code == 401
        assert "Basic" in refused.headers["www-authenticate"]
    street.restore("alice", "cloud")
    await street.settle("alice")
    (heard,) = nextcloud.heard
    assert (heard["notificationType"], heard["providerId"]) == ("SHARE_UNSHARED", share.id)
    assert heard["notification"]["sharedSecret"] == told["protocol"]["options"]["sharedSecret"]
    assert await shares(alice) == []


async def test_the_journal_and_the_pages_of_access_name_who_is_there(street, alice, given, nextcloud):
    share = await send(alice, given["Holidays"])
    async with nextcloud.mount(alice, nextcloud.taken[0]) as bob:
        await bob.get(f"{TOP}beach.txt")
    await permissions.ledger.flush_home(alice.house, alice.home)
    (entry,) = [each for each in await alice.read(permissions.ledger.entries) if each.kind == "share"]
    assert (entry.title, entry.verb, entry.doctype) == (f"Bob Martin ({BOB})", "GET", "io.cozy.files")
    grant = await alice.read(permissions.of_source, "federated", share.id)
    async with alice.browser() as browser:
        assert BOB in (await browser.get("/my/access/people")).text
        await browser.submit(f"/my/access/grants/{grant.id}/stop")
    await street.settle("alice")
    assert [each["notificationType"] for each in nextcloud.heard] == ["SHARE_UNSHARED"]


async def test_no_secret_can_be_read_where_it_lies(alice, given, nextcloud):
    await send(alice, given["Holidays"])
    secret = nextcloud.taken[0]["protocol"]["options"]["sharedSecret"]
    (kept,) = (await alice.documents("io.cozy.federation.shares")).values()
    assert kept["secret_encrypted"]
    assert secret[32:] not in str(kept)
    async with alice.api() as own:
        assert (await own.get("/data/io.cozy.federation.shares/_all_docs")).status_code == 403


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("nobody@cloud.localhost:9000", NotTaken), ("bob@away.localhost", NoServer), ("x@alice.localhost:8080", Yourself),
    ],
)  # fmt: skip
async def test_of_what_no_server_took_nothing_is_left(alice, given, nextcloud, who, error):
    with pytest.raises(error):
        await send(alice, given["Holidays"], who)
    assert await shares(alice) == []
    assert not [
        each
        for each in await alice.house.read(alice.home, SYSTEM, permissions.all_)
        if each.type == "federated"
    ]


async def test_the_owner_shares_and_stops_in_the_dialog(alice, given, nextcloud):
    dialog = f"/my/share/file/{given['Holidays']}"
    async with alice.browser() as browser:
        browser.page = dialog
        assert "bob@cloud.example.org" in (await browser.get(dialog)).text
        url = f"/my/elsewhere/with/{given['Holidays']}"
        wrong = await browser.submit(url, who="bob", may="look", back=dialog)
        assert wrong.status_code == 422
        assert "It looks like" in wrong.text or "it looks like" in wrong.text
        done = await browser.submit(url, who=BOB, may="change", back=dialog)
        assert (done.status_code, done.headers["location"]) == (303, dialog)
        assert "Bob Martin" in (await browser.get(dialog)).text
        (share,) = await shares(alice)
        await browser.submit(f"/my/elsewhere/sent/{share.id}/rights", may="look", back=dialog)
        assert not (await shares(alice))[0].may_write
        with pytest.raises(SentAlready):
            await send(alice, given["Holidays"])
        stopped = await browser.submit(f"/my/elsewhere/sent/{share.id}/stop", back=dialog)
        assert stopped.status_code == 303
        assert (await shares(alice))[0].state == "ended"
