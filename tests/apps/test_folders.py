"""Apps in development are read live from folders that the settings name."""

import json

import pytest

from cozy.kernel.settings import Settings
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.errors import BadAppFolder, BadManifest, BadSlug, NoApp
from tests.apps.conftest import MINI, write_app
from tests.program import Cozy


@pytest.fixture
def developing(work, folder):
    """A unit of work in a home to which mini is served from its folder."""
    work.settings = Settings(app_folders=f" mini:{folder} ,")
    return work


def test_an_app_in_a_folder_is_among_the_apps_of_every_home(developing):
    assert [(app.slug, app.state) for app in apps.installed(developing)] == [("mini", "ready")]
    assert apps.installed(developing, "konnector") == []


def test_a_folder_without_a_name_is_the_app_named_app(work, folder):
    work.settings = Settings(app_folders=str(folder))
    assert apps.manifest(work, "app").manifest.name == "Mini"


def test_a_manifest_is_read_again_when_it_changes(developing, folder):
    write_app(folder, {**MINI, "name": "Much larger"}, {})
    assert apps.manifest(developing, "mini").manifest.name == "Much larger"


def test_what_an_app_says_is_told_in_the_readers_language_where_it_is_there(developing):
    app = apps.manifest(developing, "mini")
    assert [app.said("name", locale) for locale in ("fr", "en")] == ["Petit", "Mini"]


def test_what_a_manifest_says_of_its_own_state_counts_for_nothing(developing, folder):
    write_app(
        folder, {**MINI, "state": "errored", "source": "registry://bank", "_id": "x", "slug": "bank"}, {}
    )
    app = apps.manifest(developing, "mini")
    assert (app.state, app.source, app.slug) == ("ready", f"file://{folder}", "mini")
    assert "_id" not in app.body


def test_an_app_without_routes_has_one(developing, folder):
    write_app(folder, {"name": "Bare"}, {})
    assert apps.manifest(developing, "mini").manifest.routes["/"].index == "index.html"


def test_there_is_no_other_app(developing):
    with pytest.raises(NoApp):
        apps.manifest(developing, "maxi")
    with pytest.raises(BadSlug):
        apps.manifest(developing, "../mini")


@pytest.mark.parametrize(
    "manifest",
    [
        b"", b"[]", b"nonsense", b'{"a":' * 100_000, b"\xff\xfe", b'{"name": 3}', b'{"routes": []}',
        b'{"permissions": {"all": {"type": "*"}}}', b'{"permissions": {"most": {"type": "io.cozy.*"}}}',
        b'{"permissions": {"odd": {"type": "io.cozy.files\\" OR 1"}}}', b'{"type": "konnector"}',
        json.dumps({"name": "x" * 501}).encode(), json.dumps({"routes": {f"/{n}": {} for n in range(501)}}).encode(),
        b'{"name": "' + b"x" * 2_100_000 + b'"}',
    ],
    ids=lambda manifest: manifest[:40].decode("ascii", "replace"),
)  # fmt: skip
def test_a_hostile_manifest_is_refused(developing, folder, manifest):
    (folder / "manifest.webapp").write_bytes(manifest)
    with pytest.raises(BadManifest):
        apps.manifest(developing, "mini")


def test_members_that_are_null_are_as_if_they_were_not_there(developing, folder):
    rules = {"files": {"type": "io.cozy.files", "verbs": None, "description": None}}
    write_app(folder, {"name": "Mini", "editor": None, "permissions": rules}, {})
    assert apps.manifest(developing, "mini").manifest.permissions["files"].doctype == "io.cozy.files"


@pytest.mark.parametrize("given", ["mini:/nowhere/at/all", "mini:", "Mini:/"])
def test_a_folder_that_holds_no_app_is_told_at_the_start(tmp_path, given):
    done = Cozy(tmp_path / "data")("serve", "--port", "0", "--appdir", given)
    assert done.code == 1
    assert done.err.startswith("cozy: ")
    with pytest.raises((BadAppFolder, BadSlug)):
        apps.folders.check(Settings(app_folders=given))
