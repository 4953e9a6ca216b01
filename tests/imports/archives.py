"""Archives as people have them, and as nobody should."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

CARDS = "".join(
    f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\n{uid}END:VCARD\r\n"
    for name, uid in [("Ann Ode", "UID:ann-1\r\n"), ("Bob Nemo", "")]
)
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
X-WR-CALNAME:Choir
BEGIN:VEVENT
UID:e-1
DTSTAMP:20240101T000000Z
DTSTART:20240102T100000Z
SUMMARY:Rehearsal
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
MAILBOX = b"""From ann@example.org Mon Jan  1 10:00:00 2024
From: ann@example.org
Date: Mon, 1 Jan 2024 10:00:00 +0000
Subject: =?utf-8?q?Caf=C3=A9?=
Message-ID: <1@example.org>

Come at four.
>From me

From bob@example.org Tue Jan  2 10:00:00 2024
Subject: Two
Message-ID: <2@example.org>

Yes.
"""
BOOKMARKS = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<TITLE>Bookmarks</TITLE><H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1600000000">Garden</H3>
    <DL><p>
        <DT><A HREF="https://example.org/roses?a=1&amp;b=2" ADD_DATE="1600000000">Roses &amp; more</A>
    </DL><p>
    <DT><A HREF="javascript:alert(1)">Trick</A>
</DL>
"""
EVERYTHING: dict[str, bytes] = {
    "letters/a.txt": b"Dear Ann",
    "letters/b.txt": b"Dear Bob" * 20_000,
    "people.vcf": CARDS.encode(),
    "choir.ics": CALENDAR.encode(),
    "mail/Inbox.mbox": MAILBOX,
    "bookmarks.html": BOOKMARKS.encode(),
}


Mode = Literal["w", "w:gz", "w:bz2", "w:xz"]


def jpeg(number: int, size: int = 3_000) -> bytes:
    """What a picture is for an import: bytes unlike those of others."""
    return b"\xff\xd8" + bytes([number % 256, number // 256]) * size


def zipped(path: Path, files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> Path:
    """A zip of these files, deflated."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 1, 12, 0, 0)), content, zipfile.ZIP_DEFLATED)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, target)
    return path


def tarred(path: Path, files: Mapping[str, bytes], mode: Mode = "w:gz") -> Path:
    """A tar of these files, packed or not."""
    with tarfile.open(path, cast(Literal["w"], mode)) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_714_557_600
            archive.addfile(info, io.BytesIO(content))
    return path


def laid_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
