"""/settings/instance: what apps read and change of the owner and of the home (cozy-stack web/settings/settings_test.go)."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes

INSTANCE = "/settings/instance"
MEDIA_TYPE = "application/vnd.api+json"


@pytest.fixture
async def app(acting):
    """The app that shows the settings."""
    return await acting("app", "settings", "io.cozy.settings")


async def read(client):
    answer = await client.get(INSTANCE)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def change(client, rev, **attributes):
    data = {
        "type": "io.cozy.settings", "id": "io.cozy.settings.instance", "meta": {"rev": rev}, "attributes": attributes,
    }  # fmt: skip
    return await client.put(INSTANCE, json={"data": data}, headers={"content-type": MEDIA_TYPE})


async def test_an_app_learns_who_the_owner_is(app, house, home):
    data = await read(app)
    assert (data["type"], data["id"]) == ("io.cozy.settings", "io.cozy.settings.instance")
    assert data["links"] == {"self": "/settings/instance"}
    assert data["meta"]["rev"].startswith("1-")
    told = data["attributes"]
    assert (told["public_name"], told["email"], told["locale"], told["tz"]) == (
        "Alice", "alice@example.org", "en", "UTC",
    )  # fmt: skip
    assert told["onboarding_finished"] is True
    assert told["auto_update"] is True
    assert told["default_redirection"] == "home/"
    assert (told["tos"], told["tos_latest"], told["context"]) == ("", "", "")
    assert (told["password_defined"], told["auth_mode"]) == (False, "basic")
    assert told["uuid"]


async def test_any_token_will_do_and_none_will_not(acting, anonymous):
    stranger = await acting("konnector", "bank", "io.cozy.bank.operations")
    assert (await stranger.get(INSTANCE)).status_code == 200
    assert (await anonymous.get(INSTANCE)).status_code == 401


async def test_it_tells_that_there_is_a_passphrase_and_a_second_step(app, house, home):
    sealed = await auth.passphrase.seal(auth.passphrase.derive("orage tilleul", home.domain))
    await house.write(home, SYSTEM, auth.passphrase.keep, sealed)
    await house.write(home, SYSTEM, _second_step)
    told = (await read(app))["attributes"]
    assert (told["password_defined"], told["auth_mode"]) == (True, "two_factor_mail")


def _second_step(work):
    import pyotp

    secret = auth.totp.new_secret()
    auth.totp.turn_on(work, secret, pyotp.TOTP(secret).at(work.now))


async def test_the_owners_words_are_changed(app, house, home):
    before = await read(app)
    answer = await change(
        app,
        before["meta"]["rev"],
        public_name="Alice Martin",
        locale="fr",
        tz="Europe/Paris",
        phone="+33123456789",
    )
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["meta"]["rev"] != before["meta"]["rev"]
    told = data["attributes"]
    assert (told["public_name"], told["locale"], told["tz"], told["phone"]) == (
        "Alice Martin", "fr", "Europe/Paris", "+33123456789",
    )  # fmt: skip
    profile = await house.read(home, SYSTEM, homes.profile)
    assert (profile.public_name, profile.locale, profile.tz) == ("Alice Martin", "fr", "Europe/Paris")
    assert await read(app) == data


async def test_a_language_that_only_apps_speak_is_kept_for_them(app, house, home):
    answer = await change(app, (await read(app))["meta"]["rev"], locale="de")
    assert answer.json()["data"]["attributes"]["locale"] == "de"
    profile = await house.read(home, SYSTEM, homes.profile)
    assert profile.locale == "en"
    await house.write(home, SYSTEM, homes.change_profile, profile)
    assert (await read(app))["attributes"]["locale"] == "de"


async def test_what_is_left_out_is_removed_but_for_what_a_home_needs(app):
    await change(app, (await read(app))["meta"]["rev"], tz="Europe/Paris", how_old_are_you="42")
    await change(app, (await read(app))["meta"]["rev"], colour="blue")
    told = (await read(app))["attributes"]
    assert "how_old_are_you" not in told
    assert told["colour"] == "blue"
    assert (told["public_name"], told["tz"], told["email"]) == ("Alice", "Europe/Paris", "alice@example.org")


@pytest.mark.parametrize(
    "given",
    [
        {"email": "mallory@example.net"}, {"email": None}, {"pending_email": "mallory@example.net"}, {"uuid": "mine"},
        {"tos": "9.0.0-20300101"}, {"auth_mode": "basic"}, {"context": "rich"}, {"onboarding_finished": False},
        {"oidc_id": "mallory"}, {"password_defined": True}, {"_id": "other", "_rev": "9-f"},
    ],
)  # fmt: skip
async def test_what_is_not_an_apps_to_say_stays_as_it_was(app, given):
    before = await read(app)
    assert (await change(app, before["meta"]["rev"], **before["attributes"] | given)).status_code == 200
    assert await read(app) == before


async def test_the_command_line_may_set_the_mail_address(client):
    before = await read(client)
    await change(client, before["meta"]["rev"], email="alice@example.com")
    assert (await read(client))["attributes"]["email"] == "alice@example.com"


async def test_an_old_revision_is_refused_only_when_something_changes(app):
    old = "6-2d9b7ef014d10549c2b4e206672d3e44"
    before = await read(app)
    assert (await change(app, old, public_name="Alice", locale="en", tz="UTC")).status_code == 200
    assert await read(app) == before
    assert (await change(app, old, tz="Asia/Tokyo")).status_code == 409
    assert await read(app) == before


@pytest.mark.parametrize(
    "given",
    [{"tz": "Mars/Olympus"}, {"tz": 3}, {"locale": "../.."}, {"locale": 1}, {"public_name": ""}, {"public_name": ["a"]},
     {"theme": "pink"}, {"shortcuts": "no"}],
)  # fmt: skip
async def test_a_value_that_cannot_be_used_is_refused(app, given):
    before = await read(app)
    answer = await change(app, before["meta"]["rev"], **given)
    assert answer.status_code == 422
    assert await read(app) == before


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"data": []}', '{"data": {"attributes": 1}}', '{"data": {}}']
)
async def test_a_body_that_is_no_resource_is_refused(app, body):
    assert (await app.put(INSTANCE, content=body)).status_code == 400


@pytest.mark.parametrize(
    "scope", ["io.cozy.settings:GET", "io.cozy.settings:PUT:io.cozy.settings.flags", "io.cozy.files"]
)
async def test_who_may_not_change_settings_does_not(acting, scope):
    app = await acting("app", "notes", scope)
    assert (await change(app, (await read(app))["meta"]["rev"], tz="Asia/Tokyo")).status_code == 403


async def test_a_grant_for_the_one_document_is_enough(acting):
    app = await acting("app", "notes", "io.cozy.settings:PUT:io.cozy.settings.instance")
    assert (await change(app, (await read(app))["meta"]["rev"], tz="Asia/Tokyo")).status_code == 200


class TestThroughData:
    """What `/data` says of the same document, as it is stored."""

    path = "/data/io.cozy.settings/io.cozy.settings.instance"

    async def test_it_can_be_read(self, app):
        found = (await app.get(self.path)).json()
        assert (found["email"], found["_type"]) == ("alice@example.org", "io.cozy.settings")

    async def test_it_cannot_be_written(self, app):
        found = (await app.get(self.path)).json()
        mine = {**found, "email": "mallory@example.net"}
        assert (await app.put(self.path, json=mine)).status_code == 403
        assert (await app.delete(self.path, params={"rev": found["_rev"]})).status_code == 403
        assert (await app.put("/data/io.cozy.settings/io.cozy.settings.other", json={})).status_code == 200
        many = await app.post(
            "/data/io.cozy.settings/_bulk_docs", json={"docs": [mine, {"_id": "mine", "a": 1}]}
        )
        assert [bool(done.get("ok")) for done in many.json()] == [False, True]
        grafted = {**mine, "_rev": "9-" + "f" * 32}
        await app.post("/data/io.cozy.settings/_bulk_docs", json={"docs": [grafted], "new_edits": False})
        assert (await app.get(self.path)).json() == found

    @pytest.mark.parametrize("name", ["capabilities", "context", "disk-usage", "flags"])
    async def test_what_is_only_told_is_no_document(self, app, name):
        assert (await app.get(f"/data/io.cozy.settings/io.cozy.settings.{name}")).status_code == 404


async def test_only_the_owner_and_the_app_of_the_settings_ask_for_the_end(app, acting, house, home):
    other = await acting("app", "notes", "io.cozy.settings")
    assert (await other.post("/settings/instance/deletion")).status_code == 403
    listing = await house.read_host(homes.at, home.domain)
    assert listing.hosted.leaving_at == ""
    assert (await app.post("/settings/instance/deletion")).status_code == 204
    listing = await house.read_host(homes.at, home.domain)
    assert listing.hosted.leaving_at == "2026-07-18T14:02:00.000000Z"
    assert (await read(app))["attributes"]["public_name"] == "Alice"


async def test_where_a_home_came_from_is_forgotten_by_who_is_in(app, acting, house, home):
    await change(app, (await read(app))["meta"]["rev"], moved_from="old.example.org")
    device = await acting("client", "phone", "io.cozy.settings")
    assert (await device.delete("/settings/instance/moved_from")).status_code == 403
    assert (await app.delete("/settings/instance/moved_from")).status_code == 204
    assert "moved_from" not in (await read(app))["attributes"]
