"""vdirsyncer over a home: two computers, changes on both and by an app, conflicts; nothing may get lost.

`python -m tests.clients.vdirsyncer` plays it with 1,000 contacts and 5,000 events, and tells what it saw.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

from bench.groupware import contact, event
from tests.dav.program import DOMAIN, USER, Running, running

AREAS = ("calendars", "contacts")
OWN = "X-BENCH-UNKNOWN:"  # what no program knows, in each text, with its UID
Marks = dict[str, set[str]]  # the lines that a text must hold, by UID


@dataclass(frozen=True)
class Kind:
    """Contacts or events. before: the line that further ones go in front of."""

    name: str
    type: str
    ending: str
    collection: str
    doctype: str
    write: Callable[[str, int], str]
    before: str


CONTACTS = Kind("people", "carddav", ".vcf", "contacts", "io.cozy.contacts", contact, "END:VCARD")
EVENTS = Kind("days", "caldav", ".ics", "personal", "io.cozy.calendar.events", event, "BEGIN:VALARM")
KINDS = (CONTACTS, EVENTS)


@dataclass
class Computer:
    """A folder for each collection, and vdirsyncer with settings of its own."""

    name: str
    folder: Path

    def set_up(self, home: Running) -> None:
        """Let it find the collections by itself, from the address of the home alone."""
        self.folder.mkdir()
        self._config.write_text(_config(self.folder, home))
        self._run("discover", answers="y\n" * 50)

    @property
    def _config(self) -> Path:
        return self.folder / "config"

    def place(self, kind: Kind) -> Path:
        """Where the items of a kind lie."""
        return self.folder / kind.name / kind.collection

    def sync(self, say: Callable[[str], None]) -> str:
        """Both ways. The words of vdirsyncer."""
        began = time.monotonic()
        said = self._run("sync")
        say(
            f"{self.name}: synchronised in {time.monotonic() - began:.1f} s, {len(said.splitlines())} lines said"
        )
        return said

    def _run(self, verb: str, answers: str = "") -> str:
        command = [sys.executable, "-m", "vdirsyncer", "-c", str(self._config), verb]
        done = subprocess.run(
            command, input=answers, capture_output=True, text=True, timeout=3600, check=False
        )
        assert done.returncode == 0, f"{self.name} {verb}: {(done.stdout + done.stderr)[-3000:]}"
        return done.stdout + done.stderr

    def texts(self, kind: Kind) -> dict[str, Path]:
        """The files, by the UID of what is in them. Fails where two have the same."""
        found: dict[str, Path] = {}
        for path in self.place(kind).iterdir():
            uid = next(line for line in lines(path.read_text()) if line.startswith("UID:"))[4:]
            assert uid not in found, f"{uid} is in {path.name} and in {found[uid].name}"
            found[uid] = path
        return found


def _config(folder: Path, home: Running) -> str:
    merge = json.dumps(["command", sys.executable, str(Path(__file__).parent / "vdirsyncer_merge.py")])
    parts = [f'[general]\nstatus_path = "{folder}/status"\n']
    for kind in KINDS:
        here = f'[storage {kind.name}_here]\ntype = "filesystem"\npath = "{folder / kind.name}"\nfileext = "{kind.ending}"\n'
        there = (
            f'[storage {kind.name}_there]\ntype = "{kind.type}"\nurl = "{home.origin}/"\nusername = "{USER}"\n'
            f'password = "{home.password}"\n'
        )
        pair = (
            f'[pair {kind.name}]\na = "{kind.name}_there"\nb = "{kind.name}_here"\ncollections = ["from a"]\n'
            f"conflict_resolution = {merge}\n"
        )
        parts += [pair, there, here]
    return "\n".join(parts)


def lines(text: str) -> list[str]:
    """Content lines, unfolded (RFC 5545 §3.1)."""
    return text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").splitlines()


def change(path: Path, kind: Kind, mark: str) -> None:
    """Add a line to a text."""
    text = path.read_bytes().decode()
    path.write_bytes(text.replace(kind.before, f"{mark}\r\n{kind.before}", 1).encode())


def add(computer: Computer, kind: Kind, uids: list[str], marks: Marks) -> None:
    """New items, each with a line that nobody knows."""
    for number, uid in enumerate(uids):
        text = kind.write(uid, number).replace(f"{OWN}kept", f"{OWN}{uid}")
        (computer.place(kind) / f"{uid}{kind.ending}").write_bytes(text.encode())
        marks[uid] = {f"{OWN}{uid}"}


def play(home: Running, folder: Path, counts: dict[str, int], say: Callable[[str], None]) -> None:
    """Play it; fails at the first thing that is lost. counts: of items, by the name of their kind."""
    ana, ben = Computer("ana", folder / "ana"), Computer("ben", folder / "ben")
    known: dict[str, Marks] = {kind.name: {} for kind in KINDS}
    for computer in (ana, ben):
        computer.set_up(home)
    for kind in KINDS:
        add(ana, kind, [f"{kind.name}-{number}" for number in range(counts[kind.name])], known[kind.name])
    ana.sync(say)
    ben.sync(say)
    compare(home, (ana, ben), known, say)
    for kind in KINDS:
        _disagree(ana, ben, kind, known[kind.name])
    _change_by_an_app(home, CONTACTS, known["people"])
    for computer in (ana, ben, ana):
        computer.sync(say)
    for computer in (ben, ana):
        said = computer.sync(say)
        assert "Copying" not in said, said
        assert "Deleting" not in said, said
    compare(home, (ana, ben), known, say)


def _disagree(ana: Computer, ben: Computer, kind: Kind, marks: Marks) -> None:
    """A twentieth is changed on both computers, a twentieth on each alone; some are removed; some are new."""
    share = max(2, len(marks) // 20)
    uids = iter(list(marks))
    held = [(computer, computer.texts(kind)) for computer in (ana, ben)]

    def edit(computer: Computer, path: Path, uid: str) -> None:
        mark = f"X-ON-{computer.name.upper()}:{uid}"
        change(path, kind, mark)
        marks[uid].add(mark)

    for uid in islice(uids, share):
        for computer, texts in held:
            edit(computer, texts[uid], uid)
    for computer, texts in held:
        for uid in islice(uids, share):
            edit(computer, texts[uid], uid)
        for uid in islice(uids, share // 2):
            texts[uid].unlink()
            del marks[uid]
        add(computer, kind, [f"{kind.name}-{computer.name}-{number}" for number in range(share)], marks)


def _change_by_an_app(home: Running, kind: Kind, marks: Marks) -> None:
    """An app changes one member of some documents, which it reads and writes whole."""
    app = home.server.client(home.token, domain=DOMAIN)
    rows = app("GET", f"/data/{kind.doctype}/_all_docs", include_docs="true", limit=1_000_000).json["rows"]
    docs = {_uid(row["doc"]): row["doc"] for row in rows}
    chosen = [uid for uid in marks if uid in docs][::10]
    assert chosen, "nothing for an app to change"
    for uid in chosen:
        doc = {**docs[uid], "note": f"Seen by an app: {uid}"}
        answer = app(
            "PUT", f"/data/{kind.doctype}/{doc['_id']}", json.dumps(doc), {"Content-Type": "application/json"}
        )
        assert answer.status == 200, answer
        marks[uid].add(f"NOTE:Seen by an app: {uid}")


def _uid(doc: dict[str, Any]) -> str:
    """As phones know it; the id of what no phone has written."""
    return str(doc.get("cozyMetadata", {}).get("item", {}).get("uid") or doc["_id"])


def compare(
    home: Running, computers: tuple[Computer, ...], known: dict[str, Marks], say: Callable[[str], None]
) -> None:
    """Every UID is on each computer and in the home, once, with every line that it must hold; and nothing else is."""
    for kind in KINDS:
        marks = known[kind.name]
        for where, texts in (
            *((each.name, _texts(each, kind)) for each in computers),
            ("home", _at_home(home, kind)),
        ):
            lost, new = marks.keys() - texts.keys(), texts.keys() - marks.keys()
            assert not lost, f"{where} lost {sorted(lost)[:5]}"
            assert not new, f"{where} has what should not be there: {sorted(new)[:5]}"
            for uid, needed in marks.items():
                missing = needed - set(lines(texts[uid]))
                assert not missing, f"{where}: {uid} lost {missing}:\n{texts[uid]}"
        say(f"{kind.name}: {len(marks)} on both computers and in the home, each with all its lines")


def _texts(computer: Computer, kind: Kind) -> dict[str, str]:
    return {uid: path.read_bytes().decode() for uid, path in computer.texts(kind).items()}


def _at_home(home: Running, kind: Kind) -> dict[str, str]:
    """What the home answers, item by item."""
    client = home.client()
    where = f"/dav/{'contacts' if kind is CONTACTS else 'calendars'}/{kind.collection}/"
    body = '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>'
    listing = client.at("PROPFIND", where, body, {"Depth": "1"})
    assert listing.status == 207, listing
    found: dict[str, str] = {}
    for href in ET.fromstring(listing.body).iter("{DAV:}href"):
        if href.text and href.text.endswith(kind.ending):
            text = client.at("GET", href.text).body.decode()
            uid = next(line for line in lines(text) if line.startswith("UID:"))[4:]
            assert uid not in found, f"home: {uid} twice"
            found[uid] = text
    return found


def main() -> int:
    """Play it at its full size, or another."""
    parser = argparse.ArgumentParser(prog="script/vdirsyncer", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1000)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument(
        "--keep", type=Path, default=Path("build/vdirsyncer.txt"), help="where what was seen is written"
    )
    options = parser.parse_args()
    options.keep.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="vdirsyncer-") as name, options.keep.open("w") as kept:

        def say(line: str) -> None:
            for out in (sys.stdout, kept):
                out.write(f"{line}\n")
                out.flush()

        with running(Path(name), areas=AREAS) as home:
            play(home, Path(name), {"people": options.contacts, "days": options.events}, say)
        say("nothing was lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
