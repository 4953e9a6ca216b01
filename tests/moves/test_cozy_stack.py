"""The wire of cozy-stack's moves (docs/move.md, web/move/move.go, model/move/request.go), with this home as the old one."""

import io
import json
import re
import zipfile
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Query
from cozy.rooms.exports import service as exports
from cozy.rooms.exports.events import ExportOver
from cozy.rooms.exports.service import leaving
from cozy.rooms.files import service as files
from cozy.rooms.jobs import service as jobs
from cozy.rooms.moves import jobs as moves_jobs
from cozy.rooms.moves import service as moves
from cozy.rooms.moves.events import QuestionOver
from cozy.rooms.moves.model import HANDINGS
from cozy.rooms.sharing import service as sharings
from tests.imports.cozy_stack import CozyStack, served
from tests.sharing.shared import given_by_owner

PASSPHRASE = "orage tilleul boussole velours"
WIZARD = "https://move.example/callback/source"
TARGET_TOKEN = "the-token-of-the-target"


@pytest.fixture
def settings(settings):
    return replace(settings, outside_allowed="127.0.0.0/8")


@pytest.fixture
async def home(house, home):
    """The home, whose owner has a passphrase."""
    key = auth.passphrase.derive(PASSPHRASE, home.domain)
    sealed = await auth.passphrase.seal(key)
    await house.write(home, SYSTEM, auth.passphrase.keep, sealed)
    return home


@pytest.fixture
def there():
    """The other Cozy."""
    stack = CozyStack([])
    server = served(stack)
    yield stack
    server.shutdown()
    server.server_close()


def query_of(answer) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def form(there: CozyStack, **asker: str) -> dict[str, str]:
    """What cozy-move sends to the old home (docs/move.md, POST /move/request)."""
    return {
        **asker, "target_url": f"{there.origin}/", "target_token": TARGET_TOKEN, "target_client_id": "09136b00",
        "target_client_secret": "NDkyZTEzMDA",
    }  # fmt: skip


async def agreed(reader, vault: str = "false") -> str:
    page = await reader.get("/move/authorize", params={"state": "8d560d60", "redirect_uri": WIZARD})
    assert page.status_code == 200
    assert "https://move.example" in page.headers["content-security-policy"]
    answer = await reader.submit("/move/authorize", state="8d560d60", redirect_uri=WIZARD)
    assert answer.headers["location"].startswith(f"{WIZARD}?")
    said = query_of(answer)
    assert (said["state"], said["vault"], said["used"].isdecimal()) == ("8d560d60", vault, True)
    return said["code"]


async def question(anonymous, there, **asker: str) -> str:
    answer = await anonymous.post("/move/request", data=form(there, **asker))
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/move/go")
    return query_of(answer)["secret"]


async def handed(house, home) -> str:
    """The archive is made, and the other Cozy told; what it is told to show."""
    (made,) = await house.read(home, SYSTEM, exports.all_)
    await exports.make(house, home, made.id)
    await moves_jobs.hand_over.run(house, home, ExportOver(made.id))
    return made.id


def track_of(archive: zipfile.ZipFile, sharing_id: str) -> str:
    """The id of the trigger by which cozy-stack follows a sharing, as its document in an archive names it."""
    told = json.loads(archive.read(f"My Cozy/Data/io.cozy.sharings/{sharing_id}.json"))
    return str(told["triggers"]["track_ids"][0])


async def state_of(house, home) -> str:
    return (await house.read(home, SYSTEM, moves.handing.last)).body.state


async def test_a_home_is_handed_over_step_by_step_and_stays_as_it_is(reader, anonymous, house, home, there):
    shared = (await house.write(home, SYSTEM, given_by_owner)).id
    before = await house.read(home, SYSTEM, files.usage)
    code = await agreed(reader)
    secret = await question(anonymous, there, code=code)
    assert there.asked == []
    page = await reader.get("/move/go", params={"secret": secret})
    assert there.origin.removeprefix("http://") in page.text
    answer = await reader.submit("/move/go", secret=secret, raw_passphrase=PASSPHRASE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{there.origin}/move/importing")
    assert there.asked == [("POST", f"/move/importing?source={home.domain}", f"Bearer {TARGET_TOKEN}")]
    made = await handed(house, home)
    assert there.asked[1:] == [
        ("POST", "/move/imports", f"Bearer {TARGET_TOKEN}"),
        ("GET", "/move/importing", f"Bearer {TARGET_TOKEN}"),
    ]
    told = json.loads(there.told[-1])["data"]["attributes"]
    name = await house.read(home, SYSTEM, exports.name_of, made)
    assert (told["url"], told["vault"], told["move_from"]["url"]) == (
        f"{home.origin}/#/exports/{name}",
        False,
        f"{home.origin}/",
    )
    with zipfile.ZipFile(io.BytesIO((await anonymous.get(f"/move/exports/data/{name}")).content)) as archive:
        assert f"My Cozy/Data/io.cozy.triggers/{track_of(archive, shared)}.json" in archive.namelist()
    assert (await house.read(home, SYSTEM, sharings.fetch, shared)).active
    assert (await anonymous.get(f"/move/exports/{name}")).json()["data"]["attributes"]["state"] == "done"
    await moves_jobs.hand_over.run(house, home, ExportOver(made))  # a job may run twice
    assert len(there.asked) == 3
    assert "It is being fetched there." in (await reader.get("/my/leave/move")).text
    word = {"authorization": f"Bearer {told['move_from']['token']}"}
    for _ in range(2):
        assert (await anonymous.post("/move/finalize?subdomain=flat", headers=word)).status_code == 204
    assert await state_of(house, home) == "arrived"
    assert (await anonymous.post("/move/abort", headers=word)).status_code == 204
    assert await state_of(house, home) == "arrived"
    assert (await anonymous.get(f"/move/exports/data/{name}")).status_code == 404
    assert not (await house.read(home, SYSTEM, sharings.fetch, shared)).active  # it goes on there
    assert "Here nothing was erased" in (await reader.get("/my/leave/move")).text
    assert await house.read(home, SYSTEM, files.usage) >= before


@pytest.mark.parametrize("asker", [{}, {"ignore_vault": "1"}])
async def test_that_passwords_are_kept_here_is_said_but_where_nobody_wants_to_know(
    reader, anonymous, house, home, there, asker
):
    await house.write(home, SYSTEM, documents.create, "com.bitwarden.ciphers", {"data": "2.abc"})
    code = await agreed(reader, "true")
    secret = await question(anonymous, there, code=code, **asker)
    await reader.submit("/move/go", secret=secret, raw_passphrase=PASSPHRASE)
    await handed(house, home)
    assert json.loads(there.told[-1])["data"]["attributes"]["vault"] is (not asker)


async def test_a_code_a_secret_and_a_word_are_good_for_what_they_are(
    reader, anonymous, house, home, there, clock
):
    code = await agreed(reader)
    secret = await question(anonymous, there, code=code)
    assert (await anonymous.post("/move/request", data=form(there, code=code))).status_code == 400
    assert (await anonymous.post("/move/request", data=form(there, code="x"))).status_code == 400
    assert (await reader.get("/move/go?secret=x")).status_code == 400
    assert (await anonymous.get("/move/go", params={"secret": secret})).status_code == 303  # to the log-in
    wrong = await reader.submit("/move/go", secret=secret, raw_passphrase="no")
    assert (wrong.status_code, there.asked) == (422, [])
    for path in ("/move/finalize", "/move/abort"):
        assert (await anonymous.post(path)).status_code == 403
        assert (await anonymous.post(path, headers={"authorization": "Bearer x"})).status_code == 403
    clock.now += timedelta(hours=1)
    assert (await reader.get("/move/go", params={"secret": secret})).status_code == 400
    due = [await house.write(home, SYSTEM, jobs.lease) for _ in range(20)]
    assert "moves.forget_questions" in {each.name for each in due if each}
    await house.write(home, SYSTEM, moves_jobs.forget_questions.run, QuestionOver())
    for doctype in (HANDINGS, "io.cozy.accounts"):
        assert (await house.read(home, SYSTEM, documents.find, doctype, Query(selector={}))).documents == []


async def test_what_opens_the_other_cozy_and_the_archive_go_where_it_never_tells_how_it_went(
    reader, anonymous, house, home, there, clock
):
    secret = await question(anonymous, there, code=await agreed(reader))
    await reader.submit("/move/go", secret=secret, raw_passphrase=PASSPHRASE)
    made = await handed(house, home)
    clock.now += timedelta(days=14)
    await house.write(home, SYSTEM, moves.handing.forget_old)
    assert await state_of(house, home) == "handed"
    clock.now += timedelta(days=2)
    await house.write(home, SYSTEM, moves.handing.forget_old)
    assert await state_of(house, home) == "failed"
    assert made not in {each.id for each in await house.read(home, SYSTEM, exports.all_)}
    accounts = await house.read(home, SYSTEM, documents.find, "io.cozy.accounts", Query(selector={}))
    assert accounts.documents == []


async def test_no_home_is_handed_over_to_itself_or_to_nobody(reader, anonymous, home, there):
    for target in (home.origin, "", "ftp://x.example", "http://[::1"):
        code = await agreed(reader)
        data = form(there, code=code) | {"target_url": target}
        assert (await anonymous.post("/move/request", data=data)).status_code == 400


async def test_where_the_other_cozy_lets_nothing_in_nothing_is_made(reader, anonymous, house, home, there):
    secret = await question(anonymous, there, code=await agreed(reader))
    there.refuses = True
    answer = await reader.submit("/move/go", secret=secret, raw_passphrase=PASSPHRASE)
    assert (answer.status_code, "does not let anything in" in answer.text) == (422, True)
    assert await house.read(home, SYSTEM, exports.all_) == []


async def test_where_the_archive_cannot_be_made_the_other_cozy_is_told(
    reader, anonymous, house, home, there, monkeypatch
):
    secret = await question(anonymous, there, code=await agreed(reader))
    await reader.submit("/move/go", secret=secret, raw_passphrase=PASSPHRASE)

    def breaks(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("cozy.rooms.exports.service.freezing.freeze", breaks)
    await handed(house, home)
    assert there.asked[-1] == ("POST", "/move/abort", f"Bearer {TARGET_TOKEN}")
    assert "could not be made" in (await reader.get("/my/leave/move")).text


async def test_a_client_that_does_not_know_yet_which_home_is_the_old_one_asks_with_its_token(
    reader, anonymous, house, home, there
):
    said = {
        "redirect_uris": ["https://move.example/callback"],
        "client_name": "cozy-move",
        "software_id": "github.com/cozy/cozy-move",
    }
    client = (await anonymous.post("/auth/register", json=said)).json()
    wanted = {"state": "s", "client_id": client["client_id"], "redirect_uri": "https://move.example/callback"}
    assert "move.example" in (await reader.get("/auth/authorize/move", params=wanted)).text
    assert (await reader.submit("/auth/authorize/move", raw_passphrase="no", **wanted)).status_code == 422
    answer = await reader.submit("/auth/authorize/move", raw_passphrase=PASSPHRASE, **wanted)
    got = query_of(answer)
    assert (answer.headers["location"].partition("?")[0], got["state"], got["vault"]) == (
        "https://move.example/callback",
        "s",
        "false",
    )
    grant = {
        "grant_type": "authorization_code",
        "code": got["code"],
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    token = (await anonymous.post("/auth/access_token", data=grant)).json()["access_token"]
    asker = {"client_id": client["client_id"], "client_secret": client["client_secret"], "token": token}
    await question(anonymous, there, **asker)
    assert (
        await anonymous.post("/move/request", data=form(there, **asker | {"client_secret": "x"}))
    ).status_code == 400
    bearer = {"authorization": f"Bearer {token}"}  # the same lets another Cozy come in here, and give that up
    assert (await anonymous.post("/move/importing?source=x", headers=bearer)).status_code == 204
    assert (await anonymous.post("/move/abort", headers=bearer)).status_code == 204


async def test_the_settings_of_apps_lead_to_our_own_way_and_passwords_have_a_page(reader):
    assert (await reader.submit("/move/initialize")).headers["location"] == "/my/leave/move"
    assert "Your passwords" in (await reader.get("/move/vault")).text


async def test_the_secrets_stand_in_no_document_and_leave_with_no_export(
    reader, anonymous, house, home, there
):
    secret = await question(anonymous, there, code=await agreed(reader))

    def everything(work):
        return [
            str(each.body)
            for kind in (HANDINGS, "io.cozy.accounts")
            for each in documents.find(work, kind, Query(selector={})).documents
        ]

    told = " ".join(await house.read(home, SYSTEM, everything))
    assert there.origin in told
    assert not re.search(f"{re.escape(TARGET_TOKEN)}|{re.escape(secret)}", told)
    assert HANDINGS in leaving.WITHHELD
