"""/remote: apps ask other servers through the home (cozy-stack web/remote/remote_test.go)."""

import pytest
from msgspec.structs import replace

ENTITY = "GET {origin}/wiki/Special:EntityData/{{entity}}.json\nAccept: application/json\n"
SEARCH = 'POST {origin}/search?lang={{lang}}\nContent-Type: application/json\n\n{"q": "{{json q}}"}'
PAID = "GET {origin}/paid?key={{secret_token}}\nAuthorization: Bearer {{secret_token}}"


@pytest.fixture
async def app(acting, define):
    """An app that may ask, and what it may ask for."""
    define("org.wikidata.entity", ENTITY)
    define("org.wikidata.search", SEARCH)
    define("org.example.paid", PAID)
    return await acting(
        "app",
        "answers",
        "org.wikidata.entity",
        "org.wikidata.search",
        "org.example.paid",
        "io.cozy.remote.requests:GET",
    )


async def notes(client):
    answer = await client.get("/data/io.cozy.remote.requests/_all_docs", params={"include_docs": "true"})
    return [row["doc"] for row in answer.json()["rows"]]


async def test_data_is_fetched_for_an_app_and_noted_for_the_owner(app, elsewhere):
    answer = await app.get("/remote/org.wikidata.entity", params={"entity": "Q42", "comment": "foo"})
    assert (answer.status_code, answer.json()) == (200, {"entities": {"Q42": {}}})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    [asked] = elsewhere.asked
    assert (asked.method, asked.path_qs) == ("GET", "/wiki/Special:EntityData/Q42.json")
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["user-agent"].startswith("Cozy/")
    assert {"cookie", "authorization", "referer", "origin"}.isdisjoint(name.lower() for name in asked.headers)
    [noted] = await notes(app)
    assert noted["doctype"] == "org.wikidata.entity"
    assert (noted["verb"], noted["response_code"], noted["content_type"]) == ("GET", 200, "application/json")
    assert noted["url"] == f"{elsewhere.origin}/wiki/Special:EntityData/Q42.json"
    assert noted["variables"] == {"entity": "Q42", "comment": "foo"}
    assert noted["created_at"]
    assert noted["cozyMetadata"] == {"createdByApp": "answers"}


async def test_words_go_where_they_belong(app, elsewhere):
    await app.get("/remote/org.wikidata.entity", params={"entity": "a/b?c&d#é"})
    assert elsewhere.asked[0].raw_path == "/wiki/Special:EntityData/a%2Fb%3Fc&d%23%C3%A9.json"
    await app.post("/remote/org.wikidata.search", json={"lang": "fr&x=1", "q": 'He said "é"\n'})
    assert elsewhere.asked[1].query == {"lang": "fr&x=1"}
    assert elsewhere.bodies[1].decode() == '{"q": "He said \\"é\\"\\n"}'
    assert elsewhere.asked[1].headers["content-type"] == "application/json"


async def test_a_secret_is_sent_and_never_shown(app, elsewhere):
    elsewhere.headers["X-Echo"] = "s3cr&t"
    answer = await app.get("/remote/org.example.paid", params={"secret_token": "mine"})
    assert elsewhere.asked[0].query == {"key": "s3cr&t"}
    assert elsewhere.asked[0].headers["authorization"] == "Bearer s3cr&t"
    assert "s3cr" not in answer.text + str(answer.headers) + str(await notes(app))
    assert (await notes(app))[0]["url"] == f"{elsewhere.origin}/paid?key=secret_token"


@pytest.mark.parametrize(
    "kind", ["text/html", "text/javascript", "application/javascript", "text/css", "", "nonsense"]
)
async def test_what_could_act_in_a_page_is_not_passed_on(app, elsewhere, kind):
    elsewhere.headers = {"content-type": kind}
    assert (await app.get("/remote/org.wikidata.entity", params={"entity": "Q1"})).status_code == 502


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "text/xml", "text/plain", "application/vnd.api+json", "video/mp4"]
)
async def test_data_and_media_are_passed_on_in_a_sandbox(app, elsewhere, kind):
    elsewhere.headers = {"content-type": kind}
    answer = await app.get("/remote/org.wikidata.entity", params={"entity": "Q1"})
    assert (answer.status_code, answer.content) == (200, elsewhere.body)
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_of_its_headers_only_those_about_the_body_are_passed_on(app, elsewhere):
    elsewhere.headers |= {
        "Set-Cookie": "a=b", "Access-Control-Allow-Origin": "*", "Strict-Transport-Security": "max-age=1",
        "WWW-Authenticate": "Basic", "Clear-Site-Data": '"*"', "ETag": '"x"', "Cache-Control": "max-age=5",
    }  # fmt: skip
    answer = await app.get(
        "/remote/org.wikidata.entity",
        params={"entity": "Q1"},
        headers={"origin": "http://answers.alice.localhost:8080"},
    )
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"x"', "max-age=5")
    assert answer.headers["access-control-allow-origin"] == "http://answers.alice.localhost:8080"
    assert {"set-cookie", "strict-transport-security", "www-authenticate", "clear-site-data"}.isdisjoint(
        answer.headers
    )


async def test_a_refusal_of_the_other_server_is_passed_on(app, elsewhere):
    elsewhere.status = 404
    assert (await app.get("/remote/org.wikidata.entity", params={"entity": "Q1"})).status_code == 404
    assert [note["response_code"] for note in await notes(app)] == [404]


class TestWhatIsRefused:
    """Nothing leaves then, and nothing is noted."""

    @pytest.fixture(autouse=True)
    async def nothing_leaves(self, app, elsewhere):
        yield
        assert elsewhere.asked == []
        assert await notes(app) == []

    async def test_a_doctype_that_nobody_defined(self, acting):
        app = await acting("app", "other", "*")
        for doctype in ("org.example.nothing", "%2e%2e", "%2e%2e%2fdoctypes", "org.example.paid%00", "Org"):
            assert (await app.get(f"/remote/{doctype}")).status_code == 404, doctype

    async def test_a_doctype_that_the_app_may_not_use(self, acting, anonymous):
        app = await acting(
            "app", "other", "org.wikidata.search", "org.wikidata.entity:POST", "org.example.paid:GET:one"
        )
        for doctype in ("org.wikidata.entity", "org.example.paid"):
            assert (await app.get(f"/remote/{doctype}")).status_code == 403
            assert (await anonymous.get(f"/remote/{doctype}")).status_code == 401

    async def test_the_other_verb(self, app):
        answer = await app.post("/remote/org.wikidata.entity", json={"entity": "Q1"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")

    async def test_a_word_that_is_missing(self, app):
        answer = await app.get("/remote/org.wikidata.entity", params={"comment": "x"})
        assert answer.status_code == 400
        assert (
            answer.json()["errors"][0]["detail"]
            == "a variable is used in the template, but no value was given"
        )

    @pytest.mark.parametrize("body", ["one=un", "[]", '{"q": 1}', '"q"', ""])
    async def test_words_that_cannot_be_read(self, app, body):
        assert (await app.post("/remote/org.wikidata.search", content=body)).status_code == 400

    async def test_an_address_inside(self, app, define):
        define("org.wikidata.entity", "GET http://127.0.0.2:1/")
        assert (await app.get("/remote/org.wikidata.entity")).status_code == 403


async def test_a_server_that_is_not_there_is_told(app, define):
    define("org.wikidata.entity", "GET http://127.0.0.1:1/")
    answer = await app.get("/remote/org.wikidata.entity")
    assert answer.status_code == 502
    assert answer.json()["errors"][0]["code"] == "outside.unreachable"


class TestTheList:
    """Of doctypes that can be asked for."""

    async def test_it_holds_what_the_host_defined(self, acting, app, folder):
        (folder / "not-a-doctype").mkdir()
        (folder / "README.md").write_text("about")
        reader = await acting("app", "settings", "io.cozy.doctypes:GET")
        answer = await reader.get("/remote/_all_doctypes")
        assert answer.json() == ["org.example.paid", "org.wikidata.entity", "org.wikidata.search"]

    async def test_it_needs_a_grant(self, app, acting):
        assert (await app.get("/remote/_all_doctypes")).status_code == 403
        narrow = await acting("app", "narrow", "io.cozy.doctypes:GET:one")
        assert (await narrow.get("/remote/_all_doctypes")).status_code == 403


class TestWithoutAFolder:
    """By default no request leaves."""

    @pytest.fixture
    def settings(self, settings):
        return replace(settings, remote_doctypes="", remote_assets={})

    async def test_there_is_nothing_to_ask(self, client):
        assert (await client.get("/remote/_all_doctypes")).json() == []
        assert (await client.get("/remote/cc.cozycloud.announcements")).status_code == 404
        assert (await client.get("/remote/assets/bank")).status_code == 404


class TestAssets:
    """Files elsewhere that the host names."""

    async def test_an_app_loads_one(self, acting, anonymous, elsewhere):
        app = await acting("app", "bank", "io.cozy.bank.operations")
        elsewhere.headers = {"content-type": "application/octet-stream"}
        answer = await app.get("/remote/assets/bank")
        assert (answer.status_code, answer.content) == (200, elsewhere.body)
        assert elsewhere.asked[0].path == "/bank.json"
        assert (await app.get("/remote/assets/nothing")).status_code == 404
        assert (await app.get("/remote/assets/inside")).status_code == 403
        assert (await anonymous.get("/remote/assets/bank")).status_code == 401
