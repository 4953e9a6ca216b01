"""LOCK and UNLOCK: who may change what somebody else works on (RFC 4918 §6, §7, §9.10, §10.4)."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.dav import service

from .conftest import D

PATCH = '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><x:a xmlns:x="urn:x">1</x:a></d:prop></d:set></d:propertyupdate>'


@pytest.fixture
async def other(new_dav):
    """Another device of Alice's."""
    return await new_dav(name="Phone")


async def test_who_holds_the_lock_changes_the_file_and_nobody_else_does(dav, other):
    await dav.ok("PUT", "/cat.txt", "one")
    token = await dav.locked("/cat.txt")
    for method in ("PUT", "DELETE", "PROPPATCH", "MOVE"):
        body = PATCH if method == "PROPPATCH" else None
        answer = await other(method, "/cat.txt", body, destination=other.at("/x.txt"))
        assert answer.status_code == 423, method
        assert "<d:lock-token-submitted><d:href>/dav/files/cat.txt</d:href>" in answer.text
    assert (await dav("PUT", "/cat.txt", "two")).status_code == 423  # its token is to be shown each time
    assert (await dav("PUT", "/cat.txt", "two", if_=f"({token})")).status_code == 204
    assert (await other("GET", "/cat.txt")).text == "two"


async def test_a_token_of_somebody_else_is_worth_nothing(dav, other):
    await dav.ok("PUT", "/cat.txt", "one")
    token = await dav.locked("/cat.txt")
    assert (await other("PUT", "/cat.txt", "x", if_=f"({token})")).status_code == 423
    assert (await other("UNLOCK", "/cat.txt", lock_token=token)).status_code == 403
    assert (await other("LOCK", "/cat.txt", if_=f"({token})")).status_code == 403


async def test_a_lock_is_given_back(dav, other):
    await dav.ok("PUT", "/cat.txt", "one")
    token = await dav.locked("/cat.txt")
    assert (await dav("UNLOCK", "/other.txt", lock_token=token)).status_code == 409
    assert (await dav("UNLOCK", "/cat.txt", lock_token="<urn:uuid:none>")).status_code == 409
    assert (await dav("UNLOCK", "/cat.txt")).status_code == 400
    assert (await dav("UNLOCK", "/cat.txt", lock_token=token)).status_code == 204
    assert (await other("PUT", "/cat.txt", "two")).status_code == 204


async def test_a_lock_outlives_a_restart_and_ends_by_itself(dav, other, clock, house, home):
    await dav.ok("PUT", "/cat.txt", "one")
    answer = await dav.lock("/cat.txt", timeout="Infinite, Second-600")
    assert "Second-86400" in answer.text
    await dav.ok("UNLOCK", "/cat.txt", lock_token=answer.headers["lock-token"])
    await dav.locked("/cat.txt", timeout="Second-600")
    clock.advance(minutes=9)
    assert (await other("PUT", "/cat.txt", "x")).status_code == 423
    clock.advance(minutes=2)
    assert (await other("PUT", "/cat.txt", "x")).status_code == 204
    await house.write(home, SYSTEM, service.locks.forget_expired)


async def test_a_lock_lives_longer_when_it_is_refreshed(dav, other, clock):
    await dav.ok("PUT", "/cat.txt", "one")
    token = await dav.locked("/cat.txt", timeout="Second-600")
    clock.advance(minutes=9)
    answer = await dav("LOCK", "/cat.txt", if_=f"({token})", timeout="Second-600")
    assert answer.status_code == 200
    assert "lock-token" not in answer.headers
    clock.advance(minutes=9)
    assert (await other("PUT", "/cat.txt", "x")).status_code == 423
    assert (await dav("LOCK", "/cat.txt", if_="(<urn:uuid:none>)")).status_code == 412
    assert (await dav("LOCK", "/cat.txt")).status_code == 412


async def test_shared_locks_stand_side_by_side_and_an_exclusive_one_alone(dav, other):
    await dav.ok("PUT", "/cat.txt", "one")
    mine, theirs = (
        await dav.locked("/cat.txt", scope="shared"),
        await other.locked("/cat.txt", scope="shared"),
    )
    assert (await other.lock("/cat.txt")).status_code == 423
    assert (await other("PUT", "/cat.txt", "x")).status_code == 423
    assert (await other("PUT", "/cat.txt", "x", if_=f"({theirs})")).status_code == 204
    await dav.ok("UNLOCK", "/cat.txt", lock_token=mine)
    await other.ok("UNLOCK", "/cat.txt", lock_token=theirs)
    await dav.locked("/cat.txt")
    assert "<d:no-conflicting-lock>" in (await other.lock("/cat.txt", scope="shared")).text


async def test_a_lock_on_a_folder_binds_what_is_in_it(dav, other):
    await dav.ok("MKCOL", "/a")
    await dav.ok("PUT", "/a/x.txt", "x")
    token = await dav.locked("/a")
    for method, path in (
        ("PUT", "/a/x.txt"),
        ("PUT", "/a/new.txt"),
        ("MKCOL", "/a/b"),
        ("DELETE", "/a/x.txt"),
        ("DELETE", "/a"),
    ):
        assert (await other(method, path)).status_code == 423, (method, path)
    assert (await other.lock("/a/x.txt")).status_code == 423
    assert (await dav("PUT", "/a/x.txt", "y", if_=f"<{dav.at('/a')}> ({token})")).status_code == 204


async def test_a_shallow_lock_on_a_folder_binds_which_names_are_in_it(dav, other):
    await dav.ok("MKCOL", "/a")
    await dav.ok("PUT", "/a/x.txt", "x")
    await dav.locked("/a", depth=0)
    assert (await other("PUT", "/a/x.txt", "y")).status_code == 204
    assert (await other("PUT", "/a/new.txt", "y")).status_code == 423
    assert (await other("DELETE", "/a/x.txt")).status_code == 423


async def test_a_folder_cannot_be_locked_or_moved_around_what_somebody_else_locked(dav, other):
    await dav.ok("MKCOL", "/a")
    await dav.ok("PUT", "/a/x.txt", "x")
    await other.locked("/a/x.txt")
    answer = await dav.lock("/a")
    assert answer.status_code == 207
    assert "423 Locked" in answer.text
    assert "424 Failed Dependency" in answer.text
    assert (await dav("MOVE", "/a", destination=dav.at("/b"))).status_code == 423
    assert (await dav("DELETE", "/a")).status_code == 423
    assert (await dav("COPY", "/a", destination=dav.at("/b"))).status_code == 201


async def test_a_lock_stays_where_it_is_when_the_file_moves(dav, other):
    await dav.ok("PUT", "/a.txt", "x")
    token = await dav.locked("/a.txt")
    await dav.ok("MOVE", "/a.txt", destination=dav.at("/b.txt"), if_=f"({token})")
    assert (await other("PUT", "/b.txt", "y")).status_code == 204
    assert (await other("PUT", "/a.txt", "y")).status_code == 201


async def test_a_name_is_reserved_by_an_empty_file(dav, other):
    answer = await dav.lock("/new.txt")
    assert answer.status_code == 201
    assert (await other("GET", "/new.txt")).text == ""
    assert (await other("PUT", "/new.txt", "x")).status_code == 423
    assert (await dav("PUT", "/new.txt", "mine", if_=f"({answer.headers['lock-token']})")).status_code == 204
    assert (await dav.lock("/none/new.txt")).status_code == 409


async def test_locks_are_told(dav):
    await dav.ok("MKCOL", "/a")
    await dav.ok("PUT", "/a/x.txt", "x")
    token = await dav.locked("/a")
    for href, found in (await dav.props("/a/", f"{D}lockdiscovery", depth=1)).items():
        (active,) = found[f"{D}lockdiscovery"]
        assert active.findtext(f"{D}locktoken/{D}href") == token.strip("<>"), href
        assert active.findtext(f"{D}lockroot/{D}href") == "/dav/files/a"
        assert active.findtext(f"{D}owner") == "Alice & co"
        assert active.findtext(f"{D}depth") == "infinity"


async def test_every_list_of_the_header_if_is_looked_at(dav):
    tag = (await dav.ok("PUT", "/cat.txt", "one")).headers["etag"]
    token = await dav.locked("/cat.txt")
    held = {
        f"({token} [{tag}])": 204, f'({token} ["other"])': 412, f'({token} ["other"]) ({token})': 204,
        f"(Not <DAV:no-lock> {token})": 204, f"(<DAV:no-lock>) (Not {token})": 412, f"(Not [{tag}]) ({token})": 204,
        f"<{dav.at('/other.txt')}> ({token}) <{dav.at('/cat.txt')}> ({token})": 204,
        f"<http://elsewhere.example/x> ({token})": 412, f"({token}": 400, "nonsense": 400, "()": 400,
        f"<{dav.at('/cat.txt')}> ([{tag}])": 423,
    }  # fmt: skip
    for header, status in held.items():
        assert (await dav("PUT", "/cat.txt", "one", if_=header)).status_code == status, header


async def test_a_condition_on_another_resource_counts(dav):
    tag = (await dav.ok("PUT", "/a.txt", "one")).headers["etag"]
    assert (await dav("PUT", "/b.txt", "x", if_=f"<{dav.at('/a.txt')}> ([{tag}])")).status_code == 201
    assert (await dav("PUT", "/b.txt", "x", if_='</dav/files/a.txt> (["other"])')).status_code == 412


async def test_deleting_ends_the_locks_of_what_was_there(dav, other):
    await dav.ok("PUT", "/cat.txt", "one")
    token = await dav.locked("/cat.txt")
    await dav.ok("DELETE", "/cat.txt", if_=f"({token})")
    assert (await other("PUT", "/cat.txt", "x")).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        "<",
        '<d:lockinfo xmlns:d="DAV:"/>',
        '<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope></d:lockinfo>',
    ],
)
async def test_a_lock_is_asked_for_properly(dav, body):
    assert (await dav("LOCK", "/cat.txt", body)).status_code == 400
    assert (await dav.lock("/cat.txt", depth=1)).status_code == 400
    assert await dav.names("/") == [name for name in await dav.names("/") if "cat" not in name]
