"""Who may hear of what: asked at subscription, of each change, and again when a grant, a session or a time ends."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.service import tokens
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from cozy.rooms.realtime.routes import conversation

FOOS = "io.cozy.foos"
FILES = "io.cozy.files"
ROOT = "io.cozy.files.root-dir"
FOO = {"foos": Rule(FOOS)}


@pytest.fixture
def cookie(house, home):
    """`await cookie()`: what the browser of a new session sends."""

    async def cookie() -> str:
        entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
        return entered.session

    return cookie


@pytest.fixture
def granted(house, home, open_):
    """A device that was given leave, and its socket, subscribed."""

    async def granted(rules=FOO, **more):
        permission = await house.write(home, SYSTEM, permissions.grant, "oauth", "client-1", rules, **more)
        socket = await open_()
        signed = await house.read(
            home, SYSTEM, tokens.signed, "access", "client-1", None, grant=permission.id
        )
        await socket.say("AUTH", signed)
        await socket.subscribe(FOOS)
        await socket.settled()
        return socket, permission

    return granted


async def shut_out(socket) -> int:
    """The code that it is closed with, once it was told why."""
    assert await socket.error() == "401 Unauthorized"
    return await socket.closes()


async def test_a_grant_for_some_documents_is_none_for_all_of_them(open_, minted, client):
    socket = await open_()
    await socket.say("AUTH", await minted(f"{FOOS}:GET:one,two"))
    await socket.subscribe(FOOS)
    assert await socket.error() == "403 Forbidden"
    await socket.subscribe(FOOS, "three")
    assert await socket.error() == "403 Forbidden"
    await socket.subscribe(FOOS, "two")
    await socket.settled()
    for id_ in ("one", "two", "three"):
        await client.put(f"/data/{FOOS}/{id_}", json={})
    assert (await socket.event())[2] == "two"
    assert await socket.is_quiet()


async def test_leave_to_write_is_no_leave_to_hear(open_, minted):
    socket = await open_()
    await socket.say("AUTH", await minted(f"{FOOS}:POST,PUT"))
    await socket.subscribe(FOOS)
    assert await socket.error() == "403 Forbidden"


async def test_a_grant_by_a_field_covers_a_document_as_long_as_the_field_says_so(open_, minted, client):
    where = f"/data/{FOOS}/one"
    first = (await client.put(where, json={"account": "a"})).json()
    socket = await open_()
    await socket.say("AUTH", await minted(f"{FOOS}:GET:a:account"))
    await socket.subscribe(FOOS, "one")
    await socket.settled()
    second = (
        await client.put(where, json={"_id": "one", "_rev": first["rev"], "account": "a", "n": 1})
    ).json()
    third = (await client.put(where, json={"_id": "one", "_rev": second["rev"], "account": "b"})).json()
    fourth = (await client.put(where, json={"_id": "one", "_rev": third["rev"], "account": "a"})).json()
    await client.delete(where, params={"rev": fourth["rev"]})
    told = [await socket.event() for _ in range(3)]
    assert [(verb, doc["account"], doc.get("n")) for verb, _, _, doc in told] == [
        ("UPDATED", "a", 1), ("UPDATED", "a", None), ("DELETED", "a", None),
    ]  # fmt: skip
    assert await socket.is_quiet()


async def test_a_grant_for_a_folder_covers_what_is_in_it_and_no_longer(open_, minted, client):
    shared = await client.mkdir("shared")
    inner = await client.mkdir("inner", shared["id"])
    file = await client.upload("cat.txt", inside=inner["id"])
    elsewhere = await client.upload("dog.txt")
    socket = await open_()
    await socket.say("AUTH", await minted(f"{FILES}:GET:{shared['id']}"))
    await socket.subscribe(FILES)
    assert await socket.error() == "403 Forbidden"
    await socket.subscribe(FILES, elsewhere["id"])
    assert await socket.error() == "403 Forbidden"
    await socket.subscribe(FILES, file["id"])
    await socket.settled()

    async def patched(**attributes):
        body = {"data": {"type": FILES, "id": file["id"], "attributes": attributes}}
        answer = await client.patch(f"/files/{file['id']}", json=body)
        assert answer.status_code == 200, answer.text

    await patched(name="kitten.txt")
    await patched(dir_id=ROOT)
    await patched(name="secret.txt")
    await patched(dir_id=shared["id"])
    assert [(await socket.event())[3]["name"] for _ in range(2)] == ["kitten.txt", "secret.txt"]
    assert await socket.is_quiet()


async def test_a_file_is_told_with_what_is_stored_of_it(listening, client):
    socket = await listening(FILES)
    file = await client.upload("cat.txt", b"meow", inside=ROOT)
    verb, _, id_, doc = await socket.event()
    assert (verb, id_, doc["_rev"]) == ("CREATED", file["id"], file["meta"]["rev"])
    names = (
        "type",
        "name",
        "dir_id",
        "size",
        "md5sum",
        "mime",
        "class",
        "trashed",
        "created_at",
        "cozyMetadata",
    )
    assert {name: doc[name] for name in names} == {name: file["attributes"][name] for name in names}


async def test_thumbnails_and_notes_are_told_to_who_may_read_files(open_, minted):
    socket = await open_()
    await socket.say("AUTH", await minted(f"{FILES}:GET {FOOS}"))
    for stream in ("io.cozy.files.thumbnails", "io.cozy.notes.events", "io.cozy.auth.confirmations"):
        await socket.subscribe(stream)
    await socket.settled()
    await socket.subscribe("io.cozy.jobs.events")
    assert await socket.error() == "403 Forbidden"


async def test_a_grant_for_the_settings_covers_what_stands_for_the_passphrase(open_, minted):
    socket = await open_()
    await socket.say("AUTH", await minted("io.cozy.settings:GET:io.cozy.settings.instance"))
    await socket.subscribe("io.cozy.settings", "io.cozy.settings.passphrase")
    await socket.settled()


async def test_a_link_is_told_to_have_a_password_and_never_which(house, home, listening):
    def protect(work):
        link = permissions.grant(work, "share", "a", FOO)
        found = documents.fetch(work, "io.cozy.permissions", link.id)
        documents.update(work, found, {**found.body, "password": "secret-hash"})

    socket = await listening("io.cozy.permissions")
    await house.write(home, SYSTEM, protect)
    (_, _, _, made), (verb, _, _, protected) = [await socket.event() for _ in range(2)]
    assert "password" not in made
    assert (verb, protected["type"], protected["password"]) == ("UPDATED", "share", True)


async def test_nobody_hears_what_opens_a_link(house, home, listening):
    def share(work):
        link = permissions.grant(work, "share", "a", FOO)
        found = documents.fetch(work, "io.cozy.permissions", link.id)
        codes = {"codes": {"bob": "long-secret"}, "shortcodes": {"bob": "short-secret"}}
        documents.update(work, found, {**found.body, **codes})

    socket = await listening("io.cozy.permissions")
    await house.write(home, SYSTEM, share)
    _, (_, _, _, told) = [await socket.event() for _ in range(2)]
    assert (told["codes"], told["shortcodes"]) == (True, True)


@pytest.mark.parametrize(("before", "password", "told"), [("", "s3cret", True), ("s3cret", "", None)])
async def test_an_app_sees_the_lock_of_a_link_come_and_go(listening, client, before, password, told):
    rules = {"foos": {"type": FOOS, "verbs": ["GET"]}}
    wanted = {"type": "io.cozy.permissions", "attributes": {"permissions": rules, "password": before}}
    link = (await client.post("/permissions", params={"codes": "a"}, json={"data": wanted})).json()["data"]
    socket = await listening("io.cozy.permissions", link["id"])
    change = {"type": "io.cozy.permissions", "attributes": {"password": password}}
    answer = await client.patch(f"/permissions/{link['id']}", json={"data": change})
    assert answer.status_code == 200, answer.text
    verb, _, id_, doc = await socket.event()
    assert (verb, id_, doc.get("password")) == ("UPDATED", link["id"], told)


async def test_another_password_of_a_link_closes_the_sockets_of_its_guests(house, home, open_, client, clock):
    rules = {"foos": {"type": FOOS, "verbs": ["GET"]}}
    wanted = {"type": "io.cozy.permissions", "attributes": {"permissions": rules, "password": "tilleul"}}
    link = (await client.post("/permissions", params={"codes": "a"}, json={"data": wanted})).json()["data"]
    given = await house.read(home, SYSTEM, permissions.passwords.cookie_for, link["id"])
    socket = await open_(cookie=f"cozy-pass{link['id']}={given}")
    await socket.say("AUTH", link["attributes"]["shortcodes"]["a"])
    await socket.subscribe(FOOS)
    await socket.settled()
    clock.advance(seconds=1)
    change = {"type": "io.cozy.permissions", "attributes": {"password": "velours"}}
    await client.patch(f"/permissions/{link['id']}", json={"data": change})
    assert await shut_out(socket) == 1008


async def test_a_withdrawn_grant_closes_the_socket(house, home, granted, client):
    socket, permission = await granted()
    await house.write(home, SYSTEM, permissions.withdraw, permission)
    await client.put(f"/data/{FOOS}/one", json={})
    assert await shut_out(socket) == 1008


async def test_a_narrowed_grant_ends_what_it_does_not_cover_any_more(house, home, granted, client):
    socket, _ = await granted({"foos": Rule(FOOS), "bars": Rule("io.cozy.bars")})
    await socket.subscribe("io.cozy.bars")
    await socket.settled()
    await house.write(home, SYSTEM, permissions.grant, "oauth", "client-1", {"bars": Rule("io.cozy.bars")})
    await client.put(f"/data/{FOOS}/one", json={})
    await client.put("/data/io.cozy.bars/one", json={})
    said = await socket.hears()
    assert (said["payload"]["status"], said["payload"]["source"]["payload"]["type"]) == (
        "403 Forbidden",
        FOOS,
    )
    assert (await socket.event())[1] == "io.cozy.bars"


async def test_a_widened_grant_opens_more(house, home, granted, client):
    socket, _ = await granted()
    wider = {"foos": Rule(FOOS), "bars": Rule("io.cozy.bars")}
    await house.write(home, SYSTEM, permissions.grant, "oauth", "client-1", wider)
    await socket.may_soon_subscribe("io.cozy.bars")


async def test_a_grant_closes_the_socket_when_its_time_is_over(house, home, granted, clock):
    ends = clock.now.replace(second=1).isoformat().replace("+00:00", "Z")
    socket, _ = await granted(expires_at=ends)
    clock.advance(seconds=2)
    assert await shut_out(socket) == 1008


async def test_a_token_closes_the_socket_when_its_time_is_over(house, home, open_, clock, monkeypatch):
    from datetime import timedelta

    token = await house.read(home, SYSTEM, auth.mint, FOOS, timedelta(seconds=1))
    socket = await open_()
    await socket.say("AUTH", token)
    await socket.settled()
    clock.advance(seconds=1)
    assert await shut_out(socket) == 1008


async def test_an_apps_socket_closes_with_the_session_that_it_is_in(house, home, open_, cookie, client):
    session = await cookie()
    id_ = session.partition(".")[0]
    await house.write(home, SYSTEM, permissions.grant, "app", "drive", FOO)
    token = await house.read(home, SYSTEM, tokens.for_app, "drive", id_)
    socket = await open_(origin="http://drive.alice.localhost:8080", cookie=f"cozy-session={session}")
    await socket.say("AUTH", token)
    await socket.subscribe(FOOS)
    await socket.settled()
    stranger = await open_(origin="http://drive.alice.localhost:8080")
    await stranger.say("AUTH", token)
    assert await stranger.error() == "401 Unauthorized"
    await house.write(home, SYSTEM, auth.sessions.end, id_)
    assert await shut_out(socket) == 1008


async def test_a_page_of_the_home_needs_its_session_alone(house, home, open_, cookie, client):
    session = await cookie()
    socket = await open_(origin=home.origin, cookie=f"cozy-session={session}")
    await socket.subscribe(FOOS)
    await socket.settled()
    await client.put(f"/data/{FOOS}/one", json={})
    assert (await socket.event())[2] == "one"
    await house.write(home, SYSTEM, auth.sessions.end, session.partition(".")[0])
    assert await shut_out(socket) == 1008


@pytest.mark.parametrize(
    "origin", ["http://evil.localhost:8080", "http://drive.alice.localhost:8080", "null"]
)
async def test_a_page_of_another_origin_is_nobody_whatever_its_cookie(home, open_, cookie, origin):
    socket = await open_(origin=origin, cookie=f"cozy-session={await cookie()}")
    await socket.subscribe(FOOS)
    assert await socket.error() == "405 Method Not Allowed"
    assert await socket.closes() == 1008


async def test_every_socket_closes_when_the_passphrase_changes(house, home, open_, minted, cookie):
    device = await open_()
    await device.say("AUTH", await minted(FOOS))
    await device.settled()
    page = await open_(origin=home.origin, cookie=f"cozy-session={await cookie()}")
    await page.settled()

    def change(work):
        auth.sessions.end_all_but(work, "")
        homes.renew_tokens_secret(work)

    await house.write(home, SYSTEM, change)
    for socket in (device, page):
        assert await shut_out(socket) == 1008


async def test_another_token_may_take_over_a_socket(open_, minted):
    socket = await open_()
    await socket.say("AUTH", await minted(FOOS))
    await socket.say("AUTH", await minted("io.cozy.bars"))
    await socket.subscribe("io.cozy.bars")
    await socket.settled()
    await socket.subscribe(FOOS)
    assert await socket.error() == "403 Forbidden"
    await socket.say("AUTH", "nothing")
    assert await shut_out(socket) == 1008


async def test_a_home_that_is_closed_closes_its_sockets(house, home, open_, minted, monkeypatch):
    monkeypatch.setattr(conversation, "CHECK_EVERY_S", 0.05)
    socket = await open_()
    await socket.say("AUTH", await minted(FOOS))
    await socket.settled()
    await house.write_host(homes.change, home.domain, state="blocked")
    assert await shut_out(socket) == 1008
