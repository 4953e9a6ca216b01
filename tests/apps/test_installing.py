"""Installing, updating and removing apps, from wherever they come."""

import asyncio
import dataclasses
import hashlib
import io
import json
import os
import re
import tarfile
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller, Grant
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.errors import BadArchive, BadChecksum, BadManifest, BadSource, Busy, NoManifest, NotYours
from cozy.rooms.apps.model import App
from cozy.rooms.apps.service import archives
from cozy.rooms.apps.service.granting import Consent, asks_for_more
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.apps.conftest import FILES, MINI

ROOT = Caller("cli", EVERYTHING, name="command line")
FILES_ONLY = {"files": {"type": "io.cozy.files", "verbs": ["GET", "POST"]}}
EVENTS = {"accept": "text/event-stream"}


def packed(manifest: dict, files: dict[str, str], prefix: str = "") -> bytes:
    """A .tar.gz of an app."""
    out = io.BytesIO()
    named = f"manifest.{manifest.get('type', 'webapp')}"
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in {named: json.dumps(manifest), **files}.items():
            member = tarfile.TarInfo(f"{prefix}{name}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


@pytest.fixture
def house(house_in_the_world):
    return house_in_the_world


async def install(house, home, slug="mini", source="", **more) -> App:
    return await apps.installing.install(house, home, ROOT, slug, source=source, **more)


async def given(house, home, slug="mini") -> dict:
    """What an app may do: doctypes by title."""
    found = await house.read(home, SYSTEM, permissions.of_source, "app", slug)
    return {title: rule.doctype for title, rule in found.rules.items()} if found else {}


async def test_an_archive_is_installed_and_served(house, home, world, owner):
    content = packed(MINI, FILES, "mini-main/")
    sha256 = hashlib.sha256(content).hexdigest()
    url = world.give("/mini.tar.gz", content)
    seen: list[str] = []
    app = await install(house, home, source=f"{url}#{sha256}", tell=lambda app: seen.append(app.state))
    assert seen == ["installing", "ready"]
    assert (app.manifest.version, app.body["checksum"], app.source) == ("1.0.0", sha256, f"{url}#{sha256}")
    assert await given(house, home) == {"files": "io.cozy.files", "todos": "io.cozy.todos"}
    page = await owner.get(
        home.origin + "/auth/login", params={"redirect": "http://mini.alice.localhost:8080/"}
    )
    await owner.get(page.headers["location"])
    assert "<title>Mini</title>" in (await owner.get("http://mini.alice.localhost:8080/")).text
    script = await owner.get("http://mini.alice.localhost:8080/plain.js", headers={"accept-encoding": "br"})
    assert script.text == "'use strict'"


async def test_files_that_pack_well_are_kept_packed(house, home, world, owner):
    long = "console.log('cozy');\n" * 100
    url = world.give("/mini.tar.gz", packed(MINI, {**FILES, "long.js": long}))
    app = await install(house, home, source=url)
    pack = house.shelf.find(app.pack)
    held = pack.files["long.js"]
    assert set(held.encodings) == {"gzip", "br"}
    assert sum(size for _, size in held.encodings.values()) < len(long) / 4
    file = apps.files.file(house.shelf, app, "long.js")
    assert file is not None
    assert file.plain().decode() == long


async def test_what_is_not_what_was_announced_is_not_used(house, home, world):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    with pytest.raises(BadChecksum):
        await install(house, home, source=f"{url}#{'0' * 64}")
    assert await house.read(home, SYSTEM, apps.installed) == []


async def test_the_second_home_fetches_nothing(house, home, world, other_home):
    content = packed(MINI, FILES)
    world.registry("mini", "1.0.0", MINI, world.give("/mini.tar.gz", content), content)
    house = dataclasses.replace(house, settings=replace(house.settings, registries=world.origin))
    await install(house, home)
    asked = world.asked.count("/mini.tar.gz")
    await install(house, other_home)
    assert asked == world.asked.count("/mini.tar.gz") == 1
    assert len(list(house.shelf.keys())) == 1


async def test_a_version_that_this_host_lost_is_fetched_again(house, home, world, owner):
    content = packed(MINI, FILES)
    url = world.give("/mini.tar.gz", content)
    app = await install(house, home, source=url)
    house.shelf.drop(app.pack)
    await apps.installing.ensure(house, home, app)
    assert apps.files.file(house.shelf, app, "index.html") is not None


async def test_a_folder_of_the_machine_is_for_its_command_line(house, home, folder, client):
    app = await install(house, home, source=f"file://{folder}")
    assert app.manifest.version.startswith("1.0.0-")
    (folder / "plain.js").write_text("other")
    newer = await apps.installing.update(house, home, ROOT, "mini")
    assert newer.manifest.version != app.manifest.version
    with pytest.raises(NotYours):
        apps.rights.check(Caller("owner", EVERYTHING), "app", "POST", f"file://{folder}")


@pytest.mark.parametrize(
    "bad",
    [
        b"", b"nonsense", packed({}, {"../../evil": "x"}), packed({}, {"/etc/evil": "x"}), packed({"permissions": {"all": {"type": "*"}}}, {}),
    ],
)  # fmt: skip
async def test_a_hostile_archive_is_refused(house, home, world, bad):
    url = world.give("/bad.tar.gz", bad)
    with pytest.raises((BadArchive, BadManifest, NoManifest)):
        await install(house, home, source=url)
    state = [app.state for app in await house.read(home, SYSTEM, apps.installed)]
    assert state in ([], ["errored"])
    assert list(house.shelf.keys()) == []


async def test_an_archive_that_grows_without_end_is_refused(house, home, world, monkeypatch):
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 1_000_000)
    url = world.give("/bomb.tar.gz", packed(MINI, {f"{n}.txt": "0" * 100_000 for n in range(20)}))
    with pytest.raises(BadArchive):
        await install(house, home, source=url)


async def test_links_in_an_archive_lead_nowhere(house, home, world):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, kind in (("soft", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE)):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, "/etc/passwd"
            tar.addfile(link)
        member = tarfile.TarInfo("manifest.webapp")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"{}"))
    app = await install(house, home, source=world.give("/links.tar.gz", out.getvalue()))
    assert list(house.shelf.find(app.pack).files) == ["manifest.webapp"]


async def test_a_zip_is_an_archive_too(house, home, world):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mini/manifest.webapp", json.dumps(MINI))
        archive.writestr("mini/index.html", "hello")
    app = await install(house, home, source=world.give("/mini.zip", out.getvalue()))
    assert sorted(house.shelf.find(app.pack).files) == ["index.html", "manifest.webapp"]


@pytest.mark.parametrize(
    "source", ["", "nonsense", "ftp://x/y", "javascript:alert(1)", "git+https://x/y#-evil", "x" * 3000]
)
async def test_an_app_cannot_come_from_just_anywhere(house, home, source):
    with pytest.raises((BadSource, NoManifest)):
        await install(house, home, source=source or "registry:///")


async def test_the_owner_may_give_less_than_what_is_asked_and_until_a_day(house, home, world):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    files = Rule("io.cozy.files", ("GET",))
    consent = Consent(
        {"files": files, "more": Rule("io.cozy.contacts"), "todos": Rule("io.cozy.bank")},
        "2027-01-01T00:00:00Z",
    )
    await install(house, home, source=url, consent=consent)
    assert await given(house, home) == {"files": "io.cozy.files"}
    found = await house.read(home, SYSTEM, permissions.of_source, "app", "mini")
    assert found.expires_at == "2027-01-01T00:00:00Z"


async def test_an_update_keeps_what_the_owner_narrowed_and_asks_for_what_is_new(house, home, world):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    await install(house, home, source=url, consent=Consent({"files": Rule("io.cozy.files", ("GET",))}))
    world.give("/mini.tar.gz", packed({**MINI, "version": "1.1.0"}, FILES))
    newer = await apps.installing.update(house, home, ROOT, "mini")
    assert newer.manifest.version == "1.1.0"
    assert await given(house, home) == {"files": "io.cozy.files"}
    wider = {**MINI["permissions"], "contacts": {"type": "io.cozy.contacts"}}
    world.give("/mini.tar.gz", packed({**MINI, "version": "2.0.0", "permissions": wider}, FILES))
    waiting = await apps.installing.update(house, home, ROOT, "mini")
    assert (waiting.manifest.version, waiting.body["available_version"]) == ("1.1.0", "2.0.0")
    assert await given(house, home) == {"files": "io.cozy.files"}
    agreed = await apps.installing.update(house, home, ROOT, "mini", acked=True)
    assert agreed.manifest.version == "2.0.0"
    assert "available_version" not in agreed.body
    assert await given(house, home) == {"files": "io.cozy.files", "contacts": "io.cozy.contacts"}


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ({"type": "io.cozy.files"}, {"type": "io.cozy.files", "verbs": ["GET"]}, False),
        ({"type": "io.cozy.files", "verbs": ["GET"]}, {"type": "io.cozy.files"}, True),
        ({"type": "io.cozy.files", "verbs": ["GET"]}, {"type": "io.cozy.files", "verbs": ["get"]}, False),
        ({"type": "io.cozy.files", "values": ["a", "b"]}, {"type": "io.cozy.files", "values": ["a"]}, False),
        ({"type": "io.cozy.files", "values": ["a"]}, {"type": "io.cozy.files"}, True),
        (
            {"type": "io.cozy.files", "values": ["a"]},
            {"type": "io.cozy.files", "values": ["a"], "selector": "tags"},
            True,
        ),
        ({"type": "io.cozy.files"}, {"type": "io.cozy.contacts"}, True),
    ],
)
def test_more_is_what_was_not_allowed_before(before, after, more):
    old, new = (
        App(kind="app", slug="x", body={"permissions": {"a": rule}}).manifest for rule in (before, after)
    )
    assert asks_for_more(old, new) is more


async def test_an_app_that_goes_takes_its_grant_with_it(house, home, world, anonymous):
    await install(house, home, source=world.give("/mini.tar.gz", packed(MINI, FILES)))
    token = await house.read(home, SYSTEM, auth.tokens.for_app, "mini")
    headers = {"authorization": f"Bearer {token}"}
    assert (await anonymous.get("/files/io.cozy.files.root-dir", headers=headers)).status_code == 200
    await house.write(home, SYSTEM, apps.installing.uninstall, "mini")
    assert (await anonymous.get("/files/io.cozy.files.root-dir", headers=headers)).status_code == 400
    assert (await anonymous.get("http://mini.alice.localhost:8080/")).status_code == 404
    assert (await install(house, home, source=f"{world.origin}/mini.tar.gz")).state == "ready"


async def test_an_app_that_goes_takes_the_links_that_it_made_with_it(
    house, home, world, owner, anonymous, client
):
    await install(
        house, home, source=world.give("/mini.tar.gz", packed({**MINI, "permissions": FILES_ONLY}, FILES))
    )
    token = await house.read(home, SYSTEM, auth.tokens.for_app, "mini")
    rules = {"files": {"type": "io.cozy.files", "verbs": ["GET"], "values": ["io.cozy.files.root-dir"]}}
    asked = {"data": {"type": "io.cozy.permissions", "attributes": {"permissions": rules}}}
    body, params = json.dumps(asked), {"codes": "bob"}
    made = await anonymous.post(
        "/permissions", params=params, content=body, headers={"authorization": f"Bearer {token}"}
    )
    own = await client.post("/permissions", params=params, content=body)
    codes = [answer.json()["data"]["attributes"]["codes"]["bob"] for answer in (made, own)]
    page = (await owner.get(f"{home.origin}/my/apps/mini/uninstall")).text
    assert "The link that it made to something of yours ends." in page
    await house.write(home, SYSTEM, apps.installing.uninstall, "mini")
    statuses = [
        (await anonymous.get("/permissions/self", headers={"authorization": f"Bearer {code}"})).status_code
        for code in codes
    ]
    assert statuses == [400, 200]


async def test_an_app_that_is_not_to_be_active_yet_is_once_it_is_opened(house, home, world, client, owner):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    async with client.stream(
        "POST", "/apps/mini", params={"Source": url, "Deactivated": "true"}, headers=EVENTS
    ) as events:
        states = re.findall(r'"state":"(\w+)"', await events.aread() and events.text)
    assert states == ["installing", "installed"]
    world.give("/mini.tar.gz", packed({**MINI, "version": "1.1.0"}, FILES))
    assert (await apps.installing.update(house, home, ROOT, "mini")).state == "installed"
    login = await owner.get(
        f"{home.origin}/auth/login", params={"redirect": "http://mini.alice.localhost:8080/"}
    )
    await owner.get(login.headers["location"])
    assert (await owner.get("http://mini.alice.localhost:8080/plain.js")).status_code == 200
    assert (await house.read(home, SYSTEM, apps.manifest, "mini")).state == "installed"
    assert (await owner.get("http://mini.alice.localhost:8080/")).status_code == 200
    assert (await house.read(home, SYSTEM, apps.manifest, "mini")).state == "ready"


def age(house, app, **by: float) -> None:
    """Let it be a while since that version was last taken."""
    then = time.time() - timedelta(**by).total_seconds()
    (table,) = Path(house.settings.data).glob(f"apps/??/{app.pack}.json")
    os.utime(table, (then, then))


async def test_versions_that_no_home_uses_are_swept_by_the_first_home_of_the_host(
    house, home, other_home, world
):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    old = await install(house, home, source=url)
    await install(house, other_home, source=url)
    world.give("/mini.tar.gz", packed({**MINI, "version": "1.1.0"}, FILES))
    new = await apps.installing.update(house, home, ROOT, "mini")
    age(house, old, days=2)
    age(house, new, days=2)
    assert await apps.sweeping.sweep_versions(house, home) == 0
    await apps.installing.update(house, other_home, ROOT, "mini")
    assert await apps.sweeping.sweep_versions(house, other_home) == 0
    assert await apps.sweeping.sweep_versions(house, home) == 1
    assert list(house.shelf.keys()) == [new.pack]


async def test_a_version_that_somebody_is_about_to_use_is_left(house, home, world):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    app = await install(house, home, source=url)
    await house.write(home, SYSTEM, apps.installing.uninstall, "mini")
    assert await apps.sweeping.sweep_versions(house, home) == 0
    age(house, app, days=2)
    assert house.shelf.take(app.pack)
    assert await apps.sweeping.sweep_versions(house, home) == 0
    age(house, app, days=2)
    assert await apps.sweeping.sweep_versions(house, home) == 1


async def test_over_http_an_installation_goes_on_after_its_first_answer(house, home, world, client):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    answer = await client.post("/apps/mini", params={"Source": url})
    assert answer.status_code == 202
    assert answer.json()["data"]["attributes"]["state"] == "installing"
    for _ in range(3_000):
        if (state := (await client.get("/apps/mini")).json()["data"]["attributes"]["state"]) != "installing":
            break
        await asyncio.sleep(0.02)
    assert state == "ready"
    assert (await client.post("/apps/mini", params={"Source": url})).status_code == 409
    planned = {"type": "@every", "arguments": "1h", "worker": "service", "message": {"slug": "mini"}}
    await client.post("/jobs/triggers", json={"data": {"attributes": planned}})
    gone = await client.delete("/apps/mini")
    assert gone.status_code == 200
    assert (await client.get("/jobs/triggers")).json()["data"] == []
    assert (await client.get("/apps/mini")).status_code == 404
    assert (await client.delete("/apps/mini")).status_code == 404


async def test_over_http_the_states_can_be_listened_to(house, home, world, client):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    answer = await client.post("/apps/mini", params={"Source": url}, headers={"accept": "text/event-stream"})
    assert answer.headers["content-type"] == "text/event-stream"
    events = [event.split("\r\n") for event in answer.text.strip().split("\r\n\r\n")]
    assert [event[0] for event in events] == ["event: state", "event: state"]
    states = [json.loads(event[1].removeprefix("data: "))["data"]["attributes"]["state"] for event in events]
    assert states == ["installing", "ready"]
    missing = await client.post(
        "/apps/other", params={"Source": f"{world.origin}/no"}, headers={"accept": "text/event-stream"}
    )
    assert missing.text == 'event: error\r\ndata: "Application manifest is not reachable"\r\n\r\n'


async def test_refusals_over_http_are_those_that_clients_know(client, world):
    assert (await client.post("/apps/Bad_Slug", params={"Source": "registry://x"})).status_code == 422
    assert (await client.post("/apps/mini", params={"Source": "ftp://x"})).status_code == 422
    assert (await client.post("/apps/mini", params={"Source": f"{world.origin}/no"})).status_code == 404
    assert (await client.post("/apps/mini")).status_code == 404  # no registry has it
    assert (await client.post("/apps/mini", params={"Source": world.give("/x", b"x")})).status_code == 400
    assert (await client.put("/apps/mini")).status_code == 404


@pytest.mark.parametrize(
    ("caller", "source", "may"),
    [
        (Caller("owner", EVERYTHING), "registry://mini", True),
        (Caller("owner", EVERYTHING), "https://example.org/x.tar.gz", True),
        (Caller("app", (Grant("io.cozy.apps"),), name="store"), "registry://mini", True),
        (Caller("app", (Grant("io.cozy.apps"),), name="store"), "https://example.org/x", False),
        (Caller("app", (Grant("io.cozy.apps"),), name="home"), "registry://mini", False),
        (Caller("client", (Grant("io.cozy.apps"),), name="x"), "registry://mini", False),
        (Caller("client", EVERYTHING, name="flagship"), "registry://mini", True),
        (Caller("cli", (Grant("io.cozy.apps"),)), "file:///x", True),
    ],
)  # fmt: skip
def test_only_the_owner_and_the_store_change_what_is_installed(caller, source, may):
    if may:
        apps.rights.check(caller, "app", "POST", source)
    else:
        with pytest.raises(NotYours):
            apps.rights.check(caller, "app", "POST", source)


async def test_an_app_can_be_taken_as_an_archive(house, home, world, client):
    await install(house, home, source=world.give("/mini.tar.gz", packed(MINI, FILES)))
    answer = await client.get("/apps/mini/download")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        assert "index.html" in {name.lstrip("/") for name in tar.getnames()}
    assert (await client.get("/apps/mini/download/1.0.0")).status_code == 200
    assert (await client.get("/apps/mini/download/9.9.9")).status_code == 412


async def test_a_program_that_may_do_everything_opens_an_app_by_itself(house, home, world, client, holding):
    await install(house, home, source=world.give("/mini.tar.gz", packed(MINI, FILES)))
    shown = (await client.get("/apps/mini/open")).json()["data"]
    assert (shown["type"], shown["links"]) == ("io.cozy.apps.open", {"self": "/apps/mini/open"})
    said = shown["attributes"]
    assert (said["AppName"], said["Tracking"], said["SubDomain"], said["Warnings"]) == (
        "Mini",
        "false",
        "nested",
        "",
    )
    cookie = said["Cookie"].partition(";")[0]
    headers = {"authorization": f"Bearer {said['Token']}", "cookie": cookie}
    assert (await client.get("/files/io.cozy.files.root-dir", headers=headers)).status_code == 200
    assert (await (await holding("io.cozy.apps")).get("/apps/mini/open")).status_code == 403


async def test_apps_write_lines_to_the_hosts_log(house, home, world, client, anonymous):
    rules = {"logs": {"type": "io.cozy.apps.logs", "verbs": ["POST"]}}
    await install(
        house, home, source=world.give("/mini.tar.gz", packed({**MINI, "permissions": rules}, FILES))
    )
    token = await house.read(home, SYSTEM, auth.tokens.for_app, "mini")
    headers = {"authorization": f"Bearer {token}"}
    lines = [{"timestamp": "2026-10-27T17:13:37.293Z", "level": "info", "msg": "hello"}]
    assert (await anonymous.post("/apps/whatever/logs", json=lines, headers=headers)).status_code == 204
    assert (await anonymous.post("/konnectors/mini/logs", json=lines, headers=headers)).status_code == 403
    assert (await client.post("/apps/mini/logs", json=[{"level": "loud"}])).status_code == 422
    assert (await client.post("/apps/mini/logs", json={})).status_code == 400


async def test_an_installation_that_broke_off_can_begin_again(house, home, world, clock):
    url = world.give("/mini.tar.gz", packed(MINI, FILES))
    body = {"state": "installing", "updated_at": "2026-07-18T14:00:00Z", "source": url}
    await house.write(home, SYSTEM, documents.create, "io.cozy.apps", body, id_="io.cozy.apps/mini")
    with pytest.raises(Busy):
        await install(house, home, source=url)
    clock.advance(minutes=20)
    assert (await install(house, home, source=url)).state == "ready"


async def test_an_app_that_was_shut_out_opens_no_page(house, home, world, owner):
    await install(house, home, source=world.give("/mini.tar.gz", packed(MINI, FILES)))
    login = await owner.get(
        f"{home.origin}/auth/login", params={"redirect": "http://mini.alice.localhost:8080/"}
    )
    await owner.get(login.headers["location"])
    assert (await owner.get("http://mini.alice.localhost:8080/")).status_code == 200
    held = await house.read(home, SYSTEM, permissions.of_source, "app", "mini")
    await house.write(home, SYSTEM, permissions.withdraw, held)
    page = await owner.get("http://mini.alice.localhost:8080/")
    assert page.status_code == 403
    assert f'href="{home.origin}/my"' in page.text
    assert (await owner.get("http://mini.alice.localhost:8080/public")).status_code == 403
    app = await house.read(home, SYSTEM, apps.manifest, "mini")
    await house.write(home, SYSTEM, apps.allow, app, Consent())
    assert (await owner.get("http://mini.alice.localhost:8080/")).status_code == 200


async def test_a_branch_comes_as_an_archive_where_repositories_are_kept(house, home, world):
    content = packed({**MINI, "name": "Built"}, FILES, "mini-build/")
    world.give("/alice/mini/archive/build.tar.gz", content)
    world.give("/bob/mini/-/archive/main/mini-main.tar.gz", packed({**MINI, "name": "Main"}, FILES, "x/"))
    source = world.origin.replace("http://", "git+http://")
    built = await install(house, home, source=f"{source}/alice/mini.git#build")
    assert built.manifest.name == "Built"
    other = await install(house, home, "other", source=f"{source}/bob/mini")
    assert other.manifest.name == "Main"
    with pytest.raises(NoManifest):
        await apps.installing.install(
            house, home, Caller("owner", EVERYTHING), "no", source=f"{source}/eve/mini"
        )


async def test_the_program_git_is_asked_for_whoever_holds_the_machine(house, home, folder, git_server):
    app = await install(house, home, source=f"{git_server}/mini#trunk")
    assert app.manifest.version.startswith("1.0.0-")
    assert len(app.manifest.version) == len("1.0.0-") + 40
    pack = house.shelf.find(app.pack)
    assert pack is not None
    assert "index.html" in pack.files
    assert not any(name.startswith(".git") for name in pack.files)
    with pytest.raises(NoManifest):
        await apps.installing.install(
            house, home, Caller("owner", EVERYTHING), "no", source=f"{git_server}/mini#trunk"
        )
    with pytest.raises(NoManifest):
        await install(house, home, "no", source=f"{git_server}/mini#other")
