"""Who may use which doctypes through `/data`."""

import pytest

from cozy.kernel.caller import Caller, Grant
from cozy.kernel.problem import Forbidden
from cozy.rooms.documents.errors import Reserved
from cozy.rooms.documents.model import Asked, Edit, Query, Span
from cozy.rooms.documents.service import bulk, designs, feed, lists, replicas, single
from cozy.rooms.permissions.errors import NobodyIn, NotAllowed
from tests.documents.conftest import EVENTS

pytestmark = pytest.mark.anyio
KIND = "io.cozy.events"


def held_by(work, *grants):
    """The same work, asked by the bearer of these grants."""
    work.caller = Caller("cli", tuple(grants))
    return work


WHOLE = [
    lambda work: lists.status(work, KIND),
    lambda work: lists.everything(work, KIND, Span(), whole=True),
    lambda work: lists.these(work, KIND, ["mine"], whole=True),
    lambda work: lists.matching(work, KIND, Query(selector={})),
    lambda work: feed.feed(work, KIND, Asked()),
    lambda work: bulk.write(work, KIND, [Edit("mine", "", {})]),
    lambda work: bulk.take_in(work, KIND, [Edit("mine", "1-a", {}, False, ("a",))]),
    lambda work: bulk.read(work, KIND, [("mine", "")], latest=False),
    lambda work: bulk.missing(work, KIND, {"mine": ["1-a"]}),
    lambda work: designs.every(work, KIND),
    lambda work: designs.define(work, KIND, designs.Wanted(fields=["a"])),
    lambda work: replicas.begin(work, KIND),
    lambda work: replicas.erase(work, KIND),
    lambda work: replicas.remember(work, KIND, "x", "", {}),
]  # fmt: skip


@pytest.mark.parametrize("use", WHOLE)
def test_lists_and_bulks_ask_for_the_whole_doctype(work, use):
    work.caller = Caller("nobody")
    with pytest.raises(NobodyIn):
        use(work)
    with pytest.raises(NotAllowed):
        use(held_by(work, Grant(KIND, values=("mine",)), Grant("io.cozy.contacts")))
    use(held_by(work, Grant(KIND)))


def test_without_a_guard_nobody_may_do_anything(work):
    work.ports = {}
    with pytest.raises(Forbidden):
        lists.status(work, KIND)


def test_a_grant_for_one_document_is_for_this_one(work):
    single.make(work, KIND, {"a": 1}, "mine")
    single.make(work, KIND, {"a": 1}, "other")
    held_by(work, Grant(KIND, values=("mine",)))
    found, _ = single.read(work, KIND, "mine")
    assert single.change(work, KIND, "mine", found.rev, {"a": 2}).body == {"a": 2}
    for id_ in ("other", "none"):
        with pytest.raises(NotAllowed):
            single.read(work, KIND, id_)
        with pytest.raises(NotAllowed):
            single.remove(work, KIND, id_, found.rev)


def test_a_selector_looks_into_the_document_before_and_after(work):
    new = single.make(work, KIND, {"by": {"who": "me"}}, "mine")
    single.make(work, KIND, {"by": {"who": "you"}}, "other")
    held_by(work, Grant(KIND, values=("me",), selector="by.who"))
    assert single.read(work, KIND, "mine")[0].rev == new.rev
    with pytest.raises(NotAllowed):
        single.read(work, KIND, "other")
    with pytest.raises(NotAllowed):
        single.change(work, KIND, "mine", new.rev, {"by": {"who": "you"}})
    with pytest.raises(NotAllowed):
        single.make(work, KIND, {"by": {"who": "you"}})
    assert single.make(work, KIND, {"by": {"who": "me"}}).rev


def test_a_grant_to_read_does_not_write(work):
    new = single.make(work, KIND, {"a": 1})
    held_by(work, Grant(KIND, ("GET",)))
    for write in (
        lambda: single.make(work, KIND, {}),
        lambda: single.change(work, KIND, new.id, new.rev, {}),
        lambda: single.remove(work, KIND, new.id, new.rev),
        lambda: bulk.write(work, KIND, []),
        lambda: replicas.erase(work, KIND),
    ):
        with pytest.raises(NotAllowed):
            write()


@pytest.mark.parametrize("kind", ["io.cozy.sessions", "io.cozy.permissions", "io.cozy.oauth.clients"])
def test_some_doctypes_are_read_by_the_home_alone(work, kind):
    for read in (
        lambda: single.read(work, kind, "a"),
        lambda: lists.everything(work, kind, Span(), whole=False),
        lambda: feed.feed(work, kind, Asked()),
        lambda: bulk.read(work, kind, [("a", "")], latest=False),
        lambda: designs.every(work, kind),
    ):
        with pytest.raises(Reserved):
            read()


async def test_files_are_read_but_not_written_here(client):
    file = await client.upload("cat.jpg")
    found = (await client.get(f"/data/io.cozy.files/{file['id']}")).json()
    assert (found["name"], found["_rev"]) == ("cat.jpg", file["meta"]["rev"])

    for answer in (
        await client.post("/data/io.cozy.files/", json={"wrong-vfs": "structure"}),
        await client.put(f"/data/io.cozy.files/{file['id']}", json={**found, "name": "dog.jpg"}),
        await client.delete(f"/data/io.cozy.files/{file['id']}", params={"rev": found["_rev"]}),
        await client.post("/data/io.cozy.files/_bulk_docs", json={"docs": []}),
        await client.delete("/data/io.cozy.files"),
    ):
        assert answer.status_code == 403
        assert "reserved" in answer.json()["error"]


def test_a_grant_for_a_folder_reads_what_is_in_it(work, given):
    folder = given.folder("Summer")
    inside, outside = given.file("cat.jpg", inside=folder.id), given.file("dog.jpg")
    held_by(work, Grant("io.cozy.files", ("GET",), (folder.id,)))
    assert single.read(work, "io.cozy.files", inside.id)[0].body["name"] == "cat.jpg"
    with pytest.raises(NotAllowed):
        single.read(work, "io.cozy.files", outside.id)


async def test_nobody_is_asked_to_log_in(anonymous):
    for path in (EVENTS, f"{EVENTS}/a", f"{EVENTS}/_all_docs", "/data/_all_doctypes"):
        answer = await anonymous.get(path)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


async def test_the_doctypes_in_use_are_listed(client, made):
    await made(a=1)
    await client.post(f"{EVENTS}/_index", json={"index": {"fields": ["a"]}})
    listed = (await client.get("/data/_all_doctypes")).json()
    assert {"io.cozy.events", "io.cozy.files"} <= set(listed)
    assert all(name.startswith("io.cozy.") for name in listed)
