"""An open folder is read by programs that are not ours: of calendars, cards, mails, notes and pictures."""

import io
import json
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

from cozy.backends.disk import inline_content
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.calendars import service as calendars
from cozy.rooms.contacts import service as contacts
from cozy.rooms.files import service as files
from cozy.rooms.photos import service as photos
from tests.dav.program import needs
from tests.exports.test_open_folder import taken_to

pytestmark = pytest.mark.parametrize(
    "postgres", ["sqlite"], indirect=True
)  # both engines write the same folder

PARIS = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)
CHOIR = (
    f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{PARIS}BEGIN:VEVENT\r\nUID:choir-1\r\nDTSTAMP:20260701T100000Z\r\n"
    "DTSTART;TZID=Europe/Paris:20261020T200000\r\nDTEND;TZID=Europe/Paris:20261020T220000\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\n"
    "SUMMARY:Répétition de la chorale\\, à l’église\r\nLOCATION:Brest\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:choir-1\r\nDTSTAMP:20260701T100000Z\r\nRECURRENCE-ID;TZID=Europe/Paris:20261027T200000\r\n"
    "DTSTART;TZID=Europe/Paris:20261028T190000\r\nDTEND;TZID=Europe/Paris:20261028T210000\r\nSUMMARY:Générale\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)
PERSON = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:zoé-1\r\nFN:Zoé Le Gall\r\nN:Le Gall;Zoé;;;\r\nTEL;TYPE=CELL:+33 6 12 34 56 78\r\n"
    "EMAIL;TYPE=HOME:zoe@example.org\r\nBDAY:1980-02-29\r\nNOTE:Parle breton\\, un peu\r\nEND:VCARD\r\n"
)


def also(work) -> None:
    """What programs are asked for beside what the home of these tests holds."""
    calendars.files.import_(work, "personal", CHOIR.encode())
    contacts.moving.take(work, list(contacts.moving.pieces(PERSON.encode())))
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "JPEG")
    there = files.create_file(
        work, files.ROOT, "pier.jpg", inline_content(picture.getvalue()), "image/jpeg",
        files.Details(metadata={"datetime": "2019-07-14T11:12:13Z", "gps": {"lat": -48.5, "long": 2.25}}, tags=["blue hour"]),
    )  # fmt: skip
    files.change(work, there.id, files.Change(cozy_metadata={"favorite": True}))
    photos.albums.create(work, "Été à Brest", [there.id])
    files.create_file(
        work, files.ROOT, "long.eml", inline_content(MAIL.encode()), "message/rfc822"
    )  # fmt: skip


MAIL = (
    "From: =?utf-8?q?Zo=C3=A9?= <zoe@example.org>\r\nTo: alice@example.org\r\nSubject: =?utf-8?q?Le_caf=C3=A9?=\r\n"
    "Message-ID: <cafe@example.org>\r\nDate: Thu, 02 Jan 2020 03:04:05 +0000\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nÀ demain\r\n'
    '--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="list.csv"\r\n\r\na,b\r\n--b--\r\n'
)


@pytest.fixture
async def out(house: House, lived_in: Home, target: Path) -> Path:
    """The home, taken along."""
    await house.write(lived_in, SYSTEM, also)
    assert (await taken_to(house, lived_in, target)).left_out == []
    return target


def says(*args: object, **environment: str) -> str:
    """What a program prints; it must end well."""
    done = subprocess.run(
        [*map(str, args)], capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": "/usr/bin:/bin:/usr/sbin", "LANG": "C.UTF-8", "TZ": "Europe/Paris", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def spread(folder: Path, single: Path) -> Path:
    """The items of one file as files, by vdirsyncer: as khal and khard keep them."""
    here = folder / single.stem
    here.mkdir(parents=True)
    (folder / "config").write_text(
        f'[general]\nstatus_path = "{folder}/status"\n[pair all]\na = "one"\nb = "many"\ncollections = null\n'
        f'[storage one]\ntype = "singlefile"\npath = "{single}"\n'
        f'[storage many]\ntype = "filesystem"\npath = "{here}"\nfileext = "{single.suffix}"\n'
    )
    for verb in ("discover", "sync"):
        says(sys.executable, "-m", "vdirsyncer", "-c", folder / "config", verb, HOME=str(folder))
    return here


def whole(folder: Path) -> list[Path]:
    """The files of a folder that hold something: a calendar in which nothing is is one too."""
    return [path for path in folder.iterdir() if "UID:" in path.read_text()]


async def test_khal_lists_events_when_they_are(out, tmp_path):
    needs("khal")
    (calendar,) = whole(out / "Calendars")
    here = spread(tmp_path / "spread", calendar)
    (tmp_path / "khal").write_text(
        f"[calendars]\n[[home]]\npath = {here}\n[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        f"datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\nlocal_timezone = Europe/Paris\n"
        f"default_timezone = Europe/Paris\n[sqlite]\npath = {tmp_path}/khal.db\n"
    )
    wanted = "{start-date} {start-time} {end-time} {title}"
    said = says(
        "khal", "-c", tmp_path / "khal", "list", "--day-format", "", "--format", wanted, "2026-07-01", "200d",
        HOME=str(tmp_path),
    )  # fmt: skip
    assert said.split("\n")[:-1] == [
        "2026-07-20 17:00 18:00 Tea",
        "2026-07-27 17:00 18:00 Tea",
        "2026-08-03 17:00 18:00 Tea",
        "2026-10-20 20:00 22:00 Répétition de la chorale, à l’église",
        "2026-10-28 19:00 21:00 Générale",
    ]


async def test_khard_knows_people(out, tmp_path):
    needs("khard")
    (book,) = whole(out / "Contacts")
    here = spread(tmp_path / "spread", book)
    (tmp_path / "khard").write_text(
        f"[addressbooks]\n[[home]]\npath = {here}\n[contact table]\nlocalize_dates = no\n"
    )
    khard = ("khard", "-c", tmp_path / "khard")
    listed = says(*khard, "email", "--parsable", "--remove-first-line", HOME=str(tmp_path)).splitlines()
    assert sorted(line.split("\t")[:2] for line in listed) == [
        ["anna@example.org", "Anna Müller"],
        ["zoe@example.org", "Zoé Le Gall"],
    ]
    shown = says(*khard, "show", "Zoé", HOME=str(tmp_path))
    for told in ("+33 6 12 34 56 78", "Parle breton, un peu", "1980-02-29"):
        assert told in shown, shown


async def test_exiftool_reads_what_stands_beside_a_picture(out):
    needs("exiftool", package="libimage-exiftool-perl")
    said = says("exiftool", "-j", "-n", "-struct", out / "Files" / "pier.jpg.xmp")
    (told,) = json.loads(said)
    assert "Warning" not in told, told
    assert "Error" not in told, told
    assert told["Rating"] == 5
    assert told["Subject"] == ["Été à Brest", "blue hour"]
    assert told["TagsList"] == ["Albums/Été à Brest"]
    assert told["HierarchicalSubject"] == ["Albums|Été à Brest"]
    assert (told["GPSLatitude"], told["GPSLongitude"]) == (-48.5, 2.25)
    assert told["DateTimeOriginal"].startswith("2019:07:14 11:12:13")


async def test_exiftool_writes_what_stands_beside_into_the_picture(out, tmp_path):
    needs("exiftool", package="libimage-exiftool-perl")
    picture = shutil.copy(out / "Files" / "pier.jpg", tmp_path / "pier.jpg")
    says("exiftool", "-q", "-tagsfromfile", out / "Files" / "pier.jpg.xmp", "-all:all", picture)
    (told,) = json.loads(says("exiftool", "-j", "-n", picture))
    assert (told["Rating"], told["Subject"]) == (5, ["Été à Brest", "blue hour"])


async def test_notmuch_finds_mails_by_whom_and_by_what(out, tmp_path):
    needs("notmuch")
    (tmp_path / "config").write_text(
        f"[database]\npath={out / 'Files'}\n[user]\nname=A\nprimary_email=a@example.org\n"
    )
    config = {"HOME": str(tmp_path), "NOTMUCH_CONFIG": str(tmp_path / "config")}
    says("notmuch", "new", "--quiet", **config)
    found = json.loads(says("notmuch", "search", "--format=json", "from:zoe@example.org", **config))
    assert [(each["subject"], each["authors"], each["timestamp"]) for each in found] == [
        ("Le café", "Zoé", 1577934245)
    ]
    assert len(json.loads(says("notmuch", "search", "--format=json", "subject:Hello", **config))) == 1
    assert says("notmuch", "show", "--format=raw", "--part=3", "id:cafe@example.org", **config) == "a,b"


async def test_mutt_opens_mails(out, tmp_path):
    """As a folder of MH, in which each mail is a file; mutt is asked to write what it lists into another mailbox."""
    needs("mutt", "script")
    (tmp_path / "mh").mkdir()
    (tmp_path / "mh" / ".mh_sequences").touch()
    for number, name in enumerate(("long.eml", "Papers_ all/hello.eml"), 1):
        shutil.copy(out / "Files" / name, tmp_path / "mh" / str(number))
    (tmp_path / "rc").write_text(
        f"set folder={tmp_path}\nset mbox_type=mbox\nset confirmappend=no\nset confirmcreate=no\nset quit=yes\nset copy=no\n"
        f'push "<tag-pattern>~A<enter><tag-prefix><copy-message>{tmp_path}/all<enter><quit>"\n'
    )
    mutt = f"mutt -n -F {tmp_path}/rc -f {tmp_path}/mh"
    says("script", "-q", "-e", "-c", mutt, "/dev/null", HOME=str(tmp_path), TERM="xterm")
    copied = (tmp_path / "all").read_text()
    assert copied.count("\nMessage-ID: <cafe@example.org>") == 1
    assert copied.count("\nSubject: Hello") == 1
    assert copied.count("From ") >= 2


async def test_cmark_makes_pages_of_notes_and_their_pictures_are_there(out):
    needs("cmark")
    assert says("cmark", out / "Notes" / "plan.md") == "<h1>Plan</h1>\n<ul>\n<li>bread</li>\n</ul>\n"
    page = says("cmark", out / "Notes" / "trip" / "index.md")
    (picture,) = addresses(page)
    assert (out / "Notes" / "trip" / unquote(picture)).read_bytes() == b"\x89PNG"


def addresses(page: str) -> list[str]:
    """What a page leads to and shows."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.extend(value for name, value in attrs if name in {"href", "src"} and value)

    Reader().feed(page)
    return found


async def test_each_link_of_its_pages_leads_to_something_that_is_there(out):
    seen, ahead = set(), [out / "index.html"]
    while ahead:
        page = ahead.pop()
        if page in seen:
            continue
        seen.add(page)
        for address in addresses(page.read_text()) if page.suffix == ".html" else ():
            parts = urlsplit(address)
            assert not parts.scheme, address
            assert not parts.netloc, address
            there = (page.parent / unquote(parts.path)).resolve()
            assert there.is_file(), f"{page.name}: {address}"
            ahead.append(there)
    reached = {path for path in seen if path.is_relative_to(out / "Files")}
    assert reached == {
        path for path in (out / "Files").rglob("*") if path.is_file() and path.suffix != ".xmp"
    }


async def test_a_python_with_nothing_beside_it_verifies(out):
    bare = Path(sys.base_prefix) / "bin" / "python3"
    assert says(bare, "-I", "-S", out / "read_me.py").endswith("all as they were.\n")
