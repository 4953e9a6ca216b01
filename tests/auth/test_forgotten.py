"""The passphrase is forgotten."""

import re

import anyio
import httpx2
import pytest

from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.app.worker import Worker
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import origin_of
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.homes.model import Profile
from tests.conftest import DOMAIN

from .conftest import PASSPHRASE, Browser, answered, found, key, second_step

NEW = "cerise plume orchestre granit"


async def link_of(house, home):
    token = await house.write(home, SYSTEM, auth.reset.begin)
    return f"/auth/passphrase_renew?token={token}", token


async def renew(browser, page, token, passphrase=NEW):
    return await browser.submit(
        "/auth/passphrase_renew", page=page, passphrase_reset_token=token, passphrase=key(passphrase)
    )


async def test_a_link_lets_choose_a_new_passphrase(house, home, browser):
    page, token = await link_of(house, home)
    answer = await renew(browser, page, token)
    assert answer.headers["location"] == "/auth/login?renewed=1"
    assert (await browser.log_in(PASSPHRASE)).status_code == 401
    assert (await browser.log_in(NEW)).status_code == 303


async def test_a_link_works_once(house, home, browser):
    page, token = await link_of(house, home)
    await browser.get("/auth/login")
    await renew(browser, page, token)
    assert (await browser.get(page)).status_code == 404
    assert (await renew(browser, "/auth/login", token, "another one of four words")).status_code == 404


async def test_a_link_works_for_an_hour(house, home, browser, clock):
    page, _ = await link_of(house, home)
    clock.advance(minutes=59)
    assert (await browser.get(page)).status_code == 200
    clock.advance(minutes=2)
    assert (await browser.get(page)).status_code == 404


async def test_a_new_passphrase_ends_every_session_and_token(house, home, owner, client, new_browser):
    assert (await client.get("/files/io.cozy.files.root-dir")).status_code == 200
    page, token = await link_of(house, home)
    await renew(new_browser(), page, token)
    assert not await owner.is_in()
    assert (await client.get("/files/io.cozy.files.root-dir")).status_code == 400


@pytest.mark.parametrize("by_link", [True, False])
async def test_a_new_passphrase_ends_what_was_half_way_in(house, home, browser, new_browser, by_link):
    code = await second_step(house, home)
    half = await browser.log_in()
    step = answered(half.headers["location"])["two_factor_token"]
    invited = await house.write(home, SYSTEM, auth.sessions.invite)
    other = await house.write(home, SYSTEM, auth.reset.begin)
    if by_link:
        token = await house.write(home, SYSTEM, auth.reset.begin)
        await auth.reset.renew(house, home, token, key("another one"))
    else:
        await auth.reset.change(house, home, SYSTEM, key("another one"))
    fields = {"two-factor-token": step, "two-factor-passcode": code()}
    assert (await browser.submit("/auth/twofactor", page="/auth/login", **fields)).status_code == 401
    window = new_browser()
    await window.get("/auth/login", params={"session_code": invited})
    assert not await window.is_in()
    assert (await window.get("/auth/passphrase_renew", params={"token": other})).status_code == 404


async def test_a_weak_passphrase_is_refused_and_the_link_stays_good(house, home, browser):
    page, token = await link_of(house, home)
    answer = await browser.submit(
        "/auth/passphrase_renew", page=page, passphrase_reset_token=token, raw_passphrase="azerty"
    )
    assert answer.status_code == 422
    assert "too easy to guess" in answer.text
    assert (await renew(browser, page, token)).status_code == 303


async def test_a_recovery_code_leads_to_a_new_passphrase_once(house, home, browser):
    code = await house.write(home, SYSTEM, auth.reset.new_code)
    assert re.fullmatch(r"([A-Z0-9]{4}-){5}[A-Z0-9]{4}", code)
    typed = code.lower().replace("-", " ")
    answer = await browser.submit("/auth/recover", page="/auth/passphrase_reset", code=typed)
    page = answer.headers["location"]
    assert (await renew(browser, page, page.partition("token=")[2])).status_code == 303
    again = await browser.submit("/auth/recover", page="/auth/passphrase_reset", code=code)
    assert again.status_code == 401


async def test_recovery_codes_cannot_be_guessed_at_leisure(browser):
    answers = [
        (await browser.submit("/auth/recover", page="/auth/passphrase_reset", code="AAAA")).status_code
        for _ in range(6)
    ]
    assert answers == [401] * 5 + [429]


async def test_without_mail_the_page_says_to_ask_the_hoster(browser):
    page = await browser.get("/auth/passphrase_reset")
    assert "Ask the person who hosts your home" in page.text


async def test_asking_too_often_is_refused(browser):
    answers = [
        (await browser.submit("/auth/passphrase_reset", page="/auth/passphrase_reset")).status_code
        for _ in range(4)
    ]
    assert answers == [200, 200, 200, 429]


async def test_a_link_comes_by_mail_in_the_owners_language(tmp_path, clock, mailbox):
    settings = Settings(data=str(tmp_path / "data"), smtp_url=f"smtp://127.0.0.1:{mailbox.port}")
    profile = Profile(public_name="Zoé", email="zoe@example.org", locale="fr")
    worker = Worker(poll_s=0.02)
    async with opened(settings, clock=clock, wake=worker.wake) as house, worker.running(house):
        listing = await auth.open_home(house, DOMAIN, profile, origin_of(settings, DOMAIN), key=key())
        home = home_of(settings, listing)
        transport = httpx2.ASGITransport(serving(house), client=("192.0.2.1", 4))
        async with Browser(transport=transport, base_url=home.origin) as browser:
            page = await browser.submit("/auth/passphrase_reset", page="/auth/passphrase_reset")
            assert "a link is on its way" in page.text
            with anyio.fail_after(10):
                await mailbox.arrived.wait()
            mail = mailbox.messages[0]
            assert mail["To"] == "zoe@example.org"
            assert mail["Subject"] == "Une nouvelle phrase secrète pour alice.localhost"
            text = mail.get_body(("plain",)).get_content()
            html = mail.get_body(("html",)).get_content()
            link = found(r"http://alice\.localhost:8080(/auth/passphrase_renew\?token=\S+)", text)
            assert link in html
            assert "Bonjour Zoé" in text
            assert (await renew(browser, link, link.partition("token=")[2])).status_code == 303
            assert (await browser.log_in(NEW)).status_code == 303
