"""Small pictures that are there before anybody looks, and what is found out while they are drawn."""

import re

import pytest

from cozy.backends.previewer import limits
from cozy.backends.previewer.limits import Limit
from cozy.kernel.caller import SYSTEM
from cozy.kernel.previews import Previews
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.files.events import PictureStored
from cozy.rooms.files.jobs import WORKERS
from cozy.rooms.files.service.ahead import AHEAD
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import JOBS, Task
from cozy.rooms.jobs.service.running import Asked
from tests.browser import samples
from tests.conftest import OWNER
from tests.files.photos import opened, photo, scene
from tests.files.settling import settled
from tests.jobs.conftest import at_work, states, until


@pytest.fixture
def orders(house, monkeypatch) -> list[str]:
    """The recipes that the real previewer is asked for, from now on."""
    asked: list[str] = []
    real = house.ports[Previews][0]

    class Noting:
        async def draw(self, sha256, length, read, recipe, **options):
            asked.append(recipe)
            return await real.draw(sha256, length, read, recipe, **options)

    monkeypatch.setitem(house.ports, Previews, [Noting()])
    return asked


async def test_what_lists_show_is_drawn_of_one_opening_and_kept(client, anonymous, house, home, orders):
    file = await client.upload("a.jpg", samples.picture(0.3))
    again = await client.upload("b.jpg", samples.picture(0.3))
    told = []
    await house.bus.hear(home.id, told.extend)
    await settled(house, home)
    assert len(list(house.drawings.kept(home.id))) == len(AHEAD)
    asked = list(orders)
    for links in (file["links"], again["links"]):
        for look in ("tiny", "small"):
            answer = await anonymous.get(links[look], headers={"accept": "image/webp"})
            assert opened(answer.content).format == "WEBP"
    assert orders == asked
    assert orders.count("pictures") == 1
    ready = [(each.id, each.body["format"]) for each in told if each.doctype == "io.cozy.files.thumbnails"]
    assert ready == [(file["id"], "tiny"), (file["id"], "small")]


async def test_what_cannot_be_drawn_is_tried_once(client, house, home, orders):
    for name in ("a.jpg", "b.jpg"):
        await client.upload(name, b"no picture at all")
        await settled(house, home)
    assert orders.count("pictures") == 1
    assert await house.write(home, SYSTEM, files.announce_unseen) == 0


async def test_pictures_of_before_are_drawn_by_the_daily_chore(house, home):
    def before(work) -> str:
        file = files.create_file(work, files.ROOT, "a.jpg", samples.content(scene(1)), "")
        work.published.clear()
        return file.id

    await house.write(home, OWNER, before)
    assert await house.write(home, SYSTEM, files.announce_unseen) == 1
    await settled(house, home)
    assert await house.write(home, SYSTEM, files.announce_unseen) == 0
    assert len(list(house.drawings.kept(home.id))) == len(AHEAD)


def test_only_contents_that_are_new_and_can_be_seen_are_announced(work):
    def announced() -> list[str]:
        names = [event.file_id for event in work.published if isinstance(event, PictureStored)]
        work.published.clear()
        return names

    first = files.create_file(work, files.ROOT, "a.jpg", samples.content(photo()), "")
    assert announced() == [first.id]
    files.create_file(
        work, files.ROOT, "b.jpg", samples.content(photo(colour="red")), "", files.Details(encrypted=True)
    )
    files.create_file(work, files.ROOT, "c.txt", samples.content(b"text"), "")
    files.create_file(work, files.ROOT, "d.jpg", samples.content(b""), "")
    assert announced() == []


@pytest.mark.parametrize(
    ("limit", "error"),
    [
        (Limit(patience_s=0), "It took longer than 0 s: the process had to be stopped"),
        (Limit(memory=60_000_000), "more memory than it may have|The process ended while it drew"),
    ],
    ids=["hangs", "eats memory"],
)
async def test_a_drawing_that_hangs_or_eats_memory_dies_alone_and_its_job_says_why(
    client, house, home, monkeypatch, limit, error
):
    hungry, next_one = [
        await client.upload(f"{width}.jpg", scene(1, width, 2 * width)) for width in (2_000, 200)
    ]
    await house.write(home, SYSTEM, _nothing_waits)
    with monkeypatch.context() as patch:
        patch.setitem(limits.LIMITS, "pictures", limit)
        job = await _ended(house, home, hungry["id"])
    assert (job["state"], bool(re.search(error, job["error"]))) == ("errored", True), job["error"]
    assert (await _ended(house, home, next_one["id"]))["state"] == "done"


def _nothing_waits(work):
    work.db.run("DELETE FROM jobs WHERE home_id = :home", home=work.home)


async def _ended(house, home, file_id):
    """The job that draws a file, once it has ended."""
    async with at_work(house) as house:
        asked = Asked(worker="thumbnail", message={"file": {"_id": file_id}})
        pushed = await house.write(home, SYSTEM, jobs.running.push, asked)
        await until(house, home, lambda work: bool(set(states(work)) - {"done", "errored"}), False)
        return (await house.read(home, SYSTEM, documents.fetch, JOBS, pushed.id)).body


async def test_the_worker_of_thumbnails_draws_what_it_is_told(client, house, home):
    draw = next(each.run for each in WORKERS if each.name == "thumbnail")
    assert draw is not None
    asked = {"_id": (await client.upload("a.jpg", scene(1)))["id"]}
    changed = {"_id": (await client.upload("b.jpg", scene(2)))["id"]}
    await draw(house, home, Task("1", "thumbnail", {"file": asked}))
    await draw(house, home, Task("2", "thumbnail", None, {"verb": "CREATED", "doc": changed}))
    await draw(house, home, Task("3", "thumbnail", {"file": {"_id": "gone"}}))
    assert len(list(house.drawings.kept(home.id))) == 2 * len(AHEAD)
