"""Messages to the owner's browsers: sealed for them alone, signed by the home, given up where nobody takes them."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.problem import Unavailable
from cozy.kernel.settings import Settings
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.notifications import jobs, service
from cozy.rooms.notifications.errors import BadSubscription
from cozy.rooms.notifications.events import PushDue
from cozy.rooms.notifications.model import Notice, Subscription
from cozy.rooms.notifications.service import pushing, sealing
from tests.jobs.conftest import at_work, until

from .conftest import Chrome, b64, failed, tell, unb64


@pytest.fixture
def postgres():
    """What differs by engine is in the service's own tests."""
    return ""


@pytest.fixture
def settings(tmp_path):
    return Settings(data=str(tmp_path / "data"), outside_allowed="127.0.0.0/8")


@pytest.fixture
async def subscribed(house, home, chrome):
    """The id of the subscription of a browser that somebody is in with."""
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    caller = Caller("owner", EVERYTHING, session=entered.session.partition(".")[0])
    keys = chrome.keys
    await house.write(home, caller, pushing.subscribe, keys["endpoint"], keys["p256dh"], keys["auth"])
    [receiver] = await house.read(home, caller, pushing.receivers)
    return receiver.id


def test_a_message_is_sealed_as_the_standard_shows():
    """RFC 8291, appendix A."""
    private = ec.derive_private_key(
        int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    theirs = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    subscription = Subscription("", "", "", theirs, "BTBZMqHH6r4Tts7J_aSIgg")
    sealed = sealing.sealed(
        b"When I grow up, I want to be a watermelon",
        subscription,
        private=private,
        salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert b64(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


async def test_a_browser_reads_what_its_home_sent(house, home, chrome, subscribed):
    async with at_work(house) as house:
        told = await house.write(home, SYSTEM, tell, failed(priority="high"))
        await until(house, home, lambda work: len(chrome.bodies), 1)
    payload = chrome.opened()
    assert payload["title"] == "Free could not fetch what is new"
    assert "password" in payload["text"]
    assert (payload["id"], payload["url"]) == (told.id, f"/my/notifications/{told.id}")
    headers = chrome.requests[0].headers
    assert (headers["content-encoding"], headers["urgency"], headers["ttl"]) == (
        "aes128gcm",
        "high",
        "259200",
    )
    key = await house.read(home, SYSTEM, pushing.public_key)
    signed = chrome.signed(key)
    assert (signed["aud"], signed["sub"]) == (chrome.origin, home.origin)
    assert 0 < signed["exp"] - house.clock().timestamp() <= 24 * 3600
    assert b"Free" not in chrome.bodies[0]


async def test_what_follows_takes_the_place_of_what_came_before(house, home, chrome, subscribed):
    for state in ("LOGIN_FAILED", "VENDOR_DOWN"):
        told = await house.write(home, SYSTEM, tell, failed(state=state))
        await jobs.push.run(house, home, PushDue(told.id, subscribed))
    assert chrome.opened(0)["tag"] == chrome.opened(1)["tag"] != chrome.opened(1)["id"]
    topics = {request.headers["topic"] for request in chrome.requests}
    assert len(topics) == 1
    assert len(topics.pop()) == 32


async def test_a_long_text_fits_all_the_same(house, home, chrome, subscribed):
    notice = Notice(kind="connector_failed", values={"name": "é" * 5_000})
    told = await house.write(home, SYSTEM, tell, notice)
    await jobs.push.run(house, home, PushDue(told.id, subscribed))
    assert len(chrome.bodies[0]) <= 4096
    assert chrome.opened()["title"].endswith("…")


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_browser_that_is_gone_is_forgotten(house, home, chrome, subscribed, status):
    chrome.status = status
    told = await house.write(home, SYSTEM, tell, failed())
    for _ in range(2):
        await jobs.push.run(house, home, PushDue(told.id, subscribed))
    assert len(chrome.bodies) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_service_that_has_no_time_is_asked_again(house, home, chrome, subscribed, status):
    chrome.status = status
    told = await house.write(home, SYSTEM, tell, failed())
    with pytest.raises(Unavailable):
        await jobs.push.run(house, home, PushDue(told.id, subscribed))
    chrome.status = 201
    await jobs.push.run(house, home, PushDue(told.id, subscribed))
    assert chrome.opened()["id"] == told.id


async def test_what_was_read_is_pushed_no_more(house, home, chrome, subscribed):
    told = await house.write(home, SYSTEM, tell, failed())
    await house.write(home, SYSTEM, service.read, told.id)
    await jobs.push.run(house, home, PushDue(told.id, subscribed))
    assert chrome.bodies == []


class TestInside:
    @pytest.fixture
    def settings(self, tmp_path):
        return Settings(data=str(tmp_path / "data"))

    async def test_nothing_is_pushed_into_the_hosts_own_network(self, house, home, chrome, subscribed):
        told = await house.write(home, SYSTEM, tell, failed())
        await jobs.push.run(house, home, PushDue(told.id, subscribed))
        assert chrome.bodies == []
        assert await house.read(home, SYSTEM, pushing.post, PushDue(told.id, subscribed)) is None


GOOD = Chrome().keys["p256dh"]


@pytest.mark.parametrize(
    "keys",
    [
        {"endpoint": "ftp://push.example.org/1"},
        {"endpoint": "https://push.example.org/" + "x" * 2_000},
        {"p256dh": ""},
        {"p256dh": b64(b"\4" + bytes(64))},
        {"p256dh": GOOD[:-4]},
        {"auth": b64(b"short")},
        {"auth": "x"},
    ],
)
def test_a_subscription_that_nothing_can_be_sealed_for_is_refused(work, keys):
    given = {"endpoint": "https://push.example.org/1", "p256dh": GOOD, "auth": b64(bytes(16)), **keys}
    with pytest.raises(BadSubscription):
        pushing.subscribe(work, given["endpoint"], given["p256dh"], given["auth"])


def test_the_key_of_a_home_stays_the_same_and_is_its_own(work):
    key = pushing.public_key(work)
    assert key == pushing.public_key(work)
    assert base64.urlsafe_b64decode(key + "=")[0] == 4
    assert len(unb64(key)) == 65


def test_the_oldest_browsers_go_when_there_are_too_many(work, monkeypatch):
    monkeypatch.setattr(pushing, "MOST", 2)
    session = auth.sessions.open_(work, Visitor(address="192.0.2.1")).session.partition(".")[0]
    work.caller = Caller("owner", EVERYTHING, session=session)
    for number in range(3):
        pushing.subscribe(work, f"https://push.example.org/{number}", GOOD, b64(bytes(16)))
    assert len(pushing.receivers(work)) == 2
