"""/jobs: the triggers and jobs of apps, as they read them at start (cozy-stack web/jobs/jobs_test.go)."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents

TRIGGERS = "/jobs/triggers"


@pytest.fixture
async def keep(house, home):
    """`await keep("triggers", id, **members)`."""

    async def keep(kind, id_, **members):
        return await house.write(home, SYSTEM, documents.create, f"io.cozy.{kind}", members, id_=id_)

    return keep


@pytest.fixture
async def bank(keep):
    """A connector that runs each day, and a service that runs when files change."""
    message = {"konnector": "bank", "account": "a1"}
    await keep("triggers", "t1", type="@daily", worker="konnector", arguments="", message=message)
    await keep("triggers", "t2", type="@event", worker="service", arguments="io.cozy.files", message={})


@pytest.fixture
async def home_app(acting):
    return await acting("app", "home", "io.cozy.triggers", "io.cozy.jobs")


async def ids(client, url, **params):
    answer = await client.get(url, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.json()["meta"] == {"count": len(answer.json()["data"])}
    return [each["id"] for each in answer.json()["data"]]


async def test_a_home_without_triggers_has_an_empty_list(home_app):
    answer = await home_app.get(TRIGGERS, params={"Worker": "client,konnector"})
    assert (answer.status_code, answer.json()) == (200, {"data": [], "meta": {"count": 0}})
    assert answer.headers["content-type"] == "application/vnd.api+json"


async def test_triggers_are_listed_by_worker_and_type(home_app, bank):
    assert await ids(home_app, TRIGGERS) == ["t1", "t2"]
    assert await ids(home_app, TRIGGERS, Worker="client,konnector") == ["t1"]
    assert await ids(home_app, TRIGGERS, Type="@event,@every") == ["t2"]
    assert await ids(home_app, TRIGGERS, Worker="konnector", Type="@event") == []


async def test_a_trigger_tells_how_it_went(home_app, bank, keep):
    run = {"trigger_id": "t1", "worker": "konnector"}
    await keep(
        "jobs", "j1", **run, state="done", queued_at="2026-07-01T00:00:00Z", started_at="2026-07-01T00:00:01Z"
    )
    await keep(
        "jobs", "j2", **run, state="errored", error="LOGIN_FAILED", manual_execution=True,
        queued_at="2026-07-02T00:00:00Z", started_at="2026-07-02T00:00:01Z",
    )  # fmt: skip
    await keep("jobs", "j0", trigger_id="t2", state="running", queued_at="2026-07-03T00:00:00Z")
    state = {
        "trigger_id": "t1", "status": "errored", "last_execution": "2026-07-02T00:00:01Z", "last_executed_job_id": "j2",
        "last_success": "2026-07-01T00:00:01Z", "last_successful_job_id": "j1",
        "last_failure": "2026-07-02T00:00:01Z", "last_failed_job_id": "j2", "last_error": "LOGIN_FAILED",
        "last_manual_execution": "2026-07-02T00:00:01Z", "last_manual_job_id": "j2",
    }  # fmt: skip
    data = (await home_app.get(f"{TRIGGERS}/t1")).json()["data"]
    assert (data["type"], data["id"]) == ("io.cozy.triggers", "t1")
    assert data["links"] == {"self": "/jobs/triggers/t1"}
    assert data["attributes"]["worker"] == "konnector"
    assert data["attributes"]["current_state"] == state
    told = (await home_app.get(f"{TRIGGERS}/t1/state")).json()["data"]
    assert (told["type"], told["attributes"]) == ("io.cozy.triggers.state", state)
    assert await ids(home_app, f"{TRIGGERS}/t1/jobs") == ["j2", "j1"]
    assert await ids(home_app, f"{TRIGGERS}/t1/jobs", Limit=1) == ["j2"]


async def test_a_trigger_that_never_ran_is_done(home_app, bank):
    told = (await home_app.get(f"{TRIGGERS}/t2/state")).json()["data"]["attributes"]
    assert told == {"trigger_id": "t2", "status": "done"}


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1001", "9" * 30])
async def test_a_limit_that_is_no_number_is_refused(home_app, bank, limit):
    assert (await home_app.get(f"{TRIGGERS}/t1/jobs", params={"Limit": limit})).status_code == 400


async def test_what_waits_for_a_worker_is_listed(home_app, keep):
    await keep("jobs", "j1", worker="thumbnail", state="queued")
    await keep("jobs", "j2", worker="thumbnail", state="done")
    await keep("jobs", "j3", worker="service", state="running")
    assert await ids(home_app, "/jobs/queue/thumbnail") == ["j1"]
    data = (await home_app.get("/jobs/j3")).json()["data"]
    assert (data["id"], data["links"]) == ("j3", {"self": "/jobs/service/j3"})


async def test_what_is_not_there_is_not_found(home_app):
    for url in (
        f"{TRIGGERS}/nothing",
        f"{TRIGGERS}/nothing/state",
        f"{TRIGGERS}/nothing/jobs",
        "/jobs/nothing",
    ):
        assert (await home_app.get(url)).status_code == 404


class TestWhoMay:
    """Grants name a worker by a selector, as manifests do."""

    async def test_a_grant_for_one_worker_lists_that_one(self, house, home, acting, bank, keep):
        app = await acting(
            "app", "collect", "io.cozy.triggers:GET:konnector:worker", "io.cozy.jobs:GET:konnector:worker"
        )
        assert await ids(app, TRIGGERS, Worker="konnector") == ["t1"]
        assert (await app.get(TRIGGERS)).status_code == 403
        assert (await app.get(TRIGGERS, params={"Worker": "service"})).status_code == 403
        assert (await app.get(TRIGGERS, params={"Worker": "konnector,service"})).status_code == 403
        assert (await app.get(f"{TRIGGERS}/t1")).status_code == 200
        assert (await app.get(f"{TRIGGERS}/t2")).status_code == 403
        assert await ids(app, "/jobs/queue/konnector") == []
        assert (await app.get("/jobs/queue/service")).status_code == 403

    async def test_a_connector_sees_its_own_trigger(self, acting, bank):
        assert (
            await (await acting("konnector", "bank", "io.cozy.bills")).get(f"{TRIGGERS}/t1")
        ).status_code == 200
        other = await acting("konnector", "phone", "io.cozy.bills")
        assert (await other.get(f"{TRIGGERS}/t1")).status_code == 403

    async def test_others_see_nothing(self, acting, anonymous, bank):
        app = await acting("app", "notes", "io.cozy.notes")
        for url in (
            TRIGGERS,
            f"{TRIGGERS}/t1",
            f"{TRIGGERS}/t1/state",
            f"{TRIGGERS}/t1/jobs",
            "/jobs/queue/service",
        ):
            assert (await app.get(url)).status_code == 403, url
            assert (await anonymous.get(url)).status_code == 401, url
