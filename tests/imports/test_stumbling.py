"""One bad thing in an archive ends nothing: it is said, what can be kept is kept, and all the others come in."""

import gzip
import json
import random
import zipfile
from hashlib import sha256

import pytest

from cozy.rooms.files import service as files
from cozy.rooms.files.store import tree as names_in
from cozy.rooms.imports.formats.bookmarks import BOOKMARKS
from cozy.rooms.imports.service import recognising
from cozy.rooms.photos import service as photos
from tests.imports.archives import BOOKMARKS as PAGE
from tests.imports.archives import EVERYTHING, jpeg, laid_out, zipped
from tests.imports.conftest import bodies, tree_of
from tests.imports.silos import raw
from tests.imports.takeouts import Size, entries

# What mail programs and senders really write: base64 that is none, an encoding that nobody knows, bytes as they are, no end.
SUBJECTS = {
    "no base64": b"=?utf-8?B?a?=", "unknown": b"=?x-nobody?Q?caf=E9?=", "raw": b"caf\xe9 \xff\xfe", "nul": b"a\0b =?utf-8?q?=00?=",
    "cut": b"=?utf-8?B?w6k", "surrogate": b"=?utf-7?Q?+2AA-?=", "deep": b"=?utf-8?q?" * 500,
}  # fmt: skip
DATES = {"odd": b"Mon, 99 Foo 99999 99:99:99 +9999", "zone": b"Mon, 1 Jan 2024 10:00:00 +999999999999"}


def letter(subject: bytes, number: int, date: bytes = b"Mon, 1 Jan 2024 10:00:00 +0000") -> bytes:
    return (
        b"From: a@example.org\nDate: " + date + b"\nSubject: " + subject + b"\nMessage-ID: <%d@x>\n" % number
        + b"X-Gmail-Labels: " + subject + b"\n\nHello\n\n"
    )  # fmt: skip


def all_letters() -> list[bytes]:
    odd = [letter(subject, number) for number, subject in enumerate(SUBJECTS.values())]
    odd += [letter(b"fine", 100 + number, date) for number, date in enumerate(DATES.values())]
    return [*odd, letter(b"last", 200)]


def boxes() -> dict[str, dict[str, bytes]]:
    mbox = b"".join(b"From a@example.org Mon Jan  1 10:00:00 2024\n" + each for each in all_letters())
    gmail = b"".join(
        b"From 17@xxx Mon Jan  1 10:00:00 +0000 2024\nX-GM-THRID: 17\n" + each for each in all_letters()
    )
    return {
        "mbox": {"mail/Inbox.mbox": mbox},
        "eml": {f"mail/{n}.eml": each for n, each in enumerate(all_letters())},
        "takeout": {"Takeout/Mail/All.mbox": gmail},
        "maildir": {
            f"mail/Inbox/cur/17000000{n:02}.M1P2.host:2,S": each for n, each in enumerate(all_letters())
        },
    }


@pytest.mark.parametrize("kind", ["mbox", "eml", "takeout", "maildir"])
async def test_a_mail_with_a_broken_head_comes_in_with_what_can_be_read(bring, inside, tmp_path, kind):
    body = await bring(zipped(tmp_path / "x.zip", boxes()[kind]))
    assert body.state == "done", body.why
    assert sum(part.added.get("mail", 0) + part.beside for part in body.parts) == len(all_letters())
    assert body.left_in_all == 0
    assert any(name.endswith("2024-01-01 last.eml") for name in await inside(tree_of))


def damaged(path, names):
    """The same zip, with a byte changed in what these files hold."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        for name in names:
            info = archive.getinfo(name)
            start = info.header_offset + 30 + len(info.filename.encode())
            content[start + info.compress_size // 2] ^= 0xFF
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", [*EVERYTHING, "box", "a.gpx", "b.gpx.gz", "a.json", "z.csv"])
async def test_a_file_that_is_damaged_hides_no_other(bring, inside, tmp_path, name):
    track = b'<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>'
    bad = {"box": b"From x\n" * 99, "a.gpx": track, "b.gpx.gz": gzip.compress(track), "a.json": b'{"a": 1}' * 99, "z.csv": b"Date,Amount\n" * 99}  # fmt: skip
    path = zipped(tmp_path / "x.zip", bad | EVERYTHING)
    with zipfile.ZipFile(path) as archive:
        whole = {info.filename for info in archive.infolist()}
    body = await bring(damaged(path, [name]))
    assert body.state == "done", body.why
    assert body.left
    assert all(each.name.startswith(name.rpartition(".")[0] or name) for each in body.left)
    there = await inside(tree_of)
    if not name.startswith("letters"):
        assert {"/x/letters/a.txt", "/x/letters/b.txt"} <= set(there)
    found = {
        "people.vcf": len([each for each in await inside(bodies, "io.cozy.contacts") if "me" not in each]),
        "choir.ics": len(await inside(bodies, "io.cozy.calendar.events")),
        "bookmarks.html": len(await inside(bodies, BOOKMARKS)),
        "mail/Inbox.mbox": sum(each.endswith(".eml") for each in there),
    }
    assert all(number for each, number in found.items() if each != name), (found, whole)


async def test_a_format_that_stumbles_keeps_what_it_did_not_come_to(bring, inside, tmp_path):
    whole = {
        "iCloud Photos/Photos/Photo Details.csv": b"imgName,originalCreationDate\n" * 50,
        "iCloud Photos/Photos/a.jpg": jpeg(1), "iCloud Photos/Photos/b.jpg": jpeg(2),
    }  # fmt: skip
    body = await bring(damaged(zipped(tmp_path / "x.zip", whole), ["iCloud Photos/Photos/Photo Details.csv"]))
    assert body.state == "done", body.why
    hashes = set((await inside(tree_of)).values())
    assert {sha256(jpeg(1)).hexdigest(), sha256(jpeg(2)).hexdigest()} <= hashes
    assert body.left_in_all == 3


@pytest.mark.parametrize("number", range(12))
async def test_a_takeout_with_a_damaged_file_loses_that_file_alone(bring, inside, tmp_path, number):
    small = Size(mails=2, notes=2, days=2, activities=3, contacts=2, events=2, files=2)
    files_ = dict(entries(100_000, random.Random(1), small))
    path = zipped(tmp_path / "x.zip", {name: raw(content) for name, content in files_.items()})
    with zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if info.compress_size > 8]
    whole = await bring(path, only_look=True)
    name = names[number * len(names) // 12]
    body = await bring(damaged(path, [name]))
    assert body.state == "done", body.why
    lost = sum(whole_part.planned.get("not_understood", 0) for whole_part in whole.parts)
    assert body.left_in_all <= lost + 2, [each.name for each in body.left]


async def test_many_files_of_one_kind_all_come_in(bring, inside, tmp_path):
    many = {f"b/{n}.html": PAGE.replace("roses", f"roses{n}").encode() for n in range(260)}
    notes = {
        f"n/{n}.json": json.dumps({"activeNotes": [{"id": str(n), "content": f"Note {n}\nx"}]}).encode()
        for n in range(260)
    }
    body = await bring(zipped(tmp_path / "x.zip", many | notes | {"last.txt": b"last"}))
    assert body.state == "done", body.why
    assert len(await inside(bodies, BOOKMARKS)) == 260
    there = await inside(tree_of)
    assert sum(name.startswith("/Simplenote/") for name in there) == 260
    assert sha256(b"last").hexdigest() in there.values()


async def test_too_many_parts_are_refused_before_anything_happens(bring, inside, tmp_path, monkeypatch):
    monkeypatch.setattr(recognising, "_MOST", 3)
    note = json.dumps(
        {"textContent": "x", "title": "t", "userEditedTimestampUsec": 1, "isTrashed": False}
    ).encode()
    body = await bring(zipped(tmp_path / "x.zip", {f"{n}/Keep/a.json": note for n in range(4)}))
    assert body.state == "failed"
    assert "too many different things" in body.why
    assert await inside(tree_of) == {}


@pytest.mark.parametrize("odd", ["a\0b", "\ud800", "\udc80x", "x" * 70_000, "\u202egnp.exe"])
async def test_texts_that_no_database_holds_are_kept_or_mended(bring, inside, tmp_path, odd):
    songs = [
        {"endTime": "2020-01-01 10:00", "trackName": title, "artistName": odd, "msPlayed": 1}
        for title in (odd, "fine")
    ]
    notes = {
        "activeNotes": [
            {"id": odd, "content": f"{odd}\n{odd}", "tags": [odd]},
            {"id": "2", "content": "fine"},
        ]
    }
    cards = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{odd}\r\nUID:{odd}\r\nEND:VCARD\r\n".encode(
        "utf-8", "surrogatepass"
    )
    body = await bring(
        zipped(
            tmp_path / "x.zip",
            {"StreamingHistory0.json": json.dumps(songs).encode(), "n.json": json.dumps(notes).encode(),
             "c/a.vcf": cards, "c/b.vcf": EVERYTHING["people.vcf"], "z/last.txt": b"last"},
        )
    )  # fmt: skip
    assert body.state == "done", body.why
    there = await inside(tree_of)
    assert sha256(b"last").hexdigest() in there.values()
    assert "/Simplenote/fine.md" in there
    assert {each["displayName"] for each in await inside(bodies, "io.cozy.contacts")} >= {
        "Ann Ode",
        "Bob Nemo",
    }


ODD = [
    "../..",
    "..",
    ".",
    "/etc/passwd",
    "..\\..\\x",
    "a/../../../b",
    " ",
    "CON",
    "x" * 300,
    "a\nb",
    ".cozy_trash",
]


@pytest.mark.parametrize("odd", ODD)
async def test_odd_names_lead_nowhere_else(bring, inside, tmp_path, odd):
    """Titles, albums, labels and conversations named to lead out of their folders stay in them."""
    picture = {"title": f"{odd}.jpg", "photoTakenTime": {"timestamp": "1500000000"}}
    whole = {
        "Takeout/Google Photos/Trip/a.jpg": jpeg(1),
        "Takeout/Google Photos/Trip/a.jpg.json": json.dumps(picture).encode(),
        "Takeout/Google Photos/Trip/metadata.json": json.dumps({"title": odd}).encode(),
        "Takeout/Keep/n.json": json.dumps(
            {"title": odd, "textContent": "x", "userEditedTimestampUsec": 1, "isTrashed": False, "labels": [{"name": odd}]}
        ).encode(),
        "Takeout/Mail/All.mbox": b"From 1@x Mon Jan  1 10:00:00 +0000 2024\nX-GM-THRID: 1\nX-Gmail-Labels: "
        + odd.replace("\n", " ").encode() + b"\nSubject: " + odd.replace("\n", " ").encode() + b"\n\nHello\n",
        "note.enex": f"<en-export><note><title>{odd}</title><content>x</content><resource><data>aGk=</data><mime>text/plain</mime>"
        f"<resource-attributes><file-name>{odd}</file-name></resource-attributes></resource></note></en-export>".encode(),
        "inbox/a_1/message_1.json": json.dumps(
            {"title": odd, "participants": [{"name": "A"}], "thread_path": odd, "messages": [{"timestamp_ms": 1, "content": "x", "photos": [{"uri": "inbox/a_1/p.jpg"}]}]}
        ).encode(),
        "inbox/a_1/p.jpg": jpeg(2),
        "notes.json": json.dumps({"activeNotes": [{"id": "1", "content": f"{odd}\nx"}]}).encode(),
    }  # fmt: skip
    body = await bring(zipped(tmp_path / "x.zip", whole), into="/Brought")
    assert body.state == "done", body.why
    assert body.left_in_all == 0, body.left
    top = (await inside(files.fetch, await inside(photos.inbox.folder))).path.rstrip("/")
    tops = ("/Mail/Gmail/", "/Brought/Google Keep/", "/Brought/Evernote/note/", "/Brought/Simplenote/", f"{top}/2017/",
            "/Brought/Messenger/", "/Brought/Facebook/", "/Brought/Instagram/")  # fmt: skip
    there = await inside(tree_of)
    assert len(there) >= 7
    assert all(name.replace("/Brought/Mail/", "/Mail/").startswith(tops) for name in there), there


async def test_a_folder_of_files_with_names_that_are_the_same_to_people_loses_none(bring, inside, tmp_path):
    top = laid_out(
        tmp_path / "top",
        {"caf\u00e9.txt": b"composed", "cafe\u0301.txt": b"apart", "A.txt": b"A", "a.txt": b"a"},
    )
    body = await bring(top)
    assert (body.state, body.left_in_all) == ("done", 0)
    hashes = set((await inside(tree_of)).values())
    assert {sha256(each).hexdigest() for each in (b"composed", b"apart", b"A", b"a")} <= hashes


async def test_hundreds_of_one_name_are_numbered_in_a_row_with_few_questions(
    bring, inside, tmp_path, monkeypatch
):
    mails = b"".join(
        b"From a@example.org Mon Jan  1 10:00:00 2024\nMessage-ID: <%d@x>\n\n%d\n\n" % (n, n)
        for n in range(300)
    )
    asked = []
    named = names_in.child_named
    monkeypatch.setattr(names_in, "child_named", lambda *given: (asked.append(1), named(*given))[1])
    body = await bring(zipped(tmp_path / "x.zip", {"mail/Inbox.mbox": mails}))
    assert body.state == "done", body.why
    found = {name.rpartition("/")[2] for name in await inside(tree_of) if name.endswith(".eml")}
    assert found == {"mail.eml", *(f"mail ({n}).eml" for n in range(2, 301))}
    assert len(asked) < 300 * 30
