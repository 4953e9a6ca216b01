"""The second step: codes of an app, codes on paper, devices that are trusted."""

import re

import pyotp
import pytest

from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import AlreadyOn, WrongCode

from .conftest import found, key

URL = "/my/settings/security/second-step"


def app_code(secret, clock):
    return pyotp.TOTP(secret).at(clock.now)


@pytest.fixture
async def secret(owner, clock):
    """The second step is on; the secret that the owner's app knows. The codes for paper are in `owner.codes`."""
    page = await owner.get(URL)
    shared = found(r'name="secret" value="([A-Z2-7]{32})"', page.text)
    assert "<svg" in page.text
    answer = await owner.submit(URL, page=URL, secret=shared, code=app_code(shared, clock), passphrase=key())
    assert answer.status_code == 200, answer.text
    owner.codes = re.findall(r"<span>([a-z0-9]{5}-[a-z0-9]{5})</span>", answer.text)
    clock.advance(minutes=1)
    return shared


async def first_step(browser, **fields):
    answer = await browser.log_in(**fields)
    assert answer.headers["location"].startswith("/auth/twofactor?two_factor_token=")
    return answer.headers["location"], found(r"token=([^&]+)", answer.headers["location"])


async def test_the_passphrase_alone_no_longer_lets_in(secret, new_browser):
    browser = new_browser()
    await first_step(browser)
    assert not await browser.is_in()


async def test_the_code_of_the_app_lets_in(secret, new_browser, clock):
    browser = new_browser()
    page, token = await first_step(browser, redirect="/my/settings/display")
    answer = await browser.submit(
        "/auth/twofactor", page=page,
        **{"two-factor-token": token, "two-factor-passcode": app_code(secret, clock), "redirect": "/my/settings/display"},
    )  # fmt: skip
    assert answer.headers["location"] == "/my/settings/display"
    assert await browser.is_in()


async def test_a_program_is_told_that_a_second_step_is_asked_for(secret, new_browser):
    answer = await new_browser().log_in(headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["two_factor_token"] in answer.json()["redirect"]


async def test_a_code_on_paper_lets_in_once(secret, owner, new_browser):
    assert len(owner.codes) == 10
    for expected in (303, 401):
        browser = new_browser()
        page, token = await first_step(browser)
        fields = {"two-factor-token": token, "two-factor-passcode": owner.codes[0].upper()}
        assert (await browser.submit("/auth/twofactor", page=page, **fields)).status_code == expected


async def test_the_step_may_be_tried_again_after_a_wrong_code(secret, new_browser, clock):
    browser = new_browser()
    page, token = await first_step(browser)
    wrong = await browser.submit(
        "/auth/twofactor", page=page, **{"two-factor-token": token, "two-factor-passcode": "000000"}
    )
    assert wrong.status_code == 401
    assert "This code does not work" in wrong.text
    fields = {"two-factor-token": token, "two-factor-passcode": app_code(secret, clock)}
    assert (await browser.submit("/auth/twofactor", page=page, **fields)).status_code == 303


async def test_codes_cannot_be_guessed_at_leisure(secret, new_browser):
    browser = new_browser("198.51.100.9")
    page, token = await first_step(browser)
    fields = {"two-factor-token": token, "two-factor-passcode": "000000"}
    answers = [(await browser.submit("/auth/twofactor", page=page, **fields)).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


async def test_the_first_step_does_not_last(secret, new_browser, clock):
    browser = new_browser()
    page, _ = await first_step(browser)
    clock.advance(minutes=11)
    assert (await browser.get(page)).headers["location"].startswith("/auth/login")


async def test_a_trusted_device_is_not_asked_for_thirty_days(secret, new_browser, clock):
    browser = new_browser()
    page, token = await first_step(browser)
    fields = {
        "two-factor-token": token,
        "two-factor-passcode": app_code(secret, clock),
        "two-factor-generate-trusted-device-token": "1",
    }
    await browser.submit("/auth/twofactor", page=page, **fields)
    del browser.cookies["cozy-session"]
    assert (await browser.log_in()).headers["location"] == "/my"
    clock.advance(days=31)
    await first_step(browser)


async def test_switching_it_off_needs_the_passphrase(secret, owner):
    wrong = await owner.submit(f"{URL}/off", page=f"{URL}/off", passphrase=key("not the right words"))
    assert wrong.status_code == 422
    right = await owner.submit(f"{URL}/off", page=f"{URL}/off", passphrase=key())
    assert right.status_code == 303
    del owner.cookies["cozy-session"]
    assert (await owner.log_in()).headers["location"] == "/my"


async def test_new_codes_on_paper_void_those_before(secret, owner, new_browser):
    answer = await owner.submit(f"{URL}/codes", page=f"{URL}/codes", passphrase=key())
    assert answer.status_code == 200
    browser = new_browser()
    page, token = await first_step(browser)
    fields = {"two-factor-token": token, "two-factor-passcode": owner.codes[0]}
    assert (await browser.submit("/auth/twofactor", page=page, **fields)).status_code == 401


async def test_a_wrong_code_or_passphrase_sets_nothing_up(owner, clock):
    page = await owner.get(URL)
    shared = found(r'name="secret" value="([A-Z2-7]{32})"', page.text)
    wrong_code = await owner.submit(URL, page=URL, secret=shared, code="000000", passphrase=key())
    assert wrong_code.status_code == 422
    assert f'value="{shared}"' in wrong_code.text
    wrong = await owner.submit(
        URL, page=URL, secret=shared, code=app_code(shared, clock), passphrase=key("nope nope")
    )
    assert wrong.status_code == 422
    assert (await owner.get(URL)).status_code == 200


def test_a_code_of_the_app_is_good_once(work, clock):
    secret = auth.totp.new_secret()
    auth.totp.turn_on(work, secret, app_code(secret, clock))
    assert not auth.totp.accepts(work, app_code(secret, clock))
    clock.advance(seconds=30)
    work.now = clock.now
    assert auth.totp.accepts(work, app_code(secret, clock))
    assert not auth.totp.accepts(work, app_code(secret, clock))


def test_it_is_set_up_once(work, clock):
    secret = auth.totp.new_secret()
    auth.totp.turn_on(work, secret, app_code(secret, clock))
    with pytest.raises(AlreadyOn):
        auth.totp.turn_on(work, secret, app_code(secret, clock))


def test_only_a_secret_of_ours_is_taken(work):
    with pytest.raises(WrongCode):
        auth.totp.turn_on(work, "AAAA", "123456")
