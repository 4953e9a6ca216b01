"""An export that is fetched: made by a job, in parts of zip or one tar, from anywhere in them, of the moment when it began."""

import io
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import DayPassed
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.exports import model, service
from cozy.rooms.exports.errors import AlreadyMaking, NoExport, NoRoom
from cozy.rooms.exports.jobs import end_abandoned
from cozy.rooms.exports.model import Export
from cozy.rooms.exports.service import freezing, kinds
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs import service as jobs
from cozy.rooms.notifications.model import NOTIFICATIONS

BIG = bytes(range(256)) * 1000


async def _once(data: bytes):
    yield data


@pytest.fixture
async def begun(house: House, lived_in: Home) -> str:
    """The id of an export that was asked for, of a home with a file on the disk too."""
    big = await house.blobs.put(lived_in.id, _once(BIG))
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "été & café.bin", big, "", OLD)
    return (await house.write(lived_in, SYSTEM, service.begin, Export())).id


OLD = files.Details(
    created_at="2001-02-03T04:05:06Z", updated_at="2002-03-04T05:06:07Z", dates_are_final=True
)


async def opened(house: House, home: Home, id_: str) -> service.Kept:
    secret = await house.read(home, SYSTEM, service.secret, id_)
    return await house.read(home, SYSTEM, service.opened, id_, secret)


async def parts(house: House, home: Home, id_: str) -> list[str]:
    """The addresses of its parts."""
    secret = await house.read(home, SYSTEM, service.secret, id_)
    found = await opened(house, home, id_)
    return [f"/my/leave/{id_}/{secret}/{number}/x.zip" for number in range(1, len(found.body.parts) + 1)]


def read_me(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", folder / "read_me.py"], capture_output=True, text=True, check=False
    )
    return done.stdout


async def test_its_parts_unpacked_into_one_folder_are_whole(
    anonymous, house, lived_in, begun, tmp_path, monkeypatch
):
    monkeypatch.setattr(kinds, "PART", 100_000)
    monkeypatch.setattr(freezing, "PART_LINES", 12)
    await service.make(house, lived_in, begun)
    urls = await parts(house, lived_in, begun)
    assert len(urls) > 3
    for url in urls:
        answer = await anonymous.get(url)
        assert answer.headers["content-length"] == str(len(answer.content))
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            archive.extractall(tmp_path / "out")
    assert read_me(tmp_path / "out").endswith("all as they were.\n")
    assert (tmp_path / "out" / "Files" / "été & café.bin").read_bytes() == BIG


async def test_unzip_sets_dates_and_names(anonymous, house, lived_in, begun, tmp_path):
    await service.make(house, lived_in, begun)
    (url,) = await parts(house, lived_in, begun)
    (tmp_path / "a.zip").write_bytes((await anonymous.get(url)).content)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        info = archive.getinfo("Files/été & café.bin")
    assert info.date_time == (2002, 3, 4, 5, 6, 6)
    assert info.compress_type == zipfile.ZIP_STORED


async def test_a_part_that_broke_off_goes_on_where_it_was(anonymous, house, lived_in, begun):
    await service.make(house, lived_in, begun)
    (url,) = await parts(house, lived_in, begun)
    for address in (url, url.replace("/1/", "/tar/")):
        whole = (await anonymous.get(address)).content
        for start in (0, 1, 29, 30, 31, 5_000, 150_000, len(whole) - 30, len(whole) - 1):
            answer = await anonymous.get(address, headers={"range": f"bytes={start}-"})
            assert answer.status_code == 206
            assert answer.headers["content-range"] == f"bytes {start}-{len(whole) - 1}/{len(whole)}"
            assert answer.content == whole[start:]
        middle = await anonymous.get(address, headers={"range": "bytes=100-200099"})
        assert middle.content == whole[100:200_100]
        tag = answer.headers["etag"]
        assert (await anonymous.get(address, headers={"if-none-match": tag})).status_code == 304
        changed = await anonymous.get(address, headers={"range": "bytes=5-", "if-range": '"other"'})
        assert (changed.status_code, changed.content == whole) == (200, True)


async def test_the_tar_is_the_same_in_one_file(anonymous, house, lived_in, begun, tmp_path, monkeypatch):
    monkeypatch.setattr(freezing, "PART_LINES", 7)
    await service.make(house, lived_in, begun)
    (url, *_) = await parts(house, lived_in, begun)
    whole = (await anonymous.get(url.replace("/1/", "/tar/"))).content
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python before 3.11.4 has none
        archive.extractall(tmp_path / "out")
    (top,) = (tmp_path / "out").iterdir()
    assert read_me(top).endswith("all as they were.\n")
    stamp = (top / "Files" / "été & café.bin").stat().st_mtime
    assert datetime.fromtimestamp(stamp, UTC).year == 2002
    answer = await anonymous.get(url.replace("/1/", "/tar/"), headers={"range": f"bytes={len(whole) // 2}-"})
    assert answer.content == whole[len(whole) // 2 :]


async def test_it_stays_as_it_began_though_everything_is_thrown_away(
    anonymous, house, lived_in, begun, tmp_path
):
    await service.make(house, lived_in, begun)
    for path in ("/été & café.bin", "/plan.cozy-note"):
        file = await house.read(lived_in, SYSTEM, files.at_path, path)
        gone = await house.write(lived_in, SYSTEM, files.trash, file.id)
        await house.write(lived_in, SYSTEM, files.destroy, gone.id)
    await files.sweep_contents(house, lived_in)
    (url,) = await parts(house, lived_in, begun)
    with zipfile.ZipFile(io.BytesIO((await anonymous.get(url)).content)) as archive:
        archive.extractall(tmp_path / "out")
    assert read_me(tmp_path / "out").endswith("all as they were.\n")
    blobs = {blob.size for blob in house.blobs.stored(lived_in.id)}
    assert len(BIG) in blobs
    await service.remove(house, lived_in, begun)
    assert len(BIG) not in {blob.size for blob in house.blobs.stored(lived_in.id)}
    assert (await anonymous.get(url)).status_code == 404
    assert await house.read(lived_in, SYSTEM, _held) == (0, 0)


def _held(work: Work) -> tuple[int, int]:
    row = work.db.one(
        """SELECT (SELECT COUNT(*) FROM holds WHERE home_id = :home), (SELECT COUNT(*) FROM held_contents WHERE home_id = :home)""",
        home=work.home,
    )
    assert row is not None
    return row[0], row[1]


async def test_what_is_thrown_away_while_it_is_made_is_in_it(house, lived_in, begun, monkeypatch):
    sure = freezing._sure
    file = await house.read(lived_in, SYSTEM, files.at_path, "/été & café.bin")

    async def meanwhile(*args):
        found = await house.read(lived_in, SYSTEM, files.found_at, "/été & café.bin")
        if found is not None:
            gone = await house.write(lived_in, SYSTEM, files.trash, file.id)
            await house.write(lived_in, SYSTEM, files.destroy, gone.id)
        return await sure(*args)

    monkeypatch.setattr(freezing, "_sure", meanwhile)
    await service.make(house, lived_in, begun)
    found = await opened(house, lived_in, begun)
    assert found.body.left == []


async def test_a_damaged_content_is_named_in_the_manifest_and_nothing_else_is_lost(
    anonymous, house, lived_in, begun, tmp_path
):
    file = await house.read(lived_in, SYSTEM, files.at_path, "/été & café.bin")
    content = await house.read(lived_in, SYSTEM, files.content_by_hash, file.sha256)
    await house.blobs.delete(lived_in.id, content.blob)
    await service.make(house, lived_in, begun)
    found = await opened(house, lived_in, begun)
    assert [left.path for left in found.body.left] == ["Files/été & café.bin"]
    (url,) = await parts(house, lived_in, begun)
    with zipfile.ZipFile(io.BytesIO((await anonymous.get(url)).content)) as archive:
        archive.extractall(tmp_path)
    assert "was not taken along: Files/été & café.bin" in read_me(tmp_path)


async def test_one_at_a_time_and_none_without_room(house, lived_in, begun, monkeypatch):
    with pytest.raises(AlreadyMaking):
        await house.write(lived_in, SYSTEM, service.begin, Export())
    await service.check_room(house, lived_in)
    monkeypatch.setattr("cozy.rooms.exports.service.making._SPARE", 1 << 60)
    with pytest.raises(NoRoom):
        await service.check_room(house, lived_in)


async def test_one_that_is_removed_while_it_is_made_stops(house, lived_in, begun):
    await service.remove(house, lived_in, begun)
    with pytest.raises(NoExport):
        await service.make(house, lived_in, begun)
    assert await house.read(lived_in, SYSTEM, _held) == (0, 0)


async def test_a_failure_is_said_and_holds_nothing(house, lived_in, begun, monkeypatch):
    async def fails(*args):
        raise RuntimeError

    monkeypatch.setattr(freezing, "_sure", fails)
    await service.make(house, lived_in, begun)
    found = await house.read(lived_in, SYSTEM, service.one, begun)
    assert (found.body.state, "try again" in found.body.why) == ("failed", True)
    assert await house.read(lived_in, SYSTEM, _held) == (0, 0)
    await house.write(lived_in, SYSTEM, service.begin, Export())


async def test_whoever_began_later_makes_it(house, lived_in, begun, monkeypatch):
    """A process that lost its lease while it was at it does not overwrite what the next one made."""
    sure, others = freezing._sure, []

    async def meanwhile(*args):
        if not others:
            others.append(True)
            await service.make(house, lived_in, begun)
        return await sure(*args)

    monkeypatch.setattr(freezing, "_sure", meanwhile)
    with pytest.raises(NoExport):
        await service.make(house, lived_in, begun)
    found = await opened(house, lived_in, begun)
    held = await service.reading(house, lived_in, found.body)
    assert len(await held.lines(found.body.parts[0])) == found.body.files


async def test_who_has_another_secret_gets_nothing(anonymous, house, lived_in, begun):
    await service.make(house, lived_in, begun)
    (url,) = await parts(house, lived_in, begun)
    secret = await house.read(lived_in, SYSTEM, service.secret, begun)
    for wrong in ("x", secret[:-1] + ("A" if secret[-1] != "A" else "B"), "é"):
        assert (await anonymous.get(url.replace(secret, wrong))).status_code == 404
    assert (await anonymous.get(url.replace("/1/", "/2/"))).status_code == 404
    assert (await anonymous.get(url.replace("/1/", "/0/"))).status_code == 404


async def test_its_owner_is_told_and_it_is_not_in_the_next_one(house, lived_in, begun):
    await service.make(house, lived_in, begun)
    (told,) = [
        each
        for each in await house.read(lived_in, SYSTEM, _bodies, NOTIFICATIONS)
        if each["category"] == service.NOTICE
    ]
    assert told["link"] == f"/my/leave/{begun}"
    next_ = (await house.write(lived_in, SYSTEM, service.begin, Export())).id
    await service.make(house, lived_in, next_)
    found = await opened(house, lived_in, next_)
    held = await service.reading(house, lived_in, found.body)
    names = [line.path for line in await held.lines(found.body.parts[0])]
    assert f"Data/{model.EXPORTS}.json" not in names


def _bodies(work: Work, doctype: str) -> list[dict]:
    rows = documents.latest(work, doctype, [row[0] for row in work.db.all(
        "SELECT id FROM documents WHERE home_id = :home AND doctype = :doctype AND NOT deleted",
        home=work.home, doctype=doctype,
    )])  # fmt: skip
    return [dict(each.body) for each in rows.values()]


async def test_a_check_finds_nothing_wrong_meanwhile(house, lived_in, begun):
    from cozy.rooms.checkup.store import unused_contents

    await service.make(house, lived_in, begun)
    file = await house.read(lived_in, SYSTEM, files.at_path, "/été & café.bin")
    gone = await house.write(lived_in, SYSTEM, files.trash, file.id)
    await house.write(lived_in, SYSTEM, files.destroy, gone.id)
    assert await house.read(lived_in, SYSTEM, lambda work: list(unused_contents(work))) == []


@pytest.mark.parametrize(
    ("what", "there", "tops"),
    [
        ("files", "Files/plan.cozy-note", {"Files", "Bin", "Versions", "Notes"}),
        ("photos", "Files/sea.jpg.xmp", {"Files"}),
        ("people", "Contacts/Contacts.vcf", {"Contacts", "Calendars"}),
    ],
)
async def test_only_some_can_be_taken_along(house, lived_in, anonymous, tmp_path, what, there, tops):
    id_ = (await house.write(lived_in, SYSTEM, service.begin, Export(what=what))).id
    await service.make(house, lived_in, id_)
    (url,) = await parts(house, lived_in, id_)
    with zipfile.ZipFile(io.BytesIO((await anonymous.get(url)).content)) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "out")
    assert there in names
    assert {name.partition("/")[0] for name in names if "/" in name} == tops
    if what == "photos":
        assert {name for name in names if "/" in name} == {"Files/sea.jpg", "Files/sea.jpg.xmp"}
    told = read_me(tmp_path / "out")
    assert told.endswith("all as they were.\n")
    assert "added since" not in told


async def test_the_next_one_may_hold_only_what_changed(house, lived_in, begun, anonymous, tmp_path):
    out = tmp_path / "out"
    await service.make(house, lived_in, begun)
    await _unpack(anonymous, house, lived_in, begun, out)
    await service.remove(house, lived_in, begun)
    file = await house.read(lived_in, SYSTEM, files.at_path, "/plan.cozy-note")
    big = await house.blobs.put(lived_in.id, _once(BIG + b"more"))
    await house.write(lived_in, SYSTEM, files.overwrite, file.id, big, "")
    next_ = (await house.write(lived_in, SYSTEM, service.begin, Export(is_since=True))).id
    await service.make(house, lived_in, next_)
    names = await _unpack(anonymous, house, lived_in, next_, out)
    assert "Files/plan.cozy-note" in names
    assert "Files/été & café.bin" not in names
    assert (await opened(house, lived_in, next_)).body.since.startswith("2026-07-18T14:02")
    told = read_me(out)
    assert (told.endswith("all as they were.\n"), "missing" in told) == (True, False)


async def test_one_that_was_made_and_never_fetched_whole_is_nothing_that_the_next_one_counts_from(
    house, lived_in, begun, anonymous
):
    await service.make(house, lived_in, begun)
    (url,) = await parts(house, lived_in, begun)
    await anonymous.get(url, headers={"range": "bytes=0-99"})
    next_ = (await house.write(lived_in, SYSTEM, service.begin, Export(is_since=True))).id
    await service.make(house, lived_in, next_)
    found = await opened(house, lived_in, next_)
    assert found.body.since == ""
    held = await service.reading(house, lived_in, found.body)
    assert "Files/plan.cozy-note" in [line.path for line in await held.lines(found.body.parts[0])]


async def test_the_whole_as_a_tar_counts_as_fetched(house, lived_in, begun, anonymous):
    await service.make(house, lived_in, begun)
    (url,) = await parts(house, lived_in, begun)
    whole = await anonymous.get(url.replace("/1/x.zip", "/tar/x.tar"), headers={"range": "bytes=100-"})
    assert whole.status_code == 206
    next_ = (await house.write(lived_in, SYSTEM, service.begin, Export(is_since=True))).id
    await service.make(house, lived_in, next_)
    assert (await opened(house, lived_in, next_)).body.since.startswith("2026-07-18T14:02")


async def test_where_there_was_none_before_all_is_in_it(house, lived_in):
    id_ = (await house.write(lived_in, SYSTEM, service.begin, Export(is_since=True, what="people"))).id
    await service.make(house, lived_in, id_)
    found = await opened(house, lived_in, id_)
    held = await service.reading(house, lived_in, found.body)
    assert found.body.since == ""
    assert "Contacts/Contacts.vcf" in [line.path for line in await held.lines(found.body.parts[0])]


async def _unpack(anonymous, house: House, home: Home, id_: str, out: Path) -> list[str]:
    names: list[str] = []
    for url in await parts(house, home, id_):
        with zipfile.ZipFile(io.BytesIO((await anonymous.get(url)).content)) as archive:
            names += archive.namelist()
            archive.extractall(out)
    return names


async def test_no_odd_number_of_a_part_breaks_anything(anonymous, house, lived_in, begun):
    await service.make(house, lived_in, begun)
    (url,) = await parts(house, lived_in, begun)
    for odd in ("0000000019", "1" * 5000, "²", "-1", "1.0", ""):
        assert (await anonymous.get(url.replace("/1/", f"/{odd}/"))).status_code == 404


async def test_nobody_has_it_any_more_once_the_passphrase_was_set_anew(anonymous, house, lived_in, begun):
    await service.make(house, lived_in, begun)
    (url,) = await parts(house, lived_in, begun)
    await house.write(lived_in, SYSTEM, homes.renew_tokens_secret)
    assert (await anonymous.get(url)).status_code == 404
    (url,) = await parts(house, lived_in, begun)
    assert (await anonymous.get(url)).status_code == 200


async def test_one_whose_job_was_called_off_or_given_up_holds_nothing_for_ever(house, lived_in, begun):
    file = await house.read(lived_in, SYSTEM, files.at_path, "/été & café.bin")
    await house.write(lived_in, SYSTEM, files.trash, file.id)
    await house.write(lived_in, SYSTEM, files.destroy, file.id)
    await end_abandoned.run(house, lived_in, DayPassed())
    assert (await house.read(lived_in, SYSTEM, service.one, begun)).body.state == "making"

    def called_off(work: Work) -> None:
        jobs.running.cancel(work, jobs.triggers.waiting(work, service.WORKER))

    await house.write(lived_in, SYSTEM, called_off)
    await end_abandoned.run(house, lived_in, DayPassed())
    assert (await house.read(lived_in, SYSTEM, service.one, begun)).body.state == "failed"
    assert await house.read(lived_in, SYSTEM, _held) == (0, 0)
    assert len(BIG) not in {blob.size for blob in house.blobs.stored(lived_in.id)}


async def test_one_whose_job_was_called_off_is_in_the_way_of_no_other(house, lived_in, begun):
    await house.write(
        lived_in, SYSTEM, lambda work: jobs.running.cancel(work, jobs.triggers.waiting(work, service.WORKER))
    )
    await house.write(lived_in, SYSTEM, service.begin, Export())
    assert (await house.read(lived_in, SYSTEM, service.one, begun)).body.state == "failed"
