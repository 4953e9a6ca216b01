"""/jobs: asking for jobs, and triggers that ask for them (cozy-stack web/jobs/jobs_test.go)."""

import pytest

from cozy.app.wiring import PORTS
from cozy.kernel.caller import SYSTEM
from cozy.kernel.settings import Settings
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs.model import JOBS
from cozy.rooms.jobs.ports import WorkerType

from .conftest import PRINT, every

TRIGGERS = "/jobs/triggers"
GRANTS = ("io.cozy.jobs::print:worker", "io.cozy.triggers::print:worker")


@pytest.fixture
def postgres():
    """What differs between engines is in test_apps_jobs.py and test_firing.py."""
    return ""


@pytest.fixture(autouse=True)
def with_print(monkeypatch):
    """Every house of these tests has the worker `print`."""
    monkeypatch.setitem(PORTS, WorkerType, [*PORTS[WorkerType], PRINT])


@pytest.fixture
async def app(acting):
    return await acting("app", "notes", *GRANTS)


def said(**attributes):
    return {"data": {"attributes": attributes}}


async def made(client, type_, arguments="", status=201, **more):
    answer = await client.post(
        TRIGGERS, json=said(type=type_, arguments=arguments, **{"worker": "print", **more})
    )
    assert answer.status_code == status, answer.text
    return answer.json().get("data")


class TestAsking:
    async def test_a_job_is_asked_for(self, app):
        answer = await app.post("/jobs/queue/print", json=said(arguments="foobar"))
        assert answer.status_code == 202
        assert answer.headers["content-type"] == "application/vnd.api+json"
        data = answer.json()["data"]
        assert data["type"] == JOBS
        assert data["links"] == {"self": f"/jobs/print/{data['id']}"}
        shown = data["attributes"]
        assert (shown["worker"], shown["state"], shown["message"]) == ("print", "queued", "foobar")
        assert shown["domain"] == "alice.localhost"
        assert shown["started_at"] == "0001-01-01T00:00:00Z"
        assert "manual_execution" not in shown
        assert (await app.get(f"/jobs/{data['id']}")).json()["data"]["attributes"] == shown
        [waiting] = (await app.get("/jobs/queue/print")).json()["data"]
        assert waiting["id"] == data["id"]

    async def test_with_options_and_by_hand(self, app):
        body = said(arguments={}, manual=True, options={"timeout": 42, "max_exec_count": 2})
        shown = (await app.post("/jobs/queue/print", json=body)).json()["data"]["attributes"]
        assert shown["options"] == {"timeout": 42, "max_exec_count": 2}
        assert shown["manual_execution"] is True

    @pytest.mark.parametrize("options", ["fast", {"timeout": "1m"}, {"timeout": -1}])
    async def test_options_that_are_none_are_refused(self, app, options):
        assert (await app.post("/jobs/queue/print", json=said(options=options))).status_code == 400

    async def test_only_the_home_gives_work_to_its_own_workers(self, acting, client):
        app = await acting("app", "notes", "io.cozy.jobs")
        assert (await app.post("/jobs/queue/trash-files", json=said())).status_code == 403
        assert (await client.post("/jobs/queue/trash-files", json=said())).status_code == 202

    async def test_a_worker_that_is_not_there_is_not_found(self, client):
        assert (await client.post("/jobs/queue/none", json=said())).status_code == 404

    async def test_a_grant_is_for_a_worker(self, app):
        assert (await app.post("/jobs/queue/log", json=said())).status_code == 403

    async def test_who_asks_too_often_has_to_wait(self, client, monkeypatch):
        few = WorkerType(name="few", most_per_hour_each=2)
        monkeypatch.setitem(PORTS, WorkerType, [few])
        for status in (202, 202, 429):
            assert (await client.post("/jobs/queue/few", json=said())).status_code == status

    async def test_a_job_is_called_off(self, app, client):
        id_ = (await app.post("/jobs/queue/print", json=said())).json()["data"]["id"]
        assert (await app.delete(f"/jobs/{id_}")).status_code == 204
        shown = (await client.get(f"/jobs/{id_}")).json()["data"]["attributes"]
        assert (shown["state"], shown["error"]) == ("errored", "cancelled")


class TestTriggers:
    @pytest.mark.parametrize(
        ("type_", "arguments"),
        [("@at", "2026-12-12T15:36:25.507Z"), ("@in", "1s"), ("@every", "30m10s"), ("@cron", "0 0 0 * * 0"), ("@hourly", ""),
         ("@daily", "between 8am and 6pm"), ("@weekly", "on monday before 9am"), ("@monthly", "on the 1-5"), ("@webhook", ""),
         ("@event", "io.cozy.files:UPDATED:!=:name io.cozy.todos")],
    )  # fmt: skip
    async def test_a_trigger_of_every_type_is_made_shown_and_deleted(self, app, type_, arguments):
        data = await made(app, type_, arguments, message="foo", debounce="10m")
        assert data["type"] == "io.cozy.triggers"
        shown = data["attributes"]
        told = {name: shown[name] for name in ("type", "arguments", "worker", "message", "debounce")}
        assert told == {
            "type": type_,
            "arguments": arguments,
            "worker": "print",
            "message": "foo",
            "debounce": "10m",
        }
        assert shown["cozyMetadata"]["createdByApp"] == "notes"
        assert (shown["cozyMetadata"]["doctypeVersion"], shown["cozyMetadata"]["metadataVersion"]) == ("1", 1)
        url = f"{TRIGGERS}/{data['id']}"
        assert data["links"]["self"] == url
        again = (await app.get(url)).json()["data"]["attributes"]
        assert again.pop("current_state") == {"trigger_id": data["id"], "status": "done"}
        assert again == shown
        assert (await app.delete(url)).status_code == 204
        assert (await app.get(url)).status_code == 404
        assert (await app.delete(url)).status_code == 404

    @pytest.mark.parametrize(
        ("type_", "arguments", "status"),
        [("@at", "garbage", 400), ("@in", "garbage", 400), ("@every", "", 400), ("@cron", "garbage", 400), ("@cron", "0 0 0 30 2 *", 400),
         ("@daily", "at noon", 400), ("@event", "", 400), ("@event", "io.cozy.files:READ", 400), ("@never", "", 422), ("", "", 422)],
    )  # fmt: skip
    async def test_what_is_no_trigger_is_refused(self, app, type_, arguments, status):
        await made(app, type_, arguments, status)

    async def test_no_debounce_no_worker_and_no_leave_are_refused(self, app, client):
        await made(app, "@event", "io.cozy.todos", 400, debounce="soon")
        await made(client, "@in", "1s", 404, worker="none")
        await made(app, "@in", "1s", 403, worker="log")

    async def test_reserved_workers_are_for_no_app(self, acting):
        app = await acting("app", "notes", "io.cozy.triggers")
        for worker in ("clean-clients", "push", "sms"):
            await made(app, "@in", "1s", 403, worker=worker)

    async def test_the_old_name_of_the_message_still_works(self, app):
        data = await made(app, "@in", "10s", worker_arguments="foo")
        assert data["attributes"]["message"] == "foo"

    async def test_times_and_message_can_be_changed(self, app):
        data = await made(app, "@cron", "0 0 0 * * 0", message="foo")
        url = f"{TRIGGERS}/{data['id']}"
        assert (await app.patch(url, json=said(arguments="0 0 0 * * 1"))).status_code == 200
        assert (await app.patch(url, json=said(message={"folder_to_save": "123"}))).status_code == 200
        shown = (await app.get(url)).json()["data"]["attributes"]
        assert (shown["arguments"], shown["message"]) == ("0 0 0 * * 1", {"folder_to_save": "123"})
        assert (await app.patch(url, json=said())).status_code == 400
        assert (await app.patch(url, json=said(arguments="never"))).status_code == 400
        other = await made(app, "@every", "1h")
        assert (await app.patch(f"{TRIGGERS}/{other['id']}", json=said(arguments="2h"))).status_code == 422

    async def test_a_trigger_is_launched_by_hand(self, app):
        data = await made(app, "@cron", "0 0 0 * * 0", message="foo", options={"timeout": 5})
        answer = await app.post(f"{TRIGGERS}/{data['id']}/launch")
        assert answer.status_code == 201
        job = answer.json()["data"]["attributes"]
        assert (job["worker"], job["message"], job["manual_execution"]) == ("print", "foo", True)
        assert job["options"] == {"timeout": 5}
        [listed] = (await app.get(f"{TRIGGERS}/{data['id']}/jobs")).json()["data"]
        assert listed["id"] == answer.json()["data"]["id"]
        state = (await app.get(f"{TRIGGERS}/{data['id']}/state")).json()["data"]["attributes"]
        assert (state["status"], state["last_manual_job_id"]) == ("queued", listed["id"])

    async def test_a_query_tells_nothing_of_the_state(self, client):
        await made(client, "@every", "1h")
        [found] = (
            await client.post("/data/io.cozy.triggers/_find", json={"selector": {"type": "@every"}})
        ).json()["docs"]
        assert "current_state" not in found
        [listed] = (await client.get(TRIGGERS, params={"Type": "@every"})).json()["data"]
        assert listed["attributes"]["current_state"]["status"] == "done"

    async def test_a_connector_changes_and_deletes_its_own(self, acting, client):
        data = await made(client, "@cron", "0 0 0 * * 0", worker="konnector", message={"konnector": "bank"})
        url = f"{TRIGGERS}/{data['id']}"
        bank, phone = [await acting("konnector", slug, "io.cozy.bills") for slug in ("bank", "phone")]
        for method in ("PATCH", "DELETE"):
            assert (await phone.request(method, url, json=said(arguments="0 0 0 * * 1"))).status_code == 403
        assert (await bank.post(f"{url}/launch")).status_code == 403
        assert (await bank.patch(url, json=said(arguments="0 0 0 * * 1"))).status_code == 200
        assert (await bank.delete(url)).status_code == 204


class TestWebhooks:
    async def test_whoever_knows_the_address_asks_for_a_job(self, app, anonymous):
        data = await made(app, "@webhook", "2026-01-01")
        url = data["links"]["webhook"]
        assert url == f"http://alice.localhost:8080/jobs/webhooks/{data['id']}"
        assert (
            await anonymous.post(url, params={"Manual": "true"}, json={"account_id": "a"})
        ).status_code == 204
        assert (await anonymous.post(url)).status_code == 204
        jobs = [job["attributes"] for job in (await app.get(f"{TRIGGERS}/{data['id']}/jobs")).json()["data"]]
        assert sorted(job.get("manual_execution", False) for job in jobs) == [False, True]

    async def test_what_is_no_json_or_too_much_is_refused(self, app, anonymous):
        url = (await made(app, "@webhook"))["links"]["webhook"]
        assert (await anonymous.post(url, content=b"{")).status_code == 400
        assert (await anonymous.post(url, content=b"[" * 100_000)).status_code == 400
        assert (await anonymous.post(url, json="x" * 300_000)).status_code == 413

    async def test_other_triggers_hear_nothing_and_tell_nothing(self, app, anonymous):
        other = await made(app, "@every", "1h")
        for id_ in (other["id"], "nothing", "bi"):
            assert (await anonymous.post(f"/jobs/webhooks/{id_}", json={})).status_code == 404


class TestClients:
    """Connectors that run on a phone: it launches, does, and tells."""

    @pytest.fixture
    async def phone(self, acting):
        return await acting("client", "phone", JOBS, "io.cozy.triggers")

    async def test_a_device_does_a_job_and_tells(self, phone):
        data = await made(phone, "@client", worker="", message="foobar")
        assert data["attributes"]["worker"] == "client"
        job = (await phone.post(f"{TRIGGERS}/{data['id']}/launch")).json()["data"]
        assert job["attributes"]["state"] == "running"
        assert job["attributes"]["started_at"] > "2026"
        answer = await phone.patch(f"/jobs/{job['id']}", json=said(state="errored", error="LOGIN_FAILED"))
        assert answer.status_code == 200
        shown = answer.json()["data"]["attributes"]
        assert (shown["state"], shown["error"]) == ("errored", "LOGIN_FAILED")
        assert shown["finished_at"] > "2026"
        state = (await phone.get(f"{TRIGGERS}/{data['id']}/state")).json()["data"]["attributes"]
        assert (state["status"], state["last_error"]) == ("errored", "LOGIN_FAILED")

    async def test_it_tells_of_its_own_jobs_only_and_how_they_ended(self, phone, client):
        job = (await client.post("/jobs/queue/print", json=said())).json()["data"]["id"]
        assert (await phone.patch(f"/jobs/{job}", json=said(state="done"))).status_code == 403
        own = (await phone.post("/jobs/queue/client", json=said())).json()["data"]["id"]
        assert (await phone.patch(f"/jobs/{own}", json=said(state="running"))).status_code == 422

    async def test_jobs_that_nobody_told_the_end_of_are_cleaned(self, phone, clock):
        trigger = await made(phone, "@client", worker="")
        await phone.post(f"{TRIGGERS}/{trigger['id']}/launch")
        waiting = (await phone.post("/jobs/queue/print", json=said())).json()["data"]["id"]
        assert (await phone.post("/jobs/clean")).json() == {"deleted": 0}
        clock.advance(hours=2)
        assert (await phone.post("/jobs/clean")).json() == {"deleted": 1}
        assert (await phone.get(f"/jobs/{waiting}")).json()["data"]["attributes"]["state"] == "queued"


class TestPurging:
    async def test_old_jobs_go(self, house, home, client, clock):
        def old(work):
            for number in range(52):
                ended = {"worker": "print", "state": "done", "queued_at": f"2026-01-01T00:00:{number:02}Z"}
                documents.create(work, JOBS, ended)

        await house.write(home, SYSTEM, old)
        assert (await client.delete("/jobs/purge", params={"duration": "9M"})).json() == {"deleted": 0}
        assert (await client.delete("/jobs/purge", params={"workers": "log"})).json() == {"deleted": 0}
        assert (await client.delete("/jobs/purge")).json() == {"deleted": 2}
        assert (await client.delete("/jobs/purge", params={"duration": "long"})).status_code == 400
        assert len(await house.read(home, SYSTEM, every, JOBS)) == 50

    async def test_a_grant_for_one_worker_is_not_enough(self, app):
        assert (await app.delete("/jobs/purge")).status_code == 403
        assert (await app.post("/jobs/clean")).status_code == 403


class TestSupport:
    BODY = said(arguments={"subject": "Cozy is so cool!", "body": "Thank you"})

    async def test_a_host_that_has_none_says_so(self, client):
        answer = await client.post("/jobs/support", json=self.BODY)
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["code"] == "jobs.no_support"

    async def test_who_may_not_send_mails_may_not_ask(self, app):
        assert (await app.post("/jobs/support", json=self.BODY)).status_code == 403

    async def test_a_campaign_needs_its_parts(self, acting):
        app = await acting("app", "notes", "io.cozy.jobs:POST:sendmail:worker")
        parts = [{"type": "text/plain", "body": "Hello"}]
        assert (
            await app.post("/jobs/campaign-emails", json=said(arguments={"parts": parts}))
        ).status_code == 400
        answer = await app.post(
            "/jobs/campaign-emails", json=said(arguments={"subject": "News", "parts": parts})
        )
        assert answer.status_code == 204


class TestSupportOfAHost:
    @pytest.fixture
    def settings(self, tmp_path, postgres):
        return Settings(data=str(tmp_path / "data"), postgres=postgres, support_address="help@example.org")

    @pytest.mark.parametrize("scope", ["io.cozy.support", "io.cozy.jobs:POST:sendmail:worker"])
    async def test_it_is_asked_by_mail(self, house, home, acting, scope):
        app = await acting("app", "settings", scope)
        assert (await app.post("/jobs/support", json=TestSupport.BODY)).status_code == 204
        assert (await app.post("/jobs/support", json=said(arguments={"subject": "Hi"}))).status_code == 400
        [job] = await house.read(home, SYSTEM, every, JOBS)
        assert (job["worker"], job["message"]["mode"], job["message"]["subject"]) == (
            "sendmail",
            "support",
            "Cozy is so cool!",
        )
