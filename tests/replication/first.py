"""`script/converge --first`: a folder of thousands of files is shared, and both homes are killed, again and again, while it is copied."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.homes_apart import Village, body_of, rule, until, village
from tests.networks import Networks
from tests.replication.apart import CONTACTS, FILES, JSON, JSONAPI, SETTINGS, Person
from tests.replication.town import md5

_KILLS = 24  # of both homes, at most: after that the copy is let end
_PAUSE_S = 12  # between them, at most: some come before a copy that broke off is taken up again, some after
_WHOLE_WITHIN_S = 900.0
_IN_A_FOLDER = 50


def played(
    folder: Path, seed: int, files: int, say: Callable[[str], Any], networks: Networks | None = None
) -> None:
    """So many files, and kills by lot; at the end nothing is missing, and nothing is there twice."""
    lot = random.Random(seed)
    with village(folder, SETTINGS, networks.gate if networks else None) as homes:
        alice, bob = Person(homes.home("alice")), Person(homes.home("bob"))
        root, wanted = _filled(alice, files, lot)
        sharing = _shared(alice, bob, root)
        began = time.monotonic()
        kills = _killed_while_copied(homes, lot, bob, files)
        _same(bob, wanted, began)
        time.sleep(5)  # what was sent twice would come now
        found = _there(bob)
        assert found == wanted, (found - wanted, wanted - found)
        assert not bob.documents("io.cozy.files.versions"), "there are versions of what was never changed"
        assert _there(alice) == wanted
        until(lambda: not _shows(bob, sharing).get("initial_sync"))
        lost = f", {networks.lost()} packets lost" if networks else ""
        say(
            f"{files} files, {kills} kills{lost}: whole after {time.monotonic() - began:.0f} s, nothing doubled, nothing missing\n"
        )


def _filled(alice: Person, files: int, lot: random.Random) -> tuple[str, Counter[tuple[str, str]]]:
    """A folder with so many files in it, in folders: its id, and what is in it, by name and MD5."""
    root = alice.client().mkdir("Trip").data["id"]
    wanted: Counter[tuple[str, str]] = Counter()
    inside = root
    for at in range(files):
        if at % _IN_A_FOLDER == 0:
            inside = alice.client().mkdir(f"Day {at // _IN_A_FOLDER}", root).data["id"]
        data = f"text {at}".encode() * lot.choice((1, 10, 20_000))
        assert alice.client().upload(f"{at}.txt", data, inside).status == 201
        wanted[f"{at}.txt", md5(data)] += 1
    return root, wanted


def _shared(alice: Person, bob: Person, root: str) -> str:
    asking = alice.client()
    contact = {
        "fullname": "Bob",
        "email": [{"address": "bob@example.net"}],
        "cozy": [{"url": bob.home.origin}],
    }
    made = asking("POST", f"/data/{CONTACTS}/", json.dumps(contact), JSON)
    body = body_of(rule(FILES, root), to=[made.json["id"]], description="Trip")
    sharing = asking("POST", "/sharings/", json.dumps(body), JSONAPI).data["id"]
    until(lambda: bob.client()("GET", f"/sharings/{sharing}").status == 200)
    bob.home.accept(sharing)
    return sharing


def _killed_while_copied(homes: Village, lot: random.Random, bob: Person, files: int) -> int:
    kills = 0
    while kills < _KILLS:
        time.sleep(lot.random() * _PAUSE_S)
        if sum(_there(bob).values()) >= files:
            break
        home = homes.cottages[lot.choice(("alice", "bob"))]
        home.kill()
        home.start()
        kills += 1
    return kills


def _same(bob: Person, wanted: Counter[tuple[str, str]], began: float) -> None:
    while (found := _there(bob)) != wanted:
        assert time.monotonic() - began < _WHOLE_WITHIN_S, (wanted - found, found - wanted)
        time.sleep(1)


def _there(person: Person) -> Counter[tuple[str, str]]:
    """Every file of a home, wherever it lies, by name and MD5."""
    found = person.documents(FILES).values()
    return Counter((one["name"], one["md5sum"]) for one in found if one.get("type") == "file")


def _shows(person: Person, sharing: str) -> dict[str, Any]:
    try:
        return person.reads(f"/sharings/{sharing}").data["attributes"]
    except (OSError, HTTPException):
        return {"initial_sync": True}
