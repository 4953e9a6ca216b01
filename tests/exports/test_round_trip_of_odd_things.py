"""There and back with what is rare: names that no other system has, folders far down, what is in the bin, tasks, journals, odd values."""

import unicodedata

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.photos import service as photos
from tests.exports.test_open_folder import read_me, taken_to
from tests.exports.test_round_trip import (
    OWN,
    STAYING,
    brought,
    dates_of,
    documents_of,
    files_of,
    without_the_list,
)

NAMES = (
    "empty.txt", "a:b?.txt", "CON", "con.txt", unicodedata.normalize("NFD", "é.txt"), "trail.", "Émile & fils #1 %41.txt", "x" * 250 + ".txt",
    "\u202egpj.exe", "a\\b", ".hidden", "index.html", "sea.jpg.xmp",
)  # fmt: skip
ITEM = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:{kind}\r\nUID:{uid}\r\nDTSTAMP:20260701T100000Z\r\nSUMMARY:Paint\r\n"
    "{more}END:{kind}\r\nEND:VCALENDAR\r\n"
)
TASK = ITEM.format(
    kind="VTODO", uid="t1", more="DUE:20260801T100000Z\r\nPRIORITY:1\r\nSTATUS:NEEDS-ACTION\r\n"
)
JOURNAL = ITEM.format(kind="VJOURNAL", uid="j1", more="DTSTART;VALUE=DATE:20260801\r\n")
METADATA = {
    "datetime": "2019-07-14T11:12:13Z", "gps": {"lat": 1.5, "long": -2}, "orientation": 6, "width": 4, "height": 3,
}  # fmt: skip
VALUES = {"text": "\u2028 \x7f 😀 \ud7ff", "i": 2**53, "f": 0.1, "e": {}, "l": [], "z": None, "neg": -0.5}


def odd_files(work: Work) -> None:
    folder = files.create_folder(work, files.ROOT, "Odd: names?")
    for number, name in enumerate(NAMES):
        files.create_file(work, folder.id, name, inline_content(b"%d" % number if number else b""), "")
    deep = folder.id
    for number in range(30):
        deep = files.create_folder(work, deep, f"level {number}").id
    kept = files.create_file(
        work, deep, "deep.txt", inline_content(b"first"), "", files.Details(tags=["one", "two"])
    )
    for number in range(3):
        files.overwrite(
            work, kept.id, inline_content(b"again %d" % number), "", files.Details(tags=[f"t{number}"])
        )


def albums_and_bin(work: Work) -> None:
    taken = files.Details(metadata=METADATA)
    shown = files.create_file(work, files.ROOT, "a.jpg", inline_content(b"\xff\xd8 a"), "image/jpeg", taken)
    gone = files.create_file(work, files.ROOT, "b.jpg", inline_content(b"\xff\xd8 b"), "image/jpeg")
    for name in ("Summer", "Summer & more", "Of none"):
        photos.albums.create(work, name, [] if name == "Of none" else [gone.id, shown.id])
    files.trash(work, gone.id)
    folder = files.create_folder(work, files.ROOT, "To the bin")
    inner = files.create_folder(work, folder.id, "inner")
    files.create_file(work, inner.id, "x.txt", inline_content(b"x"), "")
    files.trash(work, folder.id)


def items_and_documents(work: Work) -> None:
    collections.items.put(work, "calendars", "personal", "t.ics", TASK)
    collections.items.put(work, "calendars", "personal", "j.ics", JOURNAL)
    series = {
        "startDate": "2026-01-01T00:00:00Z", "series": [{"type": "FeatureCollection", "features": []}],
    }  # fmt: skip
    documents.create(work, "io.cozy.timeseries.geojson", series)
    documents.create(work, "io.cozy.messages", VALUES)
    documents.create(work, "com.example.own", {"a": {"b": [1, [2, {"c": "d"}]]}}, id_="with/slash:and?odd#id")


async def test_nothing_of_it_differs(house, lived_in, other, tmp_path):
    for fill in (odd_files, albums_and_bin, items_and_documents):
        await house.write(lived_in, SYSTEM, fill)
    assert (await taken_to(house, lived_in, tmp_path / "out")).left_out == []
    assert (await brought(house, other, tmp_path / "out")).state == "done"
    await house.write(other, SYSTEM, without_the_list)
    await taken_to(house, other, tmp_path / "again")
    before, after = documents_of(tmp_path / "out"), documents_of(tmp_path / "again")
    wanted = {key: told for key, told in before.items() if key not in OWN and key[0] not in STAYING}
    found = {key: told for key, told in after.items() if key not in OWN}
    assert found.keys() == wanted.keys()
    assert len(found) > 70
    for key, told in wanted.items():
        assert found[key] == told, key
    assert files_of(tmp_path / "again") == files_of(tmp_path / "out")
    assert dates_of(tmp_path / "again") == dates_of(tmp_path / "out")
    assert read_me(tmp_path / "again").returncode == 0
