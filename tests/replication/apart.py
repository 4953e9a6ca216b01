"""`script/converge --apart`: people in homes that are processes of their own, some of which are killed, and ways that are cut.

Alice shares with Bob and Carol a folder, an album, a calendar and a group of contacts, each in all modes, and a drive. Dave's home
is there as well, and is told of nothing. What counts as written is what a home answered for.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.homes_apart import Cottage, Village, body_of, rule, until, village
from tests.networks import Networks
from tests.program import ROOT, Answer, Client
from tests.replication.town import md5

JSON, JSONAPI = {"Content-Type": "application/json"}, {"Content-Type": "application/vnd.api+json"}
FILES, ALBUMS = "io.cozy.files", "io.cozy.photos.albums"
CALENDARS, EVENTS = "io.cozy.calendar.calendars", "io.cozy.calendar.events"
CONTACTS, GROUPS = "io.cozy.contacts", "io.cozy.contacts.groups"
TRASH = "io.cozy.files.trash-dir"
MEMBERS = ("alice", "bob", "carol")
NAMES = ("a", "b", "c.txt", "d.txt")
KINDS = ("folder", "album", "calendar", "group")
MODES: dict[str, tuple[str, str]] = {  # who is in, and who of them changes things that are told to the others
    "both": ("alice bob carol", "alice bob carol"),
    "shown": ("alice bob carol", "alice bob"),  # Carol may only look
    "oneway": ("alice bob carol", "alice"),  # the rules tell what Alice does, and nothing that others do
    "pair": ("alice bob", "alice bob"),  # Carol is in others, and is not to hear of this one
}
DRIVE = "drive"  # Bob changes it, Carol looks; nothing of it is in their homes
DEEDS = (
    *("make_file",) * 4, *("make_folder",) * 2, *("write",) * 4, *("rename",) * 3, *("move",) * 3, "move_out", *("trash",) * 2,
    *("restore",) * 2, *("private",) * 2, "keep_own", *("add_photo",) * 3, "drop_photo", *("edit_event",) * 3,
    *("edit_contact",) * 3, *("in_drive",) * 3,
)  # fmt: skip
_TRIED_WHILE_CUT = 0.05  # of what is done in the drive then: nobody answers for long
_SAME_WITHIN_S = 300.0
_STALE_AFTER = 10  # deeds that a look at a home serves
SETTINGS = {"COZY_VERSIONS_APART_S": "0", "COZY_VERSIONS_KEPT": "100000", "COZY_LEASE_S": "5"}


@dataclass
class Person:
    """Somebody, what they were told is safe, and what they saw last."""

    home: Cottage
    roots: dict[str, str] = field(default_factory=dict)  # of what is shared, as their home knows it
    safe: set[str] = field(default_factory=set)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    looked: int = -_STALE_AFTER
    asking: Client | None = None

    def client(self) -> Client:
        """A connection, opened again where the home was killed."""
        if self.asking is None:
            self.asking = self.home.client()
        return self.asking

    def reads(self, path: str, **query: str) -> Answer:
        """What their home answers; asked once more where the connection was closed, since nobody had used it for long."""
        try:
            return self.client()("GET", path, None, None, **query)
        except (OSError, HTTPException):
            self.asking = None
            return self.client()("GET", path, None, None, **query)

    def documents(self, doctype: str) -> dict[str, dict[str, Any]]:
        """All of a doctype, by id."""
        found: dict[str, dict[str, Any]] = {}
        start = ""
        while True:
            query = {
                "include_docs": "true",
                "limit": "1000",
                **({"startkey": json.dumps(start)} if start else {}),
            }
            answer = self.reads(f"/data/{doctype}/_all_docs", **query)
            if answer.status == 404:
                return {}
            assert answer.status == 200, answer
            rows = answer.json["rows"]
            found |= {row["id"]: row["doc"] for row in rows if not row["id"].startswith("_design")}
            if len(rows) < 1000:
                return found
            start = rows[-1]["id"]


class Play:
    """What they do, drawn by lot."""

    def __init__(self, homes: Village, lot: random.Random) -> None:
        self.homes, self.lot = homes, lot
        self.people = {name: Person(homes.home(name)) for name in (*MEMBERS, "dave")}
        self.sharings: dict[str, str] = {}
        self.known_to: dict[str, set[str]] = {}  # who may hold what was written: a text, or the MD5 of one
        self.in_drive: set[str] = set()  # the MD5s of what is safe there
        self.count = self.done = self.refused = self.lost_answers = self.kills = self.cuts = 0
        self.cut: set[tuple[str, str]] = set()

    def begin(self) -> None:
        """Everything is shared, and accepted."""
        alice = self.people["alice"].client()
        known = {
            name: self._made(alice, CONTACTS, {
                "fullname": name.title(), "email": [{"address": f"{name}@example.net"}],
                "cozy": [{"url": self.people[name].home.origin}],
            })
            for name in MEMBERS[1:]
        }  # fmt: skip
        for mode, (inside, writing) in MODES.items():
            told = {} if mode != "oneway" else {"add": "push", "update": "push", "remove": "push"}
            to = [known[who] for who in inside.split()[1:] if who in writing or mode == "oneway"]
            readers = [known[who] for who in inside.split()[1:] if known[who] not in to]
            for kind in KINDS:
                rules = [{**each, **told} for each in self._rules(alice, kind, mode)]
                self._share(f"{kind} {mode}", inside, body_of(*rules, to=to, readers=readers))
        drive = rule(FILES, alice.mkdir(DRIVE).data["id"], add="none", update="none", remove="none")
        self._share(
            DRIVE, "alice bob carol", body_of(drive, to=[known["bob"]], readers=[known["carol"]], drive=True)
        )
        self.check()

    def _rules(self, alice: Client, kind: str, mode: str) -> list[dict[str, Any]]:
        """The rules of something new that is shared."""
        if kind == "folder":
            return [rule(FILES, alice.mkdir(f"Folder {mode}").data["id"])]
        if kind == "album":
            album = self._made(alice, ALBUMS, {"name": f"Album {mode}"})
            return [rule(ALBUMS, album), rule(FILES, f"{ALBUMS}/{album}", selector="referenced_by")]
        if kind == "calendar":
            calendar = self._made(alice, CALENDARS, {"name": f"Trips {mode}"})
            for at in range(3):
                self._made(
                    alice, EVENTS, {"summary": self._mark(f"Day {at} {mode}", mode), "collection": calendar}
                )
            return [rule(CALENDARS, calendar), rule(EVENTS, calendar, selector="collection")]
        group = self._made(alice, GROUPS, {"name": f"Climbers {mode}"})
        for at in range(3):
            self._made(
                alice, CONTACTS, {"fullname": self._mark(f"Climber {at} {mode}", mode), "climbs": group}
            )
        return [rule(GROUPS, group), rule(CONTACTS, group, selector="climbs")]

    def _share(self, name: str, inside: str, body: dict[str, Any]) -> None:
        """Alice shares something, and everybody says yes."""
        answer = self.people["alice"].client()("POST", "/sharings/", json.dumps(body), JSONAPI)
        assert answer.status == 201, answer
        self.sharings[name] = id_ = answer.data["id"]
        for who in inside.split():
            client, home = self.people[who].client(), self.people[who].home
            until(lambda client=client: client("GET", f"/sharings/{id_}").status == 200)
            if who != "alice":
                home.accept(id_)
            shown = client("GET", f"/sharings/{id_}").data["attributes"]
            self.people[who].roots[name] = shown["rules"][0]["values"][0]

    def _mark(self, written: str, mode: str) -> str:
        """Note who may hold what is written."""
        self.known_to[written] = set(MODES[mode][0].split())
        return written

    def _made(self, client: Client, doctype: str, body: dict[str, Any]) -> str:
        answer = client("POST", f"/data/{doctype}/", json.dumps(body), JSON)
        assert answer.status in {200, 201}, answer
        return answer.json["id"]

    def act(self, deed: str) -> None:
        """Somebody does something; what their home refuses, or does not answer, need not have happened."""
        who = self.lot.choice(MEMBERS)
        person = self.people[who]
        try:
            if self.done - person.looked >= _STALE_AFTER:
                person.seen, person.looked = person.documents(FILES), self.done
            getattr(self, f"_{deed}")(who, person)
        except (OSError, HTTPException):
            person.asking = None
            self.lost_answers += 1
            self.homes.look()
        self.done += 1

    def _did(self, answer: Answer, *, away: bool = False) -> bool:
        """Whether a home did it. away: whether it may say that another home is."""
        assert answer.status < 500 or answer.status == 503 or (away and answer.status == 502), answer
        self.refused += answer.status >= 400
        return answer.status < 400

    def _text(self) -> bytes:
        self.count += 1
        return f"text {self.count}".encode() * self.lot.choice((1, 1, 1, 2_000))

    def _keep(self, person: Person, data: bytes, mode: str, answer: Callable[[], Answer]) -> Answer:
        """Write something, and note who may hold it; and that it is safe, once the home says so."""
        self._mark(md5(data), mode)
        done = answer()
        if self._did(done):
            person.safe.add(md5(data))
        return done

    def _make_file(self, who: str, person: Person) -> None:
        data, (mode, folder), name = self._text(), self._folder(who, person), self.lot.choice(NAMES)
        self._keep(person, data, mode, lambda: person.client().upload(name, data, folder))

    def _make_folder(self, who: str, person: Person) -> None:
        self._did(person.client().mkdir(self.lot.choice(NAMES), self._folder(who, person)[1]))

    def _write(self, who: str, person: Person) -> None:
        if found := self._one(who, person, "file"):
            data, (mode, file) = self._text(), found
            self._keep(person, data, mode, lambda: person.client().overwrite(file, data))

    def _rename(self, who: str, person: Person) -> None:
        if one := self._one(who, person):
            self._did(person.client().patch(one[1], name=self.lot.choice(NAMES)))

    def _move(self, who: str, person: Person) -> None:
        """Into a folder of the same sharing; between two in which all are, as well."""
        if one := self._one(who, person):
            near = {one[0]} if one[0] in {"oneway", "pair"} else {"both", "shown"}
            self._did(person.client().patch(one[1], dir_id=self._folder(who, person, near)[1]))

    def _move_out(self, who: str, person: Person) -> None:
        if one := self._one(who, person):
            self._did(person.client().patch(one[1], dir_id=ROOT, name=f"out {self.done}"))

    def _trash(self, who: str, person: Person) -> None:
        if one := self._one(who, person):
            self._did(person.client()("DELETE", f"/files/{one[1]}"))

    def _restore(self, who: str, person: Person) -> None:
        if who == "carol":  # what she may only look at, and takes out of her bin, is there for her alone
            return
        binned = sorted(
            id_ for id_, body in person.seen.items()
            if body.get("dir_id") == TRASH and not (who == "bob" and self._came_one_way(person, body))
        )  # fmt: skip
        if binned:
            self._did(person.client()("POST", f"/files/trash/{self.lot.choice(binned)}"))

    def _came_one_way(self, person: Person, body: dict[str, Any]) -> bool:
        root = person.seen.get(person.roots["folder oneway"], {}).get("path", "/")
        came = str(body.get("restore_path", ""))
        return (
            came == root
            or came.startswith(f"{root}/")
            or _is_in_album(person, {**body, "trashed": False}, "oneway")
        )

    def _private(self, who: str, person: Person) -> None:
        self._alone(who, person, f"private {self.done}", ROOT)

    def _keep_own(self, who: str, person: Person) -> None:
        """A file that is told to nobody, in the folder that only Alice's changes come to."""
        if who != "alice":
            self._alone(who, person, f"own {self.done}", person.roots["folder oneway"])

    def _alone(self, who: str, person: Person, name: str, folder: str) -> None:
        data = f"{name} of {who}".encode()
        self.known_to[md5(data)] = {who}
        if self._did(person.client().upload(name, data, folder)):
            person.safe.add(md5(data))

    def _add_photo(self, who: str, person: Person) -> None:
        data, mode = self._text(), self._mode(who)
        named = {"Content-Type": "image/jpeg"}
        answer = self._keep(
            person, data, mode, lambda: person.client().upload(f"photo {self.done}.jpg", data, **named)
        )
        if answer.status == 201:
            self._refer("POST", person, answer.data["id"], mode)

    def _drop_photo(self, who: str, person: Person) -> None:
        mode = self._mode(who)
        if found := sorted(id_ for id_, body in person.seen.items() if _is_in_album(person, body, mode)):
            self._refer("DELETE", person, self.lot.choice(found), mode)

    def _refer(self, method: str, person: Person, file: str, mode: str) -> None:
        link = {"data": [{"type": ALBUMS, "id": person.roots[f"album {mode}"]}]}
        path = f"/files/{file}/relationships/referenced_by"
        self._did(person.client()(method, path, json.dumps(link), JSONAPI))

    def _edit_event(self, who: str, person: Person) -> None:
        mode = self._mode(who)
        text = self._mark(f"Plan {self.done} {mode}", mode)
        self._edit(person, EVENTS, {"summary": text, "collection": person.roots[f"calendar {mode}"]})

    def _edit_contact(self, who: str, person: Person) -> None:
        mode = self._mode(who)
        text = self._mark(f"Climber {self.done} {mode}", mode)
        self._edit(person, CONTACTS, {"fullname": text, "climbs": person.roots[f"group {mode}"]})

    def _edit(self, person: Person, doctype: str, body: dict[str, Any]) -> None:
        """A new one, another text for one, one less, or one that is taken out and is somebody's own from then on."""
        known = [
            doc for doc in person.documents(doctype).values() if body.items() - _texts(body) <= doc.items()
        ]
        client, fate = person.client(), self.lot.random()
        if not known or fate < 0.2:
            self._did(client("POST", f"/data/{doctype}/", json.dumps(body), JSON))
            return
        one = self.lot.choice(sorted(known, key=lambda doc: doc["_id"]))
        if fate < 0.3 and len(known) > 4:
            self._did(client("DELETE", f"/data/{doctype}/{one['_id']}", None, None, rev=one["_rev"]))
        else:
            told = {**body, "climbs": "alone"} if "climbs" in body and fate > 0.9 else body
            self._did(client("PUT", f"/data/{doctype}/{one['_id']}", json.dumps({**one, **told}), JSON))

    def _in_drive(self, who: str, person: Person) -> None:
        """A file of the drive is made, written, named or thrown away, live in Alice's home."""
        if ("alice", who) in self.cut and self.lot.random() > _TRIED_WHILE_CUT:
            return
        client, at = person.client(), f"/sharings/drives/{self.sharings[DRIVE]}"
        shown = client("GET", f"{at}/{person.roots[DRIVE]}")
        if not self._did(shown, away=who != "alice"):
            return
        found = sorted(one["id"] for one in shown.json.get("included", ()))
        data, one, fate = self._text(), self.lot.choice(found or [""]), self.lot.random()
        kind = {"Content-Type": "application/octet-stream"}
        self.known_to[md5(data)] = {"alice"}
        if not one or fate < 0.4:
            name = self.lot.choice(NAMES)
            done = client("POST", f"{at}/{person.roots[DRIVE]}", data, kind, Type="file", Name=name)
        elif fate < 0.7:
            done = client("PUT", f"{at}/{one}", data, kind)
        elif fate < 0.85:
            named = {"data": {"type": FILES, "id": one, "attributes": {"name": f"{self.done}.txt"}}}
            done = client("PATCH", f"{at}/{one}", json.dumps(named), JSONAPI)
        else:
            done = client("DELETE", f"{at}/{one}")
        assert who != "carol" or done.status >= 400, ("Carol may only look", done)
        if self._did(done, away=who != "alice") and fate < 0.7:
            self.in_drive.add(md5(data))

    def _mode(self, who: str) -> str:
        """A mode in which somebody changes things for all."""
        return self.lot.choice([mode for mode, (_, writing) in MODES.items() if who in writing.split()])

    def _inside(self, who: str, person: Person) -> list[tuple[str, dict[str, Any]]]:
        """What is in the folders in which somebody changes things for all, with the mode."""
        roots = {
            person.roots[f"folder {mode}"]: mode
            for mode, (_, writing) in MODES.items()
            if who in writing.split()
        }
        found = []
        for _, body in sorted(person.seen.items()):
            if body.get("dir_id") and not body.get("trashed") and not str(body["name"]).startswith("own "):
                found += [(roots[root], body) for root in _above(person.seen, body) if root in roots]
        return found

    def _folder(self, who: str, person: Person, near: Iterable[str] = MODES) -> tuple[str, str]:
        modes = [mode for mode, (_, writing) in MODES.items() if who in writing.split() and mode in near]
        inside = [
            (mode, body["_id"])
            for mode, body in self._inside(who, person)
            if body["type"] == "directory" and mode in modes
        ]
        return self.lot.choice([*((mode, person.roots[f"folder {mode}"]) for mode in modes), *inside])

    def _one(self, who: str, person: Person, kind: str = "") -> tuple[str, str] | None:
        found = [
            (mode, body["_id"])
            for mode, body in self._inside(who, person)
            if not kind or body["type"] == kind
        ]
        return self.lot.choice(found) if found else None

    def trouble(self) -> None:
        """A home is killed and started again, or a way is cut or opened."""
        if self.lot.random() < 0.4:
            who = self.lot.choice(MEMBERS)
            self.people[who].home.kill()
            self.people[who].home.start()
            self.people[who].asking = None
            self.kills += 1
            return
        pair = ("alice", self.lot.choice(MEMBERS[1:]))
        if pair in self.cut:
            self.homes.restore(*pair)
        else:
            self.homes.cut(*pair)
            self.cuts += 1
        self.cut ^= {pair}

    def check(self) -> float:
        """With all ways open everybody has the same, soon; nothing is lost, and nothing is where it should not be."""
        for pair in self.cut:
            self.homes.restore(*pair)
        self.cut.clear()
        self.homes.look()
        began = time.monotonic()
        while differing := self._differing():
            if time.monotonic() - began > _SAME_WITHIN_S:
                raise AssertionError(differing)
            time.sleep(1)
        for name, person in self.people.items():
            held = self._kept(person)
            lost = (person.safe | (self.in_drive if name == "alice" else set())) - held
            assert not lost, (name, "lost", lost)
            leaked = {one for one in held | self._texts(person) if name not in self.known_to.get(one, {name})}
            assert not leaked, ("leaked to", name, leaked)
        for doctype in (FILES, ALBUMS, CALENDARS, GROUPS):
            dave = self.people["dave"]
            assert not dave.reads(f"/sharings/doctype/{doctype}").data
            assert doctype in {FILES, CALENDARS} or not dave.documents(doctype), "leaked to Dave"
        return time.monotonic() - began

    def _differing(self) -> dict[str, Any]:
        states = {name: self._state(name, self.people[name]) for name in MEMBERS}
        return {
            what: {name: state[what] for name, state in states.items() if what in state}
            for what in states["alice"]
            if any(
                state.get(what, states["alice"][what]) != states["alice"][what] for state in states.values()
            )
        }

    def _state(self, who: str, person: Person) -> dict[str, Any]:
        """What somebody sees of what is shared with them."""
        person.seen, person.looked = person.documents(FILES), self.done
        events, contacts = person.documents(EVENTS), person.documents(CONTACTS)
        found: dict[str, Any] = {DRIVE: self._drive(who, person)}
        for mode, (inside, _) in MODES.items():
            if who in inside.split():
                tree = _tree(person.seen, person.roots[f"folder {mode}"])
                photos = [one for one in person.seen.values() if _is_in_album(person, one, mode)]
                found |= {
                    f"folder {mode}": [one for one in tree if not one[0].startswith("/own ")],
                    f"album {mode}": sorted((one["name"], one["md5sum"]) for one in photos),
                    f"calendar {mode}": _held(
                        events, "collection", person.roots[f"calendar {mode}"], "summary"
                    ),
                    f"group {mode}": _held(contacts, "climbs", person.roots[f"group {mode}"], "fullname"),
                }
        return found

    def _drive(self, who: str, person: Person) -> list[tuple[str, str]] | int:
        """What somebody sees in the drive; the status where they do not, 0 without an answer."""
        if who == "alice":
            return _tree(person.seen, person.roots[DRIVE])
        where = f"/sharings/drives/{self.sharings[DRIVE]}/{person.roots[DRIVE]}"
        try:
            shown = person.reads(where, **{"page[limit]": "10000"})
        except (OSError, HTTPException):
            person.asking = None
            return 0
        if shown.status != 200:
            return shown.status
        told = [one["attributes"] for one in shown.json.get("included", ())]
        return sorted((f"/{one['name']}", one["md5sum"]) for one in told)

    def _texts(self, person: Person) -> set[str]:
        documents = [*person.documents(EVENTS).values(), *person.documents(CONTACTS).values()]
        return {str(doc.get("summary") or doc.get("fullname")) for doc in documents}

    def _kept(self, person: Person) -> set[str]:
        found = [*person.documents(FILES).values(), *person.documents("io.cozy.files.versions").values()]
        return {body["md5sum"] for body in found if body.get("md5sum")}


def _texts(body: dict[str, Any]) -> set[tuple[str, Any]]:
    return {(name, value) for name, value in body.items() if name in {"summary", "fullname"}}


def _above(seen: dict[str, dict[str, Any]], body: dict[str, Any]) -> list[str]:
    found: list[str] = []
    while (id_ := body.get("dir_id")) and id_ in seen and id_ not in found:
        found.append(id_)
        body = seen[id_]
    return found


def _tree(seen: dict[str, dict[str, Any]], root: str) -> list[tuple[str, str]]:
    at = {root: ""}
    below: dict[str, list[dict[str, Any]]] = {}
    for body in seen.values():
        below.setdefault(body.get("dir_id", ""), []).append(body)
    waiting, found = [root], []
    while waiting:
        here = waiting.pop()
        for body in below.get(here, ()):
            path = f"{at[here]}/{body['name']}"
            found.append((path, body.get("md5sum", "")))
            if body["type"] == "directory":
                at[body["_id"]] = path
                waiting.append(body["_id"])
    return sorted(found)


def _is_in_album(person: Person, body: dict[str, Any], mode: str) -> bool:
    album = person.roots.get(f"album {mode}")
    links = body.get("referenced_by") or ()
    return not body.get("trashed") and any(link["type"] == ALBUMS and link["id"] == album for link in links)


def _held(found: dict[str, dict[str, Any]], selector: str, root: str, text: str) -> list[str]:
    return sorted(str(body[text]) for body in found.values() if body.get(selector) == root)


def played(
    folder: Path,
    seed: int,
    deeds: int,
    say: Callable[[str], Any],
    networks: Networks | None = None,
    *,
    every: int = 500,
) -> None:
    """So many deeds, with trouble in between; after every few, everybody is to have the same."""
    lot = random.Random(seed)
    with village(folder, SETTINGS, networks.gate if networks else None) as homes:
        play = Play(homes, lot)
        play.begin()
        began = time.monotonic()
        for at in range(1, deeds + 1):
            play.act(lot.choice(DEEDS))
            if lot.random() < 0.02:
                play.trouble()
            if at % every == 0 or at == deeds:
                same_s = play.check()
                lost = f", {networks.lost()} packets lost" if networks else ""
                say(
                    f"{at:>6} deeds, {play.refused} refused, {play.lost_answers} without an answer, {play.kills} kills,"
                    f" {play.cuts} cuts{lost}: the same after {same_s:.0f} s, nothing lost or leaked"
                    f" ({time.monotonic() - began:.0f} s)\n"
                )
