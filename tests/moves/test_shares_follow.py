"""A home that moves by an archive, as cozy-stack has it (model/move): those it shares with follow it, and so do its links."""

import base64
import hashlib
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.exports.service import parts
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.service.elsewhere import Moving
from cozy.rooms.neighbours.model import WELL_KNOWN
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from cozy.rooms.sharing import service as sharings
from tests.imports.conftest import bodies
from tests.replication.test_documents import TODOS, sync
from tests.replication.town import Town, town_in

SHOWN = "http://bob.localhost:8080/#/exports/bWFjbWFjbWFjbWFj"
ELSEWHERE = "https://alice.elsewhere.example"
ROOT = "io.cozy.files.root-dir"
MOVED = {
    "data": {
        "type": "io.cozy.sharings.moved",
        "attributes": {"new_instance": "https://bob.elsewhere.example"},
    }
}


@pytest.fixture
async def town(settings, clock, postgres) -> AsyncIterator[Town]:
    async with town_in(settings, clock) as town:
        town.ways.refuses = lambda path, body: 404 if path == WELL_KNOWN else 0  # as where cozy-stack answers
        yield town
        if postgres:
            for home_id in await town.house.storage.homes():
                await town.house.storage.drop(home_id)
            await town.house.storage.host.write(lambda db: db.run("DELETE FROM homes"))


async def archived(town: Town, who: str, folder: Path, **told: object) -> list[Path]:
    """The parts of the archive with which a home is handed over; told: other attributes of documents, by the end of their path."""
    await parts.archive(town.house, town.homes[who], folder, moves=True)
    found = sorted(folder.iterdir())
    for path in found:
        _change(path, told)
    return found


def _change(path: Path, told: dict[str, object]) -> None:
    with zipfile.ZipFile(path) as before:
        entries = [(each, before.read(each)) for each in before.infolist()]
    with zipfile.ZipFile(path, "w") as after:
        for info, data in entries:
            for id_, more in told.items():
                if info.filename.endswith(f"/{id_}.json"):
                    data = json.dumps(json.loads(data) | more).encode()
            after.writestr(info, data)


async def moved(town: Town, found: list[Path], there: str, before: str):
    """Bring it in there, as the home that moves; its parts were fetched already."""
    house, home = town.house, town.homes[there]
    moving = Moving(town.homes[before].origin, "word")
    made = await house.write(home, SYSTEM, imports.elsewhere.prepare, SHOWN, moving, by_itself=True)
    folder = imports.elsewhere._folder(house, home, made.body.sources[0].account)
    folder.mkdir(parents=True)
    for number, path in enumerate(found):
        path.rename(folder / f"{number:05}.zip")
    (folder / "all").touch()
    await imports.look(house, home, made.id)
    body = (await imports.run(house, home, made.id)).body
    assert (body.state, body.why) == ("done", "")
    return body


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_others_go_on_with_who_moves_owner_or_not(town, tmp_path, who):
    folder = await town.folder("alice", ROOT, "Trip")
    await town.folder("alice", folder.id, "Days")
    file = await town.file("alice", folder.id, "a.txt", b"first")
    shared = await town.share_folder(folder.id, "bob")
    await town.settle("alice", "bob")
    rest = "bob" if who == "alice" else "alice"
    found = await archived(
        town, who, tmp_path / "archive", **{shared: {"triggers": {"track_ids": ["x"]}, "initial_sync": None}}
    )
    await town.do(who, sharings.moving.gone, town.homes["carol"].origin)
    came = await moved(town, found, "carol", who)
    assert sum(part.added.get("share", 0) for part in came.parts) == 1
    assert not [each for each in came.left if "sharing" in each.name or "triggers" in each.name]
    await town.serve("carol", rest)
    town.ways.cut = {town.homes[who].domain}
    told = await town.see(rest, sharings.fetch, shared)
    assert town.homes["carol"].origin in {each.instance for each in told.members}
    assert town.homes[who].origin not in {each.instance for each in told.members}
    assert not (await town.see(who, sharings.fetch, shared)).active
    marked = await town.see("carol", tree.linked_to, "io.cozy.sharings", shared)
    assert marked == [await town.root("carol", shared)]  # apps look for that
    town.ways.asked.clear()
    await town.settle("carol", rest)
    assert not [path for method, path in town.ways.asked if method == "PUT"]  # nothing is sent that was there
    await town.write("alice" if who == "bob" else "carol", file.id, b"second")
    await town.settle("carol", rest)
    mine = await town.at("carol", shared, "a.txt")
    await town.file("carol", mine.dir_id, "b.txt", b"third")
    await town.settle("carol", rest)
    await town.file(rest, (await town.root(rest, shared)), "c.txt", b"fourth")
    await town.settle("carol", rest)
    here, there = await town.trees(shared, "carol", rest)
    assert here == there
    assert set(here) == {"/Days", "/a.txt", "/b.txt", "/c.txt"}
    assert here["/a.txt"] == base64.b64encode(hashlib.md5(b"second").digest()).decode()


@pytest.mark.parametrize("days", [3, 31])
async def test_one_that_was_not_told_is_led_there_for_a_month_until_who_left_is_back(
    town, tmp_path, clock, days
):
    """web/middlewares/permissions.go, model/sharing/oauth.go: `RefreshToken`, `TryTokenForMovedSharing`."""
    folder = await town.folder("alice", ROOT, "Trip")
    shared = await town.share_folder(folder.id, "bob")
    await town.settle("alice", "bob")
    found = await archived(town, "alice", tmp_path / "archive")
    held = (await town.see("bob", sharings.fetch, shared)).credentials[0]
    await town.do("alice", sharings.moving.gone, ELSEWHERE)
    headers = {"authorization": f"Bearer {held.access_token.access_token}"}
    form = {"grant_type": "refresh_token", "refresh_token": held.access_token.refresh_token}
    form |= {name: held.client[name] for name in ("client_id", "client_secret")}
    transport = httpx2.ASGITransport(town.ways.app)
    async with httpx2.AsyncClient(transport=transport, base_url=town.homes["alice"].origin) as bob:
        for path in ("_revs_diff", "_bulk_docs", "recipients/self/moved"):
            answer = await bob.post(f"/sharings/{shared}/{path}", headers=headers, json=MOVED)
            assert answer.status_code == 410
            assert [each["links"] for each in answer.json()["errors"]] == [{"related": ELSEWHERE}]
        assert (await bob.get(f"/files/{folder.id}", headers=headers)).status_code == 403
        clock.advance(days=days)
        await town.do("alice", sharings.ending.sweep_clients)
        await town.serve("alice")
        vouched = await bob.post("/auth/access_token", data=form)
        assert vouched.status_code == (200 if days < 30 else 400)
        assert vouched.json().get("access_token", "").count(".") == (2 if days < 30 else 0)
    came = await moved(town, found, "alice", "alice")
    assert not [each for each in came.left if shared in each.name]
    assert (await town.see("alice", sharings.fetch, shared)).active
    await town.serve("alice", "bob")
    await town.file("alice", folder.id, "a.txt", b"first")
    await town.settle("alice", "bob")
    assert "/a.txt" in await town.tree("bob", shared)


async def test_a_link_opens_the_same_by_its_code_and_password(town, tmp_path):
    file = await town.file("bob", ROOT, "plan.txt", b"plan")
    rules = {"files": Rule("io.cozy.files", ("GET",), (file.id,))}
    wanted = permissions.links.Wanted(
        rules=rules, labels=["link"], sealed=await permissions.passwords.seal("pirates")
    )
    open_ = permissions.links.Wanted(rules=rules, labels=["open"], title="Ana", look_only=True)
    sealed, free, ended = [
        await town.do("bob", permissions.links.make, each) for each in (wanted, open_, open_)
    ]
    salt, key = (
        b"s" * 16,
        hashlib.scrypt(b"corsairs", salt=b"s" * 16, n=16384, r=8, p=1, dklen=32, maxmem=1 << 26),
    )
    by_stack = base64.b64encode(f"scrypt$16384$8$1${salt.hex()}${key.hex()}".encode()).decode()
    found = await archived(
        town,
        "bob",
        tmp_path / "archive",
        **{free.id: {"password": by_stack, "source_id": "io.cozy.apps/drive"}, ended.id: {"expires_at": 1}},
    )
    came = await moved(town, found, "carol", "bob")
    assert sum(part.added.get("share", 0) for part in came.parts) == 2
    assert [each.why for each in came.left if ended.id in each.name] == ["It was over already."]
    assert (await town.see("carol", permissions.fetch, free.id)).look_only
    for link, right in ((sealed, "pirates"), (free, "corsairs")):
        here = await town.see("carol", permissions.of_code, next(iter(link.shortcodes.values())))
        assert here is not None
        assert here.password
        assert [grant.values for grant in await town.see("carol", permissions.opened_by, here)] == [
            (file.id,)
        ]
        kept = await town.see("carol", permissions.passwords.sealed, here.id)
        assert await permissions.passwords.is_right(kept, right)
        assert not await permissions.passwords.is_right(kept, "wrong")


async def test_without_a_move_sharings_and_links_stay(town, tmp_path):
    folder = await town.folder("alice", ROOT, "Trip")
    shared = await town.share_folder(folder.id, "bob")
    await town.settle("alice", "bob")
    await parts.archive(town.house, town.homes["bob"], tmp_path / "archive")
    (path,) = (tmp_path / "archive").iterdir()
    with zipfile.ZipFile(path) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(f"/{shared}.json")]
        assert "credentials" not in json.loads(archive.read(name))
        assert not [each for each in archive.namelist() if "oauth.clients" in each]
    assert await town.see("carol", bodies, "io.cozy.sharings") == []


WHY = {
    "credentials": "It cannot go on from here: share it again.",
    "drive": "It cannot go on from here: share it again.",
    "active": "It was over already.",
    "waits": "You had not said yes to it: whoever invited you has to do it again.",
}


async def test_what_cannot_follow_is_said(town, tmp_path):
    folder = await town.folder("alice", ROOT, "Trip")
    shared = {each: await town.share_folder(folder.id, "bob") for each in WHY}
    bob = {"status": "pending", "instance": town.homes["alice"].origin}
    told = {
        "credentials": {"credentials": []}, "drive": {"drive": True}, "active": {"active": False},
        "waits": {"active": False, "owner": False, "members": [{"status": "owner"}, bob]},
    }  # fmt: skip
    archive = {shared[each]: changes for each, changes in told.items()}
    came = await moved(town, await archived(town, "alice", tmp_path / "archive", **archive), "carol", "alice")
    for each, id_ in shared.items():
        assert [left.why for left in came.left if id_ in left.name] == [WHY[each]]


async def test_a_link_opens_nothing_of_what_was_there_before(town, tmp_path):
    there = await town.folder("carol", ROOT, "Trip")
    await town.file("carol", there.id, "diary.txt", b"mine")
    folder = await town.folder("bob", ROOT, "Trip")
    file = await town.file("bob", folder.id, "plan.txt", b"plan")
    made = {}
    for each in (folder.id, ROOT, file.id):
        rules = {"files": Rule("io.cozy.files", ("GET",), (each,))}
        wanted = permissions.links.Wanted(rules=rules, labels=["link"])
        made[each] = await town.do("bob", permissions.links.make, wanted)
    every = {"files": Rule("io.cozy.files", ("GET",), ("file",), "type")}
    wanted = permissions.links.Wanted(rules=every, labels=["link"])
    made["every"] = await town.do("bob", permissions.links.make, wanted)
    everything = await town.share([sync(TODOS, "home", selector="list")], "alice", owner="bob")
    came = await moved(town, await archived(town, "bob", tmp_path / "archive"), "carol", "bob")
    opens = {
        each: await town.see("carol", permissions.of_code, link.shortcodes["link"])
        for each, link in made.items()
    }
    assert [each for each, link in opens.items() if link is not None] == [file.id]
    for each in (folder.id, ROOT):
        assert [left.why for left in came.left if made[each].id in left.name] == [WHY["credentials"]]
    assert [left.why for left in came.left if everything in left.name] == [WHY["credentials"]]
