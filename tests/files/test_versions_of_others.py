"""What others write into a file drives out nothing of what its owner wrote."""

from dataclasses import replace

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import Caller, Grant
from cozy.kernel.clock import iso
from cozy.rooms.files import service as files
from cozy.rooms.permissions.errors import NotAllowed

GUEST = Caller("share", (Grant("io.cozy.files"),), name="somebody", permission="somebody")


@pytest.fixture
def diary(work):
    return files.create_file(work, files.ROOT, "diary.txt", inline_content(b"by hand"), "text/plain")


def held(work, diary):
    """What every version holds."""
    return {version.body["md5sum"] for version in files.versions_of(work, diary.id)}


@pytest.mark.parametrize("year", [2026, 1990])
def test_a_guest_drives_out_nothing_by_writing_again_and_again(work, diary, year):
    """Whatever time they say that it was written."""
    guest = replace(work, caller=GUEST)
    for number in range(40):
        said = files.Details(updated_at=f"{year + number}-07-18T10:00:00Z" if year == 1990 else iso(work.now))
        files.overwrite(guest, diary.id, inline_content(f"junk {number}".encode()), "text/plain", said)
    assert diary.md5sum in held(work, diary)
    assert len(held(work, diary)) <= 1 + work.settings.versions_kept


def test_what_one_hand_writes_at_once_is_one_version(work, diary):
    for number in range(5):
        files.overwrite(work, diary.id, inline_content(f"draft {number}".encode()), "text/plain")
    assert len(held(work, diary)) == 1


def test_a_guest_removes_nothing_for_good(work, diary):
    guest = replace(work, caller=GUEST)
    files.overwrite(guest, diary.id, inline_content(b"junk"), "text/plain")
    (version,) = files.versions_of(work, diary.id)
    with pytest.raises(NotAllowed):
        files.delete_version(guest, diary.id, version.id.partition("/")[2])
    files.trash(guest, diary.id)
    with pytest.raises(NotAllowed):
        files.destroy(guest, diary.id)
    assert diary.md5sum in held(work, diary)
