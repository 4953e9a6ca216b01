"""The web as connectors see it: by the gateway, with cookies and redirects, and from a tape."""

import gzip
import json
from contextlib import ExitStack

import pytest

from cozy.sdk import Connector, LoginFailed, NotFetched, Refused, VendorDown, Web, connect
from cozy.sdk.keeping import InMemory
from cozy.sdk.running import play
from cozy.sdk.tapes import Playing, Recording


@pytest.fixture
def web():
    """Visitors of the web, who hang up at the end."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(Web(**options))


def test_every_connection_is_asked_for_at_the_gateway(site, gateway, web):
    site.pages["/"] = (200, {}, b"hello")
    port = site.server.server_port
    assert web().get(f"http://somewhere.example:{port}/").text == "hello"
    assert gateway.asked == [("somewhere.example", port)]
    assert site.asked[0][2]["Host"] == f"somewhere.example:{port}"


def test_an_address_inside_is_refused_and_a_server_that_is_down_is_down(gateway):
    with pytest.raises(Refused):
        connect("inside.example", 80)
    with pytest.raises(VendorDown):
        connect("somewhere.example", 1)


def test_cookies_come_back_and_redirects_are_followed(site, web):
    site.pages["/login"] = (303, {"Location": "/home", "Set-Cookie": "session=s3; Path=/"}, b"")
    site.pages["/home"] = lambda asked: (200, {}, (asked.headers.get("cookie") or "").encode())
    reply = web().post(f"{site.url}/login", b"name=a")
    assert (reply.text, reply.url) == ("session=s3", f"{site.url}/home")
    assert [(method, body) for method, _, _, body in site.asked] == [("POST", b"name=a"), ("GET", b"")]


def test_a_redirect_elsewhere_takes_no_key_along(site, web):
    other = f"http://localhost:{site.server.server_port}"
    site.pages["/a"] = (302, {"Location": f"{other}/b"}, b"")
    site.pages["/b"] = (200, {}, b"")
    web(headers={"X-Api-Key": "k"}).get(
        f"{site.url}/a", headers={"Authorization": "Bearer b", "Accept": "text/plain"}
    )
    told = [{name.lower() for name in headers} for _, _, headers, _ in site.asked]
    assert [{"x-api-key", "authorization", "accept"} & names for names in told] == [
        {"x-api-key", "authorization", "accept"}, {"accept"},
    ]  # fmt: skip


def test_a_login_is_told_to_its_own_origin_alone(site, web):
    other = f"http://localhost:{site.server.server_port}"
    site.pages["/a"] = (302, {"Location": f"{other}/b"}, b"")
    site.pages["/b"] = (200, {}, b"")
    web(login=("me", "open sesame")).get(f"{site.url}/a")
    assert [("Authorization" in headers) for _, _, headers, _ in site.asked] == [True, False]


def test_packed_answers_are_unpacked_up_to_a_limit(site, web):
    packed = gzip.compress(b"x" * 100_000)
    site.pages["/"] = (200, {"Content-Encoding": "gzip"}, packed)
    assert web().get(f"{site.url}/").body == b"x" * 100_000
    with pytest.raises(NotFetched):
        web().get(f"{site.url}/", limit=50_000)


@pytest.mark.parametrize(
    ("status", "error"), [(401, LoginFailed), (503, VendorDown), (429, VendorDown), (404, NotFetched)]
)
def test_refusals_have_a_meaning(site, status, error, web):
    site.pages["/"] = (status, {}, b"")
    with pytest.raises(error):
        web().get(f"{site.url}/").checked()


def test_a_connection_that_the_other_side_closed_is_opened_anew(site, web):
    def once(asked):
        asked.close_connection = True
        return 200, {}, b"bye"

    site.pages["/"] = once
    visitor = web()
    assert [visitor.get(f"{site.url}/").text for _ in range(2)] == ["bye", "bye"]


@pytest.mark.parametrize("address", ["ftp://a.example/", "http:///a", "http://a.example:99999999/"])
def test_an_address_that_is_none_is_refused(address, web):
    with pytest.raises(NotFetched):
        web().get(address)


def test_what_breaks_off_is_no_answer(site, web):
    site.pages["/"] = (200, {"Content-Length": "100"}, b"only this")
    site.pages["/"] = lambda asked: (
        setattr(asked, "close_connection", True),
        (200, {"Content-Length": "100"}, b"this"),
    )[1]
    with pytest.raises(VendorDown), web().stream("GET", f"{site.url}/") as answer:
        list(answer.chunks())


def test_a_visit_is_recorded_and_played_again_without_the_site(site, tmp_path, web):
    site.pages["/bills"] = (
        200,
        {"Content-Type": "application/json", "Set-Cookie": "secret=1"},
        b'[{"id": 1}]',
    )
    site.pages["/bills/1"] = (200, {}, b"%PDF\xff")

    def run(home, fields):
        for bill in home.web.get(f"{site.url}/bills").json():
            home.save_file(
                "bill.pdf", home.web.get(f"{site.url}/bills/{bill['id']}").body, source=str(bill["id"])
            )

    shop = Connector(slug="shop", name="Shop", purpose="", fields=(), run=run)
    tape = tmp_path / "visit.json"
    play(shop, InMemory(), tape=Recording(tape))
    assert "secret" not in tape.read_text()
    assert len(json.loads(tape.read_text())) == 2

    asked, again = len(site.asked), InMemory()
    play(shop, again, tape=Playing(tape))
    assert (again.files, len(site.asked)) == ({"bill.pdf": b"%PDF\xff"}, asked)
    with pytest.raises(NotFetched):
        web(tape=Playing(tape)).get(f"{site.url}/else")
