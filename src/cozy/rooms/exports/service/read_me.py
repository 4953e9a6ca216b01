#!/usr/bin/env python3
"""Reads and verifies what was taken along of a Cozy. It needs Python 3.9 or newer and nothing else, no network either.

    python3 -I read_me.py                  is everything here, and as it was?
    python3 -I read_me.py about            whose it is, of when, what is in it
    python3 -I read_me.py list [Files/…]   what is in a folder of it
    python3 -I read_me.py show TYPE [ID]   the documents of a type, or one of them
    python3 -I read_me.py find WORD        files and documents that have a word in them

Run it in the folder where it lies. Or name the folder, or the parts of zip or tar that it came in, which need not be unpacked:

    python3 -I read_me.py --in part1.zip --in part2.zip

Lu et vérifié avec Python seul : lancez-le dans le dossier où il se trouve.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tarfile
import zipfile
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Iterator

SUMS, MANIFEST = "manifest-sha256.txt", "manifest.json"
PIECE = 1 << 20


class Place:
    """What was taken along, wherever it lies: names, and the bytes of each."""

    def __init__(self, sources: list[Path]) -> None:
        self._open: dict[str, Callable[[], IO[bytes] | None]] = {}
        for source in sources:
            if source.is_dir():
                self._folder(source)
            elif zipfile.is_zipfile(source):
                self._zip(source)
            elif tarfile.is_tarfile(source):
                self._tar(source)
            else:
                raise SystemExit(f"{source}: neither a folder nor a zip nor a tar")
        top = next(
            (
                name[: -len(MANIFEST)]
                for name in self._open
                if name.split("/")[1:] in ([], [MANIFEST]) and name.endswith(MANIFEST)
            ),
            "",
        )
        self._open = {name[len(top) :]: how for name, how in self._open.items() if name.startswith(top)}

    def _folder(self, source: Path) -> None:
        for path in source.rglob("*"):
            if path.is_file() and not path.is_symlink():
                self._open[path.relative_to(source).as_posix()] = lambda path=path: path.open("rb")

    def _zip(self, source: Path) -> None:
        archive = zipfile.ZipFile(source)
        for info in archive.infolist():
            if not info.is_dir():
                self._open[info.filename] = lambda archive=archive, info=info: archive.open(info)

    def _tar(self, source: Path) -> None:
        archive = tarfile.open(source)
        for member in archive:
            if member.isfile():
                self._open[member.name] = lambda archive=archive, member=member: archive.extractfile(member)

    def __contains__(self, name: str) -> bool:
        return name in self._open

    def names(self) -> list[str]:
        """The path of every file."""
        return sorted(self._open)

    def pieces(self, name: str) -> Iterator[bytes]:
        """What a file holds, piece by piece."""
        found = self._open[name]()
        assert found is not None
        with found as file:
            while True:
                piece = file.read(PIECE)
                if not piece:
                    return
                yield piece

    def bytes(self, name: str) -> bytes:
        """What a small file holds."""
        if name not in self._open:
            raise SystemExit(f"{name} is not here: this is not a whole export")
        return b"".join(self.pieces(name))


def sums(place: Place) -> Iterator[tuple[str, str]]:
    """The hash and the name of every file, as `sha256sum` writes them: a backslash before a line says that its name is escaped."""
    for row in place.bytes(SUMS).decode().split("\n"):
        if row.startswith("\\"):
            yield row[1:65], re.sub(r"\\([\\n])", lambda found: "\n" if found[1] == "n" else "\\", row[67:])
        elif row:
            yield row[:64], row[66:]


def verify(place: Place, options: argparse.Namespace) -> int:
    """0 when everything that the sums name is here, and as it was; 1 else, with a line for each that is not."""
    wrong = count = 0
    listed = {SUMS}
    for digest, name in sums(place):
        listed.add(name)
        count += 1
        if name not in place:
            print(f"missing: {name}")
            wrong += 1
            continue
        found = hashlib.sha256()
        for piece in place.pieces(name):
            found.update(piece)
        if found.hexdigest() != digest:
            print(f"changed: {name}")
            wrong += 1
    for name in place.names():
        if name not in listed:
            print(f"added since: {name}")
    for left in json.loads(place.bytes(MANIFEST)).get("left_out", ()):
        print(f"was not taken along: {left['path']}: {left['why']}")
    print(f"{count} files, all as they were." if not wrong else f"{count} files, {wrong} missing or changed.")
    return 1 if wrong else 0


def about(place: Place, options: argparse.Namespace) -> int:
    """What the manifest says."""
    said = json.loads(place.bytes(MANIFEST))
    print(f"{said['home']}, {said['made_at']}, {said['files']} files")
    for doctype, count in said["documents"].items():
        print(f"{count:>9}  {doctype}")
    return 0


def listing(place: Place, options: argparse.Namespace) -> int:
    """What is in a folder, folders first."""
    start = options.what[0].strip("/") + "/" if options.what else ""
    below = {name[len(start) :].partition("/") for name in place.names() if name.startswith(start)}
    for name in sorted(
        {first + slash for first, slash, _ in below}, key=lambda name: (not name.endswith("/"), name)
    ):
        print(name)
    return 0 if below else 1


def documents(place: Place, doctype: str) -> Iterator[dict[str, Any]]:
    """The documents of a type, one by one: each has a line of its own."""
    rest = b""
    for piece in place.pieces(f"Data/{doctype}.json"):
        *rows, rest = (rest + piece).split(b"\n")
        for row in rows:
            row = row.rstrip(b",")
            if row.startswith(b"{"):
                yield json.loads(row)


def show(place: Place, options: argparse.Namespace) -> int:
    """Documents as JSON."""
    if not options.what:
        raise SystemExit("which type? `about` lists them")
    doctype, *ids = options.what
    if f"Data/{doctype}.json" not in place:
        raise SystemExit(f"there is no {doctype} here")
    found = 1
    for document in documents(place, doctype):
        if not ids or document["_id"] in ids:
            print(json.dumps(document, ensure_ascii=False, indent=2))
            found = 0
    return found


def find(place: Place, options: argparse.Namespace) -> int:
    """Names of files, and documents, with a word in them, whatever its case."""
    word = " ".join(options.what).casefold()
    found = 1
    for name in place.names():
        if word in name.casefold() and not name.startswith("Pages/"):
            print(name)
            found = 0
        if name.startswith(("Data/io.cozy.", "Data/com.")):
            for document in documents(place, name[len("Data/") : -len(".json")]):
                if word in json.dumps(document, ensure_ascii=False).casefold():
                    print(f"{name}: {document['_id']}")
                    found = 0
    return found


COMMANDS = {"verify": verify, "about": about, "list": listing, "show": show, "find": find}


def main() -> int:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", choices=sorted(COMMANDS), default="verify")
    parser.add_argument("what", nargs="*")
    parser.add_argument("--in", dest="places", action="append", type=Path, metavar="PATH")
    options = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return COMMANDS[options.command](Place(options.places or [Path(__file__).resolve().parent]), options)


if __name__ == "__main__":
    sys.exit(main())
