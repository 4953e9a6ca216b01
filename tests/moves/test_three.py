"""Three homes, each at a host of its own, share a folder, a drive and a link; one goes to and fro between two hosts, which are killed.

All the while its owner writes in a browser and by WebDAV, one of the others in their copy of the folder, and the third in the
drive. COZY_MOVE_KILLS says how often a host is killed; `script/move` asks for more than the suite does.
"""

import base64
import json
import random
import re
import sys
import threading
from dataclasses import dataclass, field, replace

import pytest

from cozy.app.house import home_of
from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.homes import service as homes
from tests.homes_apart import Cottage, Proxy, body_of, rule, village
from tests.moves.kills import AWAY, BROKEN, KILLS, SEED, Writer, at, damages, erase, lives_at, turn, until

JSON, JSONAPI = {"Content-Type": "application/json"}, {"Content-Type": "application/vnd.api+json"}
PATIENCE_S = 1200.0  # what a home refused a few times, as it came and went, is sent again later and later
_GONE = b"This home has moved to another server"
LINKED = b"what anybody may see"


@dataclass
class Browser(Writer):
    """The owner, who adds files on the page of the folder."""

    session: str = ""
    folder: str = ""
    kept: frozenset[int] = frozenset({303})

    def send(self, client, name, data):
        origin = client.headers["Host"]
        client.headers = {
            "Host": origin,
            "Cookie": f"cozy-session={self.session}",
            "Origin": f"http://{origin}",
        }
        url = f"/my/drive/{self.folder}/upload"
        page = client("GET", url)
        if page.status != 200:
            return page
        token = re.search(rb'name="csrf_token" value="([^"]+)"', page.body)
        cookie = re.search(r"cozy-csrf=[^;]+", page.headers["set-cookie"])
        assert token, page
        assert cookie, page
        client.headers["Cookie"] += f"; {cookie[0]}"
        parts = [
            ("csrf_token", "", token[1]),
            ("clash", "", b"skip"),
            ("files", f'; filename="{name}"', data),
        ]
        body = b"".join(
            f'--cut\r\nContent-Disposition: form-data; name="{field_}"{more}\r\n\r\n'.encode()
            + value
            + b"\r\n"
            for field_, more, value in parts
        )
        answer = client(
            "POST", url, body + b"--cut--\r\n", {"Content-Type": "multipart/form-data; boundary=cut"}
        )
        is_told = answer.status == 422 and _GONE in answer.body  # the form again, with this sentence
        return replace(answer, status=503) if is_told else answer


@dataclass
class Dav(Writer):
    """The owner's folder on a computer."""

    kept: frozenset[int] = frozenset({201, 204})

    def send(self, client, name, data):
        secret = base64.b64encode(f"me:{self.token}".encode()).decode()
        client.headers["Authorization"] = f"Basic {secret}"
        return client("PUT", f"/dav/files/Trip/{name}", data)


@dataclass
class Elsewhere(Writer):
    """Somebody who writes in their own home, in a folder or drive that is shared with it."""

    cottage: Cottage | None = None
    url: str = ""

    def send(self, client, name, data):
        assert self.cottage is not None
        client = self.cottage.client()
        try:
            return client("POST", self.url, data, Type="file", Name=name)
        finally:
            client.close()


@dataclass
class Passer:
    """Somebody who opens a link at the first address of the home, again and again."""

    hosts: dict
    at: str
    path: str
    seen: int = 0
    trouble: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self):
        while not self.over.wait(0.1):
            try:
                status, body = self.look()
            except BROKEN:
                continue
            if (status, body) == (200, LINKED):
                self.seen += 1
            elif status not in AWAY:
                self.trouble.append(f"{status} {body[:200]!r}")

    def look(self):
        """What the link leads to."""
        where = self.at
        for _ in range(4):
            client = self.hosts[where].client("")
            client.headers.pop("Authorization")
            try:
                answer = client.at("GET", self.path)
            finally:
                client.close()
            if answer.status != 308:
                return answer.status, answer.body
            where = answer.headers["location"].partition("://")[2].partition(":")[0]
        return 508, b""


@pytest.fixture
def peers(tmp_path):
    """Bob and Carol."""
    with village(tmp_path, gate=_gate) as town:
        yield town.home("bob"), town.home("carol")


def _gate(name, number):
    """Away from the addresses of the hosts."""
    return Proxy(f"127.0.0.{number + 10}", lambda _: "")


def _session(host):
    async def enters(house, settings):
        home = home_of(settings, await house.read_host(homes.at, host.domain))
        return (await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="127.0.0.1"))).session

    return at(host, enters)


def _known(client, cottage):
    """A contact."""
    body = {
        "fullname": cottage.name,
        "email": [{"address": f"{cottage.name}@example.net"}],
        "cozy": [{"url": cottage.origin}],
    }
    return client("POST", "/data/io.cozy.contacts/", json.dumps(body), JSON).json["id"]


def _share(client, body, *cottages):
    answer = client("POST", "/sharings/", json.dumps(body), JSONAPI)
    assert answer.status == 201, answer
    sharing = answer.data["id"]
    for each in cottages:
        until(lambda each=each: each.client()("GET", f"/sharings/{sharing}").status == 200)
        each.accept(sharing)
    return sharing


def _folder_at(cottage, sharing):
    """The folder of a sharing in a member's home, once it is there."""
    told = cottage.client()("GET", f"/sharings/{sharing}").data["attributes"]
    root = told["rules"][0]["values"][0]
    is_there = not told.get("initial_sync") and cottage.client().show(root).status == 200
    return root if is_there else ""


def _link(client, file):
    """The address of a public link to a file, as apps make them."""
    wanted = {"data": {"type": "io.cozy.permissions", "attributes": {"permissions": {"file": {"type": "io.cozy.files", "verbs": ["GET"], "values": [file]}}}}}  # fmt: skip
    answer = client("POST", "/permissions", json.dumps(wanted), JSONAPI, codes="everybody")
    assert answer.status == 200, answer
    return f"/files/download/{file}?sharecode={answer.data['attributes']['codes']['everybody']}"


@pytest.mark.slow
def test_three_homes_that_share_go_on_while_one_of_them_moves_and_hosts_are_killed(hosts, peers):
    chance = random.Random(SEED)
    (old, new), (bob, carol) = hosts, peers
    first, token = old, old.home()
    asking = old.client(token)
    trip, team = (asking.mkdir(name).data["id"] for name in ("Trip", "Team"))
    linked = asking.upload("linked.txt", LINKED).data["id"]
    link = _link(asking, linked)
    contacts = [_known(asking, each) for each in peers]
    both_ways = rule("io.cozy.files", trip, title="Trip")
    of_drive = rule("io.cozy.files", team, title="Team", add="none", update="none", remove="none")
    shared = _share(asking, body_of(both_ways, to=contacts), bob, carol)
    drive = _share(asking, body_of(of_drive, to=contacts, drive=True), carol)
    at_bob, at_carol = (until(lambda each=each: _folder_at(each, shared)) for each in peers)

    by_name = {each.domain: each for each in hosts}
    browser = Browser(by_name, token, old.domain, "browser", session=_session(old), folder=trip)
    dav = Dav(by_name, token, old.domain, "dav")
    copy = Elsewhere(by_name, token, old.domain, "bob", cottage=bob, url=f"/files/{at_bob}")
    member = Elsewhere(by_name, token, old.domain, "carol", cottage=carol, url=f"/sharings/drives/{drive}")
    passer = Passer(by_name, first.domain, link)
    writers = [browser, dav, copy, member]
    threads = [threading.Thread(target=each.run, daemon=True) for each in (*writers, passer)]
    for thread in threads:
        thread.start()
    pauses, killed = [], []
    try:
        for number in range(KILLS):
            until(lambda number=number: all(len(each.answered) > number for each in writers))
            departure = turn(chance, old, new, hosts, killed)
            pauses.append(departure.pause_ms)
            erase(old, departure.home_id)
            old, new = new, old
            before = passer.seen
            until(lambda before=before: passer.seen > before, lambda: str(passer.trouble))
    finally:
        for each in (*writers, passer):
            each.over.set()
        for thread in threads:
            thread.join(60)
    sys.stdout.write(
        f"seed {SEED}; killed {killed}; writers waited {pauses} ms at the switches; "
        f"{[len(each.answered) for each in writers]} writes answered, the longest after "
        f"{[round(each.waited, 2) for each in writers]} s; the link opened {passer.seen} times\n"
    )
    assert [each.trouble for each in (*writers, passer)] == [[], [], [], [], []]
    assert lives_at(hosts) == [old.domain]
    of_alice, of_carol = {**browser.answered, **dav.answered}, member.answered
    _come_together(
        {
            "alice": (old.client(token), trip),
            "bob": (bob.client(), at_bob),
            "carol": (carol.client(), at_carol),
        },
        {**of_alice, **copy.answered},
    )
    _holds(old.client(token), "/Team", of_carol)
    assert passer.look() == (200, LINKED)
    old.client(token).upload("last of alice", b"1", trip)
    bob.client().upload("last of bob", b"2", at_bob)
    assert (
        carol.client()("POST", f"/sharings/drives/{drive}", b"3", Type="file", Name="last of carol").status
        == 201
    )
    _come_together(
        {
            "alice": (old.client(token), trip),
            "bob": (bob.client(), at_bob),
            "carol": (carol.client(), at_carol),
        },
        {"last of alice": b"1", "last of bob": b"2"},
    )
    _holds(old.client(token), "/Team", {"last of carol": b"3"})
    assert at(old, damages) == []


def _come_together(places, answered):
    """Everywhere is what was answered anywhere."""
    for name, (client, folder) in places.items():
        missing = set(answered)

        def look(client=client, folder=folder, missing=missing):
            missing.difference_update(client.children(folder))
            return not missing

        said = lambda name=name, missing=missing: f"{sorted(missing)[:9]} of {len(missing)} at {name}"  # noqa: E731
        until(look, said, PATIENCE_S)
        there = client.children(folder)
        for each, data in answered.items():
            found = client.download(there[each]["id"])
            assert (found.status, found.body == data) == (200, True), (name, each)


def _holds(client, folder, answered):
    for name, data in answered.items():
        found = client("GET", "/files/download", Path=f"{folder}/{name}")
        assert (found.status, found.body == data) == (200, True), name
