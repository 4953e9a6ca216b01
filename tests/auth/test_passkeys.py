"""Passkeys, as far as no device is needed; tests/browser/test_getting_in.py uses a virtual one."""

import base64
import json

import pytest

from cozy.kernel.home import Home
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import WrongPasskey
from cozy.rooms.auth.model import Visitor

HOME = Home("home-1", "alice.localhost", "http://alice.localhost:8080")
VISITOR = Visitor(address="192.0.2.1")


def answer(challenge: str) -> str:
    data = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": HOME.origin}).encode()
    packed = base64.urlsafe_b64encode(data).decode().rstrip("=")
    parts = {"clientDataJSON": packed, "authenticatorData": "AA", "signature": "AA"}
    return json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": parts})


@pytest.mark.parametrize(
    "nonsense", ["", "x", "{}", "[]", "null", '{"response": {}}', answer(""), answer("!!"), answer("AAAA")]
)
def test_an_answer_that_is_none_opens_nothing(work, nonsense):
    with pytest.raises(WrongPasskey):
        auth.passkeys.enter(work, HOME, nonsense, VISITOR)
    with pytest.raises(WrongPasskey):
        auth.passkeys.add(work, HOME, nonsense, "phone")


def test_a_passkey_that_is_not_known_opens_nothing(work):
    challenge = json.loads(auth.passkeys.question(work, HOME))["challenge"]
    with pytest.raises(WrongPasskey):
        auth.passkeys.enter(work, HOME, answer(challenge), VISITOR)


def test_a_passkey_is_asked_for_this_home_with_the_lock_of_the_device(work):
    asked = json.loads(auth.passkeys.question(work, HOME))
    assert (asked["rpId"], asked["userVerification"]) == ("alice.localhost", "required")
    made = json.loads(auth.passkeys.invitation(work, HOME))
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["user"]["displayName"] == "Alice"


async def test_the_door_answers_nonsense_with_a_page(browser):
    reply = await browser.submit("/auth/passkey", credential="nonsense")
    assert reply.status_code == 401
    assert "This passkey does not open this home." in reply.text
