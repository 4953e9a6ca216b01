"""What the settings of a host give to groups of homes, and what apps learn of it."""

import pytest
from msgspec.structs import replace

from cozy.app.configuration import load
from cozy.kernel.home import Hosted
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.errors import BadContext

CONTEXTS = {
    "default": {"help_link": "https://help.example.org/", "manager_url": "https://manager.example.org/"},
    "school": {
        "help_link": "https://school.example.org/help",
        "default_redirection": "drive/#/folder",
        "onboarded_redirection": "drive/#/welcome?intro",
        "claudy_actions": ["desktop", "mobile"],
        "logos": {"home": {"light": [{"src": "/logos/school.png", "alt": "School"}]}},
        "features": {"several": "config", "of_config": {"deep": [1]}, "cozy.oauthclients.max": 3},
        "feature_ratios": {
            "all": [{"ratio": 1, "value": "on"}],
            "none": [{"ratio": 0, "value": "on"}],
            "nearly_none": [{"ratio": 0.000001, "value": "on"}],
            "nearly_all": [{"ratio": 0.999999, "value": "on"}],
            "several": [{"ratio": 1, "value": "context"}],
        },
        "registries": ["https://registry.example.org/"],
        "terms": {"version": "2.0.0-20260801", "url": "https://school.example.org/terms"},
        "oidc": {"client_secret": "hush"},
    },
    "lists": {"features": ["plain", {"valued": 7}]},
}
DEFAULTS = {"several": "default", "of_defaults": True, "none": "off", "nearly_none": "off"}


@pytest.fixture
def settings(settings):
    return replace(settings, contexts=CONTEXTS, features=DEFAULTS)


@pytest.fixture
async def agree(house, home):
    """`await agree(context="school")`: what home and host agree on from now on."""

    async def agree(**members):
        await house.write_host(homes.change, home.domain, hosted=Hosted(**members))
        house.relisted[home.domain] += 1

    return agree


@pytest.fixture
async def app(acting):
    return await acting("app", "notes", "io.cozy.notes")


async def told(client, name, **params):
    answer = await client.get(f"/settings/{name}", params=params)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["type"], data["id"]) == ("io.cozy.settings", f"io.cozy.settings.{name}")
    assert data["links"] == {"self": f"/settings/{name}"}
    return data["attributes"]


async def test_a_home_without_a_context_is_in_the_default_one(app):
    assert await told(app, "context") == {**CONTEXTS["default"], "antivirus": {"enabled": False}}


async def test_apps_see_everything_of_a_context_but_the_hosts_own_affairs(app, agree):
    await agree(context="school")
    seen = await told(app, "context")
    assert seen["logos"] == CONTEXTS["school"]["logos"]
    assert seen["claudy_actions"] == ["desktop", "mobile"]
    assert not {"oidc", "registries", "terms", "feature_ratios"} & seen.keys()


async def test_the_instance_names_its_context_and_goes_where_that_says(app, agree):
    await agree(context="school")
    seen = (await app.get("/settings/instance")).json()["data"]["attributes"]
    assert (seen["context"], seen["default_redirection"]) == ("school", "drive/#/folder")


async def test_the_strongest_source_of_a_flag_decides_alone(app, agree):
    await agree(context="school", flags={"of_home": True, "several": "home"})
    flags = await told(app, "flags")
    assert flags == {
        "several": "home", "of_home": True, "of_config": {"deep": [1]}, "cozy.oauthclients.max": 3, "all": "on",
        "nearly_all": "on", "none": "off", "nearly_none": "off", "of_defaults": True,
    }  # fmt: skip
    await agree(context="school")
    assert (await told(app, "flags"))["several"] == "config"


async def test_the_sources_of_flags_are_told_when_asked(app, agree):
    await agree(context="school", flags={"of_home": True})
    answer = (await app.get("/settings/flags", params={"include": "source"})).json()
    assert [(source["type"], source["id"]) for source in answer["included"]] == [
        ("io.cozy.settings", f"io.cozy.settings.flags.{name}")
        for name in ("instance", "config", "context", "default")
    ]
    sources = {source["id"].rpartition(".")[2]: source["attributes"] for source in answer["included"]}
    assert sources["instance"] == {"of_home": True}
    assert sources["context"]["all"] == [{"ratio": 1.0, "value": "on"}]
    assert sources["default"] == DEFAULTS
    assert "included" not in (await app.get("/settings/flags")).json()


async def test_flags_written_as_a_list_are_on(app, agree):
    await agree(context="lists")
    flags = await told(app, "flags")
    assert (flags["plain"], flags["valued"]) == (True, 7)


def test_ratios_share_out_homes_and_always_the_same(work):
    parts = [{"ratio": 0.25, "value": "a"}, {"ratio": 0.5, "value": "b"}]
    settings = Settings(contexts={"default": {"feature_ratios": {"flag": parts}}})

    def drawn(home):
        return homes.flags(replace_home(work, home, settings)).values.get("flag")

    counts = [sum(drawn(f"home-{n}") == value for n in range(2000)) / 2000 for value in ("a", "b", None)]
    assert counts == pytest.approx([0.25, 0.5, 0.25], abs=0.05)
    assert {drawn("home-1") for _ in range(3)} == {drawn("home-1")}


def replace_home(work, home, settings):
    import dataclasses

    return dataclasses.replace(work, home=home, settings=settings)


async def test_capabilities_are_told_to_any_token(app, anonymous):
    assert await told(app, "capabilities") == {
        "file_versioning": True, "flat_subdomains": False, "can_auth_with_password": True,
        "can_auth_with_magic_links": False, "can_auth_with_oidc": False,
    }  # fmt: skip
    assert (await anonymous.get("/settings/capabilities")).status_code == 401


async def test_nothing_paid_elsewhere_hangs_on_a_home(app, acting):
    assert await told(app, "external-ties") == {"has_blocking_subscription": False}
    device = await acting("client", "phone", "io.cozy.settings")
    assert (await device.get("/settings/external-ties")).status_code == 403


class TestTerms:
    """Of service: accepted by the owner, due on a day."""

    @pytest.fixture(autouse=True)
    async def school(self, agree):
        await agree(context="school", terms="1.2.0-20250101")

    async def test_long_before_they_are_due_nothing_is_said(self, acting, clock):
        clock.advance(days=-20)
        app = await acting("app", "notes", "io.cozy.notes")
        answer = await app.get("/settings/warnings")
        assert (answer.status_code, answer.json()) == (404, {"errors": []})

    async def test_a_month_before_people_are_told(self, app):
        answer = await app.get("/settings/warnings")
        assert answer.status_code == 402
        [error] = answer.json()["errors"]
        assert (error["status"], error["code"]) == ("402", "tos-updated")
        assert error["links"] == {"self": "https://school.example.org/terms"}
        assert (await app.get("/data/io.cozy.notes/_all_docs")).status_code != 402

    async def test_when_they_are_due_the_home_waits(self, acting, clock):
        clock.advance(days=15)
        app = await acting("app", "notes", "io.cozy.notes", "io.cozy.files")
        answer = await app.get("/data/io.cozy.notes/_all_docs")
        assert answer.status_code == 402
        assert (await app.get("/files/io.cozy.files.root-dir")).status_code == 402
        assert (await app.get("/settings/instance")).status_code == 200

    async def test_a_device_accepts_them(self, acting, clock):
        clock.advance(days=15)
        app = await acting("app", "notes", "io.cozy.notes")
        device = await acting("client", "phone", "io.cozy.files:GET")
        assert (await device.get("/files/io.cozy.files.root-dir")).status_code == 402
        assert (await app.put("/settings/instance/sign_tos")).status_code == 403
        assert (await device.put("/settings/instance/sign_tos")).status_code == 204
        assert (await device.get("/files/io.cozy.files.root-dir")).status_code == 200
        seen = (await app.get("/settings/instance")).json()["data"]["attributes"]
        assert (seen["tos"], seen["tos_latest"]) == ("2.0.0-20260801", "2.0.0-20260801")

    async def test_the_same_terms_in_other_words_need_no_new_consent(self, acting, agree, clock):
        await agree(context="school", terms="2.7.1-20260101")
        clock.advance(days=15)
        app = await acting("app", "notes", "io.cozy.notes")
        assert (await app.get("/settings/warnings")).status_code == 404


class TestTermsInABrowser:
    """The owner accepts them on a page."""

    @pytest.fixture
    async def inside(self, browser, agree, clock):
        await agree(context="school")
        clock.advance(days=15)
        await browser.log_in()
        return browser

    async def test_every_page_leads_there_and_on_again(self, inside):
        assert (await inside.get("/my")).headers["location"] == "/my/terms"
        page = await inside.get("/my/terms")
        assert "https://school.example.org/terms" in page.text
        assert (await inside.get("/my/settings")).status_code == 200
        done = await inside.submit("/my/terms", page="/my/terms", version="2.0.0-20260801")
        assert (done.status_code, done.headers["location"]) == (303, "/my")
        assert (await inside.get("/my")).status_code == 200
        assert (await inside.get("/my/terms")).headers["location"] == "/my"


async def test_who_is_in_goes_where_the_first_visit_begins(owner, anonymous, agree):
    assert (await anonymous.get("/settings/onboarded")).headers["location"] == "/auth/login"
    assert (await owner.get("/settings/onboarded")).headers["location"] == "/"
    assert (await owner.get("/settings/install_flagship_app")).headers["location"] == "/"
    await agree(context="school")
    target = "http://drive.alice.localhost:8080/#/welcome?intro"
    assert (await owner.get("/settings/onboarded")).headers["location"] == target


async def test_the_owner_is_led_to_the_manager_where_there_is_one(owner, agree):
    uuid = (await owner.get("/settings/instance")).json()["data"]["attributes"]["uuid"]
    expected = f"https://manager.example.org/cozy/instances/{uuid}/premium"
    assert (await owner.get("/settings/premium")).headers["location"] == expected
    await agree(context="school")
    assert (await owner.get("/settings/premium")).status_code == 404


@pytest.mark.parametrize(
    "written",
    ["[contexts.a]\nfeatures = 3", "[contexts.a]\nmanager_url = []", '[contexts.a]\nterms = "1"',
     '[contexts.a.feature_ratios]\nflag = [{ratio = "half", value = 1}]'],
)  # fmt: skip
def test_a_context_that_cannot_be_used_is_refused_at_the_start(tmp_path, written):
    (tmp_path / "cozy.toml").write_text(written)
    with pytest.raises(BadContext, match="context a"):
        load(tmp_path / "cozy.toml")


def test_contexts_are_read_from_the_settings_file(tmp_path):
    (tmp_path / "cozy.toml").write_text('features = {beta = true}\n[contexts.school]\nhelp_link = "x"')
    settings = load(tmp_path / "cozy.toml")
    assert (settings.contexts, settings.features) == ({"school": {"help_link": "x"}}, {"beta": True})
