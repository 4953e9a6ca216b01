"""A move that ends at any of its steps goes on, or is given up; at each moment at most one home takes writes."""

import asyncio
import json
import os
from dataclasses import replace as house_with
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest
from msgspec.structs import replace

from cozy.app.house import home_of
from cozy.kernel.caller import EVERYTHING, Caller
from cozy.kernel.carrying import HomeGone, NoHomeFile
from cozy.kernel.home import Home
from cozy.kernel.ledger import Use
from cozy.kernel.outside import Reply, Unreachable
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Typed
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import HomeElsewhere
from cozy.rooms.homes.model import Profile
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.errors import (
    ArrivedAlready,
    BadInvitation,
    GivenUp,
    NoDeparture,
    NotArrived,
    TargetRefuses,
)
from cozy.rooms.moves.model import ARRIVAL, Statement
from cozy.rooms.moves.service import going, leaving
from cozy.rooms.moves.service.asking import Target
from cozy.rooms.neighbours.model import Moved
from cozy.rooms.permissions import service as permissions
from cozy.rooms.support import service as support
from cozy.rooms.support.errors import NoHelp
from tests.conftest import OWNER
from tests.moves.two import NEW, OLD, Cut, Pair

LARGE = os.urandom(200_000)


@pytest.fixture
async def pair(tmp_path):
    pair = Pair(tmp_path)
    await pair.start()
    yield pair
    await pair.close()


@pytest.fixture
async def home(pair):
    home = await pair.make()
    async with pair.client() as client:
        await client.upload("small.txt", b"hello")
        await client.upload("large.bin", LARGE)
    return home


async def holds_all(pair, domain):
    async with pair.client(domain) as client:
        for name, data in (("small.txt", b"hello"), ("large.bin", LARGE)):
            found = await client.get("/files/download", params={"Path": f"/{name}"})
            assert (found.status_code, found.content) == (200, data)


async def test_a_home_moves_and_nothing_is_erased_before_it_is_asked(pair, home):
    await pair.begin(home)
    departure = await pair.carry_on()
    assert departure.state == "arrived"
    assert departure.link.startswith(f"http://{NEW}:8080/auth/passphrase_renew?token=")
    assert await pair.lives_at() == [NEW]
    await holds_all(pair, NEW)
    assert home.id in await pair.old.storage.homes()
    await moves.leaving.erase(pair.old, home.id)
    assert await pair.old.storage.homes() == []
    async with pair.client(OLD) as client:
        assert (await client.get("/files/metadata")).headers[
            "location"
        ] == f"http://{NEW}:8080/files/metadata"


@pytest.mark.parametrize("is_heard", [False, True], ids=["lost", "heard"])
@pytest.mark.parametrize("at", range(1, 12))
async def test_whatever_request_was_the_last_one_the_move_goes_on(pair, home, at, is_heard):
    await pair.begin(home)
    pair.between.ends = (at, is_heard)
    try:
        await pair.carry_on()
    except Cut:
        assert len(await pair.lives_at()) <= 1
    else:
        assert len(pair.between.asked) < at  # it had arrived by then
    pair.between.ends = None
    await pair.start()
    assert (await pair.carry_on()).state == "arrived"
    assert await pair.lives_at() == [NEW]
    await holds_all(pair, NEW)
    assert (await pair.carry_on()).state == "arrived"


async def test_writers_wait_and_are_sent_on_and_nothing_that_was_answered_is_lost(pair, home):
    answered, is_over = [], asyncio.Event()

    async def write(name):
        number = 0
        while not is_over.is_set():
            number += 1
            body = {"name": f"{name} {number}"}
            url = f"http://{OLD}:8080/data/io.cozy.tests/{name}-{number}"
            for _ in range(3):
                domain = urlsplit(url).hostname
                async with pair.client(domain) as client:
                    answer = await client.put(url, json=body)
                if answer.status_code != 308:
                    break
                url = answer.headers["location"]
            assert answer.status_code == 200, answer.text
            answered.append(body["name"])

    await pair.begin(home)
    async with asyncio.TaskGroup() as group:
        for name in "abc":
            group.create_task(write(name))
        await asyncio.sleep(0.2)
        departure = await pair.carry_on()
        before = len(answered)
        while len(answered) < before + 10:  # noqa: ASYNC110  they write until they are told to stop
            await asyncio.sleep(0.01)
        is_over.set()
    assert 0 < departure.pause_ms < 15_000
    there = await pair.new.read(home, OWNER, _names)
    assert set(answered) <= there


def _names(work):
    rows = work.db.all(
        """SELECT body->>'name' FROM documents WHERE home_id = :home AND doctype = 'io.cozy.tests' AND NOT deleted""",
        home=work.home,
    )
    return {name for (name,) in rows}


async def test_a_move_that_has_not_happened_is_given_up_by_its_owner(pair, home):
    await pair.begin(home)
    pair.between.ends = (6, True)
    with pytest.raises(Cut):
        await pair.carry_on()
    pair.between.ends = None
    await pair.old.write_host(moves.leaving.give_up, home.id)
    with pytest.raises(GivenUp):
        await pair.carry_on()
    assert await pair.lives_at() == [OLD]
    assert not (pair.folder / NEW / "homes" / home.id).exists()
    with pytest.raises(NoDeparture):
        await pair.carry_on()
    await pair.begin(home)
    assert (await pair.carry_on()).state == "arrived"


async def test_a_home_that_has_gone_and_not_arrived_stays_only_when_the_other_host_agrees(pair, home):
    await pair.begin(home)
    pair.between.lost = {f"{ARRIVAL}/live", ARRIVAL}
    with pytest.raises(Unreachable):
        await _past_the_door(pair)
    assert await pair.lives_at() == []
    await pair.old.write_host(moves.leaving.give_up, home.id)
    with pytest.raises(Unreachable):
        await pair.carry_on()
    assert await pair.lives_at() == []
    pair.between.lost = set()
    with pytest.raises(GivenUp):
        await pair.carry_on()
    assert await pair.lives_at() == [OLD]
    await holds_all(pair, OLD)


async def test_a_home_whose_new_host_is_gone_for_good_stays_when_that_is_said(pair, home):
    await pair.begin(home)
    pair.between.lost = {f"{ARRIVAL}/live", ARRIVAL}
    with pytest.raises(Unreachable):
        await _past_the_door(pair)
    assert await pair.lives_at() == []
    await pair.old.write_host(lambda work: moves.leaving.give_up(work, home.id, unheard=True))
    with pytest.raises(GivenUp):
        await pair.carry_on()
    assert await pair.lives_at() == [OLD]
    await holds_all(pair, OLD)


async def _past_the_door(pair):
    """Only the last word, and giving up, are lost."""
    lost, pair.between.lost = pair.between.lost, {f"{ARRIVAL}/live"}
    try:
        await pair.carry_on()
    finally:
        pair.between.lost = lost


async def test_a_host_that_gives_a_home_up_before_it_lives_there_lets_it_stay(pair, home):
    await pair.begin(home)
    pair.between.lost = {f"{ARRIVAL}/live"}
    with pytest.raises(Unreachable):
        await pair.carry_on()
    await moves.expecting.abandon(pair.new, NEW)
    pair.between.lost = set()
    with pytest.raises(GivenUp):
        await pair.carry_on()
    assert await pair.lives_at() == [OLD]


async def test_a_home_that_lives_there_is_given_up_by_nobody(pair, home):
    await pair.begin(home)
    pair.between.ends = (0, True)
    await pair.carry_on()
    with pytest.raises(ArrivedAlready):
        await pair.old.write_host(moves.leaving.give_up, home.id)
    with pytest.raises(ArrivedAlready):
        await moves.expecting.abandon(pair.new, NEW)
    with pytest.raises(HomeElsewhere):
        await pair.old.write_host(homes.change, OLD, state="active")
    assert await pair.lives_at() == [NEW]


async def test_the_old_host_makes_no_way_in_once_the_owner_has_come_in(pair, home):
    """It has the key of the home for good, and with it all that it ever said."""
    await pair.begin(home)
    departure = await pair.carry_on()
    target = Target(pair.old, home, f"http://{NEW}:8080")
    said = Statement(msgspec.json.decode(departure.record, type=Moved), departure.whole)
    link = (await target.live(said)).link  # its answer may have been lost
    there = Home(home.id, NEW, f"http://{NEW}:8080")
    key = await auth.passphrase.new_key_of(Typed(raw="correct horse battery staple"), NEW)
    await auth.reset.renew(pair.new, there, link.partition("token=")[2], key)
    assert (await target.live(said)).link == ""


async def test_the_old_host_helps_there_no_more(pair, home):
    link = await pair.old.write(home, OWNER, support.open_, ["files"], "days", "Old host")
    await pair.begin(home)
    await pair.carry_on()
    there = Home(home.id, NEW, f"http://{NEW}:8080")
    assert await pair.new.read(there, OWNER, support.now) is None
    with pytest.raises(NoHelp):
        await pair.new.read(there, OWNER, support.opened, support.code_of(link))


async def test_nothing_is_erased_before_the_home_lives_there(pair, home):
    await pair.begin(home)
    with pytest.raises(NotArrived):
        await moves.leaving.erase(pair.old, home.id)


async def test_a_code_is_good_for_the_home_that_shows_it_first(pair, home):
    await pair.begin(home)
    pair.between.ends = (2, True)
    with pytest.raises(Cut):
        await pair.carry_on()
    pair.between.ends = None
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(pair.between.apps[NEW])) as stranger:
        for method, path in (("GET", "/blocks"), ("GET", "/contents"), ("DELETE", "")):
            answer = await stranger.request(method, f"http://{NEW}:8080{ARRIVAL}{path}")
            assert answer.status_code == 403
        assert (await stranger.put(f"http://{NEW}:8080{ARRIVAL}/blocks", content=b"x")).status_code == 400
    assert (await pair.carry_on()).state == "arrived"


async def test_another_code_than_the_one_that_is_expected_lets_nobody_in(pair, home):
    await pair.new.write_host(moves.expecting.expect, NEW, None)
    await moves.leaving.begin(pair.old, home, f"http://{NEW}:8080#wrong")
    with pytest.raises(TargetRefuses):
        await pair.carry_on()
    assert await pair.lives_at() == [OLD]


async def test_a_home_that_does_not_fit_is_told_before_anything_is_carried(pair, home):
    code = await pair.new.write_host(moves.expecting.expect, NEW, 1000)
    await moves.leaving.begin(pair.old, home, f"http://{NEW}:8080#{code}")
    with pytest.raises(TargetRefuses, match="does not fit"):
        await pair.carry_on()
    assert await pair.lives_at() == [OLD]


async def until(look):
    for _ in range(1000):
        if found := await look():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


async def test_the_program_itself_goes_on_with_a_move_and_says_why_it_could_not(pair, home, monkeypatch):
    monkeypatch.setattr(going, "POLL_S", 0.01)
    await pair.begin(home)
    pair.between.lost = {ARRIVAL}

    async def said():
        return (await pair.old.read_host(moves.leaving.of, home.id)).said

    async def is_there():
        return (await pair.old.read_host(moves.leaving.of, home.id)).state == "arrived"

    async with moves.going_on(pair.old):
        assert "cannot be reached" in await until(said)
        pair.between.lost = set()
        await until(is_there)
    assert await pair.lives_at() == [NEW]


async def test_a_move_is_forgotten_with_a_home_that_is_destroyed(pair, home, monkeypatch):
    monkeypatch.setattr(going, "POLL_S", 0.01)
    await pair.begin(home)
    await pair.old.write_host(homes.delist, OLD)
    await pair.old.storage.drop(home.id)

    async def is_forgotten():
        return not await pair.old.read_host(moves.leaving.under_way)

    async with moves.going_on(pair.old):
        await until(is_forgotten)


@pytest.mark.parametrize("text", ["", "code", f"http://{NEW}:8080", f"http://{OLD}:8080#code", "ftp://x#y"])
async def test_what_is_no_invitation_is_refused(pair, home, text):
    with pytest.raises(BadInvitation):
        await moves.leaving.begin(pair.old, home, text)


async def test_a_home_that_is_reached_by_https_moves_over_no_open_line(pair, home):
    closed = replace(home, origin=f"https://{OLD}")
    with pytest.raises(BadInvitation, match="open line"):
        await moves.leaving.begin(pair.old, closed, f"http://{NEW}:8080#code")
    assert (await moves.leaving.begin(pair.old, closed, f"https://{NEW}#code")).address == f"https://{NEW}"


async def test_a_home_with_the_seal_takes_nothing_from_anybody(pair, home):
    async with pair.old.storage.leaving(home.id) as leaving:
        async with leaving.held():
            await leaving.seal()
        with pytest.raises(HomeGone):
            await pair.old.write(home, OWNER, documents.create, "io.cozy.tests", {})
        assert await leaving.is_sealed()
        await leaving.unseal()
    await pair.old.write(home, OWNER, documents.create, "io.cozy.tests", {})


async def test_a_home_moves_back_to_where_it_was(pair, home):
    await pair.begin(home)
    await pair.carry_on()
    await moves.leaving.erase(pair.old, home.id)
    code = await pair.old.write_host(moves.expecting.expect, OLD, None)
    there = await pair.new.read_host(homes.at, NEW)
    moved = type(home)(there.id, NEW, f"http://{NEW}:8080", hosted=there.hosted)
    await moves.leaving.begin(pair.new, moved, f"http://{OLD}:8080#{code}")
    assert (await moves.leaving.carry_on(pair.new, home.id)).state == "arrived"
    assert await pair.lives_at() == [OLD]
    await holds_all(pair, OLD)


async def test_a_home_that_is_closed_and_does_not_go_after_all_stays_closed(pair, home):
    await pair.old.write_host(homes.change, OLD, state="blocked")
    await pair.begin(home)
    pair.between.lost = {f"{ARRIVAL}/live"}
    with pytest.raises(Unreachable):
        await pair.carry_on()
    assert (await pair.old.read_host(homes.at, OLD)).state == "gone"
    pair.between.lost = set()
    await pair.old.write_host(moves.leaving.give_up, home.id)
    with pytest.raises(GivenUp):
        await pair.carry_on()
    assert (await pair.old.read_host(homes.at, OLD)).state == "blocked"


class Ending:
    """The process ends as it comes to what is drawn anew."""

    async def drop(self, home_id):
        raise Cut


async def test_an_erasure_that_ended_half_way_is_asked_again_and_leaves_nothing(pair, home):
    await pair.begin(home)
    await pair.carry_on()
    with pytest.raises(Cut):
        await moves.leaving.erase(house_with(pair.old, drawings=Ending()), home.id)
    await moves.leaving.erase(pair.old, home.id)
    assert await pair.old.storage.homes() == []
    assert not (pair.folder / OLD / "homes" / home.id).exists()


async def test_what_was_used_of_a_home_until_it_went_is_in_its_ledger_there(pair, home):
    program = Caller("client", EVERYTHING, name="a program")
    pair.old.ledger.note(home, program, Use("GET", "io.cozy.files"), pair.old.clock())
    await pair.begin(home)
    await pair.carry_on()
    found = await pair.new.read(home, OWNER, permissions.ledger.entries)
    assert [each.requests for each in found if each.name == "a program"] == [1]
    pair.old.ledger.note(home, program, Use("GET", "io.cozy.files"), pair.old.clock())
    await permissions.ledger.flush(pair.old)
    assert pair.old.ledger.take() == []  # nobody can write it down any more


async def test_a_home_that_has_gone_is_shown_in_no_folder_of_the_host(pair, home):
    listing = await pair.old.read_host(homes.at, OLD)
    shown = replace(listing.hosted, live_folder="/srv/alice")
    await pair.old.write_host(homes.change, OLD, hosted=shown)
    await pair.begin(home)
    await pair.carry_on()
    assert await pair.old.read_host(homes.with_live_folder) == []


async def test_what_came_may_be_torn_until_writers_wait(pair, home):
    said = {"errors": [{"code": NoHomeFile.code(), "detail": NoHomeFile.title()}]}
    pair.between.refused[f"{ARRIVAL}/whole"] = Reply(422, {}, json.dumps(said).encode(), "")
    await pair.begin(home)
    assert (await pair.carry_on()).state == "arrived"
    assert pair.between.refused == {}


async def test_of_what_another_host_says_only_the_first_words_are_kept(pair, home):
    said = {"errors": [{"code": "busy", "detail": "no " * 1_000_000}]}
    pair.between.refused[ARRIVAL] = Reply(422, {}, json.dumps(said).encode(), "")
    await pair.begin(home)
    with pytest.raises(TargetRefuses) as refused:
        await pair.carry_on()
    assert len(refused.value.detail) < 1000


async def test_many_contents_are_carried_beside_each_other_however_often_it_is_told(pair, home, monkeypatch):
    monkeypatch.setattr(leaving, "_EVERY_S", 0.0)
    async with pair.client() as client:
        for at in range(11):
            await client.upload(f"{at}.bin", os.urandom(70_000))
    await pair.begin(home)
    assert (await pair.carry_on()).state == "arrived"


async def test_a_host_that_does_not_answer_holds_up_no_other_move(pair, home, monkeypatch):
    async def silent(scope, receive, send):
        await asyncio.Event().wait()

    monkeypatch.setattr(going, "POLL_S", 0.01)
    pair.between.apps["silent.localhost"] = silent
    await moves.leaving.begin(pair.old, home, "http://silent.localhost:8080#code")
    who = Profile(public_name="Bob", email="bob@example.net")
    listing = await auth.open_home(pair.old, "bob.localhost", who, "http://bob.localhost:8080")
    bob = home_of(pair.old.settings, listing)
    await pair.begin(bob)

    async def arrived():
        return (await pair.old.read_host(moves.leaving.of, bob.id)).state == "arrived"

    async with moves.going_on(pair.old):
        assert await until(arrived)
