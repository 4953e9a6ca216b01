"""Connectors of the ecosystem: what they are told, what they may do, and what is made of what they say."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cozy.backends.box import interpreters
from cozy.kernel.bus import Change
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.errors import TakenSlug
from cozy.rooms.connectors.model import Connector, Wish
from cozy.rooms.connectors.service import shipped
from cozy.rooms.connectors.service.folders import ensure
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import JOBS, TRIGGERS
from cozy.rooms.jobs.service.triggers import Wanted
from tests.apps.world import World
from tests.connectors.conftest import HERE, Run, ended, installed
from tests.jobs.conftest import every

LOGIN = {"type": "critical", "message": "LOGIN_FAILED"}


@pytest.fixture(autouse=True)
async def books(house: House, home: Home) -> None:
    await installed(house, home, "books", "konnector")


def account(work: Work, **members: Any) -> str:
    """An account at the bookshop."""
    body = {"account_type": "books", "auth": {"login": "alice"}, **members}
    return documents.create(work, "io.cozy.accounts", body, id_="account-1").id


def folders(work: Work) -> list[tuple[str, list[str]]]:
    """Folders that the connector saves to: where they are, and what is in them."""
    target = files.Target("io.cozy.konnectors", "io.cozy.konnectors/books")
    found = files.linked(work, "referenced_by", target, whole=True).files
    return [(each.path, sorted(child.name for child in files.children(work, each.id))) for each in found]


async def test_a_connector_brings_files_and_documents(house: House, home: Home, run: Run, site: World):
    await house.write(home, SYSTEM, account)
    job = await run(
        "konnector", konnector="books", account="account-1", folder_to_save="gone", site=site.origin
    )
    assert (job["state"], job.get("error")) == ("done", None)
    assert await house.read(home, SYSTEM, folders) == [
        ("/Administrative/Books/alice", ["Candide.txt", "Emma.txt"])
    ]
    *bills, environment = await house.read(home, SYSTEM, every, "io.cozy.bills")
    told = environment["told"]
    assert sorted(bill["title"] for bill in bills) == ["Candide", "Emma"]
    assert told.pop("COZY_CREDENTIALS").count(".") == 2
    fields = json.loads(told.pop("COZY_FIELDS"))
    folder = await house.read(home, SYSTEM, files.at_path, "/Administrative/Books/alice")
    assert (fields["account"], fields["folder_to_save"]) == ("account-1", folder.id)
    assert told.pop("COZY_GATEWAY")
    assert told == {
        "COZY_URL": f"{home.origin}/", "COZY_LANGUAGE": "node", "COZY_LOCALE": "en", "COZY_TIME_LIMIT": "305",
        "COZY_JOB_ID": job["_id"], "COZY_JOB_MANUAL_EXECUTION": "true", "COZY_PARAMETERS": '{"shop":"books"}', "COZY_PAYLOAD": "",
    }  # fmt: skip
    kept = await house.read(home, SYSTEM, documents.fetch, "io.cozy.accounts", "account-1")
    assert kept.body["defaultFolderPath"] == "/Administrative/Books/alice"


async def test_a_second_run_uses_the_folder_that_is_there_wherever_it_was_moved(
    house: House, home: Home, run: Run, site: World
):
    def prepared(work: Work) -> str:
        account(work)
        folder = files.create_folder(work, files.ROOT, "My books")
        files.refer(work, folder.id, [files.Target("io.cozy.konnectors", "io.cozy.konnectors/books")])
        wanted = Wanted(type="@daily", worker="konnector", message={"konnector": "books", "account": "account-1", "folder_to_save": "gone"})  # fmt: skip
        return jobs.triggers.make(work, wanted, "home").id

    trigger = await house.write(home, SYSTEM, prepared)
    job = await run(
        "konnector", konnector="books", account="account-1", folder_to_save="gone", site=site.origin
    )
    assert job["state"] == "done"
    (found,) = await house.read(home, SYSTEM, folders)
    assert found == ("/My books", ["Candide.txt", "Emma.txt"])
    planned = await house.read(home, SYSTEM, documents.fetch, TRIGGERS, trigger)
    folder = await house.read(home, SYSTEM, files.found_at, "/My books")
    assert folder is not None
    assert planned.body["message"]["folder_to_save"] == folder.id


async def _nothing(house: House, home: Home) -> list[tuple[str, bytes]]:
    return []


@pytest.mark.parametrize("member", ["defaultFolderPath", "folderPath"])
@pytest.mark.parametrize("path", ["/Diary", "Diary/", "/", "/Diary/Deep"])
async def test_a_connector_gets_no_folder_that_it_names_itself(work: Work, member: str, path: str):
    diary = files.create_folder(work, files.ROOT, "Diary")
    deep = files.create_folder(work, diary.id, "Deep")
    account(work, **{member: path})
    found = documents.fetch(work, "io.cozy.accounts", "account-1")
    connector = Connector(slug="books", name="Books", language="node", arguments=(), bring=_nothing)
    wish = Wish(konnector="books", account="account-1", folder_to_save="thrown away")
    folder = ensure(work, connector, wish, found)
    assert folder not in {diary.id, deep.id, files.ROOT}
    for each in (diary.id, deep.id, files.ROOT):
        assert files.links_of(files.fetch(work, each), "referenced_by") == []


async def test_what_a_connector_says_is_heard_at_once_and_its_last_error_is_that_of_the_job(
    house: House, home: Home, run: Run
):
    heard: list[Change] = []
    forget = await house.bus.hear(home.id, heard.extend)
    job = await run("konnector", konnector="books", say={"type": "error", "message": "VENDOR_DOWN"})
    forget()
    told = [
        (each.verb, each.id, each.body["type"], each.body["message"])
        for each in heard
        if each.doctype == "io.cozy.jobs.events"
    ]
    assert told == [
        ("CREATED", job["_id"], "info", "Hello from books"),
        ("CREATED", job["_id"], "error", "VENDOR_DOWN"),
    ]
    assert (job["state"], job["error"], job["try_count"]) == ("queued", "VENDOR_DOWN", 1)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"say": LOGIN}, "LOGIN_FAILED"),
        ({"say": {"type": "critical", "message": "USER_ACTION_NEEDED.TWOFA_EXPIRED"}}, "USER_ACTION_NEEDED.TWOFA_EXPIRED"),
        ({"say": {"type": "critical", "message": "NOT_NOW", "no_retry": True}}, "NOT_NOW"),
        ({"account": "nobody"}, "The account that this connector is to use is not there any more."),
        ({"konnector": "unknown"}, "Application is not installed"),
        ({"konnector": ""}, "This job does not say what is to be run."),
    ],
)  # fmt: skip
async def test_what_a_second_try_would_not_mend_is_not_tried_again(
    run: Run, fields: dict[str, Any], error: str
):
    job = await run("konnector", **{"konnector": "books", **fields})
    assert (job["state"], job["error"], job["try_count"]) == ("errored", error, 1)


async def test_a_connector_that_ends_badly_without_a_word_has_failed(run: Run):
    job = await run("konnector", konnector="books", exit=3)
    assert (job["state"], job["error"]) == ("queued", "exit status 3")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"eat": True}, "out of memory: it took more than 256 MB"),
        ({"hang": True, "limit_s": 1}, "timeout: it took longer than 1 seconds"),
    ],
)
async def test_a_connector_that_eats_memory_or_hangs_dies_alone_and_its_job_says_why(
    run: Run, wrong: dict[str, Any], error: str
):
    job = await run("konnector", konnector="books", **wrong)
    assert (job["state"], job["error"], job["try_count"]) == ("queued", error, 1)
    assert _processes_of(job["_id"]) == []
    assert (await run("konnector", konnector="books"))["state"] == "done"


def _processes_of(job_id: str) -> list[str]:
    """What is left of a job: the processes that have its id in their environment."""
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"COZY_JOB_ID={job_id}".encode() in (folder / "environ").read_bytes():
                left.append(folder.name)
    return left


async def test_no_connector_takes_the_slug_of_one_that_comes_with_the_home(house: House, home: Home):
    with pytest.raises(TakenSlug):
        await installed(house, home, "feeds", "konnector")
    await house.write(home, SYSTEM, shipped.ensure, "feeds")
    with pytest.raises(TakenSlug):
        await apps.installing.update(house, home, SYSTEM, "feeds", "konnector", f"file://{HERE / 'books'}")


async def test_a_trigger_leaves_a_connector_alone_until_its_owner_did_something(
    house: House, home: Home, run: Run
):
    wanted = Wanted(type="@daily", worker="konnector", message={"konnector": "books"})
    trigger = await house.write(home, SYSTEM, jobs.triggers.make, wanted, "home")

    async def fires() -> bool:
        asked = jobs.triggers.asked_by(trigger)
        pushed = await house.write(home, SYSTEM, jobs.running.push_or_tell, asked)
        if pushed is not None:
            await ended(house, home, pushed.id)
        return pushed is not None

    assert await fires()
    await run("konnector", konnector="books", trigger=trigger.id, say=LOGIN)
    assert not await fires()
    await run("konnector", konnector="books", trigger=trigger.id)
    assert await fires()


async def test_an_account_that_was_deleted_is_cleaned_up_elsewhere(house: House, home: Home, run: Run):
    heard: list[Change] = []
    forget = await house.bus.hear(home.id, heard.extend)
    job = await run("konnector", konnector="books", account="account-1", account_deleted=True)
    forget()
    said = [each.body["message"] for each in heard if each.doctype == "io.cozy.jobs.events"]
    assert (job["state"], said) == ("done", ["goodbye account-1"])


@pytest.mark.parametrize("length", [10, 200_000], ids=["short", "in a file"])
async def test_what_a_webhook_brings_is_told(house: House, home: Home, run: Run, site: World, length: int):
    site.tell("/books.json", [])
    job = await run("konnector", konnector="books", site=site.origin, payload={"text": "b" * length})
    assert (job["state"], job.get("error")) == ("done", None)
    (told,) = await house.read(home, SYSTEM, every, "io.cozy.bills")
    assert told["payload"] == length


async def test_a_connector_may_do_no_more_than_its_grant_says(
    house: House, home: Home, run: Run, site: World
):
    folder = await house.write(home, SYSTEM, files.create_folder, files.ROOT, "Private")
    job = await run("konnector", konnector="books", folder_to_save=folder.id, site=site.origin)
    assert job["error"].startswith("UNKNOWN_ERROR POST /files/")
    assert await house.read(home, SYSTEM, files.children, folder.id) == []


async def test_a_job_that_is_called_off_ends_its_program(house: House, home: Home):
    def push(work: Work) -> str:
        message = {"konnector": "books", "site": "http://127.0.0.1:9"}
        return jobs.running.push(work, jobs.running.Asked(worker="konnector", message=message)).id

    def call_off(work: Work, job_id: str) -> None:
        jobs.running.cancel(work, [documents.fetch(work, JOBS, job_id)])

    job_id = await house.write(home, SYSTEM, push)
    await house.write(home, SYSTEM, call_off, job_id)
    assert (await ended(house, home, job_id))["error"] == "cancelled"


async def test_a_host_without_node_says_so_once(
    house: House, home: Home, run: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(interpreters, "_found", lambda: "")
    job = await run("konnector", konnector="books")
    said = "Node.js is not installed on this host: install `cozy-home[connectors]`."
    assert (job["state"], job["error"], job["try_count"]) == ("errored", said, 1)
