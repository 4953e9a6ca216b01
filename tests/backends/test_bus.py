"""The order in which changes leave a bus, whatever the order in which they come."""

import asyncio
from collections.abc import Sequence

import msgspec
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from cozy.app.house import opened
from cozy.backends.bus import LocalBus
from cozy.backends.listening import Message, _cut, _decode, _encode
from cozy.kernel.bus import Change
from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents


def change(seq: int, *, is_whole: bool = True) -> Change:
    before = {"n": seq - 1} if is_whole else {}
    return Change("UPDATED", "io.cozy.notes", "a", f"{seq}-x", {"n": seq}, before, seq)


class Written:
    """A home to which changes are committed one by one, and read in pages of two."""

    def __init__(self) -> None:
        self.last = 3

    async def since(self, home_id: str, seq: int | None) -> tuple[int, Sequence[Change]]:
        await asyncio.sleep(0)
        if seq is None or seq >= self.last:
            return self.last, []
        page = [change(n, is_whole=False) for n in range(seq + 1, self.last + 1)][:2]
        return page[-1].seq, page


@settings(deadline=None)
@given(st.data())
def test_whatever_order_changes_come_in_they_leave_in_order_each_once(data):
    count = data.draw(st.integers(0, 12), "count")
    batches: list[list[int]] = [[]]
    for seq in range(4, 4 + count):
        batches[-1].append(seq)
        if data.draw(st.booleans()):
            batches.append([])
    lost = data.draw(st.sets(st.integers(0, len(batches) - 1)), "lost")
    order = data.draw(st.permutations(range(len(batches))), "order")
    steps = data.draw(st.lists(st.sampled_from(["turn", "look", "again"]), max_size=12))
    heard: list[Change] = []

    async def run() -> None:
        written = Written()
        bus = LocalBus(written.since)
        await bus.hear("home", heard.extend)
        written.last += count
        for which in order:
            step = steps.pop() if steps else ""
            batch = [change(seq) for seq in batches[which]]
            if which not in lost:
                bus.tell("home", batch)
            if step == "again":
                bus.tell("home", batch)
            if step == "look":
                bus.look("home")
            if step == "turn":
                await asyncio.sleep(0)
        bus.look("home")
        async with asyncio.timeout(60):
            while len(heard) < count:  # noqa: ASYNC110
                await asyncio.sleep(0)
        await bus.close()

    asyncio.run(run())
    assert [one.seq for one in heard] == list(range(4, 4 + count))


def test_a_home_that_cannot_be_read_still_tells_what_it_is_told():
    heard: list[Change] = []

    async def since(home_id: str, seq: int | None) -> tuple[int, Sequence[Change]]:
        if seq is None:
            return 3, []
        raise OSError("the disk is gone")

    async def run() -> None:
        bus = LocalBus(since)
        await bus.hear("home", heard.extend)
        bus.tell("home", [change(6), change(7)])
        await asyncio.sleep(0.01)
        bus.tell("home", [change(8)])

    with capture_logs() as logs:
        asyncio.run(run())
    assert [one.seq for one in heard] == [6, 7, 8]
    assert {line["log_level"] for line in logs} == {"error"}


@settings(deadline=None)
@given(st.text(alphabet="aé€🏠", max_size=40), st.integers(4, 9))
def test_a_message_is_cut_between_characters(text, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cozy.backends.listening._PIECE", size)
        pieces = list(_cut(text.encode()))
    assert "".join(pieces) == text
    assert all(len(piece.encode()) <= size for piece in pieces)


def test_a_message_keeps_what_it_tells():
    message = Message([change(4), Change("NOTIFIED", "io.cozy.notes", "b", body={"x": None})], True)
    kept = _decode(_encode(message))
    assert kept.is_short
    assert [msgspec.structs.asdict(one) for one in kept.changes] == [
        msgspec.structs.asdict(one) for one in message.changes
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("postgres", ["postgres"], indirect=True)
async def test_what_was_written_while_the_connection_was_lost_is_told_after_it(house, home, postgres):
    heard: list[Change] = []
    await house.bus.hear(home.id, heard.extend)
    with capture_logs() as logs:
        async with opened(house.settings) as elsewhere:
            async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as connection:
                await connection.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND query LIKE 'LISTEN%'"""
                )
            await elsewhere.write(home, SYSTEM, documents.create, "io.cozy.notes", {"n": 1})
            async with asyncio.timeout(60):
                while not heard:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
    assert [one.body for one in heard] == [{"n": 1}]
    assert [line for line in logs if "other processes are not heard" in line["event"]]
