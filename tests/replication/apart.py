"""`script/converge --apart`: people in homes that are processes of their own, some of which are killed, and ways that are cut.

Alice shares with Bob and Carol: a folder in which all write, one that Carol may only look at, an album, a calendar, a group of
contacts. Dave's home is there as well, and is told of nothing. What counts as written is what a home answered for.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.homes_apart import Cottage, Village, body_of, rule, until, village
from tests.program import ROOT, Answer, Client
from tests.replication.town import md5

JSON, JSONAPI = {"Content-Type": "application/json"}, {"Content-Type": "application/vnd.api+json"}
FILES, ALBUMS = "io.cozy.files", "io.cozy.photos.albums"
CALENDARS, EVENTS = "io.cozy.calendar.calendars", "io.cozy.calendar.events"
CONTACTS, GROUPS = "io.cozy.contacts", "io.cozy.contacts.groups"
TRASH = "io.cozy.files.trash-dir"
MEMBERS = ("alice", "bob", "carol")
NAMES = ("a", "b", "c.txt", "d.txt")
SHOWN = "shown"  # the sharing that Carol may only look at
DEEDS = (
    *("make_file",) * 4, *("make_folder",) * 2, *("write",) * 4, *("rename",) * 3, *("move",) * 3, "move_out", *("trash",) * 2,
    *("restore",) * 2, *("private",) * 2, *("add_photo",) * 2, "drop_photo", *("edit_event",) * 2, *("edit_contact",) * 2,
)  # fmt: skip
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
        self.own: dict[str, set[str]] = {name: set() for name in self.people}
        self.written: set[str] = set()
        self.count = self.done = self.refused = self.lost_answers = self.kills = self.cuts = 0
        self.cut: set[tuple[str, str]] = set()

    def begin(self) -> None:
        """Everything is shared, and accepted."""
        alice = self.people["alice"].client()
        known = [
            self._made(alice, CONTACTS, {
                "fullname": name.title(), "email": [{"address": f"{name}@example.net"}],
                "cozy": [{"url": self.people[name].home.origin}],
            })
            for name in MEMBERS[1:]
        ]  # fmt: skip
        album = self._made(alice, ALBUMS, {"name": "Summer"})
        calendar = self._made(alice, CALENDARS, {"name": "Trips"})
        group = self._made(alice, GROUPS, {"name": "Climbers"})
        for at in range(8):
            self._made(alice, EVENTS, {"summary": f"Day {at}", "collection": calendar})
            self._made(alice, CONTACTS, {"fullname": f"Climber {at}", "climbs": group})
        wanted = {
            "trip": [rule(FILES, alice.mkdir("Trip").data["id"])],
            SHOWN: [rule(FILES, alice.mkdir("Shown").data["id"])],
            "album": [rule(ALBUMS, album), rule(FILES, f"{ALBUMS}/{album}", selector="referenced_by")],
            "calendar": [rule(CALENDARS, calendar), rule(EVENTS, calendar, selector="collection")],
            "group": [rule(GROUPS, group), rule(CONTACTS, group, selector="climbs")],
        }
        for name, rules in wanted.items():
            readers = known[1:] if name == SHOWN else []
            body = body_of(*rules, to=known[:1] if readers else known, readers=readers, description=name)
            answer = alice("POST", "/sharings/", json.dumps(body), JSONAPI)
            assert answer.status == 201, answer
            self.sharings[name] = answer.data["id"]
        for name, id_ in self.sharings.items():
            for who in MEMBERS[1:]:
                client = self.people[who].client()
                until(lambda client=client, id_=id_: client("GET", f"/sharings/{id_}").status == 200)
                self.people[who].home.accept(id_)
            for who in MEMBERS:
                shown = self.people[who].client()("GET", f"/sharings/{id_}").data["attributes"]
                self.people[who].roots[name] = shown["rules"][0]["values"][0]
        self.check()

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
        self.done += 1

    def _did(self, answer: Answer) -> bool:
        assert answer.status < 500 or answer.status == 503, answer
        self.refused += answer.status >= 400
        return answer.status < 400

    def _text(self) -> bytes:
        self.count += 1
        return f"text {self.count}".encode() * self.lot.choice((1, 1, 1, 2_000))

    def _keep(self, person: Person, data: bytes, answer: Answer) -> None:
        self.written.add(md5(data))
        if self._did(answer):
            person.safe.add(md5(data))

    def _make_file(self, who: str, person: Person) -> None:
        data = self._text()
        self._keep(
            person, data, person.client().upload(self.lot.choice(NAMES), data, self._folder(who, person))
        )

    def _make_folder(self, who: str, person: Person) -> None:
        self._did(person.client().mkdir(self.lot.choice(NAMES), self._folder(who, person)))

    def _write(self, who: str, person: Person) -> None:
        if file := self._one(who, person, "file"):
            data = self._text()
            self._keep(person, data, person.client().overwrite(file, data))

    def _rename(self, who: str, person: Person) -> None:
        if one := self._one(who, person):
            self._did(person.client().patch(one, name=self.lot.choice(NAMES)))

    def _move(self, who: str, person: Person) -> None:
        if one := self._one(who, person):
            self._did(person.client().patch(one, dir_id=self._folder(who, person)))

    def _move_out(self, who: str, person: Person) -> None:
        if one := self._one(who, person):
            self._did(person.client().patch(one, dir_id=ROOT, name=f"out {self.done}"))

    def _trash(self, who: str, person: Person) -> None:
        if one := self._one(who, person):
            self._did(person.client()("DELETE", f"/files/{one}"))

    def _restore(self, who: str, person: Person) -> None:
        if who == "carol":  # what she may only look at, and takes out of her bin, is there for her alone
            return
        binned = sorted(id_ for id_, body in person.seen.items() if body.get("dir_id") == TRASH)
        if binned:
            self._did(person.client()("POST", f"/files/trash/{self.lot.choice(binned)}"))

    def _private(self, who: str, person: Person) -> None:
        data = f"private {who} {self.done}".encode()
        if self._did(person.client().upload(f"private {self.done}", data)):
            self.own[who].add(md5(data))

    def _add_photo(self, who: str, person: Person) -> None:
        data = self._text()
        answer = person.client().upload(f"photo {self.done}.jpg", data, **{"Content-Type": "image/jpeg"})
        self._keep(person, data, answer)
        if answer.status == 201:
            self._refer("POST", person, answer.data["id"])

    def _drop_photo(self, who: str, person: Person) -> None:
        if found := sorted(id_ for id_, body in person.seen.items() if _is_in_album(person, body)):
            self._refer("DELETE", person, self.lot.choice(found))

    def _refer(self, method: str, person: Person, file: str) -> None:
        link = {"data": [{"type": ALBUMS, "id": person.roots["album"]}]}
        path = f"/files/{file}/relationships/referenced_by"
        self._did(person.client()(method, path, json.dumps(link), JSONAPI))

    def _edit_event(self, who: str, person: Person) -> None:
        self._edit(person, EVENTS, {"summary": f"Plan {self.done}", "collection": person.roots["calendar"]})

    def _edit_contact(self, who: str, person: Person) -> None:
        self._edit(person, CONTACTS, {"fullname": f"Climber {self.done}", "climbs": person.roots["group"]})

    def _edit(self, person: Person, doctype: str, body: dict[str, Any]) -> None:
        """A new one, another text for one, or one less."""
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
            self._did(client("PUT", f"/data/{doctype}/{one['_id']}", json.dumps({**one, **body}), JSON))

    def _shared(self, who: str, person: Person) -> list[str]:
        """The folders that are shared in which somebody may write."""
        return [person.roots[name] for name in ("trip", SHOWN) if who != "carol" or name != SHOWN]

    def _inside(self, who: str, person: Person) -> list[dict[str, Any]]:
        roots = self._shared(who, person)
        return [
            body
            for _, body in sorted(person.seen.items())
            if body.get("dir_id") and not body.get("trashed") and set(roots) & set(_above(person.seen, body))
        ]

    def _folder(self, who: str, person: Person) -> str:
        inside = [body["_id"] for body in self._inside(who, person) if body["type"] == "directory"]
        return self.lot.choice([*self._shared(who, person), *inside])

    def _one(self, who: str, person: Person, kind: str = "") -> str:
        found = [body["_id"] for body in self._inside(who, person) if not kind or body["type"] == kind]
        return self.lot.choice(found) if found else ""

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
        began = time.monotonic()
        while differing := self._differing():
            if time.monotonic() - began > _SAME_WITHIN_S:
                raise AssertionError(differing)
            time.sleep(1)
        held = {name: self._kept(person) for name, person in self.people.items()}
        for name in MEMBERS:
            lost = self.people[name].safe - held[name]
            assert not lost, (name, "lost", lost)
        for name, own in self.own.items():
            for other in self.people:
                assert other == name or own.isdisjoint(held[other]), (name, "leaked to", other)
        assert self.written.isdisjoint(held["dave"]), "leaked to Dave"
        assert not self.people["dave"].reads("/sharings/doctype/io.cozy.files").data
        return time.monotonic() - began

    def _differing(self) -> dict[str, Any]:
        states = {name: self._state(self.people[name]) for name in MEMBERS}
        return {
            what: {name: state[what] for name, state in states.items()}
            for what in states["alice"]
            if any(state[what] != states["alice"][what] for state in states.values())
        }

    def _state(self, person: Person) -> dict[str, Any]:
        person.seen, person.looked = person.documents(FILES), self.done
        return {
            "trip": _tree(person.seen, person.roots.get("trip", "")),
            SHOWN: _tree(person.seen, person.roots.get(SHOWN, "")),
            "album": sorted((one["name"], one["md5sum"]) for one in person.seen.values() if _is_in_album(person, one)),
            "calendar": _held(person, EVENTS, "collection", "summary", "calendar"),
            "group": _held(person, CONTACTS, "climbs", "fullname", "group"),
        }  # fmt: skip

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


def _is_in_album(person: Person, body: dict[str, Any]) -> bool:
    album = person.roots.get("album")
    links = body.get("referenced_by") or ()
    return not body.get("trashed") and any(link["type"] == ALBUMS and link["id"] == album for link in links)


def _held(person: Person, doctype: str, selector: str, text: str, sharing: str) -> list[str]:
    root = person.roots.get(sharing)
    return sorted(
        str(body[text]) for body in person.documents(doctype).values() if body.get(selector) == root
    )


def played(folder: Path, seed: int, deeds: int, say: Callable[[str], Any], *, every: int = 500) -> None:
    """So many deeds, with trouble in between; after every few, everybody is to have the same."""
    lot = random.Random(seed)
    with village(folder, SETTINGS) as homes:
        play = Play(homes, lot)
        play.begin()
        began = time.monotonic()
        for at in range(1, deeds + 1):
            play.act(lot.choice(DEEDS))
            if lot.random() < 0.02:
                play.trouble()
            if at % every == 0 or at == deeds:
                same_s = play.check()
                say(
                    f"{at:>6} deeds, {play.refused} refused, {play.lost_answers} without an answer, {play.kills} kills,"
                    f" {play.cuts} cuts: the same after {same_s:.0f} s, nothing lost or leaked"
                    f" ({time.monotonic() - began:.0f} s)\n"
                )
