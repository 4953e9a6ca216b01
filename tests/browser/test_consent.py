"""A program asks to come in, in a real Chromium: on a phone and a desk, light and dark, with keys alone, without scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from .conftest import LOOKS, PASSPHRASE, check_everywhere, log_in, look_like, visit

pytestmark = pytest.mark.browser
SCOPE = "io.cozy.files:GET io.cozy.contacts io.cozy.photos.albums:GET,POST"
VERIFIER = "v" * 43


class Program:
    """A program on the owner's computer: it waits on a port for the browser to come back with a code (RFC 8252 §7.3)."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.brought: dict[str, str] = {}
        program = self

        class Waiting(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
                if path == "/callback":  # the browser asks for an icon as well
                    program.brought = {name: values[0] for name, values in query.items()}
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>Back</title><h1>Back in the program</h1>")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (as the base class has it)
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Waiting)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        said = {
            "redirect_uris": [self.address],
            "client_name": "Recipes",
            "software_id": "recipes",
            "client_kind": "desktop",
        }
        self.known = self.asked("POST", "/auth/register", json.dumps(said), "application/json")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/callback"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, method: str, path: str, body: str = "", kind: str = "", token: str = "") -> Any:
        """What the home answers the program, outside of the browser."""
        host = self.home.removeprefix("http://")
        headers = {"host": host, "content-type": kind, "authorization": f"Bearer {token}"}
        connection = HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=15)
        connection.request(method, path, body, headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def question(self, scope: str = SCOPE, **more: str) -> str:
        """Where the program sends the owner."""
        asked = {
            "client_id": self.known["client_id"], "redirect_uri": self.address, "state": "s3cret", "response_type": "code",
            "scope": scope, **more,
        }  # fmt: skip
        return f"{self.home}/auth/authorize?{urlencode(asked)}"

    def redeem(self, **more: str) -> Any:
        """The tokens for the code that the browser brought."""
        form = {
            "grant_type": "authorization_code", "code": self.brought["code"], "client_id": self.known["client_id"],
            "client_secret": self.known["client_secret"], **more,
        }  # fmt: skip
        return self.asked("POST", "/auth/access_token", urlencode(form), "application/x-www-form-urlencoded")


@pytest.fixture
def program(home: str) -> Iterator[Program]:
    program = Program(home)
    yield program
    program.close()


def test_the_question_is_for_everybody(program, home, owner):
    for scope in (SCOPE, "openid profile email"):
        visit(owner, program.question(scope))
        expect(owner.get_by_role("heading", level=1)).to_have_text(
            "Recipes would like to connect to your home"
        )
        check_everywhere(owner)
        for viewport, light in LOOKS:
            look_like(owner, viewport, light)
            no, yes = (owner.get_by_role("button", name=name).bounding_box() for name in ("Not now", "Allow"))
            assert (no["width"], no["height"], no["y"]) == (yes["width"], yes["height"], yes["y"])
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    visit(owner, program.question("*", code_challenge=challenge, code_challenge_method="S256"))
    check_everywhere(owner)
    visit(owner, f"{home}/my/settings/devices")
    check_everywhere(owner)


def test_the_question_is_asked_in_french(running, open_context):
    home = running.add_home("zoe.localhost", "--locale", "fr")
    program = Program(home)
    tab = open_context(locale="fr-FR").new_page()
    tab.goto(program.question())
    tab.get_by_label("Phrase secrète", exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name="Entrer", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Recipes aimerait se connecter à votre maison")
    tab.get_by_role("button", name="Pas maintenant").click()
    expect(tab.get_by_role("heading", name="Back in the program")).to_be_visible()
    program.close()


def test_who_is_not_in_comes_in_first_and_the_program_gets_what_is_left_ticked(program, home, tab):
    tab.goto(program.question())
    tab.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    tab.get_by_role("button", name="Enter", exact=True).click()
    tab.get_by_role("checkbox", name="your contacts").uncheck()
    tab.get_by_role("button", name="Allow").click()
    expect(tab.get_by_role("heading", name="Back in the program")).to_be_visible()
    assert program.brought["state"] == "s3cret"
    assert program.redeem()["scope"] == "io.cozy.files:GET io.cozy.photos.albums:GET,POST"
    tab.goto(f"{home}/my/settings/devices")
    expect(tab.get_by_text("Recipes", exact=True)).to_be_visible()
    tab.get_by_role("button", name="Stop Recipes").click()
    expect(tab.get_by_text("It sees nothing of your home any more.")).to_be_visible()
    expect(tab.get_by_text("Recipes", exact=True)).to_have_count(0)


def test_by_keys_alone_and_enter_answers_nothing(program, owner):
    owner.goto(program.question())
    first = owner.get_by_role("checkbox").first
    first.focus()
    with owner.expect_navigation():
        owner.keyboard.press("Enter")
    expect(owner.get_by_role("heading", level=1)).to_have_text("Recipes would like to connect to your home")
    assert program.brought == {}
    first.focus()
    owner.keyboard.press("Space")
    expect(first).not_to_be_checked()
    for _ in range(20):
        owner.keyboard.press("Tab")
        if owner.evaluate("document.activeElement.value") == "no":
            break
    owner.keyboard.press("Tab")
    assert owner.evaluate("document.activeElement.value") == "yes"
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("heading", name="Back in the program")).to_be_visible()
    assert "code" in program.brought


def test_no_is_an_answer(program, owner):
    owner.goto(program.question())
    owner.get_by_role("button", name="Not now").click()
    expect(owner.get_by_role("heading", name="Back in the program")).to_be_visible()
    assert program.brought == {"error": "access_denied", "state": "s3cret", "iss": program.home}


def test_without_scripts_it_is_the_same_and_everything_takes_the_passphrase(program, home, open_context):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    for scripts in (True, False):
        tab = open_context(java_script_enabled=scripts).new_page()
        log_in(tab, home)
        tab.goto(program.question("*", code_challenge=challenge, code_challenge_method="S256"))
        tab.get_by_label("Your passphrase").fill("not the right words")
        tab.get_by_role("button", name="Allow").click()
        expect(tab.get_by_text("This is not the passphrase of this home.")).to_be_visible()
        tab.get_by_label("Your passphrase").fill(PASSPHRASE)
        tab.get_by_role("button", name="Allow").click()
        expect(tab.get_by_role("heading", name="Back in the program")).to_be_visible()
        assert program.redeem(code_verifier=VERIFIER)["scope"] == "*"


def test_refusing_everything_takes_no_passphrase(program, owner):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    owner.goto(program.question("*", code_challenge=challenge, code_challenge_method="S256"))
    owner.get_by_role("button", name="Not now").click()
    expect(owner.get_by_role("heading", name="Back in the program")).to_be_visible()
    assert program.brought["error"] == "access_denied"


def test_a_day_to_end_on_is_chosen_where_it_is_asked(program, owner):
    owner.goto(program.question("io.cozy.files:GET"))
    owner.get_by_label("Until when").select_option("7")
    owner.get_by_role("button", name="Allow").click()
    expect(owner.get_by_role("heading", name="Back in the program")).to_be_visible()
    program.redeem()
    owner.goto(f"{program.home}/my/settings/devices")
    expect(owner.get_by_text("Until", exact=False)).to_be_visible()
