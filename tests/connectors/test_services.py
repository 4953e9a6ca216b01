"""Services of apps: when they run, what they are told, and what goes with their app."""

from typing import Any

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.model import App
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs.model import TRIGGERS
from tests.connectors.conftest import Run, installed
from tests.jobs.conftest import every, until

COUNTED = "test.counted"


@pytest.fixture(autouse=True)
async def counting(house: House, home: Home) -> None:
    await installed(house, home, "counting", "app")


def triggers(work: Work) -> dict[str, tuple[str, str, str]]:
    """The triggers of the app's services, by their names."""
    return {
        each["message"]["name"]: (each["type"], each["arguments"], each["debounce"])
        for each in every(work, TRIGGERS)
    }


def counted(work: Work) -> list[Any]:
    return [each["thing"] for each in every(work, COUNTED)]


async def test_an_app_comes_with_the_triggers_of_its_services(house: House, home: Home):
    assert await house.read(home, SYSTEM, triggers) == {
        "onThing": ("@event", "test.things:CREATED", ""), "nightly": ("@daily", "", "1m"),
    }  # fmt: skip
    app = await house.read(home, SYSTEM, apps.manifest, "counting")
    planned = {
        each["message"]["name"]: each["_id"] for each in await house.read(home, SYSTEM, every, TRIGGERS)
    }
    assert {name: each.get("trigger_id") for name, each in app.body["services"].items()} == {
        "onThing": planned["onThing"], "nightly": planned["nightly"], "byHand": None, "never": None, "odd": None,
    }  # fmt: skip


async def test_a_service_runs_when_what_it_waits_for_happens(house: House, home: Home):
    await house.write(home, SYSTEM, documents.create, "test.things", {"name": "cup"}, id_="thing-1")
    await until(house, home, counted, ["thing-1"])


async def test_a_service_is_told_what_its_caller_says_and_fails_by_its_exit_alone(
    house: House, home: Home, run: Run
):
    job = await run("service", slug="counting", name="byHand", fields={"some": 1})
    assert job["state"] == "done"
    job = await run("service", slug="counting", name="byHand", fields={"fail": True})
    assert (job["state"], job["error"]) == ("queued", "exit status 4")
    told = [
        (each["thing"], each["fields"], each["language"])
        for each in await house.read(home, SYSTEM, every, COUNTED)
    ]
    assert told == [(None, {"some": 1}, "node"), (None, {"fail": True}, "node")]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"slug": "counting", "name": "nothing"}, "The app has no service of this name."),
        ({"slug": "unknown", "name": "byHand"}, "Application is not installed"),
        (
            {"message": {"slug": "counting", "service_file": "services/other.js"}},
            "The app has no service of this name.",
        ),
    ],
)
async def test_a_service_that_is_not_there_is_asked_for_once(run: Run, message: dict[str, Any], error: str):
    job = await run("service", **message)
    assert (job["state"], job["error"], job["try_count"]) == ("errored", error, 1)


async def test_a_new_version_changes_the_triggers_of_what_it_changes_and_no_others(work: Work):
    def app(**services: dict[str, str]) -> App:
        return App(kind="app", slug="counting", body={"services": services})

    service = {"type": "node", "file": "a.js", "trigger": "@daily"}
    first = apps.services.plan(work, app(kept=service, changed=service, gone=service), {})
    second = apps.services.plan(
        work, app(kept=service, changed={**service, "trigger": "@weekly"}, new=service), first
    )
    assert second["kept"] == first["kept"]
    left = {each["message"]["name"]: (each["_id"], each["type"]) for each in every(work, TRIGGERS)}
    assert left == {
        "kept": (first["kept"]["trigger_id"], "@daily"), "changed": (second["changed"]["trigger_id"], "@weekly"),
        "new": (second["new"]["trigger_id"], "@daily"),
    }  # fmt: skip
    assert first["changed"]["trigger_id"] != second["changed"]["trigger_id"]


async def test_an_app_takes_the_triggers_of_its_services_with_it(house: House, home: Home):
    await house.write(home, SYSTEM, apps.installing.uninstall, "counting")
    assert await house.read(home, SYSTEM, triggers) == {}
