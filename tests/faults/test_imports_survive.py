"""kill -9 in the middle of an import: whoever begins anew goes on, and the end is the one of an import that nobody disturbed."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.formats.bookmarks import BOOKMARKS
from cozy.rooms.imports.model import IMPORTS, Source
from tests.imports.archives import BOOKMARKS as MARKS
from tests.imports.archives import CALENDAR, jpeg, zipped
from tests.imports.conftest import bodies, tree_of
from tests.program import Client, Cozy, Server, make_home

pytestmark = pytest.mark.slow


def archive(folder: Path) -> Path:
    """Some of everything, small and large, with things that are not understood."""
    files = {f"stuff/text/{n}.txt": b"%d\n" % n * (n + 1) for n in range(90)}
    files |= {f"stuff/large/{n}.bin": bytes([n]) * 300_000 for n in range(6)}
    files |= {f"Pictures/2020/{n}.jpg": jpeg(n, 60_000) for n in range(10)}
    cards = "".join(f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person {n}\r\nEND:VCARD\r\n" for n in range(40))
    mails = b"".join(
        b"From x@y Mon Jan  1 10:00:00 2024\nSubject: Mail %d\nMessage-ID: <%d@x>\n\nHello\n\n" % (n, n)
        for n in range(40)
    )
    files |= {
        "people.vcf": cards.encode(),
        "Inbox.mbox": mails,
        "marks.html": MARKS.encode(),
        "a.ics": CALENDAR.encode(),
    }
    return zipped(folder / "all.zip", files | {"broken.vcf": b"no card", "../evil": b"x"})


def in_home(data: Path, act: Any) -> Any:
    """Do it in the home of a data folder."""

    async def acting() -> Any:
        settings = load(data=str(data))
        async with opened(settings) as house:
            return await act(house, home_of(settings, await house.read_host(homes.only)))

    return anyio.run(acting)


def begun(source: Source, *, by_job: bool) -> Any:
    """An import of it that was looked through, and begins."""

    async def beginning(house: House, home: Home) -> str:
        made = await house.write(home, SYSTEM, imports.prepare, [source], "/", by_job=False)
        looked = await imports.look(house, home, made.id)
        assert looked.body.state == "planned", looked
        await house.write(home, SYSTEM, imports.begin, made.id, by_job=by_job)
        if not by_job:
            assert (await imports.run(house, home, made.id)).body.state == "done"
        await house.write_host(homes.hasten, home.id)
        return made.id

    return beginning


def everything(work: Work) -> Any:
    """All that an import leaves, without ids and times of its own."""
    body = imports.all_(work)[0].body
    told = [
        (each.format, each.position, each.added, each.same, each.changed, each.beside) for each in body.parts
    ]
    return (
        tree_of(work), sorted(each["displayName"] for each in bodies(work, "io.cozy.contacts")),
        Counter(each["url"] for each in bodies(work, BOOKMARKS)), len(bodies(work, "io.cozy.calendar.events")),
        told, body.left, body.left_in_all, body.state,
    )  # fmt: skip


def found_in(data: Path) -> Any:
    async def finding(house: House, home: Home) -> Any:
        return await house.scan(home, SYSTEM, everything)

    return in_home(data, finding)


def position(client: Client, id_: str) -> tuple[str, int]:
    answer = client("GET", f"/data/{IMPORTS}/{id_}").json
    return answer["state"], sum(part.get("position", 0) for part in answer["parts"])


def test_an_import_that_is_killed_again_and_again_ends_as_any_other(tmp_path, job_kills, seed):
    chance = random.Random(seed)
    path = archive(tmp_path)
    source = Source(path.name, path=str(path))
    for name in ("calm", "killed"):
        make_home(tmp_path / name)
    in_home(tmp_path / "calm", begun(source, by_job=False))
    id_ = in_home(tmp_path / "killed", begun(source, by_job=True))
    cozy = Cozy(tmp_path / "killed", env={"COZY_LEASE_S": "2"})
    token, at = cozy.token(), 0
    for kill in range(job_kills + 1):
        with Server(cozy, tmp_path / "log") as server:
            client = server.client(token)
            state, here = position(client, id_)
            assert here >= at  # what was taken in stays so
            wanted = here + chance.randint(1, 70) if kill < job_kills else 10**9
            while state == "running" and here < wanted:
                time.sleep(0.005)  # or the server would do nothing but answer this
                state, here = position(client, id_)
            at = here
            if kill < job_kills:
                server.kill()
            else:
                assert server.stop() == 0
    assert found_in(tmp_path / "killed") == found_in(tmp_path / "calm")
    assert cozy("check", "--scrub").code == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
