"""Nobody who is to hear of something is forgotten: whoever comes back is told at once, and what broke off is taken up again."""

from datetime import timedelta

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import JOBS
from cozy.rooms.replication import store
from cozy.rooms.replication.model import Replica
from cozy.rooms.replication.service import rounds
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.service import asking
from tests.homes_apart import one_job
from tests.replication.town import Town

pytestmark = pytest.mark.anyio


async def two_trips(town: Town, **options: object) -> tuple[dict[str, str], dict[str, str]]:
    """Two folders that Alice shares with Bob: their sharings, and their ids, by name."""
    made = {name: (await town.folder("alice", files.ROOT, name)).id for name in ("Sea", "Hills")}
    shared = {name: await town.share_folder(id_, "bob", **options) for name, id_ in made.items()}
    await town.settle()
    await town.serve()
    return shared, made


async def put_off(town: Town, who: str) -> set[str]:
    """The sharings whose news somebody is not told for now."""
    return {replica.sharing for replica in await town.see(who, store.replicas) if _is_put_off(town, replica)}


def _is_put_off(town: Town, replica: Replica) -> bool:
    return replica.retry_at > iso(town.house.clock())


async def away(town: Town, made: dict[str, str]) -> None:
    """Something new in each folder, while Bob's home cannot be reached."""
    town.ways.cut = {"bob.localhost"}
    for folder in made.values():
        await town.file("alice", folder, "new.txt", b"new")
    for _ in range(3):
        await town.beat("alice")
    town.ways.cut = set()


async def ask(town: Town, who: str, sharing: str, member: int) -> None:
    """One home asks another whether it lacks anything; it does not."""
    found = await town.see(who, sharings.fetch, sharing)
    peer = sharings.peer_of(found, member)
    assert peer is not None
    await asking.ask(town.house, town.homes[who], peer, "POST", f"/sharings/{sharing}/_revs_diff", json={})


async def test_a_home_that_asks_is_there_again_for_everything_that_is_shared_with_it(town: Town, clock):
    shared, made = await two_trips(town)
    await away(town, made)
    assert await put_off(town, "alice") == set(shared.values())
    await ask(town, "bob", shared["Sea"], 0)
    assert await put_off(town, "alice") == set()
    clock.advance(seconds=1)
    await town.serve()
    assert "/new.txt" in await town.tree("bob", shared["Hills"])


async def test_a_home_that_answers_is_there_again_for_everything_that_is_shared_with_it(town: Town, clock):
    shared, made = await two_trips(town, readers=("bob",))
    await away(town, made)
    await rounds.tell(town.house, town.homes["alice"], shared["Sea"], 1, "files")
    assert await put_off(town, "alice") == set()
    clock.advance(seconds=1)
    await town.serve()
    assert "/new.txt" in await town.tree("bob", shared["Hills"])


async def test_a_home_that_is_another_one_wakes_nothing(town: Town):
    folder = await town.folder("alice", files.ROOT, "Trip")
    sharing = await town.share_folder(folder.id, "bob", "carol")
    await town.settle()
    await away(town, {"Trip": folder.id})
    await ask(town, "carol", sharing, 0)
    found = await town.see("alice", store.replicas)
    assert [one.member for one in found if _is_put_off(town, one)] == [1]


async def test_who_did_not_answer_twice_is_asked_again_when_it_is_time(town: Town, clock):
    shared, made = await two_trips(town)
    town.ways.cut = {"bob.localhost"}
    await town.file("alice", made["Sea"], "new.txt", b"new")
    await town.folder("alice", made["Sea"], "Maps")
    clock.advance(seconds=1)
    await town.serve("alice")
    await rounds.tell(town.house, town.homes["alice"], shared["Sea"], 1, "files")
    clock.advance(seconds=6)
    await town.serve("alice")
    town.ways.cut = set()
    clock.advance(seconds=10)
    await town.serve()
    assert set(await town.tree("bob", shared["Sea"])) == {"/new.txt", "/Maps"}


async def test_a_job_that_is_given_up_is_asked_for_again(town: Town, clock):
    shared, made = await two_trips(town)
    await town.file("alice", made["Sea"], "new.txt", b"new")
    clock.advance(seconds=1)
    home = town.homes["alice"]
    assert await one_job(town.house, home)  # which looks, and asks for another one
    (replica,) = [one for one in await town.see("alice", store.replicas) if one.sharing == shared["Sea"]]
    job = await town.see("alice", documents.fetch, JOBS, replica.files_job)
    await town.house.write(home, SYSTEM, jobs.running.cancel, [job])
    await town.serve("alice")
    assert "/new.txt" not in await town.tree("bob", shared["Sea"])
    clock.advance(minutes=3)
    await town.serve()
    assert "/new.txt" in await town.tree("bob", shared["Sea"])


async def test_what_nobody_foresaw_is_tried_again_like_everything_else(town: Town, clock):
    shared, made = await two_trips(town)
    await town.file("alice", made["Sea"], "new.txt", b"new")
    await town.do("alice", rounds.look)
    asked = town.ways.fetch

    async def breaks(*args: object, **options: object) -> None:
        raise LookupError("nobody thought of that")

    town.ways.fetch = breaks  # type: ignore[method-assign, assignment]
    await rounds.tell(town.house, town.homes["alice"], shared["Sea"], 1, "files")
    town.ways.fetch = asked  # type: ignore[method-assign]
    assert await put_off(town, "alice") == {shared["Sea"]}
    clock.advance(seconds=6)
    await town.serve()
    assert "/new.txt" in await town.tree("bob", shared["Sea"])


async def test_the_end_of_a_first_copy_is_said_until_it_is_heard(town: Town, clock):
    folder = await town.folder("alice", files.ROOT, "Trip")
    sharing = await town.share_folder(folder.id, "bob")
    said = ("DELETE", f"/sharings/{sharing}/initial")
    town.ways.fails = lambda: "before" if town.ways.asked[-1] == said else ""
    clock.advance(seconds=1)
    await town.serve("alice")
    assert town.ways.asked.count(said) == 1
    town.ways.fails = lambda: ""
    clock.advance(seconds=6)
    await town.serve("alice")
    assert town.ways.asked.count(said) == 2
    clock.advance(hours=1)
    await town.serve("alice")
    assert town.ways.asked.count(said) == 2


async def test_while_somebody_is_to_hear_of_something_it_is_known_when_that_is_looked_at(town: Town, clock):
    _, made = await two_trips(town)
    assert await town.do("alice", rounds.look) is None
    await away(town, made)
    at = await town.do("alice", rounds.look)
    assert at is not None
    assert timedelta() < at - clock() <= timedelta(minutes=1)
