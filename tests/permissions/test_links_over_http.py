"""`/permissions`, line by line as cozy-stack's own tests hold it (web/permissions/permissions_test.go)."""

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth.service import tokens
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotYours
from cozy.rooms.permissions.model import PERMISSIONS
from tests.permissions.conftest import linked, rules_of

SCOPE = "io.cozy.contacts io.cozy.files:GET io.cozy.events"
TWO = {
    "whatever": {"type": "io.cozy.files", "verbs": ["GET"], "values": ["io.cozy.music"]},
    "otherrule": {"type": "io.cozy.files", "verbs": ["GET"], "values": ["some-other-dir"]},
}


@pytest.fixture
async def phone(holder):
    return await holder(SCOPE)


def patch(**attributes):
    return {"data": {"attributes": attributes}}


async def test_one_sees_what_one_may_do(phone):
    answer = await phone.get("/permissions/self")
    assert answer.headers["content-type"] == "application/vnd.api+json"
    assert answer.json()["data"]["type"] == "io.cozy.permissions"
    seen = answer.json()["data"]["attributes"]
    assert seen["type"] == "oauth"
    assert seen["source_id"] == "phone"
    assert seen["permissions"] == {
        "rule0": {"type": "io.cozy.contacts"},
        "rule1": {"type": "io.cozy.files", "verbs": ["GET"]},
        "rule2": {"type": "io.cozy.events"},
    }


async def test_an_apps_permission_belongs_to_its_document(holder):
    app = await holder("io.cozy.files", "app", "drive")
    seen = (await app.get("/permissions/self")).json()["data"]
    assert seen["attributes"]["source_id"] == "io.cozy.apps/drive"
    assert seen["links"]["self"] == f"/permissions/{seen['id']}"


async def test_a_token_of_the_command_line_says_what_it_may_do(client):
    seen = (await client.get("/permissions/self")).json()["data"]["attributes"]
    assert seen["type"] == "cli"
    assert seen["permissions"] == {"rule0": {"type": "*"}}


async def test_nobody_has_no_permission(anonymous):
    assert (await anonymous.get("/permissions/self")).status_code == 401


async def test_a_client_that_was_revoked_is_told_so_in_the_words_that_clients_know(house, home, as_):
    token = await house.read(home, SYSTEM, lambda work: tokens.signed(work, "access", "revoked", grant="x"))
    answer = await as_(token).get("/permissions/self")
    assert answer.status_code == 400
    assert answer.json() == {"error": "Invalid JWT token"}
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("token", ["barbage", "foobar", "123456", "abcdefGHIJ01", "a.b.c"])
async def test_what_is_no_token_is_refused(as_, token):
    assert (await as_(token).get("/permissions/self")).status_code == 400


async def test_each_code_of_a_link_opens_it(phone, as_):
    made = (await linked(phone, TWO, codes="alice,bob"))["attributes"]
    assert set(made["codes"]) == set(made["shortcodes"]) == {"alice", "bob"}
    codes = [*made["codes"].values(), *made["shortcodes"].values()]
    assert len(set(codes)) == 4
    for code in codes:
        seen = (await as_(code).get("/permissions/self")).json()["data"]["attributes"]
        assert seen["type"] == "share"
        assert seen["permissions"] == TWO
        assert "codes" not in seen
        assert "shortcodes" not in seen


async def test_a_short_code_may_end_a_sentence(phone, as_):
    code = (await linked(phone, TWO, codes="alice"))["attributes"]["shortcodes"]["alice"]
    assert len(code) == 12
    assert (await as_(f"{code}.").get("/permissions/self")).status_code == 200


async def test_a_code_in_the_address_opens_a_link_too(phone, anonymous):
    code = (await linked(phone, TWO, codes="alice"))["attributes"]["shortcodes"]["alice"]
    assert (await anonymous.get("/permissions/self", params={"bearer_token": code})).status_code == 200


async def test_two_links_of_the_same_moment_have_codes_of_their_own(phone):
    first, second = [await linked(phone, TWO, codes="alice") for _ in range(2)]
    assert first["attributes"]["codes"] != second["attributes"]["codes"]


async def test_a_link_makes_no_link(phone, as_):
    eve = (await linked(phone, TWO, codes="eve"))["attributes"]["codes"]["eve"]
    error = await linked(as_(eve), TWO, 403, codes="more")
    assert error["detail"] == "Only apps can create sharing permissions"


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "io.cozy.tags"},
        {"type": "io.cozy.files"},  # all verbs, of which only one is held
        {"type": "io.cozy.files", "verbs": ["ALL"], "values": ["x"]},
        {"type": "io.cozy.files", "verbs": ["GET", "PUT"]},
        {"type": "io.cozy.files.*", "verbs": ["GET"]},
    ],
    ids=str,
)
async def test_a_link_gives_no_more_than_its_maker_has(phone, rule):
    error = await linked(phone, {"rule": rule}, 403, codes="x")
    assert error["detail"] == "Attempt to create a larger permission set"


@pytest.mark.parametrize(
    ("held", "rule"),
    [
        ("io.cozy.events:ALL:a,b", {"type": "io.cozy.events"}),
        ("io.cozy.events:ALL:a,b", {"type": "io.cozy.events", "values": []}),
        ("io.cozy.events:ALL:a,b", {"type": "io.cozy.events", "values": ["a", "c"]}),
        ("io.cozy.events:ALL:a,b", {"type": "io.cozy.events", "values": ["a"], "selector": "calendar"}),
        ("io.cozy.events:ALL:a,b:calendar", {"type": "io.cozy.events", "values": ["a"]}),
        ("io.cozy.bank.accounts", {"type": "io.cozy.bank.*"}),
    ],
    ids=str,
)
async def test_nor_more_documents(holder, held, rule):
    await linked(await holder(held), {"rule": rule}, 403, codes="x")


@pytest.mark.parametrize(
    ("held", "rule"),
    [
        ("io.cozy.events:ALL:a,b", {"type": "io.cozy.events", "values": ["b"]}),
        ("io.cozy.events:ALL:a,b", {"type": "io.cozy.events", "values": ["b", "a", "b"]}),
        (
            "io.cozy.events:ALL:a:calendar",
            {"type": "io.cozy.events", "values": ["a"], "selector": "calendar"},
        ),
        ("io.cozy.bank.*", {"type": "io.cozy.bank.accounts"}),
        ("io.cozy.bank.*", {"type": "io.cozy.bank"}),
        ("io.cozy.files.*", {"type": "io.cozy.files.*"}),
    ],
    ids=str,
)
async def test_a_part_can_be_given(holder, held, rule):
    await linked(await holder(held), {"rule": rule}, codes="x")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"type": "io.cozy.notifications"}, "reserved doctype io.cozy.notifications unwritable"),
        ({"type": "io.cozy.permissions"}, "reserved doctype io.cozy.permissions unwritable"),
        ({"type": "io.cozy.bank.*"}, "io.cozy.bank.* is not a valid doctype name"),
        ({"type": "io.cozy.*"}, "io.cozy.* is not a valid doctype name"),
        ({"type": "com.bitwarden.*"}, "com.bitwarden.* is not a valid doctype name"),
        ({"type": "IO.COZY.EVENTS"}, "IO.COZY.EVENTS is not a valid doctype name"),
        ({"type": "io..cozy"}, "io..cozy is not a valid doctype name"),
        ({"type": "*"}, "* is not a valid doctype name"),
    ],
    ids=str,
)
async def test_some_doctypes_no_link_can_open(client, rule, said):
    error = await linked(client, {"rule": rule}, 403, codes="x")
    assert said in (error["detail"], error.get("meta", {}).get("error"))


@pytest.mark.parametrize("verbs", [["BAD"], ["get"], ["GET", ""]])
async def test_a_verb_that_there_is_not_is_refused(phone, verbs):
    error = await linked(phone, {"rule": {"type": "io.cozy.events", "verbs": verbs}}, 400, codes="x")
    assert error["detail"] == "Permission scope is empty or malformed"


async def test_a_link_to_nothing_is_refused(phone):
    await linked(phone, {"permissions": {}}, 400, codes="x")


async def test_a_patch_says_something(phone):
    made = await linked(phone, TWO, codes="pierre")
    assert (await phone.patch(f"/permissions/{made['id']}", json=patch())).status_code == 400


async def test_a_patch_is_of_codes_or_of_rules(phone):
    made = await linked(phone, TWO, codes="pierre")
    both = patch(codes={"pierre": ""}, permissions={"x": {"type": "io.cozy.contacts"}})
    assert (await phone.patch(f"/permissions/{made['id']}", json=both)).status_code == 400


async def test_no_rule_is_added_that_the_caller_does_not_have(phone):
    made = await linked(phone, TWO, codes="jacque")
    more = patch(permissions={"otherperm": {"type": "io.cozy.token.cant.do.this"}})
    assert (await phone.patch(f"/permissions/{made['id']}", json=more)).status_code == 403


async def test_a_rule_is_added(phone, as_):
    made = await linked(phone, TWO, codes="paul")
    more = patch(permissions={"otherperm": {"type": "io.cozy.contacts"}})
    answer = await phone.patch(f"/permissions/{made['id']}", json=more)
    assert answer.json()["data"]["attributes"]["permissions"] == {
        **TWO,
        "otherperm": {"type": "io.cozy.contacts"},
    }
    assert (await as_(made["attributes"]["codes"]["paul"]).get("/data/io.cozy.contacts/_all_docs")).status_code == 200  # fmt: skip


async def test_a_rule_is_taken_away(phone):
    made = await linked(phone, TWO, codes="paul")
    answer = await phone.patch(f"/permissions/{made['id']}", json=patch(permissions={"otherrule": {}}))
    assert answer.json()["data"]["attributes"]["permissions"] == {"whatever": TWO["whatever"]}


async def test_codes_that_are_left_out_open_nothing_any_more(phone, as_):
    made = await linked(phone, TWO, codes="john,jane")
    codes, short = made["attributes"]["codes"], made["attributes"]["shortcodes"]
    url = f"/permissions/{made['id']}"
    assert (await as_(codes["jane"]).patch(url, json=patch(codes={"john": "x"}))).status_code == 403
    answer = await phone.patch(url, json=patch(codes={"john": "set-token"}))
    assert answer.json()["data"]["id"] == made["id"]
    assert answer.json()["data"]["attributes"]["codes"] == {"john": codes["john"]}
    for code, status in (
        (codes["john"], 200),
        (short["john"], 200),
        (codes["jane"], 400),
        (short["jane"], 400),
    ):
        assert (await as_(code).get("/permissions/self")).status_code == status


async def test_a_code_is_never_chosen_by_who_asks(phone, as_):
    made = await linked(phone, TWO, codes="john")
    answer = await phone.patch(f"/permissions/{made['id']}", json=patch(codes={"jane": "easy"}))
    seen = answer.json()["data"]["attributes"]
    assert set(seen["codes"]) == set(seen["shortcodes"]) == {"jane"}
    assert seen["codes"]["jane"] != "easy"
    assert (await as_("easy").get("/permissions/self")).status_code == 400
    assert (await as_(seen["shortcodes"]["jane"]).get("/permissions/self")).status_code == 200


async def test_who_made_a_link_revokes_it_and_who_holds_it_does_not(phone, as_):
    made = await linked(phone, TWO, codes="igor")
    igor, url = as_(made["attributes"]["codes"]["igor"]), f"/permissions/{made['id']}"
    assert (await igor.delete(url)).status_code == 403
    assert (await phone.delete(url)).status_code == 204
    assert (await igor.get("/permissions/self")).status_code == 400
    assert (await phone.delete(url)).status_code == 404


async def test_another_app_revokes_a_link_that_it_could_have_made(phone, holder):
    made = await linked(phone, TWO, codes="roger")
    narrow = await holder("io.cozy.files:GET:io.cozy.music", "app", "viewer")
    assert (await narrow.delete(f"/permissions/{made['id']}")).status_code == 403
    notes = await holder("io.cozy.files", "app", "notes")
    assert (await notes.delete(f"/permissions/{made['id']}")).status_code == 204


async def test_only_links_are_revoked_so(phone, house, home, holder):
    await holder("io.cozy.contacts", "app", "contacts")
    found = await house.read(home, SYSTEM, permissions.of_source, "app", "contacts")
    assert (await phone.delete(f"/permissions/{found.id}")).status_code == 403


async def test_an_app_and_its_mobile_client_share_their_links(house, home, holder):
    drive = await holder("io.cozy.files", "app", "drive")
    mobile = await holder("io.cozy.tags", metadata={"linked_app": "drive"})
    seen = (await mobile.get("/permissions/self")).json()["data"]["attributes"]
    assert seen["permissions"] == {"rule0": {"type": "io.cozy.files"}}
    for maker, other in ((mobile, drive), (drive, mobile)):
        made = await linked(maker, TWO, codes="email")
        assert made["attributes"]["source_id"] == "io.cozy.apps/drive"
        assert made["attributes"]["cozyMetadata"]["createdByApp"] == "drive"
        less = await house.read(home, SYSTEM, permissions.of_source, "app", "drive")
        await house.write(home, SYSTEM, permissions.narrow, less, rules_of("io.cozy.files:GET:x"))
        assert (
            await other.delete(f"/permissions/{made['id']}")
        ).status_code == 204  # its own, whatever it holds
        await house.write(home, SYSTEM, permissions.grant, "app", "drive", rules_of("io.cozy.files"))


@pytest.mark.parametrize(("ttl", "length"), [("30m", 6), ("1h", 6), ("59m60s", 6), ("24h", 12), ("1D", 12), ("", 12)])  # fmt: skip
async def test_a_tiny_code_is_for_an_hour_at_the_most(phone, as_, ttl, length):
    made = await linked(phone, TWO, codes="elise", tiny="true", ttl=ttl)
    code = made["attributes"]["shortcodes"]["elise"]
    assert len(code) == length
    assert code.isdecimal() or length == 12
    assert (await as_(code).get("/permissions/self")).status_code == 200


async def test_a_link_ends(phone, as_, clock):
    made = await linked(phone, TWO, codes="bob", ttl="1D")
    assert made["attributes"]["expires_at"] == "2026-07-19T14:02:00.000000Z"
    bob = as_(made["attributes"]["codes"]["bob"])
    clock.advance(hours=23)
    assert (await bob.get("/permissions/self")).status_code == 200
    clock.advance(hours=1)
    answer = await bob.get("/permissions/self")
    assert (answer.status_code, answer.json()) == (400, {"error": "Expired token"})
    assert "expired" in answer.headers["www-authenticate"]
    seen = await phone.get("/permissions/doctype/io.cozy.files/shared-by-link")
    assert [link["id"] for link in seen.json()["data"]] == [made["id"]]
    again = patch(expires_at="2027-01-01T00:00:00Z")
    assert (await phone.patch(f"/permissions/{made['id']}", json=again)).status_code == 200
    assert (await bob.get("/permissions/self")).status_code == 200
    assert (await phone.patch(f"/permissions/{made['id']}", json=patch(expires_at=""))).status_code == 200
    clock.advance(days=1000)
    assert (await bob.get("/permissions/self")).status_code == 200


async def test_a_link_ends_when_its_body_says(phone):
    made = await linked(phone, {"permissions": TWO, "expires_at": "2026-08-01T02:00:00+02:00"}, codes="bob")
    assert made["attributes"]["expires_at"] == "2026-08-01T00:00:00.000000Z"


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+23:00"])
async def test_an_end_that_is_no_date_is_refused(phone, text):
    error = await linked(phone, {"permissions": TWO, "expires_at": text}, 422, codes="bob")
    assert error["source"] == {"pointer": "/data/attributes/expires_at"}


async def test_a_duration_that_is_none_is_refused(phone):
    error = await linked(phone, TWO, 422, codes="bob", ttl="soon")
    assert error["source"] == {"parameter": "ttl"}


async def test_documents_tell_how_others_may_use_them(client, phone):
    ids = [(await client.post("/data/io.cozy.events", json={"n": n})).json()["id"] for n in range(3)]
    for values, verbs in ((ids[:1], ["DELETE", "PATCH"]), (ids[1:2], ["GET"]), (ids[1:2], ["POST"])):
        await linked(phone, {"e": {"type": "io.cozy.events", "verbs": verbs, "values": values}}, codes="bob")
    asked = [{"type": "io.cozy.events", "id": id_} for id_ in (*ids, "non-existing", ids[0])]
    answer = await phone.post("/permissions/exists", json={"data": asked})
    assert answer.json()["data"] == [
        {"type": "io.cozy.events", "id": ids[0], "verbs": ["PATCH", "DELETE"]},
        {"type": "io.cozy.events", "id": ids[1], "verbs": ["GET", "POST"]},
    ]


async def test_but_only_to_whom_may_read_them(client, phone, holder):
    await linked(phone, {"e": {"type": "io.cozy.events", "verbs": ["GET"], "values": ["x", "y"]}}, codes="bob")  # fmt: skip
    other = await holder("io.cozy.events:GET:y", "app", "other")
    asked = {"data": [{"type": "io.cozy.events", "id": id_} for id_ in ("x", "y")]}
    assert [one["id"] for one in (await other.post("/permissions/exists", json=asked)).json()["data"]] == [
        "y"
    ]


@pytest.mark.parametrize("name", ["shared-by-link", "sharedByLink"])
async def test_links_of_a_doctype_are_listed_page_by_page(phone, name):
    made = [await linked(phone, {"e": {"type": "io.cozy.events", "values": [str(n)]}}, codes="bob") for n in range(3)]  # fmt: skip
    await linked(phone, TWO, codes="bob")
    url, seen = f"/permissions/doctype/io.cozy.events/{name}?page[limit]=2", []
    while url:
        page = (await phone.get(url)).json()
        assert len(page["data"]) <= 2
        seen += page["data"]
        url = page.get("links", {}).get("next")
    assert [link["id"] for link in seen] == [link["id"] for link in made]
    assert seen[0]["attributes"]["codes"] == made[0]["attributes"]["codes"]
    assert seen[0]["attributes"]["shortcodes"] == made[0]["attributes"]["shortcodes"]


async def test_listing_links_needs_leave_to_read_the_whole_doctype(holder):
    narrow = await holder("io.cozy.events:GET:x")
    assert (await narrow.get("/permissions/doctype/io.cozy.events/shared-by-link")).status_code == 403


async def test_who_may_only_read_learns_no_code_that_opens_more(client, holder):
    await linked(client, {"e": {"type": "io.cozy.events", "values": ["x"]}}, codes="bob")
    await linked(client, {"e": {"type": "io.cozy.events", "verbs": ["GET"]}}, codes="bob")
    reader = await holder("io.cozy.events:GET", "app", "reader")
    seen = (await reader.get("/permissions/doctype/io.cozy.events/shared-by-link")).json()["data"]
    assert [set(link["attributes"]["codes"]) for link in seen] == [set(), {"bob"}]
    assert [set(link["attributes"]["shortcodes"]) for link in seen] == [set(), {"bob"}]


async def test_a_link_is_shown_to_who_made_it_without_its_codes(phone, holder):
    made = await linked(phone, {"permissions": TWO, "password": "secret"}, codes="alice")
    seen = (await phone.get(f"/permissions/{made['id']}")).json()["data"]["attributes"]
    assert seen["permissions"] == TWO
    assert seen["password"] is True
    assert "codes" not in seen
    other = await holder("io.cozy.tags", name="other")
    assert (await other.get(f"/permissions/{made['id']}")).status_code == 403
    assert (await other.get("/permissions/nothing")).status_code == 404


async def test_a_permission_tells_which_app_made_it(holder, clock):
    app = await holder("io.cozy.files", "app", "drive")
    rule = {"files": {"type": "io.cozy.files", "verbs": ["GET"]}}
    seen = (await linked(app, rule))["attributes"]["cozyMetadata"]
    assert seen == {
        "createdByApp": "drive", "doctypeVersion": "1", "metadataVersion": 1, "createdAt": "2026-07-18T14:02:00.000000Z",
        "updatedAt": "2026-07-18T14:02:00.000000Z",
        "updatedByApps": [{"slug": "drive", "date": "2026-07-18T14:02:00.000000Z"}],
    }  # fmt: skip
    made = await linked(app, {"permissions": rule, "cozyMetadata": {"createdByApp": "foobar"}})
    assert made["attributes"]["cozyMetadata"]["createdByApp"] == "foobar"
    assert made["attributes"]["cozyMetadata"]["doctypeVersion"] == "1"
    clock.advance(hours=1)
    other = await holder("io.cozy.files", "app", "notes")
    answer = await other.patch(f"/permissions/{made['id']}", json=patch(expires_at="2027-01-01T00:00:00Z"))
    changed = answer.json()["data"]["attributes"]["cozyMetadata"]
    assert changed["updatedAt"] == "2026-07-18T15:02:00.000000Z"
    assert [entry["slug"] for entry in changed["updatedByApps"]] == ["drive", "notes"]


@pytest.mark.parametrize(("type_", "path"), [("app", "apps"), ("konnector", "konnectors")])
async def test_an_app_gives_another_a_part_of_what_it_has(house, home, holder, type_, path):
    giver = await holder("io.cozy.files:ALL io.cozy.contacts:GET", "app", "home")
    taker = await holder("io.cozy.events", type_, "taker")
    folder = {"type": "io.cozy.files", "verbs": ["ALL"], "values": ["some-folder"]}
    answer = await giver.patch(f"/permissions/{path}/taker", json=patch(permissions={"saveFolder": folder}))
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["data"]["attributes"]["permissions"]) == {"rule0", "saveFolder"}
    seen = (await taker.get("/permissions/self")).json()["data"]["attributes"]["permissions"]
    assert seen["saveFolder"]["values"] == ["some-folder"]
    wider = patch(permissions={"contacts": {"type": "io.cozy.contacts"}})
    assert (await giver.patch(f"/permissions/{path}/taker", json=wider)).status_code == 403
    gone = patch(permissions={"saveFolder": {}})
    assert (await giver.patch(f"/permissions/{path}/taker", json=gone)).status_code == 200
    others = patch(permissions={"rule0": {}})
    assert (await giver.patch(f"/permissions/{path}/taker", json=others)).status_code == 403
    assert (await giver.patch(f"/permissions/{path}/nobody", json=gone)).status_code == 404
    assert (await giver.patch(f"/permissions/{path}/taker", json=patch(password="x"))).status_code == 403


async def test_nobody_changes_what_a_device_may_do(phone, house, home, holder):
    await holder("io.cozy.events", "oauth", "tablet")
    found = await house.read(home, SYSTEM, permissions.of_source, "oauth", "tablet")
    more = patch(permissions={"more": {"type": "io.cozy.contacts"}})
    assert (await phone.patch(f"/permissions/{found.id}", json=more)).status_code == 403


async def test_a_link_ends_with_the_grants_of_its_maker_where_that_is_asked(house, home, holder, as_):
    app = await holder("io.cozy.files", "app", "drive")
    made = await linked(app, TWO, codes="bob")
    await linked(await holder("io.cozy.files", "app", "other"), TWO, codes="bob")
    assert await house.write(home, SYSTEM, permissions.withdraw_links, "io.cozy.apps/drive") == 1
    assert (await as_(made["attributes"]["codes"]["bob"]).get("/permissions/self")).status_code == 400


async def test_the_links_of_a_client_end_with_its_grant(house, home, phone, holder, as_):
    made = await linked(phone, TWO, codes="bob")
    others = await linked(await holder("io.cozy.files", name="tablet"), TWO, codes="bob")

    def taken_back(work):
        held = permissions.of_source(work, "oauth", "phone")
        assert held is not None
        permissions.withdraw(work, held)
        return [link.id for link in permissions.all_(work) if link.is_link]

    assert await house.write(home, SYSTEM, taken_back) == [others["id"]]
    assert (await as_(made["attributes"]["codes"]["bob"]).get("/permissions/self")).status_code == 400
    assert (await as_(others["attributes"]["codes"]["bob"]).get("/permissions/self")).status_code == 200


async def test_a_link_whose_maker_is_gone_opens_nothing(house, home, phone, as_):
    made = await linked(phone, TWO, codes="bob")

    def gone(work):
        held = permissions.of_source(work, "oauth", "phone")
        assert held is not None
        documents.delete(work, documents.fetch(work, PERMISSIONS, held.id))

    await house.write(home, SYSTEM, gone)
    assert (await as_(made["attributes"]["codes"]["bob"]).get("/permissions/self")).status_code == 400


async def test_who_may_use_calendars_but_no_events_learns_no_code_of_the_owners_calendar(
    house, home, holder, client
):
    rule = {"calendar": {"type": "io.cozy.calendars", "verbs": ["GET"], "values": ["personal"]}}
    made = await linked(client, rule, codes="all")
    for scope, is_told in (("io.cozy.calendars", False), ("io.cozy.calendars io.cozy.calendar.events", True)):
        app = await holder(scope, "app", f"agenda{is_told}")
        (seen,) = (await app.get("/permissions/doctype/io.cozy.calendars/shared-by-link")).json()["data"]
        assert bool(seen["attributes"].get("shortcodes")) is is_told
        longer = patch(expires_at="2030-01-01T00:00:00Z")
        answer = await app.patch(f"/permissions/{made['id']}", json=longer)
        assert answer.status_code == (200 if is_told else 403)


def test_what_is_narrowed_never_widens(work):
    given = permissions.grant(work, "app", "drive", rules_of("io.cozy.files io.cozy.events:GET"))
    less = permissions.narrow(work, given, rules_of("io.cozy.files:GET:folder"))
    with pytest.raises(NotYours):
        permissions.narrow(work, less, rules_of("io.cozy.files:GET"))
