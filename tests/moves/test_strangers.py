"""A home that is expected harms no other home of the host, and takes no more than a home does."""

import secrets

import apsw
import pytest

from cozy.app.house import home_of
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import BLOCK
from cozy.kernel.home import origin_of
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.homes.model import Profile
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.errors import NotWhole, TargetRefuses
from cozy.rooms.moves.model import Asked, Whole
from cozy.rooms.moves.service.asking import Target
from cozy.rooms.moves.service.expecting import packed
from tests.moves.two import NEW, OLD, Pair

VICTIM, SECOND = "bob.localhost", "second.localhost"


@pytest.fixture
async def pair(tmp_path):
    pair = Pair(tmp_path)
    await pair.start()
    pair.between.apps[SECOND] = pair.between.apps[NEW]
    yield pair
    await pair.close()


@pytest.fixture
async def home(pair):
    return await pair.make()


async def invited(pair, home, domain=NEW):
    """The home that is expected at an address, and its code."""
    code = await pair.new.write_host(moves.expecting.expect, domain, None)
    return Target(pair.old, home, f"http://{domain}:8080"), code


def asked(code, home, home_id=""):
    return Asked(code, home_id or home.id, home.origin, (), 1, 1)


async def neighbour(pair):
    """Another home of the new host."""
    who = Profile(public_name="Bob", email="bob@example.net")
    listing = await auth.open_home(pair.new, VICTIM, who, origin_of(pair.new.settings, VICTIM))
    return home_of(pair.new.settings, listing)


async def test_who_was_let_in_cannot_call_themselves_another_home_of_the_host(pair, home):
    victim = await neighbour(pair)
    target, code = await invited(pair, home)
    await target.let_in(asked(code, home))
    with pytest.raises(TargetRefuses):
        await target.let_in(asked(code, home, victim.id))
    await target.abandon()
    await pair.new.write(victim, SYSTEM, documents.create, "io.cozy.tests", {})
    assert victim.id in await pair.new.storage.homes()


async def test_who_calls_themselves_a_home_that_is_on_its_way_cannot_come_too(pair, home):
    first, code = await invited(pair, home)
    await first.let_in(asked(code, home))
    second, other = await invited(pair, home, SECOND)
    with pytest.raises(TargetRefuses):
        await second.let_in(asked(other, home))


@pytest.mark.parametrize("number", [1, 2**31, 2**63])
async def test_no_block_is_taken_behind_a_hole(pair, home, number):
    target, code = await invited(pair, home)
    await target.let_in(asked(code, home))
    with pytest.raises(TargetRefuses):
        await target.put_blocks(packed(number, secrets.token_bytes(10)))
    assert not list((pair.folder / NEW).rglob("*.coming"))


async def test_no_home_sends_more_than_it_may_hold_whatever_it_said(pair, home):
    code = await pair.new.write_host(moves.expecting.expect, NEW, 300_000)
    target = Target(pair.old, home, f"http://{NEW}:8080")
    await target.let_in(asked(code, home))
    await target.put_blocks(packed(0, secrets.token_bytes(BLOCK)))
    for at in range(1, 4):
        await target.put_blocks(packed(at, secrets.token_bytes(BLOCK)))
    with pytest.raises(TargetRefuses, match="does not fit"):
        await target.put_blocks(packed(4, secrets.token_bytes(BLOCK)))
    content = await pair.old.blobs.put(home.id, pieces(secrets.token_bytes(70_000)))
    with pytest.raises(TargetRefuses, match="does not fit"):
        await target.put_content(content.blob)
    assert await target.contents() == set()


async def pieces(data):
    yield data


@pytest.mark.parametrize("size", [-1, 0, BLOCK + 1, 2**43, 2**70])
async def test_no_home_is_larger_than_what_came(pair, home, size):
    target, code = await invited(pair, home)
    await target.let_in(asked(code, home))
    await target.put_blocks(packed(0, b"a"))
    with pytest.raises((NotWhole, TargetRefuses)):
        await target.whole(Whole(size, "any"))
    assert [path.stat().st_size for path in (pair.folder / NEW).rglob("*.coming")] == [1]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER busy AFTER INSERT ON documents BEGIN SELECT 1; END",
        "DROP TABLE avatars; CREATE VIEW avatars AS SELECT 1 AS home_id, NULL AS picture, '' AS updated_at",
        "CREATE VIRTUAL TABLE busy USING fts5(a)",
        "DROP TABLE avatars",
    ],
    ids=["trigger", "view", "virtual table", "missing"],
)
async def test_a_database_that_runs_something_of_its_own_stays_where_it_is(pair, home, sql):
    file = apsw.Connection(str(pair.folder / OLD / "homes" / home.id / "home.db"))
    file.execute(sql)
    file.close()
    await pair.begin(home)
    with pytest.raises(TargetRefuses, match="no version of Cozy"):
        await pair.carry_on()
    assert await pair.lives_at() == [OLD]
