"""The open folder: what is in it, that nothing secret is, and that programs which are not ours read it."""

import json
import mailbox
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.documents import service as documents
from cozy.rooms.exports import service
from cozy.rooms.exports.errors import AnotherHome, NotEmpty
from cozy.rooms.exports.model import Done
from cozy.rooms.files import service as files
from tests.exports.conftest import trust


async def taken_to(house: House, home: Home, target: Path) -> Done:
    async with service.taken(house, home) as opened:
        return await service.folder(opened, target)


def read_me(folder: Path, *args: object) -> subprocess.CompletedProcess[str]:
    """The reader, run by a Python that knows nothing of us."""
    return run(sys.executable, "-I", folder / "read_me.py", *args)


def run(*args: object, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, args)], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture
async def out(house: House, lived_in: Home, target: Path) -> Path:
    """The home, taken along."""
    done = await taken_to(house, lived_in, target)
    assert done.left_out == []
    return target


async def test_files_are_files_with_their_dates(out):
    lease = out / "Files" / "Papers_ all" / "Lease.txt"
    assert lease.read_bytes() == b"second"
    assert (out / "Files" / "Papers_ all" / "lease (2).TXT").read_bytes() == b"another"
    assert (out / "Files" / "Papers_ all" / "nothing yet").is_dir()
    assert (out / "Bin" / "old.txt").read_bytes() == b"bye"
    (version,) = (out / "Versions").rglob("*.txt")
    assert version.read_bytes() == b"first"
    assert datetime.fromtimestamp(version.stat().st_mtime, UTC).year == 2002


async def test_nothing_secret_leaves(house, lived_in, target):
    await house.write(lived_in, SYSTEM, trust)
    await taken_to(house, lived_in, target)
    out = target
    kept = json.loads((out / "Data" / "io.cozy.triggers.json").read_bytes())
    assert [each["type"] for each in kept] == ["@daily"]
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"do-not-tell" not in everything
    assert not (out / "Data" / "io.cozy.sessions.json").exists()
    (kept,) = [
        each
        for each in json.loads((out / "Data" / "io.cozy.permissions.json").read_text())
        if each.get("type") == "share"
    ]
    assert "codes" not in kept


async def test_documents_are_json_with_a_schema(out):
    (operation,) = json.loads((out / "Data" / "io.cozy.bank.operations.json").read_text())
    assert operation["label"] == "Baker"
    assert operation["_revisions"]["ids"] == [operation["_rev"].partition("-")[2]]
    schema = json.loads((out / "Data" / "schema.json").read_text())["$defs"]["io.cozy.bank.operations"]
    assert schema["properties"]["amount"] == {"type": "number"}
    assert schema["properties"]["tags"]["items"] == {"type": ["null", "string"]}


async def test_notes_are_markdown(out):
    assert (out / "Notes" / "plan.md").read_text() == "# Plan\n\n- bread\n"
    assert (out / "Notes" / "trip" / "index.md").read_text().startswith("# Trip")
    assert (out / "Notes" / "trip" / "sea.png").read_bytes() == b"\x89PNG"


async def test_a_sidecar_names_the_albums_of_a_picture(out):
    tree = ET.parse(out / "Files" / "sea.jpg.xmp")
    words = [each.text for each in tree.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")]
    assert words == ["Brittany & more", "Albums/Brittany & more", "Albums|Brittany & more"]


async def test_vdirsyncer_reads_cards_and_calendars(out):
    from vdirsyncer.vobject import Item, split_collection

    (book,) = (out / "Contacts").glob("*.vcf")
    assert [Item(text).uid for text in split_collection(book.read_text())] == ["anna-1"]
    found = [
        Item(text)
        for path in (out / "Calendars").glob("*.ics")
        for text in split_collection(path.read_text())
    ]
    assert [item.uid for item in found] == ["tea-1"]
    assert "RRULE:FREQ=WEEKLY;COUNT=3" in found[0].raw


async def test_python_reads_a_mail(out):
    with (out / "Files" / "Papers_ all" / "hello.eml").open("rb") as file:
        assert mailbox.Message(file)["subject"] == "Hello"


async def test_its_pages_lead_to_everything_without_a_network(out):
    first = (out / "index.html").read_text()
    assert "http" not in first.replace("Content", "")
    page = next(path for path in (out / "Pages").glob("*.html") if "Lease.txt" in path.read_text())
    assert 'href="../Files/Papers_%20all/Lease.txt"' in page.read_text()


async def test_the_reader_confirms_what_is_whole_and_names_what_is_not(out):
    done = read_me(out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("all as they were.\n")
    (out / "Files" / "plan.cozy-note").write_text("else")
    (out / "Bin" / "old.txt").unlink()
    done = read_me(out)
    assert done.returncode == 1
    assert "changed: Files/plan.cozy-note" in done.stdout
    assert "missing: Bin/old.txt" in done.stdout
    sums = run("sha256sum", "--quiet", "-c", "manifest-sha256.txt", cwd=out)
    assert sums.returncode == 1


async def test_the_reader_reads(out):
    assert "1  io.cozy.bank.operations" in read_me(out, "about").stdout
    assert read_me(out, "list", "Files").stdout.splitlines()[0] == "Papers_ all/"
    assert json.loads(read_me(out, "show", "io.cozy.bank.operations").stdout)["amount"] == -2.5
    assert "Data/io.cozy.contacts.json: " in read_me(out, "find", "müller").stdout


async def test_a_second_export_writes_only_what_changed(house, lived_in, out):
    before = {path: path.stat().st_ino for path in (out / "Files").rglob("*") if path.is_file()}
    file = await house.read(lived_in, SYSTEM, files.at_path, "/plan.cozy-note")
    await house.write(
        lived_in, SYSTEM, files.destroy, (await house.write(lived_in, SYSTEM, files.trash, file.id)).id
    )
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "new.txt", inline_content(b"new"), "")
    done = await taken_to(house, lived_in, out)
    assert done.gone >= 1
    assert not (out / "Files" / "plan.cozy-note").exists()
    assert not (out / "Notes" / "plan.md").exists()
    assert (out / "Files" / "new.txt").read_bytes() == b"new"
    assert all(path.stat().st_ino == number for path, number in before.items() if path.exists())
    assert read_me(out).returncode == 0


async def test_a_tar_since_an_export_holds_only_what_changed(house, lived_in, out, tmp_path):
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "new.txt", inline_content(b"new"), "")
    before = service.summed((out / "manifest-sha256.txt").read_bytes())
    async with service.taken(house, lived_in) as opened:
        data = b"".join([piece async for piece in service.tar(opened, "Cozy", before)])
    (tmp_path / "since.tar").write_bytes(data)
    with tarfile.open(tmp_path / "since.tar") as archive:
        names = [member.name for member in archive if member.isfile()]
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python before 3.11.4 has none
        archive.extractall(tmp_path)
    assert "Cozy/Files/new.txt" in names
    assert "Cozy/Files/Papers_ all/Lease.txt" not in names
    shutil.copytree(tmp_path / "Cozy", out, dirs_exist_ok=True)
    assert read_me(out).returncode == 0


async def test_a_whole_tar_is_read_without_unpacking(house, lived_in, out, tmp_path):
    async with service.taken(house, lived_in) as opened:
        (tmp_path / "all.tar").write_bytes(b"".join([piece async for piece in service.tar(opened, "Cozy")]))
    assert read_me(out, "--in", tmp_path / "all.tar").stdout.endswith("all as they were.\n")


async def test_only_an_empty_folder_or_an_own_export_is_written_into(house, lived_in, out, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(NotEmpty):
        await taken_to(house, lived_in, tmp_path / "mine")
    (out / "manifest.json").write_text(
        (out / "manifest.json").read_text().replace("alice.localhost", "bob.localhost")
    )
    with pytest.raises(AnotherHome):
        await taken_to(house, lived_in, out)


async def test_a_content_that_is_gone_is_named_and_nothing_else_is_lost(house, lived_in, target):
    big = await house.blobs.put(lived_in.id, _once(b"x" * 100_000))
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, "big.bin", big, "")
    async with service.taken(house, lived_in) as opened:
        await house.blobs.delete(lived_in.id, big.blob)
        done = await service.folder(opened, target)
    assert [left.path for left in done.left_out] == ["Files/big.bin"]
    told = read_me(target)
    assert (told.returncode, "was not taken along: Files/big.bin" in told.stdout) == (0, True)


async def _once(data):
    yield data


async def test_both_sides_of_a_conflict_leave(house, lived_in, target):
    def split(work):
        first = documents.create(work, "io.cozy.todos", {"what": "a"}, id_="t")
        leaf = documents.conflicts(work, "io.cozy.todos", "t")
        assert leaf == []
        from cozy.rooms.documents.model import as_leaf, next_leaf

        documents.update(work, first, {"what": "b"})
        documents.graft(work, "io.cozy.todos", "t", next_leaf(as_leaf(first), {"what": "c"}))

    await house.write(lived_in, SYSTEM, split)
    await taken_to(house, lived_in, target)
    (lost,) = json.loads((target / "Data" / "conflicts.json").read_text())
    (won,) = json.loads((target / "Data" / "io.cozy.todos.json").read_text())
    assert {lost["what"], won["what"]} == {"b", "c"}
