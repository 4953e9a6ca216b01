"""How often one may try."""

import pytest

from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import TooManyAttempts
from cozy.rooms.auth.model import Visitor


async def test_after_ten_wrong_tries_an_address_waits(browser, clock):
    for _ in range(10):
        assert (await browser.log_in("wrong words here")).status_code == 401
    answer = await browser.log_in()
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 901
    clock.advance(seconds=int(answer.headers["retry-after"]))
    assert (await browser.log_in()).status_code == 303


def test_somebody_who_tries_from_everywhere_does_not_keep_the_owner_out(work):
    cookie = auth.devices.remember(work, Visitor(address="192.0.2.1"), "")
    for n in range(100):
        auth.limits.count(work, "login", Visitor(address=f"198.51.100.{n}"))
    with pytest.raises(TooManyAttempts):
        auth.limits.count(work, "login", Visitor(address="203.0.113.5"))
    auth.limits.count(work, "login", Visitor(address="203.0.113.5", device=cookie))


def test_a_known_device_has_a_limit_of_its_own(work):
    cookie = auth.devices.remember(work, Visitor(address="192.0.2.1"), "")
    for _ in range(10):
        auth.limits.count(work, "login", Visitor(address="192.0.2.1", device=cookie))
    with pytest.raises(TooManyAttempts):
        auth.limits.count(work, "login", Visitor(address="192.0.2.1", device=cookie))


def test_a_device_cookie_that_we_did_not_sign_is_no_device(work):
    cookie = auth.devices.remember(work, Visitor(address="192.0.2.1"), "")
    packed, _, seal = cookie.partition(".")
    for forged in (
        "",
        "x",
        packed,
        f"{packed}.",
        f"{packed}x.{seal}",
        f"{packed}.{seal[:-1]}{'01'[seal[-1] == '0']}",
    ):
        assert auth.devices.known(work, forged) is None


def test_one_ipv6_subscriber_is_one_address(work):
    for n in range(10):
        auth.limits.count(work, "login", Visitor(address=f"2001:db8:1:2::{n}"))
    with pytest.raises(TooManyAttempts):
        auth.limits.count(work, "login", Visitor(address="2001:db8:1:2:ffff::1"))
    auth.limits.count(work, "login", Visitor(address="2001:db8:1:3::1"))


def test_two_of_ipv4_are_two_behind_a_proxy_that_tells_both_kinds_alike(work):
    for _ in range(10):
        auth.limits.count(work, "login", Visitor(address="::ffff:192.0.2.1"))
    with pytest.raises(TooManyAttempts):
        auth.limits.count(work, "login", Visitor(address="192.0.2.1"))
    auth.limits.count(work, "login", Visitor(address="::ffff:192.0.2.2"))


async def test_getting_in_clears_the_tries(browser):
    for _ in range(9):
        await browser.log_in("wrong words here")
    assert (await browser.log_in()).status_code == 303
    browser.cookies.clear()
    assert (await browser.log_in("wrong words here")).status_code == 401


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 Version/18.3 Mobile Safari/604.1", "Safari", "iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge", "Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("nothing known", "", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_after_what_its_browser_says(user_agent, browser, system):
    assert (auth.devices.browser_of(user_agent), auth.devices.system_of(user_agent)) == (browser, system)
