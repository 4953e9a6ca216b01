"""Accounts elsewhere: what opens them is locked, and is read by the connector that it is for alone."""

import pytest

from cozy.backends.safe import KeyFile
from cozy.kernel.caller import SYSTEM
from cozy.kernel.safe import CannotOpen
from cozy.kernel.settings import Settings
from cozy.rooms.documents import service as documents
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.service.triggers import Wanted

pytestmark = pytest.mark.anyio

ACCOUNTS = "/data/io.cozy.accounts"
ALL = "io.cozy.accounts"
FREE = {
    "account_type": "freemobile",
    "auth": {"login": "0600", "password": "open sesame", "pin": "1234", "zone": "north"},
    "oauth": {"access_token": "at-1", "refresh_token": "rt-1", "token_type": "bearer"},
}


async def kept(house, home, id_):
    """What the database holds of an account."""
    return (await house.read(home, SYSTEM, documents.fetch, "io.cozy.accounts", id_)).body


async def test_what_opens_an_account_is_read_by_its_connector_alone(acting, client, house, home):
    app, own, other = (
        await acting("app", "home", ALL),
        await acting("konnector", "freemobile", ALL),
        await acting("konnector", "elsewhere", ALL),
    )
    made = (await app.post(ACCOUNTS, json=FREE)).json()
    one = f"{ACCOUNTS}/{made['id']}"

    seen = (await own.get(one)).json()
    assert (seen["auth"], seen["oauth"]) == (FREE["auth"], FREE["oauth"])

    for stranger in (app, other, client):
        answers = [
            await stranger.get(one),
            await stranger.get(f"{one}?include=credentials"),
            await stranger.get(f"{ACCOUNTS}/_all_docs?include_docs=true"),
            await stranger.post(f"{ACCOUNTS}/_find", json={"selector": {"account_type": "freemobile"}}),
            await stranger.get(f"{ACCOUNTS}/_changes?include_docs=true"),
            await stranger.post(f"{ACCOUNTS}/_bulk_get", json={"docs": [{"id": made["id"]}]}),
        ]
        for answer in answers:
            assert answer.status_code == 200
            assert "0600" in answer.text
            assert not [secret for secret in ("open sesame", "1234", "at-1", "rt-1") if secret in answer.text]
    held = await kept(house, home, made["id"])
    assert held["auth"].keys() == {"login", "zone", "credentials_encrypted", "pin_encrypted"}
    assert "open sesame" not in str(made)
    assert held["name"] == "0600"


async def test_an_app_changes_an_account_without_losing_what_it_does_not_see(acting):
    app, own = await acting("app", "home", ALL), await acting("konnector", "freemobile", ALL)
    one = f"{ACCOUNTS}/{(await app.post(ACCOUNTS, json=FREE)).json()['id']}"
    seen = (await app.get(one)).json()
    assert (await app.put(one, json={**seen, "state": "seen"})).status_code == 200
    assert (await own.get(one)).json()["auth"] == FREE["auth"]

    seen = (await app.get(one)).json()
    await app.put(one, json={**seen, "auth": {**seen["auth"], "password": "another"}})
    assert (await own.get(one)).json()["auth"] == {**FREE["auth"], "password": "another"}


async def test_a_connector_writes_back_what_it_read_and_it_is_locked_again(acting, house, home):
    own = await acting("konnector", "freemobile", ALL)
    made = (await own.post(ACCOUNTS, json=FREE)).json()
    one = f"{ACCOUNTS}/{made['id']}"
    answer = (await own.put(one, json={**(await own.get(one)).json(), "data": {"state": 1}})).json()
    assert answer["data"]["auth"] == FREE["auth"]
    assert "open sesame" not in str(await kept(house, home, made["id"]))


async def test_secrets_that_come_in_bulk_or_from_a_replica_are_locked_too(acting, house, home):
    app = await acting("app", "home", ALL)
    await app.post(f"{ACCOUNTS}/_bulk_docs", json={"docs": [{"_id": "a", **FREE}]})
    foreign = {"_id": "b", "_rev": "1-0123456789abcdef0123456789abcdef", **FREE}
    await app.post(f"{ACCOUNTS}/_bulk_docs", json={"docs": [foreign], "new_edits": False})
    for id_ in ("a", "b"):
        held = await kept(house, home, id_)
        assert "credentials_encrypted" in held["auth"]
        assert "open sesame" not in str(held)


@pytest.mark.parametrize("change", [{"account_type": "elsewhere"}, {"auth": {"server": "evil.example"}}])
async def test_a_locked_secret_is_of_no_use_for_another_connector_or_server(acting, change):
    app = await acting("app", "home", ALL)
    account = {
        "account_type": "freemobile",
        "auth": {"server": "mail.example", "login": "a", "password": "open sesame"},
    }
    made = (await app.post(ACCOUNTS, json=account)).json()["data"]
    stolen = {**account, **change, "auth": {**made["auth"], **change.get("auth", {})}}
    copy = (await app.post(ACCOUNTS, json=stolen)).json()
    thief = await acting("konnector", change.get("account_type", "freemobile"), ALL)
    seen = await thief.get(f"{ACCOUNTS}/{copy['id']}")
    assert seen.json()["auth"]["login"] == "a"
    assert "password" not in seen.json()["auth"]


async def test_another_type_is_a_connectors_own_only_while_no_connector_has_it_for_its_slug(
    acting, house, home
):
    manifest = {
        "slug": "maif",
        "oauth": {"account_type": "maif-login"},
        "aggregator": {"accountId": "the-aggregator"},
    }
    await house.write(
        home, SYSTEM, documents.create, "io.cozy.konnectors", manifest, id_="io.cozy.konnectors/maif"
    )
    own = await acting("konnector", "maif", ALL)
    await own.put(f"{ACCOUNTS}/the-aggregator", json={"account_type": "agg", "auth": {"token": "t"}})
    one = (await own.post(ACCOUNTS, json={"account_type": "maif-login", "auth": {"token": "t"}})).json()["id"]
    assert [(await own.get(f"{ACCOUNTS}/{id_}")).json()["auth"] for id_ in (one, "the-aggregator")] == [
        {"token": "t"}
    ] * 2

    for slug in ("maif-login", "agg"):
        await house.write(
            home,
            SYSTEM,
            documents.create,
            "io.cozy.konnectors",
            {"slug": slug},
            id_=f"io.cozy.konnectors/{slug}",
        )
    for id_ in (one, "the-aggregator"):
        assert "token" not in (await own.get(f"{ACCOUNTS}/{id_}")).json()["auth"]


@pytest.mark.parametrize("way", ["alone", "in bulk", "with all others"])
async def test_with_an_account_goes_what_was_planned_for_it(acting, house, home, way):
    app = await acting("app", "home", ALL)
    made = (await app.post(ACCOUNTS, json=FREE)).json()
    message = {"konnector": "freemobile", "account": made["id"]}
    wanted = Wanted(type="@daily", worker="konnector", message=message)
    await house.write(home, SYSTEM, jobs.triggers.create, wanted)
    kept_one = Wanted(type="@daily", worker="log", message={"account": made["id"]})
    await house.write(home, SYSTEM, jobs.triggers.create, kept_one)

    if way == "alone":
        await app.delete(f"{ACCOUNTS}/{made['id']}?rev={made['rev']}")
    elif way == "in bulk":
        gone = {"_id": made["id"], "_rev": made["rev"], "_deleted": True}
        await app.post(f"{ACCOUNTS}/_bulk_docs", json={"docs": [gone]})
    else:
        await app.delete(ACCOUNTS)
    left = await house.read(home, SYSTEM, jobs.triggers.listed)
    assert [each.body["worker"] for each in left] == ["log"]


def test_a_text_is_opened_with_its_key_for_its_home_and_matter_alone(tmp_path):
    safe, settings = KeyFile(), Settings(data=str(tmp_path / "data"))
    locked = safe.lock(settings, "home-1", "a", b"secret")
    key = tmp_path / "data" / "host.key"
    assert safe.unlock(settings, "home-1", "a", locked) == b"secret"
    assert (key.stat().st_mode & 0o777, [each.name for each in key.parent.iterdir()]) == (0o600, ["host.key"])
    for home, about, text in (
        ("home-2", "a", locked),
        ("home-1", "b", locked),
        ("home-1", "a", locked[:-4] + "AAA="),
        ("home-1", "a", ""),
        ("home-1", "a", "no text of ours"),
    ):
        with pytest.raises(CannotOpen):
            safe.unlock(settings, home, about, text)


def test_a_new_key_before_the_old_one_locks_and_both_open(tmp_path):
    safe, old = KeyFile(), Settings(key_file=str(tmp_path / "old.key"))
    locked = safe.lock(old, "home-1", "a", b"secret")
    other = Settings(key_file=str(tmp_path / "other.key"))
    safe.lock(other, "home-1", "a", b"")
    both = Settings(key_file=str(tmp_path / "both.key"))
    lines = [(tmp_path / name).read_text() for name in ("other.key", "old.key")]
    (tmp_path / "both.key").write_text("".join(lines))
    assert safe.unlock(both, "home-1", "a", locked) == b"secret"
    with pytest.raises(CannotOpen):
        safe.unlock(old, "home-1", "a", safe.lock(both, "home-1", "a", b"secret"))


async def test_what_is_for_a_connector_that_comes_with_the_home_is_for_no_other(acting, house, home):
    def installed(work, slug, **manifest):
        documents.create(
            work, "io.cozy.konnectors", {"slug": slug, **manifest}, id_=f"io.cozy.konnectors/{slug}"
        )

    mailbox = {"account_type": "mailbox", "auth": {"server": "mail.example", "password": "open sesame"}}
    one = f"{ACCOUNTS}/{(await (await acting('app', 'home', ALL)).post(ACCOUNTS, json=mailbox)).json()['id']}"
    claims = {"oauth": {"account_type": "mailbox"}, "aggregator": {"accountId": one.rpartition("/")[2]}}
    await house.write(home, SYSTEM, installed, "thief", **claims)
    for slug in ("thief", "mailbox"):
        seen = (await (await acting("konnector", slug, ALL)).get(one)).json()
        assert "password" not in seen["auth"], slug

    await house.write(home, SYSTEM, installed, "mailbox", source="shipped://mailbox")
    for slug, sees in (("thief", False), ("mailbox", True)):
        seen = (await (await acting("konnector", slug, ALL)).get(one)).json()
        assert ("password" in seen["auth"]) == sees, slug
