"""One home lets people into another, in a real Chromium: two programs, each with its own owner's data."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.program import Cozy, Server

from .conftest import PASSPHRASE, Running, check_everywhere, on_its_own, visit

pytestmark = pytest.mark.browser
SETTINGS = """
outside_allowed = "127.0.0.1"

[contexts.default.oidc]
issuer = "{issuer}"
client_id = "{client_id}"
client_secret = "{client_secret}"
name = "The school"
userinfo_instance_field = "name"
userinfo_instance_suffix = ".localhost"
"""


def free_port() -> int:
    """A port that nobody has for now: the address to come back to must be known before the home starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on its own, with one home: whoever knows its passphrase is Alice there."""
    with on_its_own(tmp_path_factory.mktemp("school")) as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, school: Running) -> Iterator[str]:
    """The address of Alice's home on another server, whose people come in by the school."""
    folder = tmp_path_factory.mktemp("home")
    school.add_home("127.0.0.1")
    port = free_port()
    back = f"http://alice.localhost:{port}/oidc/redirect"
    known = school.cozy(
        "homes", "add-service", "127.0.0.1", "Homes of the school", back, "--json", stdin=subprocess.DEVNULL
    ).json
    issuer = school.origin("127.0.0.1")
    (folder / "cozy.toml").write_text(SETTINGS.format(**{**known, "issuer": issuer}))
    cozy = Cozy(folder / "data")
    with Server(cozy, folder / "server.log", port=port):
        running = Running(cozy, port)
        running.add_home("bob.localhost")
        yield running.add_home("alice.localhost")


def log_in_there(tab: Page, answer: str = "Allow") -> None:
    """From the log-in page of the home to the school, and its question."""
    tab.get_by_role("link", name="Log in with The school").click()
    tab.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name="Enter", exact=True).click()
    tab.get_by_role("button", name=answer).click()


def test_who_is_turned_away_may_enter_in_another_way(home, tab):
    tab.goto(f"{home}/auth/login")
    log_in_there(tab, "Not now")  # the school asks until somebody has agreed, as the next test does
    expect(tab.get_by_role("alert")).to_have_text("The other service did not let you in.")
    tab.get_by_role("link", name="Enter with the passphrase").click()
    tab.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name="Enter", exact=True).click()
    tab.wait_for_url(f"{home}/my")


def test_the_owner_comes_in_by_another_home(home, tab):
    tab.goto(f"{home}/my/settings")
    log_in_there(tab)
    tab.wait_for_url(f"{home}/my/settings")
    tab.context.clear_cookies(domain="alice.localhost")
    tab.goto(f"{home}/auth/login")
    tab.get_by_role("link", name="Log in with The school").click()
    tab.wait_for_url(f"{home}/my")  # who agreed there once is not asked again


def test_both_pages_are_for_everybody(home, tab):
    visit(tab, f"{home}/auth/login")
    check_everywhere(tab)
    visit(tab, f"{home}/oidc/login?error=access_denied&state=x")
    expect(tab.get_by_role("heading", level=1)).to_have_text("You are not in")
    check_everywhere(tab)
