"""Pages: they hold what the policy allows, they are fed once, and assets are what they say."""

import gzip
import re
from html.parser import HTMLParser

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from cozy.ui import Flash, assets, render, render_problem
from cozy.ui.pages import environment
from tests.ui.gallery import page, shell

SAMPLES = ["drive", "grid", "empty", "dialog", "settings", "login", "welcome", "preview", "problem"]


class Attributes(HTMLParser):
    """Every (tag, attribute, value) of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found += [(tag, name, value or "") for name, value in attrs]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_page_holds_nothing_that_the_policy_refuses(name, locale):
    html = page(name, locale=locale)
    for tag, attribute, value in Attributes(html).found:
        assert attribute != "style", tag
        assert not attribute.startswith(("on", "hx-on")), attribute
        assert "js:" not in value
        assert not re.search(r"^(?:https?:)?//", value), value
    assert "<style" not in html
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_every_id_is_given_once(name):
    ids = [value for _, attribute, value in Attributes(page(name)).found if attribute == "id"]
    assert sorted(ids) == sorted(set(ids))


def test_what_people_typed_is_never_markup():
    html = page("dialog", value='"><script>alert(1)</script>', error="<b>no</b>")
    assert "<script>alert" not in html
    assert "&lt;b&gt;no" in html


def test_a_flash_can_be_taken_back():
    around = shell(flash="Moved")
    html = render("ui/problem.html", shell=around, status=404, title="x", advice="y", detail="")
    assert 'action="/my/g/drive"' in html
    assert 'name="csrf_token" value="token"' in html


def test_an_alert_interrupts():
    around = shell(home=False)
    html = render_problem(
        403, shell=type(around)(locale="en", now=around.now, flashes=(Flash("No", alert=True),))
    )
    assert 'role="alert"' in html


def test_a_value_that_a_page_forgot_is_an_error():
    with pytest.raises(UndefinedError):
        render("ui/problem.html", shell=shell())


@pytest.mark.parametrize(
    "name", ["ui/none.html", "ui/../words.py", "ui/../../../README.md", "nowhere/x.html"]
)
def test_only_templates_are_templates(name):
    with pytest.raises(TemplateNotFound):
        environment("en").get_template(name)


@pytest.mark.parametrize("status", [403, 404, 405, 409, 413, 418, 422, 429, 500, 502, 503, 507])
def test_every_problem_has_plain_words(status):
    html = render_problem(status, shell=shell(locale="en"))
    assert f"Code {status}" in html


def test_assets_are_named_by_their_content_and_kept_for_ever():
    for source in ("app.js", "css/index.css", "icons.svg", "font"):
        found = assets.asset(assets.url(source).removeprefix(assets.BASE))
        assert found is not None
        assert found.immutable


def test_app_icons_exist():
    for icon in assets.manifest("fr")["icons"]:
        found = assets.asset(icon["src"].removeprefix(assets.BASE))
        assert found is not None
        assert found.media_type == "image/png"
        assert not found.immutable


@pytest.mark.parametrize(
    "name",
    ["../shell.py", "manifest.json", ".stamp", "", "/etc/passwd", "no.js", "../icons/cozy.svg", "x\0.js"],
)
def test_nothing_but_assets_is_an_asset(name):
    assert assets.asset(name) is None


def test_the_first_load_is_light():
    def sent(*names):
        return sum(len(gzip.compress((assets.DIST / name).read_bytes(), 9)) for name in names)

    built = assets.built()
    assert len(assets.first_scripts()) <= 2
    assert sent(*assets.first_scripts()) <= 20_000
    assert sent(built["css/index.css"]) <= 12_000
    assert sent(built["icons.svg"]) <= 8_000
