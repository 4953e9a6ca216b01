"""The console: a hoster finds, closes, makes and destroys homes, with the keyboard too, and on every screen."""

import socket
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import check, check_everywhere, log_in, on_its_own
from tests.program import apart


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A server with two homes, and a plan that owners may ask for; and the address of its console."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("console")
    env = {"COZY_ADMIN_LISTEN": f"127.0.0.1:{port}", "COZY_HOSTER_NAME": "Maison des Homes"}
    with on_its_own(folder, **env) as running:
        for domain in ("alice.localhost", "bob.localhost"):
            running.add_home(domain)
        offer = ("admin", "plan", "family", "--title", "Family", "--price", "500")
        assert apart(lambda: running.cozy(*offer)).code == 0
        yield running, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def console(host):
    """The address of a console, and a token for it."""
    running, address = host
    return address, apart(lambda: running.cozy("admin", "token", "--name", "console")).out.strip()


def come_in(tab: Page, console: tuple[str, str]) -> None:
    """By the page for it."""
    address, token = console
    tab.goto(f"{address}/my")
    tab.get_by_label("Token", exact=True).fill(token)
    tab.get_by_role("button", name="Enter").click()
    expect(tab.get_by_role("heading", name="Homes")).to_be_visible()


def test_every_page_of_the_console_looks_right_everywhere(tab: Page, console):
    address, _ = console
    tab.goto(f"{address}/my")
    check_everywhere(tab)
    come_in(tab, console)
    check_everywhere(tab)
    for path in (
        "/my/homes/alice.localhost",
        "/my/homes/new",
        "/my/invitations",
        "/my/messages",
        "/my/health",
        "/my/costs",
        "/my/jobs",
        "/my/webhooks",
        "/my?q=nothing",
    ):
        tab.goto(f"{address}{path}")
        check_everywhere(tab)


def test_a_home_is_closed_opened_made_and_destroyed(tab: Page, console):
    come_in(tab, console)
    main = tab.get_by_role("main")
    main.get_by_label("Address").fill("bob")
    main.get_by_role("button", name="Search").click()
    expect(main.get_by_role("link", name="alice.localhost")).to_have_count(0)
    main.get_by_role("link", name="bob.localhost").click()
    main.get_by_role("button", name="Close this home").click()
    expect(main.get_by_text("Nobody gets in now.")).to_be_visible()
    check_everywhere(tab)
    main.get_by_role("button", name="Open this home").click()
    expect(main.get_by_role("button", name="Close this home")).to_be_visible()
    main.get_by_label("How much it may hold").fill("50GB")
    main.get_by_role("button", name="Save", exact=True).click()
    expect(main.get_by_text("used of 50 GB")).to_be_visible()
    tab.get_by_role("link", name="Homes").first.click()
    main.get_by_role("link", name="Make a home").click()
    expect(
        main.get_by_role("heading", name="Make a home")
    ).to_be_visible()  # the list asks for an address, too
    main.get_by_label("Address", exact=True).fill("zoe.localhost")
    main.get_by_role("button", name="Make a home").click()
    expect(main.get_by_text("auth/passphrase_renew?token=")).to_be_visible()
    check_everywhere(tab)
    main.get_by_role("link", name="zoe.localhost").click()
    main.get_by_role("link", name="Destroy").click()
    field = tab.get_by_label("Type its address to go on")
    expect(field).to_be_visible()
    check(tab)
    field.fill("zoe.localhost")
    tab.get_by_role("button", name="Destroy").click()
    expect(tab.get_by_text("zoe.localhost is destroyed.").first).to_be_visible()


def test_it_works_without_scripts_and_with_the_keyboard_alone(open_context, console):
    tab = open_context(java_script_enabled=False).new_page()
    address, token = console
    tab.goto(f"{address}/my")
    tab.keyboard.type(token)  # the field has the focus
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Homes")).to_be_visible()
    tab.get_by_label("Choose alice.localhost").focus()
    tab.keyboard.press("Space")
    tab.get_by_role("button", name="Close what is ticked").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("1 home is closed.")).to_be_visible()
    tab.get_by_label("Choose alice.localhost").check()
    tab.get_by_role("button", name="Open what is ticked").click()
    expect(tab.get_by_text("1 home is open.")).to_be_visible()
    tab.goto(f"{address}/my/messages")
    tab.get_by_label("What it is about").fill("We move on Sunday")
    tab.get_by_role("button", name="Tell every home").click()
    expect(tab.get_by_text("Every home is told")).to_be_visible()


def test_the_owner_looks_at_the_plan_asks_for_another_and_takes_a_statement(open_context, host):
    home = host[0].origin("alice.localhost")
    tab = open_context().new_page()
    log_in(tab, home)
    tab.goto(f"{home}/my/settings/plan")
    expect(tab.get_by_role("heading", name="Your plan")).to_be_visible()
    check_everywhere(tab)
    tab.get_by_role("button", name="Ask for it: Family").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Asked for")).to_be_visible()
    plain = open_context(java_script_enabled=False, storage_state=tab.context.storage_state()).new_page()
    plain.goto(f"{home}/my/settings/plan")
    with plain.expect_download() as paper:
        plain.get_by_role("link", name="PDF, ").click()
    assert paper.value.path().read_bytes().startswith(b"%PDF-")
    plain.get_by_role("button", name="Take back: Family").click()
    expect(plain.get_by_role("button", name="Ask for it: Family")).to_be_visible()
