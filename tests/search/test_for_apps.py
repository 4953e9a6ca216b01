"""What apps find, and what they learn of what they may not see: nothing."""

import pytest

from cozy.kernel.caller import SYSTEM, Caller, Grant
from cozy.rooms.documents import service as documents
from cozy.rooms.search import service
from cozy.rooms.search.model.asking import read
from cozy.rooms.search.service import finding
from tests.search.conftest import caught_up


def told(work):
    """An event that the app may see, and one that it may not."""
    documents.create(work, "io.cozy.calendar.events", {"label": "Dentist on Tuesday", "start": "2026-03-03"})
    documents.create(work, "io.cozy.todos", {"label": "Ask the dentist about oncology"})
    caught_up(work)


@pytest.fixture
async def ask(house, home, acting):
    """`await ask("words")`: the answer that an app gets which may read events alone."""
    await house.write(home, SYSTEM, told)
    client = await acting("app", "agenda", "io.cozy.calendar.events:GET")

    async def ask(said):
        answer = await client.post("/search", json={"q": said})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


async def test_an_app_finds_what_it_may_read(ask):
    found = await ask("dentist")
    assert [each["attributes"]["title"] for each in found["data"]] == ["Dentist on Tuesday"]


@pytest.mark.parametrize(
    ("hidden", "nowhere"), [("oncologi", "oncilagy"), ("dentist oncology", "dentist urology")]
)
async def test_an_app_cannot_tell_what_is_hidden_from_what_is_not_there(ask, hidden, nowhere):
    for known, unknown in ((hidden, nowhere), (f"{hidden}x", f"{nowhere}x")):
        assert await ask(known) == await ask(unknown)


def test_what_is_hidden_takes_no_place_of_what_may_be_seen(work, given, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 2)
    documents.create(work, "io.cozy.contacts", {"fullname": "Plage", "note": "of the beach"})
    shared = given.folder("Shared")
    given.file("Plage.txt", inside=shared.id)
    for n in range(4):
        given.file(f"Plage {n}.txt", b"%d" % n)
    caught_up(work)

    def found(*grants: Grant) -> list[str]:
        work.caller = Caller("app", grants, name="some")
        return [hit.entry.title for hit in service.search(work, read("plage")).hits]

    assert found(Grant("io.cozy.contacts")) == ["Plage"]
    assert found(Grant("io.cozy.files", ("GET",), (shared.id,))) == ["Plage.txt"]
    assert found(Grant("io.cozy.files", ("POST",)), Grant("io.cozy.todos")) == []
    assert found() == []
