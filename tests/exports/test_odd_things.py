"""What an export makes of odd things: notes that unpack without end, names that break lines, values kept beside texts."""

import base64
import io
import json
import tarfile

import pytest

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.rooms.calendars import service as calendars
from cozy.rooms.contacts import service as contacts
from cozy.rooms.exports import service
from cozy.rooms.exports.service.closing import summed_line
from cozy.rooms.files import service as files
from tests.exports.test_open_folder import read_me, run, taken_to

PHOTO = base64.b64encode(bytes(range(256)) * 40).decode()
CARD = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bob-1\r\nFN:Bob\r\nN:;Bob;;;\r\nPHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}\r\nEND:VCARD\r\n"
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:plan-1\r\nDTSTAMP:20260701T100000Z\r\n"
    "DTSTART:20260720T150000Z\r\nSUMMARY:Plan\r\n"
    f"ATTACH;ENCODING=BASE64;VALUE=BINARY:{PHOTO}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def packed(*members: tarfile.TarInfo, cut: int | None = None) -> bytes:
    """A note of these members, each full of zeros."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return out.getvalue()[:cut]


def hollow() -> bytes:
    """A note of few bytes that says that it holds a terabyte, nearly all of it a hole (GNU sparse)."""
    member = tarfile.TarInfo("index.md")
    member.type, member.size = tarfile.GNUTYPE_SPARSE, 512
    head = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    head[386:398], head[398:410] = b"00000000000\0", b"00000001000\0"
    head[483:495] = b"\x80" + (2**40).to_bytes(11, "big")
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + bytes(512 + 1024)


def member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    return info


def odd_size() -> bytes:
    """A note whose size is no number that tarfile expects."""
    content = bytearray(packed(member("index.md", 9)))
    content[124:136] = b"\xff" + bytes(10) + b"\1"  # less than nothing
    content[148:156] = b"        "
    content[148:156] = b"%06o\0 " % sum(content[:512])
    return bytes(content)


@pytest.mark.parametrize("make", [hollow, odd_size, lambda: packed(member("index.md", 9_000), cut=2_000)])
async def test_a_note_that_cannot_be_unpacked_stops_nothing(house, lived_in, target, make):
    note = make()
    await house.write(
        lived_in, SYSTEM, files.create_file, files.ROOT, "odd.cozy-note", inline_content(note), ""
    )
    done = await taken_to(house, lived_in, target)
    assert [each.path for each in done.left_out] == ["Notes/odd"]
    assert "Files/odd.cozy-note" in done.left_out[0].why
    assert (target / "Files" / "odd.cozy-note").read_bytes() == note
    assert (target / "Notes" / "plan.md").exists()
    told = read_me(target)
    assert (told.returncode, told.stderr) == (0, "")
    assert "was not taken along: Notes/odd" in told.stdout


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085"])
async def test_a_name_with_what_some_take_for_the_end_of_a_line_is_one_name(house, lived_in, target, mark):
    name = f"one{mark}two.txt"
    await house.write(lived_in, SYSTEM, files.create_file, files.ROOT, name, inline_content(b"here"), "")
    await taken_to(house, lived_in, target)
    told = read_me(target)
    assert (told.returncode, "missing" in told.stdout, "added" in told.stdout) == (0, False, False)
    assert f"Files/{name}" in service.summed((target / "manifest-sha256.txt").read_bytes())
    assert run("sha256sum", "--quiet", "-c", "manifest-sha256.txt", cwd=target).returncode == 0


def test_sums_escape_names_as_sha256sum_does(tmp_path):
    odd = ["a\\b", "a\nb", "\\n", "a\\\nb", "plain"]
    for name in odd:
        (tmp_path / name).write_text("x")
    written = run("sha256sum", "--", *odd, cwd=tmp_path).stdout
    assert "".join(summed_line(written.lstrip("\\")[:64], name) for name in odd) == written
    assert list(service.summed(written.encode())) == odd
    (tmp_path / "manifest-sha256.txt").write_text(written)
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "read_me.py").write_bytes(service.closing.reader())
    told = read_me(tmp_path)
    assert "5 files, all as they were." in told.stdout


async def test_photos_of_people_and_attachments_of_events_are_there_without_cozy(house, lived_in, target):
    await house.write(lived_in, SYSTEM, contacts.moving.take, list(contacts.moving.pieces(CARD.encode())))
    await house.write(lived_in, SYSTEM, calendars.files.import_, "personal", EVENT.encode())
    await taken_to(house, lived_in, target)
    for path in ("Data/io.cozy.contacts.json", "Data/io.cozy.calendar.events.json"):
        said = [json.dumps(each).replace("\\r\\n ", "") for each in json.loads((target / path).read_text())]
        assert sum(PHOTO in each for each in said) == 1, path
    for folder in ("Contacts", "Calendars"):
        texts = [path.read_bytes().decode().replace("\r\n ", "") for path in (target / folder).iterdir()]
        assert sum(PHOTO in text for text in texts) == 1, folder
    for path in target.rglob("*"):
        assert path.is_dir() or b"cozy-inline:" not in path.read_bytes(), path
