"""A Google Takeout as large as wanted, in its real layout and in many parts: `python -m tests.imports.takeouts FOLDER`."""

from __future__ import annotations

import argparse
import json
import random
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

TOP = "Takeout"
_UNITS = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime(2012, 1, 1, tzinfo=UTC)
_STAMP = (2026, 1, 31, 12, 0, 0)
_PICTURE = bytes.fromhex(  # a JPEG of one grey point, which any reader takes
    "ffd8ffe000104a46494600010100000100010000ffdb004300"
    + "08" * 64
    + "ffc0000b080001000101011100ffc4001f0000010501010101010100000000000000000102030405060708090a0b"
    "ffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f024"
    "33627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778"
    "797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9"
    "dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda0008010100003f00d2cfffd9"
)
ALBUMS = ("Vacances à Brest", "Anniversaire d'Ana", "Maison", "Vélo", "2019")
_LABELS = ("Banque", "Famille", "Voyages/2019", "")


@dataclass(frozen=True)
class Size:
    """How much there is to be of each thing, beside pictures, which fill the rest."""

    mails: int = 4_000
    notes: int = 300
    days: int = 400
    activities: int = 20_000
    contacts: int = 400
    events: int = 1_000
    files: int = 300


def share(size: int) -> Size:
    """What a Takeout of so many bytes holds beside pictures: less where it is smaller than 1 GB."""
    most = min(1.0, size / 1e9)
    return Size(**{name: max(1, round(number * most)) for name, number in asdict(Size()).items()})


def write(folder: Path, size: int, part: int, seed: int = 1, counts: Size | None = None) -> list[Path]:
    """The parts of a Takeout of about so many bytes, each of about `part`; a picture and its sidecar may be in different ones."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for held in _parts(entries(size, random.Random(seed), counts or share(size)), part):
        paths.append(folder / f"takeout-20260131T120000Z-{len(paths) + 1:03}.zip")
        with zipfile.ZipFile(paths[-1], "w") as archive:
            for name, content in held:
                kind = zipfile.ZIP_STORED if name.endswith((".jpg", ".MP4")) else zipfile.ZIP_DEFLATED
                archive.writestr(zipfile.ZipInfo(name, _STAMP), content, compress_type=kind, compresslevel=1)
    return paths


def _parts(found: Iterator[tuple[str, bytes]], size: int) -> Iterator[list[tuple[str, bytes]]]:
    held: list[tuple[str, bytes]] = []
    for entry in found:
        held.append(entry)
        if sum(len(content) for _, content in held) >= size:
            yield held
            held = []
    if held:
        yield held


def entries(size: int, chance: random.Random, counts: Size) -> Iterator[tuple[str, bytes]]:
    """Names and contents, small things first, then pictures until the size is reached."""
    spent = 0
    for name, content in _small(chance, counts):
        spent += len(content)
        yield name, content
    late: list[tuple[str, bytes]] = []
    number = 0
    while spent < size:
        for name, content in _picture(number, chance):
            spent += len(content)
            if name.endswith(".json") and chance.random() < 0.3:
                late.append((name, content))
            else:
                yield name, content
        number += 1
    yield from late


def _small(chance: random.Random, counts: Size) -> Iterator[tuple[str, bytes]]:
    yield f"{TOP}/Mail/Tous les messages, y compris ceux du dossier Spam.mbox", _mails(chance, counts.mails)
    yield f"{TOP}/Contacts/Tous les contacts/Tous les contacts.vcf", _cards(counts.contacts)
    yield f"{TOP}/Agenda/ana@example.org.ics", _events(counts.events)
    yield f"{TOP}/Historique des positions/Records.json", _raw({"locations": _places(chance, counts.days)})
    yield f"{TOP}/Mon activité/YouTube/MonActivité.json", _raw(_activities(chance, counts.activities))
    for number in range(counts.notes):
        yield f"{TOP}/Keep/Note {number}.json", _raw(_note(number))
    for number in range(counts.files):
        yield (
            f"{TOP}/Drive/Dossier {number % 20}/Lettre {number}.docx",
            chance.randbytes(chance.randrange(2_000, 90_000)),
        )
    for number, album in enumerate(ALBUMS):
        yield (
            f"{TOP}/Google Photos/{album}/métadonnées.json",
            _raw({"title": album, "description": "", "date": {"timestamp": str(number)}}),
        )


def _picture(number: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """A picture with its sidecar, some in an album as well, some edited, some with a film."""
    taken = _FIRST + timedelta(hours=9 * number)
    top = f"{TOP}/Google Photos"
    year = f"{top}/Photos de {taken.year}"
    stem = (
        f"IMG_{taken:%Y%m%d}_{number % 10_000:06}"
        if number % 7
        else f"une photo avec un nom bien trop long pour Takeout {number:06}"
    )
    whole, cut = f"{stem}.jpg", f"{stem[:47]}.jpg"
    name = cut if len(stem) > 47 else whole
    content = _PICTURE + b"%d " % number + chance.randbytes(chance.randrange(20_000, 1_500_000))
    sidecar = f"{whole}.supplemental-metadata"[:46] + ".json"
    if len(stem) > 47:  # cut names meet: they are told apart by a number
        name, sidecar = f"{stem[:47]}({number}).jpg", f"{stem[:46]}({number}).json"
    said: dict[str, Any] = {
        "title": whole, "description": f"photo {number}" if number % 3 == 0 else "", "favorited": number % 11 == 0,
        "photoTakenTime": {"timestamp": str(int((taken - _EPOCH).total_seconds())), "formatted": "?"},
        "geoData": {"latitude": 48.0 + number % 100 / 100, "longitude": -4.0, "altitude": 0.0},
        "people": [{"name": "Ana"}] if number % 5 == 0 else [],
    }  # fmt: skip
    yield f"{year}/{name}", content
    yield f"{year}/{sidecar}", _raw(said)
    if number % 6 == 0:
        yield f"{top}/{ALBUMS[number // 6 % len(ALBUMS)]}/{name}", content
    if number % 13 == 1:
        yield f"{year}/{whole[:-4]}-modifié.jpg", content + b"edited"
    if number % 17 == 1:
        yield f"{year}/{whole[:-4]}.MP4", b"\0\0\0\x18ftypmp42" + chance.randbytes(300_000)


def _mails(chance: random.Random, count: int) -> bytes:
    return b"".join(
        (
            f"From {10**18 + number}@xxx Thu Jan 02 03:04:05 +0000 2020\r\nX-GM-THRID: {number}\r\nX-Gmail-Labels: {_LABELS[number % 4] or 'Inbox'}\r\n"
            f"Message-ID: <{number}@example.org>\r\nFrom: Bob <bob@example.org>\r\nTo: ana@example.org\r\nSubject: Message {number}\r\n"
            f"Date: Thu, 02 Jan 2020 03:04:05 +0000\r\n\r\n{chance.randbytes(chance.randrange(100, 3_000)).hex()}\r\n\r\n"
        ).encode()
        for number in range(count)
    )


def _cards(count: int) -> bytes:
    return "".join(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Personne {number}\r\nN:{number};Personne;;;\r\nEMAIL:p{number}@example.org\r\nEND:VCARD\r\n"
        for number in range(count)
    ).encode()


def _events(count: int) -> bytes:
    begin = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nX-WR-CALNAME:Ana\r\n"
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@example.org\r\nDTSTAMP:20200101T000000Z\r\nDTSTART:{_FIRST + timedelta(days=number):%Y%m%d}T090000Z\r\n"
        f"SUMMARY:Rendez-vous {number}\r\nEND:VEVENT\r\n"
        for number in range(count)
    )
    return f"{begin}{events}END:VCALENDAR\r\n".encode()


def _places(chance: random.Random, days: int) -> list[dict[str, Any]]:
    return [
        {
            "latitudeE7": 480_000_000 + chance.randrange(10**7), "longitudeE7": 20_000_000 + chance.randrange(10**7), "accuracy": 20,
            "timestamp": f"{_FIRST + timedelta(days=day, hours=hour):%Y-%m-%dT%H:%M:%S.123Z}",
        }
        for day in range(days)
        for hour in range(24)
    ]  # fmt: skip


def _activities(chance: random.Random, count: int) -> list[dict[str, Any]]:
    return [
        {
            "header": "YouTube", "title": f"Vous avez regardé Vidéo {chance.randrange(1000)}", "titleUrl": f"https://video.example/watch?v={number}",
            "time": f"{_FIRST + timedelta(minutes=31 * number):%Y-%m-%dT%H:%M:%S.000Z}", "products": ["YouTube"],
        }
        for number in range(count)
    ]  # fmt: skip


def _note(number: int) -> dict[str, Any]:
    return {
        "title": f"Note {number}", "textContent": f"Le texte de la note {number}.", "labels": [{"name": "Maison"}] if number % 2 else [],
        "isTrashed": number % 50 == 0, "isPinned": number % 20 == 1, "isArchived": False, "color": "DEFAULT",
        "userEditedTimestampUsec": 1_577_934_245_000_000 + number * 10**6, "createdTimestampUsec": 1_577_934_245_000_000,
    }  # fmt: skip


def _raw(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def bytes_of(text: str) -> int:
    """`200M` as a number of bytes."""
    return int(float(text[:-1]) * _UNITS[text[-1].upper()]) if text[-1].upper() in _UNITS else int(text)


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(prog="script/takeout")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=bytes_of, default=bytes_of("2G"))
    parser.add_argument("--part", type=bytes_of, default=bytes_of("200M"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for path in write(asked.folder, asked.size, asked.part, asked.seed):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
