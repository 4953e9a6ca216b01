"""What a bus promises: whatever is committed, here or in another process, is told in order, each change once."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from cozy.app.house import opened
from cozy.kernel.bus import Change
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument, UpdateConflict

NOTES = "io.cozy.notes"
SOON_S = 60.0


class Ears:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.heard: list[Change] = []
        self.looks = 0
        self._news = asyncio.Event()

    def __call__(self, changes: Sequence[Change]) -> None:
        self.heard += changes
        self.looks += not changes
        self._news.set()

    async def until(self, is_so) -> None:
        async with asyncio.timeout(SOON_S):
            while not is_so(self):
                self._news.clear()
                await self._news.wait()

    async def count(self, number: int) -> list[Change]:
        await self.until(lambda ears: len(ears.heard) >= number)
        return self.heard


@pytest.fixture
async def elsewhere(house: House) -> AsyncIterator[House]:
    """Another process over the same homes."""
    async with opened(house.settings) as other:
        yield other


@pytest.fixture
async def ears(house: House, home: Home) -> Ears:
    ears = Ears()
    await house.bus.hear(home.id, ears)
    return ears


def create(work: Work, id_: str, **body: object) -> str:
    return documents.create(work, NOTES, body, id_=id_).rev


def update(work: Work, id_: str, **body: object) -> str:
    return documents.update(work, documents.fetch(work, NOTES, id_), body).rev


def delete(work: Work, id_: str) -> str:
    return documents.delete(work, documents.fetch(work, NOTES, id_)).rev


def notify(work: Work, text: str) -> None:
    work.changes.append(Change("NOTIFIED", NOTES, "n", body={"text": text}))


async def test_what_is_committed_is_told_with_what_was_there_before(house, home, ears):
    first = await house.write(home, SYSTEM, create, "a", n=1)
    second = await house.write(home, SYSTEM, update, "a", n=2)
    third = await house.write(home, SYSTEM, delete, "a")
    told = [(one.verb, one.rev, one.body, one.before) for one in await ears.count(3)]
    assert told == [
        ("CREATED", first, {"n": 1}, {}),
        ("UPDATED", second, {"n": 2}, {"n": 1}),
        ("DELETED", third, {}, {"n": 2}),
    ]


async def test_it_is_told_before_who_wrote_it_is_answered(house, home, ears):
    await house.write(home, SYSTEM, create, "a")
    assert [one.id for one in ears.heard] == ["a"]


async def test_a_document_that_comes_back_is_created(house, home, ears):
    await house.write(home, SYSTEM, create, "a")
    await house.write(home, SYSTEM, delete, "a")
    await house.write(home, SYSTEM, create, "a", n=2)
    assert [one.verb for one in await ears.count(3)] == ["CREATED", "DELETED", "CREATED"]


async def test_what_is_undone_is_not_told(house, home, ears):
    def failing(work: Work) -> None:
        create(work, "a")
        raise NoDocument

    with pytest.raises(NoDocument):
        await house.write(home, SYSTEM, failing)
    await house.write(home, SYSTEM, create, "b")
    assert [one.id for one in await ears.count(1)] == ["b"]


async def test_what_is_committed_is_told_although_nobody_waits_for_it_any_more(house, home, ears):
    writing = asyncio.ensure_future(house.write(home, SYSTEM, create, "a"))
    while not await house.read(home, SYSTEM, documents.fetch_many, NOTES, ["a"]):
        pass
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    assert [one.id for one in await ears.count(1)] == ["a"]


async def test_who_ended_listening_hears_nothing_and_the_others_go_on(house, home, ears):
    gone = Ears()
    end = await house.bus.hear(home.id, gone)
    await house.write(home, SYSTEM, create, "a")
    end()
    end()
    await house.write(home, SYSTEM, create, "b")
    assert [one.id for one in await ears.count(2)] == ["a", "b"]
    assert [one.id for one in gone.heard] == ["a"]


async def test_a_listener_that_fails_keeps_nothing_from_the_others(house, home):
    def failing(changes: Sequence[Change]) -> None:
        raise ValueError("on purpose")

    await house.bus.hear(home.id, failing)
    ears = Ears()
    await house.bus.hear(home.id, ears)
    with capture_logs() as logs:
        await house.write(home, SYSTEM, create, "a")
        assert len(await ears.count(1)) == 1
    assert [line["event"] for line in logs] == ["a listener failed"]


async def test_what_is_no_document_is_told_too(house, home, ears):
    await house.write(home, SYSTEM, notify, "hello")
    assert [(one.verb, one.seq, one.body) for one in await ears.count(1)] == [
        ("NOTIFIED", 0, {"text": "hello"})
    ]


async def test_what_another_process_wrote_is_told(house, home, ears, elsewhere):
    await elsewhere.write(home, SYSTEM, create, "a", n=1)
    await house.write(home, SYSTEM, create, "b")
    await elsewhere.write(home, SYSTEM, create, "c")
    told = await ears.count(3)
    assert [(one.seq - told[0].seq, one.id, one.verb) for one in told] == [
        (0, "a", "CREATED"), (1, "b", "CREATED"), (2, "c", "CREATED"),
    ]  # fmt: skip
    assert told[0].body == {"n": 1}


async def test_what_was_written_before_is_not_told(house, home, elsewhere):
    await elsewhere.write(home, SYSTEM, create, "a")
    ears = Ears()
    await house.bus.hear(home.id, ears)
    await elsewhere.write(home, SYSTEM, create, "b")
    assert [one.id for one in await ears.count(1)] == ["b"]


async def test_much_at_once_from_another_process_is_told_whole(house, home, ears, elsewhere):
    def import_(work: Work) -> None:
        for n in range(2_500):
            create(work, f"{n:04}", text="é" * 50)

    await elsewhere.write(home, SYSTEM, import_)
    told = await ears.count(2_500)
    assert [one.id for one in told] == [f"{n:04}" for n in range(2_500)]
    assert {one.verb for one in told} == {"CREATED"}


async def test_who_listens_is_called_when_another_process_wrote_what_is_no_document(
    house, home, ears, elsewhere, postgres
):
    """On SQLite; on PostgreSQL the other process says what it was."""
    await elsewhere.write(home, SYSTEM, notify, "é" * 20_000)
    if postgres:
        assert [one.body["text"] for one in await ears.count(1)] == ["é" * 20_000]
        return

    def forget(work: Work) -> None:
        work.db.run("DELETE FROM sessions WHERE home_id = :home", home=work.home)
        work.db.run("UPDATE counters SET value = value WHERE home_id = :home", home=work.home)

    await elsewhere.write(home, SYSTEM, forget)
    await ears.until(lambda ears: ears.looks)
    assert ears.heard == []


async def scribble(house: House, home: Home, seed: int, committed: list[tuple[str, str]]) -> None:
    """Creates, updates and deletes a few documents over and over, in transactions of one to four."""
    chance = random.Random(seed)

    def some(work: Work, fail: bool) -> list[tuple[str, str]]:
        done = []
        for _ in range(chance.randint(1, 4)):
            id_ = f"d{chance.randint(0, 5)}"
            known = documents.fetch_many(work, NOTES, [id_])
            if not known:
                done.append((id_, create(work, id_, seed=seed, n=chance.random())))
            elif chance.random() < 0.3:
                done.append((id_, delete(work, id_)))
            else:
                done.append((id_, update(work, id_, seed=seed, n=chance.random())))
        if fail:
            raise UpdateConflict
        return done

    for _ in range(40):
        fail = chance.random() < 0.2
        with suppress(UpdateConflict):
            committed += await house.write(home, SYSTEM, some, fail)
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() / 200)


def gaps(told: list[Change]) -> list[tuple[int, int]]:
    return [(a.seq, b.seq) for a, b in itertools.pairwise(told) if a.seq >= b.seq]


@pytest.mark.parametrize("seed", range(3))
async def test_everything_that_many_writers_commit_is_told_in_order_each_once(house, home, ears, seed):
    committed: list[tuple[str, str]] = []
    await asyncio.gather(*(scribble(house, home, seed * 100 + n, committed) for n in range(6)))
    told = await ears.count(len(committed))
    assert sorted((one.id, one.rev) for one in told) == sorted(committed)
    assert [one.seq - told[0].seq for one in told] == list(range(len(told)))
    state: dict[str, Change] = {}
    for one in told:
        was = state.get(one.id)
        assert one.before == (was.body if was else {})
        assert one.verb == ("DELETED" if not one.body else "UPDATED" if was and was.body else "CREATED")
        state[one.id] = one


@pytest.mark.parametrize("seed", range(3))
async def test_two_processes_that_write_at_once_tell_the_same_in_order_and_none_twice(
    house, home, ears, elsewhere, seed
):
    committed: list[tuple[str, str]] = []
    there = Ears()
    await elsewhere.bus.hear(home.id, there)
    await asyncio.gather(
        *(scribble((house, elsewhere)[n % 2], home, seed * 100 + n, committed) for n in range(6))
    )
    last = await house.read(home, SYSTEM, documents.last_seq)
    rows = await house.read(home, SYSTEM, lambda work: documents.changes(work, NOTES))
    for each in (ears, there):
        await each.until(lambda one: one.heard and one.heard[-1].seq == last)
        assert gaps(each.heard) == []
        assert {one.id: one.rev for one in each.heard} == {row.id: row.rev for row in rows}
        assert {(one.id, one.rev) for one in each.heard} <= set(committed)
