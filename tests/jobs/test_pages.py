"""What the home does by itself, as its owner sees it."""

import re

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.jobs.model import JOBS, TRIGGERS
from cozy.rooms.jobs.service import triggers
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.auth.conftest import browser, lock, new_browser, owner

from .conftest import every

__all__ = ["browser", "lock", "new_browser", "owner"]
URL = "/my/settings/by-itself"


@pytest.fixture
def postgres():
    """The page is the same on every engine."""
    return ""


@pytest.fixture
async def plan(house, home):
    async def plan(type_, arguments="", worker="log", **more):
        wanted = triggers.Wanted(type=type_, arguments=arguments, worker=worker, **more)
        return (await house.write(home, SYSTEM, triggers.create, wanted)).id

    return plan


@pytest.fixture
async def bank(plan, house, home):
    """A connector that runs each day, and that failed."""

    async def bank(error):
        planned = await plan("@daily", worker="konnector", message={"konnector": "my-bank", "account": "a"})
        failed = {
            "trigger_id": planned, "worker": "konnector", "state": "errored", "error": error,
            "queued_at": "2026-07-18T13:00:00Z", "started_at": "2026-07-18T13:00:00Z",
        }  # fmt: skip
        await house.write(home, SYSTEM, documents.create, JOBS, failed)

    return bank


def text_of(answer):
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


async def test_a_home_without_plans_says_so(owner):
    assert "No app has planned anything." in text_of(await owner.get(URL))


async def test_what_is_planned_is_told_in_words(owner, plan, bank):
    await bank("LOGIN_FAILED")
    await plan("@every", "1h30m")
    await plan(
        "@event", "io.cozy.files:CREATED io.cozy.contacts", worker="service", message={"slug": "notes"}
    )
    shown = text_of(await owner.get(URL))
    for words in (
        "Fetch what is new: My bank Failed Once a day",
        "It could not log in there: look at the password that you gave it.",
        "Every 1 h 30 min",
        "Work of the app Notes When something changes in: your files, your contacts",
        "Has not run yet",
    ):
        assert words in shown


async def test_what_went_wrong_is_told_without_codes(owner, bank):
    await bank("VENDOR_DOWN.NO_TLS")
    shown = text_of(await owner.get(URL))
    assert "The service does not answer." in shown
    assert "VENDOR" not in shown


async def test_connectors_and_apps_are_called_by_their_names(owner, plan, house, home):
    def let_in(work):
        for kind, slug, title in (("konnector", "feeds", "Feed of a site"), ("app", "store", "App Store")):
            permissions.grant(work, kind, slug, {"files": Rule("io.cozy.files")}, title=title)

    await house.write(home, SYSTEM, let_in)
    await plan("@daily", worker="konnector", message={"konnector": "feeds", "account": "a"})
    await plan("@daily", worker="service", message={"slug": "store"})
    shown = text_of(await owner.get(URL))
    assert "Fetch what is new: Feed of a site" in shown
    assert "Work of the app App Store" in shown


async def test_it_is_told_in_french(owner, plan, house, home):
    def in_french(work):
        homes.change_profile(work, replace(homes.profile(work), locale="fr"))

    await house.write(home, SYSTEM, in_french)
    await plan("@weekly", worker="sendmail")
    shown = text_of(await owner.get(URL))
    assert "Ce que votre maison fait d’elle-même" in shown
    assert "Envoyer un courriel Une fois par semaine" in shown


async def test_it_is_run_now(owner, plan, house, home):
    id_ = await plan("@monthly")
    answer = await owner.submit(f"{URL}/{id_}/run", page=URL)
    assert answer.status_code == 303
    [job] = await house.read(home, SYSTEM, every, JOBS)
    assert (job["trigger_id"], job["manual_execution"]) == (id_, True)
    assert "It begins now." in text_of(await owner.get(URL))


async def test_it_is_stopped_once_the_owner_is_sure(owner, plan, house, home):
    id_ = await plan("@monthly")
    assert "What it did stays" in text_of(await owner.get(f"{URL}/{id_}/stop"))
    assert (await owner.submit(f"{URL}/{id_}/stop", page=URL)).status_code == 303
    assert await house.read(home, SYSTEM, every, TRIGGERS) == []
    assert (await owner.get(f"{URL}/{id_}/stop")).status_code == 404
