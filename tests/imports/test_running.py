"""Runs: what there is comes in by kind, once, wherever it is stopped."""

import zipfile
from hashlib import sha256
from pathlib import Path

from cozy.kernel.caller import SYSTEM
from cozy.rooms.calendars.model import EVENTS
from cozy.rooms.files import service as files
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.formats.bookmarks import BOOKMARKS
from cozy.rooms.imports.model import Source
from cozy.rooms.photos import service as photos
from tests.imports.archives import EVERYTHING, jpeg, laid_out, tarred, zipped
from tests.imports.conftest import bodies, tree_of


def numbers(body, what="added"):
    found = {}
    for part in body.parts:
        for kind, number in getattr(part, what).items():
            found[kind] = found.get(kind, 0) + number
    return found


EXPECTED = {"document": 1, "file": 2, "contact": 2, "event": 1, "mail": 2}


async def test_everything_goes_where_its_like_is(bring, inside, tmp_path):
    body = await bring(zipped(tmp_path / "stuff.zip", EVERYTHING))
    assert body.state == "done"
    assert numbers(body) == numbers(body, "planned") == EXPECTED
    there = await inside(tree_of)
    assert set(there) == {
        "/stuff/letters/a.txt", "/stuff/letters/b.txt", "/Mail/Inbox/2024/2024-01-01 Café.eml", "/Mail/Inbox/Two.eml",
    }  # fmt: skip
    people = await inside(bodies, "io.cozy.contacts")
    assert {each["displayName"] for each in people} >= {"Ann Ode", "Bob Nemo"}
    (event,) = await inside(bodies, EVENTS)
    (calendar,) = await inside(bodies, "io.cozy.calendars")
    assert calendar["name"] == "Choir"
    assert event["collection"]
    (bookmark,) = await inside(bodies, BOOKMARKS)
    assert (bookmark["url"], bookmark["title"], bookmark["folders"], bookmark["created_at"][:10]) == (
        "https://example.org/roses?a=1&b=2", "Roses & more", ["Garden"], "2020-09-13",
    )  # fmt: skip
    file = await inside(files.at_path, "/stuff/letters/a.txt")
    assert file.updated_at.startswith("2024-05-01T12:00:00")


async def test_the_same_again_adds_nothing_however_it_is_packed(bring, inside, tmp_path):
    await bring(zipped(tmp_path / "stuff.zip", EVERYTHING))
    before = await inside(tree_of)
    again = await bring(tarred(tmp_path / "stuff.tgz", EVERYTHING))
    assert numbers(again) == {}
    assert sum(part.same for part in again.parts) == sum(EXPECTED.values())
    assert sum(part.known for part in again.parts) == sum(EXPECTED.values())
    assert await inside(tree_of) == before


async def test_photos_of_folders_go_among_the_photos_once(bring, inside, tmp_path):
    files_ = {f"Pictures/2020/{n}.jpg": jpeg(n, 40_000) for n in range(12)} | {
        "Pictures/2021/again.jpg": jpeg(3, 40_000)
    }
    body = await bring(laid_out(tmp_path / "Pictures", {k[9:]: v for k, v in files_.items()}))
    assert numbers(body) == {"photo": 12}
    assert body.parts[0].same == 1
    top = await inside(photos.inbox.folder)
    path = (await inside(files.fetch, top)).path
    assert {name for name in await inside(tree_of) if name.startswith(path)} == {
        f"{path}/Pictures/2020/{n}.jpg" for n in range(12)
    }


async def test_what_is_in_the_way_stays_and_the_other_stands_beside(bring, inside, tmp_path, house, home):
    await bring(zipped(tmp_path / "x.zip", {"top/a.txt": b"from here"}))
    second = await bring(zipped(tmp_path / "y.zip", {"top/a.txt": b"from there"}))
    assert second.parts[0].changed == 1  # nobody touched it here: it follows the newer archive
    file = await inside(files.at_path, "/top/a.txt")
    await house.write(home, SYSTEM, files.change, file.id, files.Change(name="mine.txt"))
    third = await bring(zipped(tmp_path / "z.zip", {"top/mine.txt": b"another"}))
    assert third.parts[0].beside == 1
    assert set(await inside(tree_of)) == {"/top/mine.txt", "/top/mine (2).txt"}


async def test_an_older_archive_and_one_in_a_folder_of_its_own_change_nothing(bring, inside, tmp_path):
    def dated(name: str, content: bytes, year: int) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(zipfile.ZipInfo("top/a.txt", (year, 1, 1, 0, 0, 0)), content)
        return tmp_path / name

    june, january = dated("june.zip", b"june", 2024), dated("january.zip", b"january", 2023)
    await bring(june)
    before = await bring(january)
    assert (before.parts[0].changed, before.parts[0].beside) == (0, 1)
    for again in (june, january, june):
        assert (await bring(again)).parts[0].same == 1
    there = await inside(tree_of)
    assert set(there) == {"/top/a.txt", "/top/a (2).txt"}
    theirs = await bring(dated("theirs.zip", b"theirs", 2025), into="/Paul")
    assert theirs.parts[0].changed == 0
    assert await inside(tree_of) == there | {"/Paul/top/a.txt": sha256(b"theirs").hexdigest()}
    assert (await bring(dated("july.zip", b"july", 2026))).parts[0].changed == 1


async def test_a_pause_stops_it_and_going_on_ends_it(bring, inside, tmp_path, house, home):
    path = zipped(tmp_path / "many.zip", {f"top/{n}.txt": b"%d" % n for n in range(200)})
    made = await house.write(home, SYSTEM, imports.prepare, [Source(path.name, path=str(path))], by_job=False)
    await imports.look(house, home, made.id)
    await house.write(home, SYSTEM, imports.begin, made.id, by_job=False)
    paused = []

    def told(body):
        if body.done >= 64 and not paused:
            paused.append(body.done)
            raise KeyboardInterrupt

    try:
        await imports.run(house, home, made.id, tell=told)
    except KeyboardInterrupt:
        pass
    await house.write(home, SYSTEM, imports.pause, made.id)
    stopped = await imports.run(house, home, made.id)
    assert (stopped.body.state, stopped.body.done) == ("paused", paused[0])
    await house.write(home, SYSTEM, imports.go_on, made.id, by_job=False)
    ended = await imports.run(house, home, made.id)
    assert ended.body.state == "done"
    assert len(await inside(tree_of)) == 200
    assert numbers(ended.body) == {"file": 200}


async def test_what_was_left_out_is_listed_in_the_home(bring, inside, tmp_path):
    body = await bring(
        zipped(tmp_path / "x.zip", {"../evil": b"x", "a/ok.txt": b"ok", "a/no.vcf": b"no card"})
    )
    assert body.left_in_all == 2
    there = await inside(tree_of)
    assert set(there) == {
        "/a/ok.txt", f"/Imports/x/Not understood/a/no {sha256(b'no card').hexdigest()[:8]}.vcf", "/Imports/x/Not understood/List.csv",
    }  # fmt: skip
    assert [each.name for each in body.left] == ["../evil", "a/no.vcf"]


async def test_an_archive_that_is_cut_short_fails_with_a_reason(bring, tmp_path):
    path = zipped(tmp_path / "x.zip", EVERYTHING)
    path.write_bytes(path.read_bytes()[:-100])
    body = await bring(path)
    assert body.state == "failed"
    assert "not complete" in body.why
