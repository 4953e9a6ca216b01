"""What a host says of itself: to monitors, crawlers, password managers and the curious."""

import shutil
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from cozy.app.server import serving
from cozy.ui import assets


@pytest.fixture
async def stranger(house):
    """Somebody who asks at an address where there is no home."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(serving(house)), base_url="http://nobody.example.org"
    ) as client:
        yield client


async def test_the_program_says_which_it_is(anonymous):
    said = (await anonymous.get("/version")).json()
    assert said["version"]
    assert said["runtime_version"].startswith("Python 3")


async def test_a_connection_is_checked_with_nothing(anonymous):
    answer = await anonymous.get("/connection_check", headers={"origin": "http://app.example.org"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "http://app.example.org"


async def test_a_host_that_works_says_so(anonymous):
    answer = await anonymous.get("/status")
    said = answer.json()
    assert answer.status_code == 200
    assert (said["status"], said["message"]) == ("OK", "OK")
    assert (said["couchdb"], said["fs"], said["cache"]) == ("healthy", "healthy", "healthy")
    assert set(said["latency"]) == {"couchdb", "fs"}


@pytest.mark.on_disk
async def test_a_host_that_lost_its_contents_says_so(anonymous, settings):
    await anonymous.get("/status")
    shutil.rmtree(Path(settings.data) / "homes")
    answer = await anonymous.get("/status")
    assert answer.status_code == 502
    assert (answer.json()["status"], answer.json()["fs"]) == ("KO", "unreachable")


@pytest.mark.parametrize("path", ["/status", "/version", "/connection_check", "/robots.txt"])
async def test_monitors_need_no_home(stranger, home, path):
    assert (await stranger.get(path)).status_code in {200, 204}
    assert (await stranger.head(path)).status_code in {200, 204}


async def test_crawlers_are_told_to_stay_away(anonymous):
    assert (await anonymous.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"


async def test_password_managers_find_where_passphrases_are_changed(owner):
    found = await owner.get("/.well-known/change-password")
    assert found.status_code == 302
    assert (await owner.get(found.headers["location"])).status_code == 200


async def test_without_a_contact_there_is_no_security_txt(anonymous):
    assert (await anonymous.get("/.well-known/security.txt")).status_code == 404


class TestWithAContact:
    """RFC 9116."""

    @pytest.fixture
    def settings(self, settings):
        return replace(settings, security_contact="mailto:security@example.org")

    @pytest.mark.parametrize("path", ["/security.txt", "/.well-known/security.txt"])
    async def test_it_is_told(self, anonymous, path):
        answer = await anonymous.get(path)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert "Contact: mailto:security@example.org\n" in answer.text
        assert "Expires: 2026-08-17T14:02:00Z\n" in answer.text


async def test_apps_get_no_styles_by_default(anonymous):
    answer = await anonymous.get("/assets/styles/theme.css")
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["content-type"].startswith("text/css")


class TestWithATheme:
    """A context may dress apps."""

    @pytest.fixture
    def settings(self, settings, tmp_path):
        (tmp_path / "school.css").write_text(":root { --primaryColor: green }")
        return replace(settings, contexts={"default": {"theme": str(tmp_path / "school.css")}})

    async def test_apps_wear_it(self, anonymous):
        answer = await anonymous.get("/assets/styles/theme.css")
        assert "--primaryColor" in answer.text
        again = await anonymous.get(
            "/assets/styles/theme.css", headers={"if-none-match": answer.headers["etag"]}
        )
        assert again.status_code == 304


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "gzip"), ("br, GZIP;q=0.5", "gzip"), ("gzip;q=0", ""), ("br", ""), ("", "")],
)
async def test_the_files_of_pages_travel_light_where_they_may(anonymous, accepted, encoding):
    for source in ("app.js", "css/index.css", "icons.svg", "font"):
        answer = await anonymous.get(assets.url(source), headers={"accept-encoding": accepted})
        found = assets.asset(assets.url(source).removeprefix(assets.BASE))
        assert found is not None
        assert answer.content == found.path.read_bytes(), "as it is, once it is unpacked"
        assert answer.headers.get("content-encoding", "") == (encoding if source != "font" else "")
        assert answer.headers["vary"] == "accept-encoding"
