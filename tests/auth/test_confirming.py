"""An app makes sure that it is the owner, by a page of the home."""

import pytest

from cozy.kernel.bus import Change

from .conftest import answered, key, second_step

URL = "/auth/confirm"
APP = "http://banks.alice.localhost:8080/"


async def confirmed(owner, state="st4te", redirect=APP, **fields):
    page = f"{URL}?state={state}&redirect={redirect}"
    return await owner.submit(
        URL, page=page, state=state, redirect=redirect, **{"passphrase": key(), **fields}
    )


async def test_the_owner_goes_back_to_the_app_with_a_code_that_the_app_can_check(owner, anonymous, clock):
    sent = await confirmed(owner)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"{APP}?code=")
    back = answered(sent.headers["location"])
    assert back["state"] == "st4te"
    assert (await anonymous.get(f"{URL}/{back['code']}")).status_code == 204
    wrong = await anonymous.get(f"{URL}/guessed")
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid code"})
    clock.advance(minutes=5)
    assert (await anonymous.get(f"{URL}/{back['code']}")).status_code == 401


async def test_apps_that_listen_hear_of_it(owner, house, home):
    heard: list[Change] = []
    stop = await house.bus.hear(home.id, heard.extend)
    await confirmed(owner)
    stop()
    assert [(change.verb, change.doctype, change.id) for change in heard if "auth" in change.doctype] == [
        ("CREATED", "io.cozy.auth.confirmations", "st4te")
    ]


async def test_a_wrong_passphrase_leads_nowhere(owner):
    answer = await confirmed(owner, passphrase=key("wrong words"))
    assert answer.status_code == 401
    assert "This is not the passphrase of this home." in answer.text


async def test_with_a_second_step_it_takes_both(owner, house, home):
    code = await second_step(house, home)
    for wrong in ({}, {"code": "000000"}):
        assert (await confirmed(owner, **wrong)).status_code == 401
    assert (await confirmed(owner, code=code())).status_code == 303


async def test_only_the_owner_is_asked(browser, lock):
    assert (
        (await browser.get(URL, params={"state": "x"}))
        .headers["location"]
        .startswith("/auth/login?redirect=")
    )


@pytest.mark.parametrize(
    "query",
    [{}, {"state": ""}, {"state": "x" * 501}, {"state": "x", "redirect": "https://evil.example.org/"}],
)
async def test_a_question_holds_together(owner, query):
    assert (await owner.get(URL, params=query)).status_code == 400
