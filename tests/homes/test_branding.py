"""The name, the logo and the colour of a host, on the pages of homes of a context."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from cozy.app.configuration import load
from cozy.rooms.auth import jobs as auth_jobs
from cozy.rooms.auth.events import ResetAsked
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import BadContext
from tests.auth.conftest import mailbox  # noqa: F401 (a fixture)
from tests.conftest import DOMAIN

pytestmark = pytest.mark.anyio
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>'
PNG = b"\x89PNG\r\n\x1a\n"
ROOMS = Path(homes.__file__).parents[2]
LETTER = re.compile(r'extends "(ui/letter|notifications/_letter).html"')
TERMS = {"version": "2.0.0-20260101", "url": "https://school.test/terms"}


@pytest.fixture
def engine():
    return "sqlite"


@pytest.fixture
def settings(settings, tmp_path, mailbox):  # noqa: F811
    (tmp_path / "logo.svg").write_text(LOGO)
    brand = {"name": "École", "logo": str(tmp_path / "logo.svg"), "colour": "#7a1f5c"}
    contexts = {"school": {"brand": brand, "help_link": "https://help.test/", "terms": TERMS}}
    return replace(settings, contexts=contexts, smtp_url=f"smtp://127.0.0.1:{mailbox.port}")


@pytest.fixture
async def at_school(house, home):
    """Alice's home, once it is one of the school's."""
    hosted = replace(home.hosted, context="school")
    await house.write_host(homes.change, DOMAIN, hosted=hosted)
    house.relisted[DOMAIN] += 1
    return replace(home, hosted=hosted)


async def test_pages_look_as_the_host_does(anonymous, at_school):
    page = (await anonymous.get("/auth/login")).text
    assert "· École</title>" in page
    assert 'href="https://help.test/"' in page
    styles, logo = (
        re.search(rf'"(/my/assets/brand-[0-9a-f]+[.]{suffix})"', page) for suffix in ("css", "svg")
    )
    assert styles
    assert logo
    sheet = await anonymous.get(styles[1])
    assert (sheet.headers["content-type"], "--brand-ink: light-dark(#" in sheet.text) == (
        "text/css; charset=utf-8",
        True,
    )
    picture = await anonymous.get(logo[1])
    assert (picture.headers["content-type"], picture.text) == ("image/svg+xml", LOGO)
    assert "sandbox" in picture.headers["content-security-policy"]
    assert (await anonymous.get("/my/assets/brand-0.png")).status_code == 404


async def test_homes_of_no_such_context_look_as_ever(anonymous, home):
    page = (await anonymous.get("/auth/login")).text
    assert ("· Cozy</title>" in page, "brand-" in page) == (True, False)
    assert (await anonymous.get("/my/assets/brand-0.css")).status_code == 404


async def test_mails_come_from_the_host_and_look_like_it(house, at_school, mailbox, tmp_path):  # noqa: F811
    (tmp_path / "logo.png").write_bytes(PNG)
    house.settings.contexts["school"]["brand"]["logo"] = str(tmp_path / "logo.png")
    await auth_jobs.mail_reset_link.run(house, at_school, ResetAsked())
    (mail,) = mailbox.messages
    assert mail["From"].startswith("École <")
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text.get_content().splitlines()[-2:] == ["-- ", "École"]
    assert 'src="cid:logo" alt="École"' in html.get_content()
    assert "background: #812e64" in html.get_content()  # a shade of its colour that white can be read on
    (picture,) = (part for part in mail.walk() if part["Content-ID"] == "<logo>")
    assert (picture.get_content_type(), picture.get_content()) == ("image/png", PNG)
    house.settings.contexts["school"]["brand"]["logo"] = str(tmp_path / "removed.png")
    await auth_jobs.mail_reset_link.run(house, at_school, ResetAsked())
    assert "cid:logo" not in mailbox.messages[1].get_body(("html",)).get_content()


def test_every_mail_is_a_letter_that_can_look_like_the_host():
    found = [
        file
        for file in ROOMS.rglob("templates/*.html")
        if file.with_suffix(".txt").exists() or file.name.startswith("mail_")
    ]
    assert len(found) >= 9
    assert [each for each in found if not LETTER.search(each.read_text())] == []


async def test_who_has_not_agreed_to_new_terms_may_still_take_everything_along(reader, at_school):
    assert (await reader.get("/my")).headers["location"] == "/my/terms"
    assert (await reader.get("/my/leave")).status_code == 200
    await reader.landed(await reader.submit("/my/terms", version=TERMS["version"]))
    assert (await reader.get("/my")).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        'brand = {logo = "none.svg"}',
        'brand = {colour = "red"}',
        'brand = {logo = "cozy.toml"}',
        "app_split = {developer = 70, host = 20}",
        "app_split = {developer = 110, host = -10}",
    ],
)
def test_what_cannot_be_used_is_refused_at_the_start(tmp_path, said, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cozy.toml").write_text(f"[contexts.a]\n{said}")
    with pytest.raises(BadContext, match="context a"):
        load(tmp_path / "cozy.toml")
