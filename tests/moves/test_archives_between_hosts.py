"""Two hosts of ours, each a process, and the way that every Cozy knows: one makes its archive, the other fetches it and takes it in."""

import json
import time

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.kernel.caller import SYSTEM
from cozy.rooms.exports import service as exports
from cozy.rooms.homes import service as homes
from tests.program import apart

PATIENCE_S = 120
JSON_API = {"content-type": "application/vnd.api+json"}


@pytest.fixture
def postgres() -> str:
    """The homes of both hosts are files."""
    return ""


def bodies(client, doctype):
    return [
        row["doc"] for row in client("GET", f"/data/{doctype}/_all_docs", include_docs="true").json["rows"]
    ]


def until(look):
    """What somebody waits for, with patience."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it never came")


def over(client, doctype, states):
    return until(
        lambda: next((each for each in bodies(client, doctype) if each.get("state") in states), None)
    )


def name_of(host, id_: str) -> str:
    async def asked() -> str:
        settings = load(data=str(host.cozy.data), public_url=f"http://:{host.port}")
        async with opened(settings) as house:
            home = home_of(settings, await house.read_host(homes.only))
            return await house.read(home, SYSTEM, exports.name_of, id_)

    return apart(lambda: anyio.run(asked))


def test_what_one_hands_over_the_other_has(hosts):
    old, new = hosts
    there, here = old.client(old.home()), new.client(new.home())
    assert there.upload("a.txt", b"first").status == 201
    assert here.upload("mine.txt", b"kept").status == 201
    assert there("POST", "/move/exports", json.dumps({"data": {"attributes": {}}}), JSON_API).status == 201
    made = over(there, "io.cozy.exports", {"ready", "failed"})
    assert made["state"] == "ready"
    attributes = {"url": f"{old.origin}/#/exports/{name_of(old, made['_id'])}"}
    body = json.dumps({"data": {"attributes": attributes}})
    assert here("POST", "/move/imports/precheck", body, JSON_API).status == 204
    asked = here("POST", "/move/imports", body, JSON_API)
    assert (asked.status, asked.headers["location"]) == (303, f"{new.origin}/move/importing")
    came = over(here, "io.cozy.imports", {"done", "failed"})
    assert (came["state"], came.get("why", "")) == ("done", "")
    assert {"a.txt", "mine.txt"} <= here.children().keys()
    assert {"a.txt"} <= there.children().keys()
