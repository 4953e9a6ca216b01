"""Getting in, in a real Chromium: first run, log-in, second step, passkeys; with and without scripts."""

import re
import time
from http.client import HTTPConnection

import pyotp
import pytest
from playwright.sync_api import expect

from .conftest import DESK, PASSPHRASE, PHONE, check, check_everywhere, log_in, on_its_own, visit

pytestmark = pytest.mark.browser

DEVICES = "/my/settings/devices"
SECURITY = "/my/settings/security"


@pytest.fixture
def vacant(tmp_path):
    """A server whose first home is still to be made."""
    with on_its_own(tmp_path) as running:
        yield running


def sent_bodies(tab):
    """Every body that a page sends from now on."""
    bodies = []
    tab.on("request", lambda request: bodies.append(request.post_data or ""))
    return bodies


def fill_welcome(tab):
    tab.get_by_label("Your first name or nickname").fill("Alice")
    tab.get_by_label("Mail address").fill("alice@example.org")
    tab.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name="Make my home").click()


def authenticator(tab):
    """A virtual device that holds passkeys and whose owner always agrees (WebAuthn §11)."""
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def add_passkey(tab, home, name="My phone"):
    tab.goto(f"{home}{SECURITY}/passkeys/new")
    tab.get_by_label("Its name, for you").fill(name)
    tab.get_by_label("Your passphrase").fill(PASSPHRASE)
    tab.get_by_role("button", name="Make the passkey").click()
    tab.wait_for_url(f"**{SECURITY}")


def replayed(home, path, body, cookies):
    """The status of a form that is sent once more, from outside the browser."""
    host = home.removeprefix("http://")
    headers = {"host": host, "cookie": cookies, "content-type": "application/x-www-form-urlencoded"}
    connection = HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=15)
    connection.request("POST", path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_first_run_with_scripts_never_sends_the_passphrase(vacant, tab):
    bodies = sent_bodies(tab)
    tab.goto(vacant.origin("cozy.localhost"))
    check(tab)
    fill_welcome(tab)
    expect(tab.get_by_role("heading", name="Your recovery code")).to_be_visible()
    check(tab)
    assert re.fullmatch(r"([A-Z0-9]{4}-){5}[A-Z0-9]{4}", tab.locator("#keys").inner_text().strip())
    sent = "".join(bodies)
    assert "passphrase=" in sent
    assert not any(word in sent for word in PASSPHRASE.split())
    tab.get_by_role("link", name="Enter my home").click()
    tab.wait_for_url("**/my")


def test_first_run_without_scripts_makes_the_same_home(vacant, open_context):
    home = vacant.origin("cozy.localhost")
    tab = open_context(java_script_enabled=False, viewport=PHONE).new_page()
    tab.goto(home)
    fill_welcome(tab)
    expect(tab.get_by_role("heading", name="Your recovery code")).to_be_visible()
    log_in(open_context().new_page(), home)


def test_a_weak_passphrase_is_stopped_in_the_page(vacant, tab):
    tab.goto(vacant.origin("cozy.localhost"))
    tab.get_by_label("Your first name or nickname").fill("Alice")
    tab.get_by_label("Mail address").fill("alice@example.org")
    field = tab.get_by_label("Passphrase", exact=True)
    field.fill("password1")
    expect(tab.get_by_text("Weak: a program finds it in seconds.")).to_be_visible()
    tab.get_by_role("button", name="Make my home").click()
    tab.wait_for_function(
        "field => field.validationMessage.includes('too easy to guess')", arg=field.element_handle()
    )
    assert tab.url.endswith("/my/welcome")


def test_log_in_with_scripts_never_sends_the_passphrase(home, tab):
    bodies = sent_bodies(tab)
    log_in(tab, home)
    assert not any(word in body for body in bodies for word in PASSPHRASE.split())


def test_a_wrong_passphrase_is_told_and_the_field_has_the_focus(home, tab):
    tab.goto(f"{home}/auth/login")
    tab.get_by_label("Passphrase", exact=True).fill("not the right words")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("This is not the passphrase of this home.")).to_be_visible()
    expect(tab.get_by_label("Passphrase", exact=True)).to_be_focused()
    check(tab)


def test_the_door_speaks_french_when_asked(home, open_context):
    tab = open_context(locale="fr-FR").new_page()
    tab.goto(f"{home}/auth/login")
    expect(tab.get_by_role("button", name="Entrer")).to_be_visible()
    tab.get_by_role("button", name="English").click()
    expect(tab.get_by_role("button", name="Enter", exact=True)).to_be_visible()


def test_by_keyboard_alone(home, tab):
    tab.goto(f"{home}/auth/login")
    expect(tab.get_by_label("Passphrase", exact=True)).to_be_focused()
    tab.keyboard.type(PASSPHRASE)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/my*")


def test_logging_out_shuts_the_home(home, owner):
    owner.goto(f"{home}/my/settings")
    owner.get_by_role("button", name="Your account, Alice").click()
    owner.get_by_role("button", name="Log out").click()
    owner.wait_for_url("**/auth/login*")
    owner.goto(f"{home}/my/settings")
    assert "/auth/login" in owner.url


def test_the_second_step_from_set_up_to_log_in(home, owner, open_context):
    owner.goto(f"{home}{SECURITY}/second-step")
    secret = owner.locator("[name=secret]").input_value()
    owner.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    owner.get_by_label("Your passphrase").fill(PASSPHRASE)
    owner.get_by_role("button", name="Switch it on").click()
    expect(owner.get_by_text("The second step is on.")).to_be_visible()
    codes = owner.locator("#keys span").all_inner_texts()
    assert len(set(codes)) == 10
    tab = open_context(java_script_enabled=False).new_page()
    tab.goto(f"{home}/auth/login")
    tab.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name="Enter", exact=True).click()
    expect(tab.get_by_role("heading", name="One more step")).to_be_visible()
    tab.get_by_label("Code").fill(codes[3])
    tab.get_by_role("button", name="Enter", exact=True).click()
    tab.wait_for_url("**/my*")


def test_a_passkey_opens_the_home_without_the_passphrase(home, owner):
    device = authenticator(owner)
    add_passkey(owner, home)
    expect(owner.get_by_text("My phone")).to_be_visible()
    expect(owner.get_by_text("Not used yet")).to_be_visible()
    owner.context.clear_cookies()
    owner.goto(f"{home}/auth/login")
    check(owner)
    owner.get_by_role("button", name="Open with my passkey").click()
    owner.wait_for_url("**/my*")
    owner.goto(f"{home}{SECURITY}")
    expect(owner.get_by_text("Last used:")).to_be_visible()
    device.detach()


def test_an_answer_of_a_passkey_is_good_once(home, owner):
    authenticator(owner)
    add_passkey(owner, home)
    owner.context.clear_cookies()
    owner.goto(f"{home}/auth/login")
    with owner.expect_request(lambda request: request.url.endswith("/auth/passkey")) as asked:
        owner.get_by_role("button", name="Open with my passkey").click()
    owner.wait_for_url("**/my*")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in owner.context.cookies())
    assert replayed(home, "/auth/passkey", asked.value.post_data, cookies) == 401


def test_a_passkey_is_also_a_second_step(home, owner):
    authenticator(owner)
    add_passkey(owner, home)
    owner.goto(f"{home}{SECURITY}/second-step")
    secret = owner.locator("[name=secret]").input_value()
    owner.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).at(time.time()))
    owner.get_by_label("Your passphrase").fill(PASSPHRASE)
    owner.get_by_role("button", name="Switch it on").click()
    expect(owner.get_by_text("The second step is on.")).to_be_visible()
    owner.context.clear_cookies()
    owner.goto(f"{home}/auth/login")
    owner.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    owner.get_by_role("button", name="Enter", exact=True).click()
    expect(owner.get_by_role("heading", name="One more step")).to_be_visible()
    check(owner)
    owner.get_by_role("button", name="Use my passkey").click()
    owner.wait_for_url("**/my*")


def test_a_passkey_that_was_removed_opens_nothing(home, owner):
    authenticator(owner)
    add_passkey(owner, home)
    owner.get_by_role("link", name="Change My phone").click()
    expect(owner.get_by_role("button", name="Remove")).to_be_visible()
    check(owner)
    owner.get_by_label("Your passphrase").fill(PASSPHRASE)
    owner.get_by_role("button", name="Remove").click()
    owner.wait_for_url(f"**{SECURITY}")
    expect(owner.get_by_text("My phone")).to_have_count(0)
    owner.goto(f"{home}/my/settings")
    owner.context.clear_cookies()
    owner.goto(f"{home}/auth/login")
    expect(owner.get_by_role("button", name="Open with my passkey")).to_have_count(0)


def test_every_page_is_accessible(home, open_context):
    tab = open_context(reduced_motion="reduce").new_page()
    for path in ("/auth/login", "/auth/passphrase_reset", "/nowhere"):
        visit(tab, f"{home}{path}")
        check_everywhere(tab)
    log_in(tab, home)
    for path in (
        "/my/settings", "/my/settings/display", "/my/settings/mail", DEVICES, SECURITY,
        f"{SECURITY}/passphrase", f"{SECURITY}/second-step", f"{SECURITY}/second-step/codes",
        f"{SECURITY}/recovery-code", f"{SECURITY}/passkeys/new", f"{DEVICES}/connect", f"{DEVICES}/connect/other",
    ):  # fmt: skip
        visit(tab, f"{home}{path}")
        check_everywhere(tab)


def test_each_device_is_connected_in_three_steps(home, open_context):
    tab = open_context(reduced_motion="reduce").new_page()
    log_in(tab, home)
    visit(tab, f"{home}{DEVICES}/connect")
    check_everywhere(tab)
    looked = check_everywhere  # the steps look alike whatever the device: what they say does not
    for system in tab.locator("main .lines a").all_inner_texts():
        visit(tab, f"{home}{DEVICES}/connect")
        tab.get_by_role("link", name=system).click()
        name = tab.get_by_label("What is the device called?")
        expect(tab.locator("[aria-current=step]")).to_have_text("What it may see")
        name.fill(f"My {system}")
        looked(tab)
        tab.get_by_role("button", name="Make the password").click()
        expect(tab.get_by_role("group", name="The password of the device")).to_contain_text("-")
        expect(tab.get_by_role("heading", name=f"My {system}")).to_be_visible()
        looked(tab)
        looked = check


def test_a_device_is_connected_by_keyboard_and_loses_its_password(home, open_context):
    tab = open_context(viewport=DESK).new_page()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(tab, home)
    visit(tab, f"{home}{DEVICES}")
    press(tab, tab.get_by_role("link", name="Connect a device"))
    press(tab, tab.get_by_role("link", name="Mac"))
    expect(tab.get_by_label("What is the device called?")).to_have_value("Mac")
    tab.get_by_role("radio", name="Only see").focus()
    tab.keyboard.press("Space")
    press(tab, tab.get_by_role("button", name="Make the password"))
    expect(tab.get_by_text("Connect to Server")).to_be_visible()
    press(tab, tab.get_by_role("button", name="Copy: Address").last)
    expect(tab.locator("#live")).to_have_text("Copied.")
    assert tab.evaluate("navigator.clipboard.readText()") == f"{home}/dav/files/"
    press(tab, tab.get_by_role("link", name="Done"))
    expect(tab.get_by_text(re.compile("Can see your .*files"))).to_be_visible()
    press(tab, tab.get_by_role("link", name="Stop Mac"))
    press(tab, tab.get_by_role("dialog").get_by_role("button", name="Stop"))
    expect(tab.get_by_text("Mac sees nothing of your home any more.").first).to_be_visible()


def press(tab, what):
    """Enter, on what the keyboard can reach."""
    what.focus()
    expect(what).to_be_focused()
    tab.keyboard.press("Enter")


def test_a_device_is_connected_without_scripts(home, open_context):
    tab = open_context(java_script_enabled=False, viewport=PHONE).new_page()
    log_in(tab, home)
    tab.goto(f"{home}{DEVICES}")
    tab.get_by_role("link", name="Connect a device").click()
    tab.get_by_role("link", name="iPhone, iPad").click()
    tab.get_by_role("button", name="Make the password").click()
    expect(tab.get_by_role("group", name="The password of the device")).to_contain_text("-")
    expect(tab.get_by_text(f"{home}/dav/files/")).to_be_visible()
    expect(tab.get_by_role("button", name="Copy: Address")).to_have_count(0)
