"""Backups to a disk of the machine: where its host allows it, each home in a folder of its own, and nowhere else."""

import shutil

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.exports import service
from cozy.rooms.exports.errors import DiskAway
from tests.exports.test_backups import PASSPHRASE, backed_up, read_me

NEW = "/my/leave/places/new"


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "a disk"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(settings, disk):
    return replace(settings, backup_folders=f"{disk}, /nowhere")


async def test_a_disk_that_the_host_allows_is_backed_up_to_while_it_is_there(reader, house, lived_in, disk):
    sealed = await auth.passphrase.seal(auth.passphrase.derive(PASSPHRASE, lived_in.domain))
    await house.write(lived_in, SYSTEM, auth.passphrase.keep, sealed)
    assert f"The disk {disk}" in (await reader.get(NEW)).text
    for wrong in (f"disk:{disk.parent}", "disk:/nowhere"):
        answer = await reader.submit(NEW, by=wrong, every="week", raw_passphrase=PASSPHRASE)
        assert answer.status_code == 422, wrong
    page = await reader.landed(
        await reader.submit(NEW, by=f"disk:{disk}", every="week", raw_passphrase=PASSPHRASE)
    )
    folder = disk / lived_in.domain
    assert str(folder) in page
    (place,) = await house.read(lived_in, SYSTEM, service.places.all_)
    body = await backed_up(house, lived_in, place.id)
    assert (body.state, body.why) == ("done", "")
    assert read_me(folder).endswith("all as they were.\n")
    assert not list(disk.rglob("*.partial"))
    outside = disk.parent / "somebody else's"
    outside.write_text("not yours")
    (folder / "Files" / "link").symlink_to(disk.parent)
    shelf = service.disk.Disk(house.settings, place.body.url)
    for wrong in (str(outside), f"../../{outside.name}", f"Files/link/{outside.name}"):
        with pytest.raises(DiskAway):  # anybody who can write there can have the list there say it
            await shelf.delete(wrong)
    assert outside.read_text() == "not yours"
    shutil.rmtree(disk)
    body = await backed_up(house, lived_in, place.id)
    assert (body.state, body.why) == (
        "failed",
        "This disk is not there, or cannot be written to: is it plugged in?",
    )
    assert not disk.exists()
