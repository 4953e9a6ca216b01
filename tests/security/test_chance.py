"""Nobody gets more than they were given: small grants made by chance, requests made by chance on real documents, and an
oracle that says what has to be refused. It looks at the home as it is before each request.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM, VERBS
from cozy.kernel.work import Work
from cozy.rooms.auth.service import tokens
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.conftest import Client
from tests.security.oracle import ALL, FILES, ROOT, TRASH, World, may, texts

pytestmark = pytest.mark.slow
TODOS, ACCOUNTS, ALBUMS = "io.cozy.todos", "io.cozy.bank.accounts", "io.cozy.photos.albums"
DOCTYPES = (FILES, TODOS, ACCOUNTS, ALBUMS)
SELECTORS = {
    FILES: ("name", "tags", "referenced_by", "type", "mime", "class"), TODOS: ("list", "owner.name", "labels"),
    ACCOUNTS: ("bank",), ALBUMS: ("name",),
}  # fmt: skip
GRANTS, REQUESTS = 12, 40
# Leave is decided above the databases: the second engine has to agree once.
SEEDS = [*(("sqlite", seed) for seed in range(6)), pytest.param("postgres", 6, marks=pytest.mark.postgres)]


@dataclass(frozen=True)
class Attempt:
    """A request, and the leave that all of it needs."""

    method: str
    url: str
    needs: list[tuple[Any, ...]]  # (verb, doctype, id, body)
    params: dict[str, str] | None = None
    body: Any = None


class Chance:
    """Makes grants and requests about what there is."""

    def __init__(self, seed: int, world: World) -> None:
        self.random = random.Random(seed)
        self.world = world

    def some(self, doctype: str) -> str:
        return self.random.choice(sorted(self.world.docs[doctype]) or ["nothing"])

    def file(self, kind: str = "file") -> str:
        ids = [id_ for id_, body in self.world.docs[FILES].items() if body["type"] == kind and id_ != TRASH]
        return self.random.choice(sorted(ids))

    def rule(self) -> Rule:
        doctype = self.random.choice(DOCTYPES)
        verbs = (
            ()
            if self.random.random() < 0.3
            else tuple(self.random.sample(VERBS, self.random.choice((1, 1, 2, 3))))
        )
        values, selector = [], ""
        if (kind := self.random.random()) < 0.5:
            values = [self.some(doctype) for _ in range(self.random.choice((1, 2)))]
        elif kind < 0.8:
            selector = self.random.choice(SELECTORS[doctype])
            said = sorted(
                {text for body in self.world.docs[doctype].values() for text in texts(body, selector)}
            )
            values = self.random.sample(said, min(2, len(said))) or ["nothing"]
        named = doctype
        if doctype == ACCOUNTS and self.random.random() < 0.3:
            named = "io.cozy.bank.*"
        return Rule(named, verbs, tuple(values), selector)

    def attempt(self) -> Attempt:
        make: Callable[[], Attempt] = self.random.choice(
            (self.on_data, self.on_data, self.on_files, self.on_files, self.on_many)
        )
        return make()

    def body(self, doctype: str) -> dict[str, Any]:
        like = dict(self.random.choice(list(self.world.docs[doctype].values()) or [{}]))
        return {name: value for name, value in like.items() if name[0] != "_" and name != "secret"} | {
            "n": self.random.random()
        }

    def on_data(self) -> Attempt:
        doctype = self.random.choice((TODOS, ACCOUNTS, ALBUMS))
        id_ = self.some(doctype)
        rev = self.world.docs[doctype].get(id_, {}).get("_rev", "1-x")
        body, url = self.body(doctype), f"/data/{doctype}/{id_}"
        new = f"new-{self.random.random()}"
        changes = [("PUT", doctype, id_), ("PUT", doctype, id_, body)]  # as it is, and as it becomes
        put = Attempt("PUT", url, changes, body={**body, "_id": id_, "_rev": rev})
        return self.random.choice((
            Attempt("GET", url, [("GET", doctype, id_)]),
            Attempt("POST", f"/data/{doctype}", [("POST", doctype, "", body)], body=body),
            put, put, put,
            Attempt("PUT", f"/data/{doctype}/{new}", [("POST", doctype, new, body)], body=body),
            Attempt("DELETE", url, [("DELETE", doctype, id_)], {"rev": rev}),
            Attempt("POST", f"/realtime/{doctype}/{id_}", [("POST", doctype, id_), ("POST", doctype, id_, body)], body=body),
        ))  # fmt: skip

    def on_many(self) -> Attempt:
        doctype = self.random.choice(DOCTYPES)
        get = [("GET", doctype, ALL)]
        find = {"selector": {"_id": {"$gt": None}}}
        ids = {"docs": [{"id": self.some(doctype)}]}
        edits = {"docs": [{"_id": f"bulk-{self.random.random()}"}]}
        listed = {"type": doctype, "id": self.some(doctype)}
        return self.random.choice((
            Attempt("GET", f"/data/{doctype}/_all_docs", get, {"include_docs": "true"}),
            Attempt("POST", f"/data/{doctype}/_all_docs", get, {"include_docs": "true"}, {"keys": [listed["id"]]}),
            Attempt("GET", f"/data/{doctype}/_normal_docs", get),
            Attempt("GET", f"/data/{doctype}/_changes", get, {"include_docs": "true"}),
            Attempt("POST", f"/data/{doctype}/_find", get, body=find),
            Attempt("POST", f"/data/{doctype}/_bulk_get", get, body=ids),
            Attempt("POST", f"/data/{doctype}/_bulk_docs", [("POST", doctype, ALL), ("never",)][: 1 + (doctype == FILES)], body=edits),
            Attempt("POST", "/files/_find", [("GET", FILES, ALL)], body=find),
            Attempt("GET", "/files/_changes", [("GET", FILES, ALL)], {"include_docs": "true"}),
            Attempt("GET", f"/permissions/doctype/{doctype}/shared-by-link", get),
            Attempt("GET", "/data/io.cozy.permissions/_all_docs", [("never",)]),
        ))  # fmt: skip

    def on_files(self) -> Attempt:
        file, folder, other = self.file(), self.file("directory"), self.file("directory")
        any_ = self.random.choice((file, folder))
        name, path = f"n{self.random.random()}", self.path(file)
        links = {"data": [{"type": ALBUMS, "id": self.some(ALBUMS)}]}
        get, patch, post = ("GET", FILES, any_), ("PATCH", FILES, any_), ("POST", FILES, folder)
        reserved: list[tuple[Any, ...]] = [("never",)] if any_ == ROOT else []
        into: list[tuple[Any, ...]] = [("PATCH", FILES, other)]
        if self.world.docs[FILES][any_].get("dir_id") == other:
            into = []  # it is there already
        return self.random.choice((
            Attempt("GET", f"/files/{any_}", [get]),
            Attempt("HEAD", f"/files/{any_}", [get]),
            Attempt("GET", f"/data/{FILES}/{any_}", [get]),
            Attempt("GET", f"/files/download/{file}", [("GET", FILES, file)]),
            Attempt("GET", "/files/download", [("GET", FILES, file)], {"Path": path}),
            Attempt("GET", "/files/metadata", [("GET", FILES, file)], {"Path": path}),
            Attempt("POST", "/files/downloads", [("GET", FILES, file)], {"Id": file}),
            Attempt("POST", "/files/archive", [("GET", FILES, file), ("GET", FILES, folder)], body=attributes(ids=[file, folder])),
            Attempt("GET", f"/files/{folder}/relationships/contents", [("GET", FILES, folder)]),
            Attempt("PATCH", f"/files/{any_}", [patch, *reserved], body=attributes(tags=[name])),
            Attempt("PATCH", f"/files/{any_}", [patch, *reserved], body=attributes(name=name)),
            Attempt("PATCH", f"/files/{any_}", [patch, *into, *reserved], body=attributes(dir_id=other)),
            Attempt("PUT", f"/files/{file}", [("PUT", FILES, file)], body={"x": name}),
            Attempt("POST", f"/files/{folder}", [post], {"Type": "file", "Name": name}, {"x": name}),
            Attempt("POST", f"/files/{folder}", [post], {"Type": "directory", "Name": name}),
            Attempt("POST", f"/files/{file}/copy", [("GET", FILES, file), post], {"DirID": folder, "Name": name}),
            Attempt("DELETE", f"/files/{any_}", [patch, *reserved]),
            Attempt("POST", f"/files/{any_}/relationships/referenced_by", [patch], body=links),
            Attempt("DELETE", f"/files/{any_}/relationships/referenced_by", [("DELETE", FILES, any_)], body=links),
            Attempt("DELETE", "/files/trash", [("DELETE", FILES, TRASH)]),
        ))  # fmt: skip

    def path(self, id_: str) -> str:
        names = [
            self.world.docs[FILES][each]["name"] for each in (id_, *self.world.around(id_)) if each != ROOT
        ]
        return "/" + "/".join(reversed(names))


def attributes(**values: Any) -> Any:
    return {"data": {"attributes": values}}


@pytest.fixture
async def furnished(client: Client) -> None:
    """Folders and files with tags, albums with photos, todos, accounts. Everything has a marker of its own."""
    folders = [ROOT]
    for name in ("a", "b", "c", "d"):
        inside = folders[0] if name in "ab" else folders[-1]
        made = await client.post(f"/files/{inside}", params={"Type": "directory", "Name": name, "Tags": name})
        folders.append(made.json()["data"]["id"])
    files = [
        await client.upload(
            f"{number}.{kind}", f"marker-{number}-".encode(), folders[number % 5], Tags=f"t{number % 3}"
        )
        for number, kind in enumerate(("txt", "jpg", "pdf", "txt", "jpg", "txt", "txt", "png"))
    ]
    for number in range(3):
        await client.put(f"/data/{ALBUMS}/album{number}", json={"name": f"A{number}", "secret": f"marker-album{number}-"})  # fmt: skip
        data = [{"type": FILES, "id": one["id"]} for one in files[number::3]] + [{"type": FILES, "id": folders[number + 1]}]  # fmt: skip
        await client.post(f"/data/{ALBUMS}/album{number}/relationships/references", json={"data": data})
    for number in range(6):
        todo = {
            "list": f"l{number % 2}",
            "owner": {"name": f"o{number % 3}"},
            "labels": [f"x{number % 2}", f"y{number}"],
        }
        await client.put(f"/data/{TODOS}/todo{number}", json={**todo, "secret": f"marker-todo{number}-"})
        await client.put(f"/data/{ACCOUNTS}/acc{number}", json={"bank": f"b{number % 2}", "secret": f"marker-acc{number}-"})  # fmt: skip


def look(work: Work) -> World:
    """The home as it is."""
    docs = {
        doctype: {
            change.id: {**change.body, "_rev": change.rev}
            for change in documents.changes(work, doctype)
            if not change.deleted
        }
        for doctype in DOCTYPES
    }
    return World(docs)


def hidden(rules: list[Rule], world: World) -> set[str]:
    """The markers that nothing the holder may read holds."""
    return {
        body["secret"]
        for doctype in (TODOS, ACCOUNTS, ALBUMS)
        for id_, body in world.docs[doctype].items()
        if "secret" in body and not may(rules, world, "GET", doctype, id_)
    }


def given(work: Work, name: str, rules: list[Rule]) -> str:
    permissions.grant(work, "app", name, {f"rule{i}": rule for i, rule in enumerate(rules)})
    return tokens.for_app(work, name)


@pytest.fixture
async def as_(house, home):
    """`as_(token)`: a client that brings it."""
    clients: list[Client] = []

    def bearer(token: str) -> Client:
        transport = httpx2.ASGITransport(serving(house))
        headers = {"authorization": f"Bearer {token}"}
        clients.append(Client(transport=transport, base_url=home.origin, headers=headers))
        return clients[-1]

    yield bearer
    for client in clients:
        await client.aclose()


@pytest.mark.parametrize(("postgres", "seed"), SEEDS, indirect=["postgres"])
async def test_no_request_goes_beyond_the_grants_of_who_makes_it(house, home, furnished, as_, seed):
    let_in, refused = 0, 0
    for turn in range(GRANTS):
        chance = Chance(seed * 1000 + turn, await house.read(home, SYSTEM, look))
        rules = [chance.rule() for _ in range(chance.random.choice((1, 2, 3, 4)))]
        guest = as_(await house.write(home, SYSTEM, given, f"app{turn}", rules))
        for _ in range(REQUESTS):
            world = chance.world
            attempt = chance.attempt()
            is_allowed = all(need[0] != "never" and may(rules, world, *need) for need in attempt.needs)
            before = await house.read(home, SYSTEM, documents.last_seq)
            answer = await guest.request(
                attempt.method, attempt.url, params=attempt.params, json=attempt.body
            )
            told = (attempt, rules, answer.status_code, answer.text[:500])
            assert answer.status_code < 500, told
            if is_allowed:
                let_in += 1
                assert answer.status_code not in {401, 403}, told
            else:
                refused += 1
                assert answer.status_code >= 400, told
                assert await house.read(home, SYSTEM, documents.last_seq) == before, told
            assert not [marker for marker in hidden(rules, world) if marker in answer.text], told
            chance.world = await house.read(home, SYSTEM, look)
    assert let_in > GRANTS * REQUESTS / 20, let_in
    assert refused > GRANTS * REQUESTS / 4


def reach(rules: list[Rule], world: World) -> set[tuple[str, str, str | None]]:
    """Everything that these rules open: verb, doctype, document, None for every one of the doctype."""
    return {
        (verb, doctype, id_)
        for doctype in DOCTYPES
        for verb in VERBS
        for id_ in (ALL, *world.docs[doctype])
        if may(rules, world, verb, doctype, id_)
    }


@pytest.mark.parametrize(("postgres", "seed"), SEEDS, indirect=["postgres"])
async def test_nobody_gives_more_than_they_hold(house, home, furnished, as_, seed):
    """By a link, by a change to one, or by what is given to another app."""
    world = await house.read(home, SYSTEM, look)
    made, refused = 0, 0
    for turn in range(GRANTS):
        chance = Chance(seed * 1000 + turn + 500, world)
        rules = [chance.rule() for _ in range(2)]
        giver = as_(await house.write(home, SYSTEM, given, f"giver{turn}", rules))
        await house.write(home, SYSTEM, given, "taker", [])
        for _ in range(REQUESTS // 2):
            wanted = [part_of(chance, rules), *([chance.rule()] if chance.random.random() < 0.5 else [])]
            raw = {f"w{i}": json_of(rule) for i, rule in enumerate(wanted)}
            body = {"data": {"attributes": {"permissions": raw}}}
            for answer in (
                await giver.post("/permissions", params={"codes": "x"}, json=body),
                await giver.patch("/permissions/apps/taker", json=body),
            ):
                told = (wanted, rules, answer.status_code, answer.text[:500])
                if answer.status_code == 200:
                    made += 1
                    assert reach(wanted, world) <= reach(rules, world), told
                else:
                    refused += 1
                    assert answer.status_code == 403, told
    assert made > 10
    assert refused > 10


def part_of(chance: Chance, rules: list[Rule]) -> Rule:
    """A rule like one that is held, a little less or a little more of it."""
    rule = chance.random.choice(rules)
    verbs = rule.verbs or VERBS
    if chance.random.random() < 0.6:
        verbs = tuple(chance.random.sample(verbs, chance.random.randint(1, len(verbs))))
    values = list(rule.values)
    if values and chance.random.random() < 0.5:
        values = chance.random.sample(values, chance.random.randint(0, len(values)))
    selector = rule.selector if chance.random.random() < 0.8 else ""
    if chance.random.random() < 0.1:
        verbs = ()
    return Rule(rule.doctype, verbs, tuple(values), selector)


def json_of(rule: Rule) -> dict[str, Any]:
    return json.loads(json.dumps({
        "type": rule.doctype, "verbs": rule.verbs, "values": rule.values, "selector": rule.selector,
    }))  # fmt: skip
