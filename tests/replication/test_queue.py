"""What a change starts: noted with it, told soon after, later again where a home is away."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import JOBS
from cozy.rooms.replication import store
from cozy.rooms.replication.service import rounds
from tests.replication.town import Town

pytestmark = pytest.mark.anyio


async def lines(town: Town, who: str) -> list[str]:
    def waiting(work):
        rows = work.db.all(
            "SELECT id FROM jobs WHERE home_id = :home AND name = 'replication.look' ORDER BY id",
            home=work.home,
        )
        return [row[0] for row in rows]

    return await town.see(who, waiting)


async def asked(town: Town, who: str) -> list[tuple[str, dict]]:
    found = await town.see(who, documents.changes, JOBS)
    return [(one.body["worker"], one.body["message"]) for one in found if one.body.get("state") == "queued"]


async def test_a_change_is_told_by_jobs_as_cozy_stack_names_them(town: Town):
    folder = await town.folder("alice", files.ROOT, "Trip")
    await town.file("alice", folder.id, "old.txt")
    sharing = await town.share_folder(folder.id, "bob")
    await town.settle()
    await town.house.write(town.homes["alice"], SYSTEM, _clear)
    await town.file("alice", folder.id, "new.txt")
    assert await lines(town, "alice") == [rounds.LINE]
    await town.do("alice", rounds.look)
    assert await asked(town, "alice") == [("share-upload", {"sharing_id": sharing, "member": 1})]
    await town.folder("alice", folder.id, "Maps")
    await town.do("alice", rounds.look)
    both = [(worker, {"sharing_id": sharing, "member": 1}) for worker in ("share-upload", "share-replicate")]
    assert await asked(town, "alice") == both
    await town.do("alice", rounds.look)
    assert len(await asked(town, "alice")) == 2


async def test_what_is_not_shared_asks_for_nothing(town: Town):
    folder = await town.folder("alice", files.ROOT, "Trip")
    await town.share_folder(folder.id, "bob")
    await town.settle()
    await town.house.write(town.homes["alice"], SYSTEM, _clear)
    await town.do("alice", documents.create, "io.cozy.todos", {"title": "Paint"})
    assert await lines(town, "alice") == []


async def test_a_home_that_is_away_is_asked_later_and_later_and_at_once_when_it_is_heard(town: Town, clock):
    folder = await town.folder("alice", files.ROOT, "Trip")
    sharing = await town.share_folder(folder.id, "bob")
    await town.settle()
    town.ways.cut = {"bob.localhost"}
    await town.folder("alice", folder.id, "Maps")
    pauses = []
    for _ in range(6):
        await town.do("alice", rounds.look)
        await rounds.tell(town.house, town.homes["alice"], sharing, 1, "documents")
        (replica,) = await town.see("alice", store.replicas)
        pauses.append((replica.failures, replica.retry_at))
        clock.advance(hours=2)
    assert [failures for failures, _ in pauses] == [1, 2, 3, 4, 5, 6]
    town.ways.cut = set()
    await town.do("alice", rounds.hear, sharing, 1)
    await town.settle()
    (replica,) = await town.see("alice", store.replicas)
    assert (replica.failures, replica.retry_at) == (0, "")


def _clear(work) -> None:
    """Nothing waits, and nobody is at work."""
    changes = documents.changes(work, JOBS)
    for job in documents.fetch_many(work, JOBS, [one.id for one in changes if not one.deleted]).values():
        documents.delete(work, job)
    work.db.run("DELETE FROM jobs WHERE home_id = :home", home=work.home)
    assert jobs.next_due(work)
