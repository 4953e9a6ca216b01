"""Who is at an address, and what follows when it is no longer who was met."""

import msgspec
import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.outside import Reply, Unreachable
from cozy.rooms.homes import service as homes
from cozy.rooms.neighbours import service
from cozy.rooms.neighbours.errors import NoAnswer, OtherKey
from cozy.rooms.neighbours.events import NeighbourMoved
from cozy.rooms.neighbours.model import fingerprint
from cozy.rooms.neighbours.service import meeting
from cozy.rooms.notifications import service as notifications
from tests.neighbours.conftest import begin_anew

AWAY = "https://carol.example.org"


def reply(status, value=None):
    return Reply(status, {}, msgspec.json.encode(value) if value is not None else b"<html>", AWAY)


async def known(house, home, address):
    return await house.read(home, SYSTEM, service.known, address)


async def told(house, home):
    return [each.title for each in await house.read(home, SYSTEM, notifications.listed)]


async def test_a_home_that_is_met_is_known_by_its_key(near, home, bob):
    await service.sure(near, home, bob.origin)
    own = (await near.read(bob, SYSTEM, service.introduction, "")).public_key
    assert (await known(near, home, bob.origin)).public_key == own


async def test_the_key_is_the_one_on_the_list_of_the_host(near, home, bob):
    own = (await near.read(bob, SYSTEM, service.introduction, "")).public_key
    listed = (await near.read_host(homes.at, bob.domain)).public_key
    assert own == listed.rstrip("=").replace("+", "-").replace("/", "_")


async def test_who_is_there_is_asked_once_in_ten_minutes(near, home, bob, inside, clock):
    await service.sure(near, home, bob.origin)
    await service.sure(near, home, f"{bob.origin.upper()}/")
    assert len(inside.asked) == 1
    clock.advance(minutes=11)
    await service.sure(near, home, bob.origin)
    assert len(inside.asked) == 2


async def test_another_key_is_refused_and_the_owner_told_once(near, home, bob):
    await service.sure(near, home, bob.origin)
    before = await known(near, home, bob.origin)
    await begin_anew(near, bob)
    for _ in range(2):
        with pytest.raises(OtherKey):
            await service.sure(near, home, bob.origin)
    now = await known(near, home, bob.origin)
    assert now.public_key == before.public_key
    assert now.is_refused
    assert now.refused_key not in {"", before.public_key}
    titles = await told(near, home)
    assert len([title for title in titles if "bob.localhost" in title]) == 1


async def test_the_owner_may_take_the_new_key(near, home, bob):
    await service.sure(near, home, bob.origin)
    await begin_anew(near, bob)
    with pytest.raises(OtherKey):
        await service.sure(near, home, bob.origin)
    await near.write(home, SYSTEM, service.accept, bob.origin)
    await service.sure(near, home, bob.origin)
    assert not (await known(near, home, bob.origin)).is_refused


async def test_a_home_that_shows_its_key_again_is_no_longer_refused(near, home, bob, inside):
    await service.sure(near, home, bob.origin)
    meeting.forget()
    inside.answers[bob.origin] = reply(404)
    with pytest.raises(OtherKey):
        await service.sure(near, home, bob.origin)
    inside.answers.clear()
    await service.sure(near, home, bob.origin)
    assert not (await known(near, home, bob.origin)).is_refused


DEEP = Reply(200, {}, b'{"more":' + b"[" * 10_000, AWAY)


@pytest.mark.parametrize("answer", [reply(404), reply(200), reply(200, {"address": AWAY}), reply(302), DEEP])
async def test_a_home_of_cozy_stack_is_known_by_its_address(near, home, inside, answer):
    inside.answers[AWAY] = answer
    await service.sure(near, home, AWAY)
    assert (await known(near, home, AWAY)).public_key == ""


async def test_the_first_key_of_a_home_that_had_none_is_kept(near, home, bob, inside):
    inside.answers[bob.origin] = reply(404)
    await service.sure(near, home, bob.origin)
    inside.answers.clear()
    meeting.forget()
    await service.sure(near, home, bob.origin)
    assert (await known(near, home, bob.origin)).public_key


async def test_nothing_is_concluded_from_a_home_that_is_away(near, home, bob, inside):
    await service.sure(near, home, bob.origin)
    meeting.forget()
    inside.answers[bob.origin] = reply(503)
    with pytest.raises(NoAnswer):
        await service.sure(near, home, bob.origin)
    inside.answers[bob.origin] = Unreachable(host="bob.localhost")
    with pytest.raises(Unreachable):
        await service.sure(near, home, bob.origin)
    assert not (await known(near, home, bob.origin)).is_refused


async def test_an_introduction_that_was_heard_elsewhere_says_nothing(near, home, bob, inside):
    """Of another home, of another challenge: neither is an introduction here."""
    theirs = await near.read(bob, SYSTEM, service.introduction, "a-challenge-of-before")
    for said in (theirs, msgspec.structs.replace(theirs, address=AWAY)):
        meeting.forget()
        inside.answers[AWAY] = reply(200, said)
        await service.sure(near, home, AWAY)
        assert (await known(near, home, AWAY)).public_key == ""


async def test_a_home_is_followed_once_it_is_there(near, home, bob, inside):
    """Else a home could have another one's address taken for its own."""
    await service.sure(near, home, bob.origin)
    record = await near.read(bob, SYSTEM, service.move_record, bob.origin, AWAY)
    inside.answers |= {bob.origin: reply(200, {"moved": record}), AWAY: Unreachable(host="away.example.org")}
    meeting.forget()
    with pytest.raises(Unreachable):
        await service.sure(near, home, bob.origin)
    assert not (await known(near, home, bob.origin)).is_refused
    inside.answers[AWAY] = reply(404)
    with pytest.raises(OtherKey):
        await service.sure(near, home, bob.origin)
    assert await known(near, home, AWAY) is None


async def test_a_move_that_another_key_signed_is_refused(near, home, bob, inside):
    await service.sure(near, home, bob.origin)
    forged = await near.read(home, SYSTEM, service.move_record, bob.origin, AWAY)
    inside.answers[bob.origin] = reply(200, {"moved": forged})
    meeting.forget()
    with pytest.raises(OtherKey):
        await service.sure(near, home, bob.origin)
    assert await known(near, home, AWAY) is None


def test_a_move_is_published(work):
    service.meet(work, "https://bob.example.org", "a-key")
    service.moved(work, "https://bob.example.org", "https://bob.example.net/")
    assert work.published[-1] == NeighbourMoved("https://bob.example.org", "https://bob.example.net")
    assert service.fetch(work, "https://bob.example.net").public_key == "a-key"


def test_a_key_is_compared_in_groups_of_four():
    key = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"
    assert [len(group) for group in fingerprint(key).split(" ")] == [4] * 6
    assert fingerprint("") == ""
