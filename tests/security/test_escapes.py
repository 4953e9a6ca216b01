"""Ways out of a small grant that somebody with time would try, each of which has to lead nowhere."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from cozy.app.server import serving
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model.device_passwords import Wanted
from cozy.rooms.auth.service import tokens
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.auth.conftest import new_program, program
from tests.conftest import OWNER
from tests.files.photos import photo
from tests.security.conftest import folder_of
from tests.security.talk import OPENED, Talk, ask

__all__ = ["new_program", "program"]
TODOS, FILES, ALBUMS = "io.cozy.todos", "io.cozy.files", "io.cozy.photos.albums"
SECRET = "what-nobody-may-know"
DATA = f"/data/{TODOS}"


def attributes(**values: Any) -> Any:
    return {"data": {"attributes": values}}


def wanting(rule: dict[str, Any]) -> Any:
    return attributes(permissions={"a": rule})


@pytest.fixture
async def todos(client) -> dict[str, Any]:
    """Two todos, `mine` and `hidden`, as they were answered."""
    made = {}
    for name in ("mine", "hidden"):
        body = {"list": name, "owner": {"name": name}, "label": SECRET if name == "hidden" else "x"}
        made[name] = (await client.put(f"{DATA}/{name}", json=body)).json()
    return made


async def refused(holder: Any, method: str, url: str, **more: Any) -> None:
    answer = await holder.request(method, url, **more)
    assert answer.status_code in {400, 401, 403, 404, 422}, (
        method,
        url,
        answer.status_code,
        answer.text[:300],
    )
    assert SECRET not in answer.text


BY_FEW = [f"{TODOS}:ALL:mine", f"{TODOS}:ALL:mine:list", f"{TODOS}:ALL:mine:owner.name"]


@pytest.mark.parametrize("scope", BY_FEW)
async def test_who_may_use_one_document_finds_no_other_among_many(acting, todos, scope):
    holder = await acting("client", "narrow", scope)
    ids = {"docs": [{"id": "hidden"}, {"id": "mine"}]}
    selector = {"selector": {"label": SECRET}}
    for method, path, params, body in (
        ("GET", "_all_docs", {"include_docs": "true"}, None),
        ("GET", "_all_docs", {"key": '"hidden"', "include_docs": "true"}, None),
        ("POST", "_all_docs", {"include_docs": "true"}, {"keys": ["hidden"]}),
        ("GET", "_normal_docs", {}, None),
        ("GET", "_changes", {"include_docs": "true"}, None),
        ("POST", "_changes", {"filter": "_doc_ids", "include_docs": "true"}, {"doc_ids": ["mine", "hidden"]}),
        ("POST", "_changes", {"filter": "_selector", "include_docs": "true"}, selector),
        ("GET", "_changes", {"feed": "longpoll", "timeout": "1", "include_docs": "true"}, None),
        ("POST", "_find", {}, selector),
        ("POST", "_find", {}, {**selector, "fields": ["_id"]}),
        ("POST", "_bulk_get", {"revs": "true"}, ids),
        ("POST", "_revs_diff", {}, {"hidden": [todos["hidden"]["rev"]]}),
        ("POST", "_bulk_docs", {}, {"docs": [{"_id": "hidden", "_rev": todos["hidden"]["rev"]}]}),
        ("POST", "_bulk_docs", {}, {"docs": [{"_id": "mine", "_rev": todos["mine"]["rev"], "list": "mine"}]}),
        ("POST", "_index", {}, {"index": {"fields": ["label"]}}),
        ("GET", "_index", {}, None),
        ("GET", "_design_docs", {"include_docs": "true"}, None),
        ("PUT", "_local/x", {}, {"seen": 1}),
        ("GET", "_local/x", {}, None),
        ("GET", "", {}, None),
        ("DELETE", "", {}, None),
    ):  # fmt: skip
        await refused(holder, method, f"{DATA}/{path}".rstrip("/"), params=params, json=body)


@pytest.mark.parametrize(
    "path",
    [
        "hidden", "%68idden", "mine%2F..%2Fhidden", "mine/../hidden", "..%2Fio.cozy.todos%2Fhidden", "hidden%00", "hidden/", "hidden//",
        "%2Fhidden", "./hidden", "hidden?_id=mine", "hidden?rev=1-x", "HIDDEN", "hidden%20", "_design%2Fhidden", "_local%2Fhidden",
    ],
)  # fmt: skip
async def test_no_spelling_of_an_id_is_another_documents(acting, todos, path):
    holder = await acting("client", "narrow", f"{TODOS}:ALL:mine")
    for method, body in (("GET", None), ("PUT", {}), ("DELETE", None)):
        await refused(holder, method, f"{DATA}/{path}", json=body)


@pytest.mark.parametrize(
    "doctype",
    ["*", "io.cozy.*", "io.cozy.todos.*", "io.cozy.todos.", "IO.COZY.TODOS", "io.cozy.todo", "io.cozy", "io.cozy.todos%2Fx", "_todos", "%2A", "..%2Fio.cozy.todos"],
)  # fmt: skip
async def test_no_spelling_of_a_doctype_is_another(acting, todos, doctype):
    holder = await acting("client", "narrow", "io.cozy.notes")
    for method, path in (("GET", "hidden"), ("GET", "_all_docs"), ("POST", "_find"), ("DELETE", "hidden")):
        await refused(
            holder, method, f"/data/{doctype}/{path}", json={"selector": {}} if method == "POST" else None
        )
    await refused(holder, "GET", f"/permissions/doctype/{doctype}/shared-by-link")


@pytest.mark.parametrize(
    "body",
    [
        {"owner": "mine"}, {"owner": [{"name": "mine"}]}, {"owner.name": "mine"}, {"owner": {"name": {"name": "mine"}}},
        {"owner": {"name": [["mine"]]}}, {"owner": {"name": {"mine": True}}}, {"owner": {"name": "mine "}}, {"owner": {"name": "Mine"}},
        {"owner": {"Name": "mine"}}, {"owner": {"name": None}}, {"name": "mine"}, {"owner": {"owner": {"name": "mine"}}},
    ],
)  # fmt: skip
async def test_a_value_inside_another_is_that_one_alone(acting, client, body):
    await client.put(f"{DATA}/odd", json={**body, "label": SECRET})
    holder = await acting("client", "narrow", f"{TODOS}:ALL:mine:owner.name")
    await refused(holder, "GET", f"{DATA}/odd")
    await refused(holder, "POST", DATA, json=body)
    await refused(holder, "POST", f"/realtime/{TODOS}/odd", json=body)


@pytest.mark.parametrize("scope", BY_FEW)
async def test_a_document_is_not_made_ones_own_by_what_one_writes_into_it(acting, client, todos, scope):
    holder = await acting("client", "narrow", scope)
    body = {"list": "mine", "owner": {"name": "mine"}}
    edit = {**body, "_id": "hidden", "_rev": todos["hidden"]["rev"]}
    await refused(holder, "PUT", f"{DATA}/hidden", json=edit)
    await refused(holder, "PUT", f"{DATA}/mine", json=edit)
    await refused(holder, "POST", f"/realtime/{TODOS}/hidden", json=body)
    assert (await client.get(f"{DATA}/hidden")).json()["label"] == SECRET


async def test_a_branch_that_lost_is_covered_by_what_it_holds_itself(acting, client, todos):
    lost = {"_id": "mine", "_rev": f"1-{'0' * 32}", "list": "hidden", "label": SECRET}
    await client.post(f"{DATA}/_bulk_docs", json={"docs": [lost], "new_edits": False})
    holder = await acting("client", "narrow", f"{TODOS}:GET:mine:list")
    assert (await client.get(f"{DATA}/mine", params={"rev": lost["_rev"]})).json()["label"] == SECRET
    assert (await holder.get(f"{DATA}/mine")).status_code == 200
    await refused(holder, "GET", f"{DATA}/mine", params={"rev": lost["_rev"]})


@pytest.mark.parametrize("new_edits", [True, False])
async def test_leave_to_add_changes_and_deletes_nothing_even_among_many(acting, client, todos, new_edits):
    rev, next_rev = todos["hidden"]["rev"], f"2-{'f' * 32}"
    named = {"_id": "hidden", "_rev": rev if new_edits else next_rev}
    if not new_edits:
        named["_revisions"] = {"start": 2, "ids": ["f" * 32, rev.partition("-")[2]]}
    for verbs, edit in (
        ("POST", {"label": "x"}),
        ("POST,PUT", {"_deleted": True}),
        ("POST,DELETE", {"label": "x"}),
    ):
        holder = await acting("client", f"adds-{verbs}", f"{TODOS}:{verbs}")
        body = {"docs": [{"_id": "new"}, {**named, **edit}], "new_edits": new_edits}
        if not new_edits:
            body["docs"][0]["_rev"] = f"1-{'a' * 32}"
        await refused(holder, "POST", f"{DATA}/_bulk_docs", json=body)
    assert (await client.get(f"{DATA}/hidden")).json()["label"] == SECRET
    assert (await client.get(f"{DATA}/new")).status_code == 404
    added = await holder.post(f"{DATA}/_bulk_docs", json={"docs": [{"_id": "new"}]})
    assert added.status_code == 201


@pytest.fixture
async def made(client, todos):
    """`await made(rule, **params)`: a link of the owner's, as it was answered."""

    async def made(rule: dict[str, Any], **params: str) -> dict[str, Any]:
        answer = await client.post("/permissions", params={"codes": "bob", **params}, json=wanting(rule))
        return answer.json()["data"]

    return made


def code_of(link: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Bearer {link['attributes']['codes']['bob']}"}


async def test_a_code_opens_no_way_to_other_codes(anonymous, made):
    everything = {"type": TODOS, "verbs": ["ALL"]}
    link, other = await made(everything), await made({"type": TODOS, "values": ["hidden"]})
    guest = code_of(link)
    for method, url, body in (
        ("POST", "/permissions?codes=eve", wanting({"type": TODOS, "verbs": ["GET"], "values": ["mine"]})),
        ("PATCH", f"/permissions/{link['id']}", attributes(codes={"bob": "", "eve": ""})),
        ("PATCH", f"/permissions/{link['id']}", wanting({"type": FILES})),
        ("PATCH", f"/permissions/{link['id']}", attributes(password="")),
        ("PATCH", f"/permissions/{link['id']}", attributes(expires_at="2100-01-01T00:00:00Z")),
        ("PATCH", f"/permissions/{other['id']}", attributes(codes={"eve": ""})),
        ("PATCH", "/permissions/apps/todos", wanting({"type": TODOS})),
        ("DELETE", f"/permissions/{link['id']}", None),
        ("DELETE", f"/permissions/{other['id']}", None),
        ("GET", f"/permissions/{other['id']}", None),
        ("GET", "/data/io.cozy.permissions/_all_docs", None),
        ("GET", "/sharings/news", None),
    ):
        answer = await anonymous.request(method, url, json=body, headers=guest)
        assert answer.status_code in {403, 404}, (method, url, answer.text)
    seen = await anonymous.get(f"/permissions/doctype/{TODOS}/shared-by-link", headers=guest)
    assert other["id"] in seen.text
    for code in (*other["attributes"]["codes"].values(), *other["attributes"]["shortcodes"].values()):
        assert code not in seen.text


async def test_a_guest_learns_no_more_of_the_owner_than_pages_need(anonymous, made):
    guest = code_of(await made({"type": TODOS, "values": ["mine"]}))
    answer = await anonymous.get("/settings/instance", headers=guest)
    assert answer.json()["data"]["attributes"]["public_name"] == "Alice"
    assert "alice@example.org" not in answer.text


async def test_who_may_only_read_sees_no_code_of_links_that_write(acting, made):
    link = await made({"type": TODOS, "verbs": ["ALL"], "values": ["hidden"]})
    holder = await acting("client", "reads", f"{TODOS}:GET")
    seen = (await holder.get(f"/permissions/doctype/{TODOS}/shared-by-link")).json()["data"]
    assert [one["id"] for one in seen] == [link["id"]]
    assert seen[0]["attributes"]["codes"] == seen[0]["attributes"]["shortcodes"] == {}
    few = await acting("client", "reads-one", f"{TODOS}:GET:hidden")
    await refused(few, "GET", f"/permissions/doctype/{TODOS}/shared-by-link")
    asked = await few.post("/permissions/exists", json={"data": [{"type": TODOS, "id": "mine"}]})
    assert asked.json()["data"] == []


@pytest.fixture
async def ending(house, home, clock, anonymous):
    """The token of a device whose grant ends in an hour, and that end."""
    end = iso(clock.now + timedelta(hours=1))
    given = await house.write(
        home, SYSTEM, lambda work: permissions.grant(work, "oauth", "d", {"a": Rule(TODOS)}, expires_at=end)
    )
    token = await house.read(home, SYSTEM, lambda work: tokens.signed(work, "access", "d", grant=given.id))
    return {"authorization": f"Bearer {token}"}, end


@pytest.mark.parametrize("wanted", ["", "2100-01-01T00:00:00Z"])
async def test_a_link_ends_no_later_than_what_its_maker_holds(anonymous, ending, wanted):
    headers, end = ending
    asked = attributes(permissions={"a": {"type": TODOS}}, expires_at=wanted)
    link = (await anonymous.post("/permissions?codes=bob", json=asked, headers=headers)).json()["data"]
    assert link["attributes"]["expires_at"] == end
    url = f"/permissions/{link['id']}"
    changed = await anonymous.patch(url, json=attributes(expires_at="2100-01-01T00:00:00Z"), headers=headers)
    assert changed.json()["data"]["attributes"]["expires_at"] == end
    asked = attributes(permissions={"a": {"type": TODOS}})
    link = (await anonymous.post("/permissions?codes=bob&ttl=10m", json=asked, headers=headers)).json()[
        "data"
    ]
    assert link["attributes"]["expires_at"] < end


async def test_what_ends_is_not_given_to_an_app_that_lasts(house, home, anonymous, ending):
    headers, end = ending
    for slug, ends_at, status in (("lasts", "", 403), ("ends", end, 200)):
        await house.write(
            home, SYSTEM, lambda work, slug=slug, ends_at=ends_at: permissions.grant(
                work, "app", slug, {"x": Rule("io.cozy.notes")}, expires_at=ends_at
            )
        )  # fmt: skip
        answer = await anonymous.patch(
            f"/permissions/apps/{slug}", json=wanting({"type": TODOS}), headers=headers
        )
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("kind", "type_"), [("app", "app"), ("konnector", "konnector"), ("client", "oauth")])
async def test_a_link_opens_no_more_than_what_its_maker_may_by_now(house, home, acting, anonymous, todos, kind, type_):  # fmt: skip
    maker = await acting(kind, "notes", TODOS)
    guest = code_of(
        (await maker.post("/permissions?codes=bob", json=wanting({"type": TODOS}))).json()["data"]
    )

    async def answers() -> tuple[int, int]:
        read = await anonymous.get(f"{DATA}/mine", headers=guest)
        return read.status_code, (await anonymous.post(DATA, json={}, headers=guest)).status_code

    async def left(change: Any) -> None:
        def run(work: Any) -> None:
            given = permissions.of_source(work, type_, "notes")
            assert given is not None
            change(work, given)

        await house.write(home, SYSTEM, run)

    assert await answers() == (200, 201)
    await left(lambda work, given: permissions.narrow(work, given, {"a": Rule(TODOS, ("GET",))}))
    assert await answers() == (200, 403)
    await left(lambda work, given: permissions.set_end(work, given, iso(work.now)))
    assert await answers() == (400, 400)
    await left(lambda work, given: permissions.set_end(work, given, ""))
    assert await answers() == (200, 403)


@pytest.mark.parametrize("scope", ["io.*", "io.cozy.*", "com.*", "*:GET", "*:POST:x", "** ", "i*"])
async def test_no_program_asks_for_nearly_everything_by_another_name(program, owner, scope):
    """Everything takes the passphrase and a challenge; what is as much may not be had for less."""
    answer = await owner.get("/auth/authorize", params=program.asking(scope))
    assert answer.status_code == 400, answer.text


async def test_a_narrow_everything_opens_no_session(house, home, anonymous, lock):
    token = await house.read(home, SYSTEM, auth.mint, "*:POST:one")
    headers = {"authorization": f"Bearer {token}"}
    await house.write(home, SYSTEM, permissions.grant, "konnector", "bank", {"a": Rule(TODOS)})
    assert (await anonymous.post("/auth/session_code", json={}, headers=headers)).status_code == 401
    assert (await anonymous.post("/auth/tokens/konnectors/bank", json={}, headers=headers)).status_code == 403


async def test_no_token_but_an_apps_own_ends_a_session(house, home, owner, client, made, acting):
    link, app = await made({"type": TODOS}), await acting("app", "other", TODOS)
    for headers in (
        {"authorization": client.headers["authorization"]},
        {"authorization": app.headers["authorization"]},
        code_of(link),
    ):
        for path in ("/auth/login", "/auth/login/others"):
            assert (await owner.delete(path, headers=headers)).status_code in {400, 401}
    assert await owner.is_in()


async def test_codes_of_six_digits_are_not_guessed_over_sockets(house, home, anonymous, made):
    link = await made({"type": TODOS}, tiny="true", ttl="30m")
    right = link["attributes"]["shortcodes"]["bob"]
    assert len(right) == 6
    app = serving(house)

    async def tried(code: str) -> str:
        talk = Talk(app, f"{home.origin}/realtime", {})
        assert await talk.opened() == OPENED
        await talk.say("AUTH", code)
        await talk.say("ECHO")
        said = await talk.error()
        await talk.hang_up()
        return said

    assert (await tried(right)).startswith("405")  # to ECHO: it is in
    for number in range(20):
        assert await tried(f"{(int(right) + number + 1) % 1_000_000:06d}") == "401 Unauthorized"
    assert await tried(right) == "401 Unauthorized"
    assert (await ask(app, "GET", f"{home.origin}{DATA}", {"authorization": f"Bearer {right}"}))[0] == 429


@pytest.fixture
async def tree(client, acting):
    """Alice's folders `mine` and `hidden`, a file in each, and a device that may use the first."""
    mine, hidden = await folder_of(client, "mine"), await folder_of(client, "hidden")
    file = (await client.upload("file.txt", b"open", mine))["id"]
    secret = (await client.upload("secret.txt", SECRET.encode(), hidden))["id"]
    await client.put(f"/files/{secret}", content=f"{SECRET} again".encode())
    shown = (await client.get(f"/files/{secret}")).json()["data"]
    version = shown["relationships"]["old_versions"]["data"][0]["id"].partition("/")[2]
    holder = await acting("client", "narrow", f"{FILES}:ALL:{mine}")
    return holder, {"mine": mine, "hidden": hidden, "file": file, "secret": secret, "version": version}


async def test_an_old_version_is_its_own_files(tree):
    holder, ids = tree
    for url in (
        "/files/download/{secret}/{version}", "/files/download/{file}/{version}", "/files/download/{file}%2F..%2F{secret}/{version}",
        "/files/download/{file}/..%2F{secret}%2F{version}", "/data/io.cozy.files.versions/{secret}%2F{version}",
    ):  # fmt: skip
        await refused(holder, "GET", url.format(**ids))
    for version in ("{secret}/{version}", "{file}/{version}", "{file}/../{secret}/{version}"):
        await refused(holder, "POST", "/files/downloads", params={"VersionId": version.format(**ids)})
    await refused(holder, "POST", f"/files/revert/{ids['file']}/{ids['version']}")
    await refused(holder, "DELETE", f"/files/{ids['file']}/{ids['version']}")


@pytest.mark.parametrize("wanted", ["bytes=0-3", "bytes=-4", "bytes=999999-", "bytes=0-0,2-3"])
async def test_a_part_of_a_hidden_file_tells_as_little_as_the_whole(tree, wanted):
    holder, ids = tree
    headers = {"range": wanted, "if-range": '"x"'}
    for method in ("GET", "HEAD"):
        there = await holder.request(method, f"/files/download/{ids['secret']}", headers=headers)
        gone = await holder.request(method, "/files/download/nothing", headers=headers)
        assert (there.status_code, there.text) == (gone.status_code, gone.text) == (404, there.text)
        assert "content-range" not in there.headers
        assert "etag" not in there.headers


async def test_what_lies_in_a_folder_is_shared_as_long_as_it_lies_there(client, tree):
    holder, ids = tree
    inner = await folder_of(client, "inner", ids["mine"])
    deep = (await client.upload("deep.txt", b"deep", inner))["id"]
    assert (await holder.get(f"/files/download/{deep}")).status_code == 200
    moved = await client.patch(f"/files/{inner}", json=attributes(dir_id=ids["hidden"]))
    assert moved.status_code == 200
    for url in (f"/files/{deep}", f"/files/download/{deep}", f"/files/{inner}/relationships/contents"):
        await refused(holder, "GET", url)
    await refused(holder, "PATCH", f"/files/{inner}", json=attributes(dir_id=ids["mine"]))
    await client.patch(f"/files/{ids['secret']}", json=attributes(dir_id=ids["mine"]))
    assert (await holder.get(f"/files/{ids['secret']}")).status_code == 200
    await client.delete(f"/files/{ids['secret']}")
    await refused(holder, "GET", f"/files/{ids['secret']}")  # the bin is no part of the folder
    await refused(holder, "POST", f"/files/trash/{ids['secret']}")


async def test_a_folder_is_not_widened_from_inside(client, tree):
    """Neither by moving it, nor by naming what is in it after something else, nor by shortcuts and copies."""
    holder, ids = tree
    for method, url, body in (
        ("PATCH", "/files/{mine}", attributes(dir_id=ids["hidden"])),
        ("PATCH", "/files/{file}", attributes(name="../hidden/x")),
        ("PATCH", "/files/{file}", attributes(dir_id=ids["hidden"], name="x")),
        ("POST", "/files/{secret}/copy?DirID={mine}", None),
        ("POST", "/files/{mine}?Type=directory&Name=..", None),
        ("POST", "/files/?Type=directory&Path=/mine/../hidden/x", None),
        ("POST", "/files/{secret}/relationships/referenced_by", {"data": [{"type": ALBUMS, "id": "a"}]}),
        ("POST", "/shortcuts", attributes(name="x.url", dir_id=ids["hidden"], url="https://example.org/")),
        ("GET", "/shortcuts/{secret}", None),
    ):
        answer = await holder.request(method, url.format(**ids), json=body)
        assert answer.status_code in {400, 403, 404, 422}, (url, answer.text)
        assert SECRET not in answer.text
    listed = await client.get(f"/files/{ids['hidden']}/relationships/contents")
    assert [one["id"] for one in listed.json()["data"]] == [ids["secret"]]
    assert (await client.get("/files/metadata", params={"Path": "/hidden/secret.txt"})).status_code == 200
    assert (await client.get("/files/metadata", params={"Path": "/mine"})).status_code == 200


async def test_an_album_is_no_way_to_files_that_one_may_not_put_there(client, acting, tree):
    _, ids = tree
    holder = await acting("client", "album", f"{FILES}:ALL:{ALBUMS}/a:referenced_by", f"{ALBUMS}:ALL:a")
    data = {"data": [{"type": FILES, "id": ids["secret"]}]}
    await refused(holder, "POST", f"/data/{ALBUMS}/a/relationships/references", json=data)
    await refused(holder, "POST", f"/files/{ids['secret']}/relationships/referenced_by", json={"data": [{"type": ALBUMS, "id": "a"}]})  # fmt: skip
    await refused(holder, "GET", f"/files/{ids['secret']}")
    await client.post(f"/data/{ALBUMS}/a/relationships/references", json=data)
    assert (await holder.get(f"/files/{ids['secret']}")).status_code == 200
    await client.request("DELETE", f"/data/{ALBUMS}/a/relationships/references", json=data)
    await refused(holder, "GET", f"/files/{ids['secret']}")


def related(answer: Any) -> str:
    """The address that an answer made."""
    return str(answer.json()["links"]["related"])


async def test_secrets_of_addresses_open_what_they_were_made_for_alone(client, anonymous, tree):
    holder, ids = tree
    made = related(await holder.post("/files/downloads", params={"Id": ids["file"]}))
    packed = related(await holder.post("/files/archive", json=attributes(ids=[ids["mine"]])))
    assert (await anonymous.get(made)).content == b"open"
    assert (await anonymous.get(packed)).status_code == 200
    secret, archive = made.split("/")[3], packed.split("/")[3]
    for url in (
        f"/files/archive/{secret}/x.zip", f"/files/downloads/{archive}/x", f"/files/{ids['secret']}/thumbnails/{secret}/tiny",
        f"/files/downloads/{secret[:-1]}/x", f"/files/downloads/{secret}x/x", "/files/downloads/%00/x", "/files/archive/%25/x.zip",
    ):  # fmt: skip
        await refused(anonymous, "GET", url)


async def test_a_thumbnails_address_is_its_own_files(client, anonymous):
    for name in ("a.jpg", "b.jpg"):
        await client.upload(name, photo())
    listed = (await client.get("/files/io.cozy.files.root-dir")).json()["included"]
    links = [one["links"]["tiny"] for one in listed if one["attributes"].get("class") == "image"]
    assert len(links) == 2
    (_, _, first, _, secret, look), (_, _, second, *_) = (link.split("/") for link in links)
    assert (await anonymous.get(f"/files/{first}/thumbnails/{secret}/{look}")).status_code == 200
    await refused(anonymous, "GET", f"/files/{second}/thumbnails/{secret}/{look}")
    later = f"{int(secret[:8], 16) + 60:08x}{secret[8:]}"
    await refused(anonymous, "GET", f"/files/{first}/thumbnails/{later}/{look}")


async def test_what_a_grant_made_opens_nothing_once_it_is_over(house, home, anonymous, tree):
    holder, ids = tree
    made = related(await holder.post("/files/downloads", params={"Id": ids["file"]}))
    packed = related(await holder.post("/files/archive", json=attributes(ids=[ids["mine"]])))

    def withdraw(work: Any) -> None:
        given = permissions.of_source(work, "oauth", "narrow")
        assert given is not None
        permissions.withdraw(work, given)

    await house.write(home, SYSTEM, withdraw)
    for url in (made, packed):
        await refused(anonymous, "GET", url)


async def test_an_archive_holds_nothing_that_was_moved_away_since(client, anonymous, tree):
    holder, ids = tree
    packed = related(await holder.post("/files/archive", json=attributes(ids=[ids["mine"], ids["file"]])))
    await client.patch(f"/files/{ids['file']}", json=attributes(dir_id=ids["hidden"]))
    await client.put(f"/files/{ids['file']}", content=SECRET.encode())
    assert SECRET not in (await anonymous.get(packed)).text


async def test_a_device_reaches_no_other_folder_by_any_way_of_dav(house, home, client, tree):
    _, ids = tree
    wanted = Wanted(name="phone", areas=("files",), may_write=True, folder=ids["mine"])
    made = await auth.device_passwords.make(house, home, OWNER, wanted)
    headers = {"authorization": f"Basic {base64.b64encode(f'x:{made.password}'.encode()).decode()}"}
    app, where = serving(house), f"{home.origin}/dav/files"
    before = (await client.get("/files/_changes")).json()["last_seq"]
    inside, outside, kept = f"{where}/mine/file.txt", f"{where}/hidden/secret.txt", f"{where}/mine/kept.txt"
    for method, url, destination in (
        ("PROPFIND", f"{where}/hidden/", ""), ("PROPFIND", outside, ""), ("PROPFIND", f"{where}/mine/../hidden/", ""),
        ("PROPFIND", f"{where}/mine/%2e%2e/hidden/", ""), ("PROPFIND", f"{where}/mine/..%2Fhidden/", ""), ("GET", outside, ""),
        ("HEAD", outside, ""), ("PUT", outside, ""), ("PUT", f"{where}/hidden/new.txt", ""), ("PUT", f"{where}/new.txt", ""),
        ("MKCOL", f"{where}/hidden/new", ""), ("MKCOL", f"{where}/new", ""), ("DELETE", outside, ""), ("DELETE", f"{where}/hidden/", ""),
        ("COPY", outside, kept), ("MOVE", outside, kept), ("COPY", inside, f"{where}/hidden/x.txt"), ("MOVE", inside, f"{where}/hidden/x.txt"),
        ("MOVE", inside, outside), ("COPY", inside, f"{where}/x.txt"), ("MOVE", inside, f"{where}/mine/../hidden/x.txt"),
        ("MOVE", inside, "http://bob.localhost:8080/dav/files/x.txt"), ("PROPPATCH", outside, ""), ("LOCK", outside, ""),
        ("UNLOCK", outside, ""),
    ):  # fmt: skip
        said = {**headers, "depth": "1", **({"destination": destination} if destination else {})}
        status, text = await ask(app, method, url, said)
        assert 400 <= status < 500 or status == 502, (method, url, destination, status, text)
        assert SECRET not in text
    assert (await client.get("/files/_changes")).json()["last_seq"] == before
    assert (await ask(app, "PROPFIND", f"{where}/mine/", {**headers, "depth": "1"}))[0] == 207
    _, top = await ask(app, "PROPFIND", f"{where}/", {**headers, "depth": "1"})
    assert "hidden" not in top
