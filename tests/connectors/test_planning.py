"""Triggers for connectors, as often as their authors say."""

from typing import Any

import pytest

from cozy.rooms.apps.model import App
from cozy.rooms.connectors.service import planning
from cozy.rooms.jobs.model.schedules import schedule
from tests.conftest import Client, Clock
from tests.connectors.conftest import installed


def app(**manifest: Any) -> App:
    return App(kind="konnector", slug="books", body=manifest)


@pytest.mark.parametrize(
    ("manifest", "often"),
    [({}, 4), ({"frequency": "hourly"}, 24 * 30), ({"frequency": "daily"}, 30), ({"frequency": "weekly"}, 4), ({"frequency": "monthly"}, 1)],
)  # fmt: skip
def test_a_connector_runs_as_often_as_its_author_says_and_at_night(
    clock: Clock, manifest: dict[str, Any], often: int
):
    planned = schedule("@cron", planning.cron(app(**manifest), "account-1"), "", clock())
    assert planned is not None
    times, until = [planned.next(clock())], clock().timestamp() + 30 * 86_400
    while times[-1] is not None and times[-1].timestamp() < until:
        times.append(planned.next(times[-1]))
    assert often <= len(times) - 1 <= often + 1
    assert manifest.get("frequency") == "hourly" or {each.hour for each in times if each} <= set(range(5))


def test_hours_are_those_that_the_author_names(clock: Clock):
    hours = {
        planning.cron(app(frequency="daily", time_interval=[9, 11]), f"account-{n}").split()[2]
        for n in range(50)
    }
    assert hours == {"9", "10"}


async def test_an_app_has_a_connector_run_for_an_account(house: Any, home: Any, client: Client):
    await installed(house, home, "books", "konnector")
    answer = await client.post(
        "/konnectors/books/trigger", params={"AccountID": "account-1", "ExecNow": "true"}
    )
    assert answer.status_code == 201
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["type"], attributes["worker"]) == ("@cron", "konnector")
    assert attributes["message"] == {"konnector": "books", "account": "account-1", "folder_to_save": "yes"}
    listed = await client.get("/jobs/queue/konnector")
    assert [job["attributes"]["message"]["account"] for job in listed.json()["data"]] == ["account-1"]
    assert (await client.post("/konnectors/unknown/trigger")).status_code == 404
