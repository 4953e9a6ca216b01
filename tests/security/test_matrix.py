"""Every route × every kind of caller. What has to happen follows from what the route declares that it needs, and from what
the caller was given; the lists below are of what a declaration cannot say, each line with its reason.

First the gates alone: the handlers are taken out, and what is left lets in whom it should. Then the whole program, asked
about documents of which these callers may know nothing: whatever a handler decides by itself tells nothing, and changes
nothing.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.responses import Response
from starlette.websockets import WebSocket

from cozy.app import server
from cozy.app.house import home_of, opened, origin_of
from cozy.app.server import serving
from cozy.app.wiring import DOORS
from cozy.kernel.caller import SYSTEM, VERBS
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.routes import FROM_DEVICE, KNOWN, OPEN, OWN_PROOF, OWNER, SOCKET, Need, Route, Routes
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.auth.conftest import key
from tests.conftest import ALICE, DOMAIN, Client, Clock
from tests.security.everybody import (
    APP,
    DEAD,
    EVERYBODY,
    HOME,
    NARROW,
    NOBODY,
    TODOS,
    Somebody,
    everybody,
)
from tests.security.oracle import allows, allows_all
from tests.security.talk import OPENED, Talk, ask

pytestmark = pytest.mark.slow
SAFE = {"GET", "HEAD", "OPTIONS"}
REACHED = 299
DAV = {"depth": "1", "destination": f"{HOME}/dav/files/word"}  # what some methods of DAV need

# Open to everybody, and what they tell is the same for everybody, or only what is on the door of a house.
PUBLIC = {
    "GET /my/assets/{name}": "our own styles and scripts",
    "GET /my/sw.js": "our own script",
    "GET /my/manifest.webmanifest": "what a browser needs to install our pages",
    "GET /my/offline": "our own page for when there is no network",
    "GET /assets/{path:path}": "what official apps load of the program itself",
    "GET /assets/styles/theme.css": "the colours of the host",
    "GET /favicon.ico": "our own picture",
    "GET /version": "which program this is",
    "GET /status": "whether it works",
    "GET /move/importing": "whether another Cozy's archive is on its way, as cozy-stack tells who waits for it",
    "SOCKET /move/importing/realtime": "when that is over",
    "GET /connection_check": "whether a device is on line",
    "GET /robots.txt": "that no search engine is wanted",
    "GET /security.txt": "where to tell of holes",
    "GET /.well-known/security.txt": "where to tell of holes",
    "GET /.well-known/cozy-home": "the public key of the home, signed; or where it has gone",
    "GET /.well-known/change-password": "where the passphrase is changed (W3C)",
    "GET /.well-known/openid-configuration": "OpenID Connect Discovery",
    "GET /.well-known/oauth-authorization-server": "RFC 8414",
    "GET /auth/jwks": "public keys",
    "GET /public/avatar": "the picture on the log-in page, which is public in cozy-stack too",
    "GET /public/prelogin": "the salt and the public name that a log-in form needs",
    "GET /data": "the word of welcome that CouchDB's clients ask for",
    "OPTIONS /files/tus": "which version of tus this is",
    "OPTIONS /files/tus/{upload_id}": "which version of tus this is",
    "OPTIONS /dav/files": "which DAV this is",
    "OPTIONS /dav/files/{path:path}": "which DAV this is, whether or not something is there",
    **{
        f"OPTIONS /remote.php/{path}": "the same, as clients of Nextcloud ask"
        for path in ("webdav", "webdav/{path:path}", "dav/files/{user}", "dav/files/{user}/{path:path}")
    },
    "GET /ocs/v1.php/cloud/capabilities": "what the program can do, for clients of Nextcloud that are not in yet",
    "GET /ocs/v2.php/cloud/capabilities": "the same",
    **{
        f"{method} /.well-known/{name}": "leads to the top of DAV (RFC 6764)"
        for method in ("GET", "PROPFIND", "OPTIONS", "REPORT")
        for name in ("caldav", "carddav")
    },
    **{
        f"OPTIONS {path}": "which DAV this is, whether or not something is there"
        for path in (
            "/dav",
            "/dav/principals",
            "/dav/principals/me",
            "/dav/calendars/inbox",
            "/dav/calendars/outbox",
            *(
                f"/dav/{kind}{rest}"
                for kind in ("calendars", "contacts")
                for rest in ("", "/{collection}", "/{collection}/{name}")
            ),
        )
    },
    "GET /.well-known/ocm": "tells other servers what can be shared with this one",
    "GET /ocm-provider": "the same",
    "GET /": "leads to the door",
    "GET /auth/login": "the door",
    "GET /auth/twofactor": "the second step at the door, which a log-in has begun",
    "GET /auth/passkey": "what a passkey signs",
    "GET /auth/passphrase_reset": "asks the owner's mailbox for help",
    "GET /auth/passphrase_renew": "the page that a mail leads to; its token is looked at first",
    "GET /auth/recover": "gets in by a recovery code",
    "GET /oidc/start": "leads to the service that lets people in, if there is one",
    "GET /oidc/redirect": "leads to the home that a state was made for",
    "GET /auth/authorize": "leads to the door; the page itself wants the owner",
    "GET /auth/authorize/sharing": "leads to the door; the page itself wants the owner",
    "GET /my/welcome": "makes the first home, and there is one",
    "GET /settings/onboarded": "leads to the door",
    "GET /settings/install_flagship_app": "leads to the door",
}
# Open to everybody, since the handler finds in the request itself what nobody else can know.
PROVED_INSIDE = {
    "POST /auth/login": "the passphrase",
    "POST /auth/passkey": "what a passkey signed",
    "POST /auth/twofactor": "the second factor",
    "POST /auth/passphrase_reset": "sends a mail to the owner, and tells the same to everybody",
    "POST /auth/passphrase_renew": "the token of that mail",
    "POST /auth/recover": "a recovery code",
    "POST /my/welcome": "the first home's own word, and there is a home",
    "POST /my/language": "a choice that a visitor's own cookie keeps",
    "GET /oidc/login": "the answer of the service that lets people in, or a token of it",
    "GET /auth/confirm/{code}": "a secret of five minutes",
    "POST /auth/session_code": "the passphrase, or a token for everything",
    "DELETE /auth/login": "the session that ends",
    "DELETE /auth/login/others": "the session that stays",
    "GET /settings/sessions/current": "the session that it tells of",
    "POST /settings/synchronized": "the client that synchronised: 400 to others, as clients know it",
    "POST /intents": "any token: 403 to others, as clients know it",
    "GET /intents/{intent_id}": "an app that can do it: 403 to others, as clients know it",
    "GET /files/downloads/{secret}/{name}": "a secret of ten minutes",
    "GET /files/archive/{secret}/{name}": "a secret of ten minutes",
    "GET /files/{file_id}/thumbnails/{secret}/{look}": "a secret of ten minutes",
    "GET /my/leave/{export_id}/{secret}/{part}/{name}": "a secret that only who typed the passphrase is shown, as long as the export is kept",
    "GET /move/exports/{name}": "the same secret, in the name that another Cozy is given",
    "GET /move/exports/data/{name}": "the same",
    "GET /apps/{slug}/icon": "a token, or the cookie of the owner: pictures bring no token",
    "GET /apps/{slug}/icon/{version}": "the same",
    "GET /konnectors/{slug}/icon": "the same",
    "GET /konnectors/{slug}/icon/{version}": "the same",
    "GET /registry/{slug}/icon": "the same",
    "GET /registry/{slug}/partnership_icon": "the same",
    "GET /registry/{slug}/screenshots/{name:path}": "the same",
    "GET /registry/{slug}/{version}/icon": "the same",
    "GET /registry/{slug}/{version}/partnership_icon": "the same",
    "GET /registry/{slug}/{version}/screenshots/{name:path}": "the same",
    "GET /public/calendars/{code}.ics": "the code of an address that the owner gave out",
    "GET /public/invitations/{code}": "the signature of a link that was mailed to an invitee",
    "POST /public/invitations/{code}": "the signature of a link that was mailed to an invitee",
    **{
        f"{method} /sharings/drives/{{drive_id}}/{{rest:path}}": "the routes of files prove; else a secret of ten minutes in the address"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
    "GET /sharings/{sharing_id}/discovery": "the state of an invitation, or the code of a preview",
    "GET /sharings/{sharing_id}/recipients/{index}/avatar": "the id of a sharing, which its members alone were told",
    "POST /payments/stripe": "what the payment service signed",
    "POST /jobs/webhooks/{trigger_id}": "the id of a webhook, which its maker alone was told",
    "SOCKET /realtime": "the token that AUTH brings",
    "SOCKET /sharings/drives/{drive_id}/realtime": "the token that AUTH brings",
    "GET / of an app": "public files of an app, and the session that an app's origin keeps",
    "GET /{path:path} of an app": "the same",
}
# Of the latter, those that answer alike whatever they find.
FOR_THE_ASKING = {"POST /auth/passphrase_reset": "else it would tell who has an address here"}
# What anybody may ask whom the owner let in, whatever for.
OF_HOLDERS = {
    "GET /permissions/self": "what they hold themselves",
    **{
        f"{method} {path}": "the owner's name, to who may see files, calendars or contacts; where the latter two are, to who may see them"
        for method, path in (
            ("PROPFIND", "/"),
            ("PROPFIND", "/dav"),
            ("GET", "/dav"),
            ("PROPFIND", "/dav/principals"),
            ("PROPFIND", "/dav/principals/me"),
            ("PROPFIND", "/remote.php/dav"),
            ("PROPFIND", "/remote.php/caldav"),
            ("PROPFIND", "/remote.php/carddav"),
        )
    },
    "POST /permissions/exists": "of documents that they may read; here an empty list",
    "GET /settings/capabilities": "what the program can do",
    "GET /settings/context": "what the host says of itself",
    "GET /settings/flags": "what the host switched on",
    "GET /settings/instance": "who the owner is, as in cozy-stack; to a guest of a link name and language alone",
    "GET /settings/external-ties": "that nothing is paid elsewhere, for apps",
    "GET /settings/disk-usage": "how much room is left, for apps and who may add files",
    "GET /sharings/news": "a number; not to guests of a link",
    "GET /registry": "the apps that anybody could install; not to guests and connectors",
    "GET /registry/maintenance": "which of these are out of order",
    "PUT /settings/instance/sign_tos": "says of the owner's device that they agreed; here there is nothing to agree to",
    "GET /settings/sessions/current": "the session that an app's page is in",
    "DELETE /settings/instance/moved_from": "that the owner has read something, by an app in their session",
    "POST /intents": "notes that they asked for something, for the app that can do it",
    "GET /ocs/v1.php/cloud/user": "the public name of the owner, and how much room is left, as above",
    "GET /ocs/v2.php/cloud/user": "the same",
    "DELETE /ocs/v1.php/core/apppassword": "ends the password that asks",
    "DELETE /ocs/v2.php/core/apppassword": "the same",
    **{
        f"{method} /remote.php/dav/uploads/{{user}}/{{transfer}}{part}": "their own parts of a file: where it goes is asked at the end"
        for method, part in (
            ("MKCOL", ""),
            ("PROPFIND", ""),
            ("DELETE", ""),
            ("PUT", "/{part}"),
            ("DELETE", "/{part}"),
        )
    },
    "POST /files/upload/metadata": "keeps for ten minutes what only its maker knows the name of",
}
LEAVING = {
    "DELETE /auth/login",
    "DELETE /auth/login/others",
    "DELETE /ocs/v1.php/core/apppassword",
    "DELETE /ocs/v2.php/core/apppassword",
}  # ends the very session that is asked about


@dataclasses.dataclass(frozen=True)
class Known:
    """A route, and on whose origin it is."""

    route: Route
    site: str

    @property
    def name(self) -> str:
        """As the lists above spell it."""
        return f"{self.route.method} {self.route.path}{' of an app' if self.site == 'app' else ''}"


EVERY = [Known(route, door.site) for door in DOORS for route in door.table]
ASKED = [
    one
    for one in EVERY
    if one.site == "home"
    and one.route.method != SOCKET
    and one.route.need != OWN_PROOF
    and one.name not in LEAVING
]


def test_every_address_is_declared_once():
    assert [name for name, times in Counter(one.name for one in EVERY).items() if times > 1] == []


def test_every_route_says_what_it_needs_or_is_among_those_that_were_looked_at():
    undeclared = {one.name for one in EVERY if one.route.need == OPEN}
    assert undeclared == PUBLIC.keys() | PROVED_INSIDE.keys()
    assert not PUBLIC.keys() & PROVED_INSIDE.keys()


def test_what_holders_may_ask_is_there_and_declared():
    declared = {one.name for one in EVERY if one.route.need != OPEN}
    assert OF_HOLDERS.keys() <= declared | PROVED_INSIDE.keys()
    assert FOR_THE_ASKING.keys() <= PROVED_INSIDE.keys()


def test_every_need_is_one_that_the_gate_knows():
    needs = [one.route.need for one in EVERY]
    assert {need.verb for need in needs} - {None} <= set(VERBS)
    assert all(need.doctype for need in needs if need.verb)
    assert all(need in {OPEN, OWNER, FROM_DEVICE, OWN_PROOF, KNOWN} for need in needs if not need.verb)


def test_an_address_whose_name_says_doctype_asks_about_that_one():
    """Else a route could be about one doctype, and ask for another."""
    odd = [
        one.name
        for one in EVERY
        if "{doctype}" in one.route.path and one.route.need.verb and one.route.need.doctype != "{doctype}"
    ]
    assert odd == []


WORDS = {
    "word-of-a-file": "io.cozy.files", "word-of-a-todo": TODOS, "word-of-a-link": "io.cozy.permissions",
    "word-of-an-app": "io.cozy.permissions", "word-of-a-client": "io.cozy.oauth.clients",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Hidden:
    """What there is in the home that only who holds a whole doctype may know: each holds one of WORDS."""

    folder: str
    file: str
    todo: str
    rev: str
    link: str
    client: str

    def path(self, route: Route) -> str:
        """The path of a route, about these."""
        holes = {
            "doctype": TODOS, "doc_id": self.todo, "file_id": self.file, "dir_id": self.folder, "slug": "todos",
            "permission_id": self.link, "grant_id": self.link, "client_id": self.client, "path": "hidden",
        }  # fmt: skip
        return re.sub(r"\{([a-z_]+)(:path)?\}", lambda hole: holes.get(hole[1], "x"), route.path)

    def url(self, route: Route) -> str:
        """The same, with parameters that name them."""
        more = f"Path=/hidden/word-of-a-file&Type=directory&Name=x&rev={self.rev}&DirID={self.folder}&Id={self.file}"
        return f"{self.path(route)}?{more}&include_docs=true"

    @property
    def bodies(self) -> tuple[Any, ...]:
        """What handlers may find something in: a resource, identifiers, edits, a query, a document that is there."""
        held = {"type": TODOS, "values": [self.todo]}
        attributes = {
            "ids": [self.file],
            "permissions": {"a": held},
            "name": "x",
            "tags": ["x"],
            "dir_id": self.folder,
        }
        many = {
            "selector": {"_id": {"$gt": None}},
            "keys": [self.todo, self.file],
            "index": {"fields": ["label"]},
        }
        doc = {"_id": self.todo, "_rev": self.rev, "id": self.todo}
        return (
            {"data": {"attributes": attributes}, "docs": [doc], **many, **doc},
            {
                "data": [{"type": "io.cozy.files", "id": self.file}, {"type": TODOS, "id": self.todo}],
                "docs": [{}],
            },
            {},
        )


@dataclasses.dataclass(frozen=True)
class Scene:
    """A house, its two homes, and everybody who knocks."""

    house: House
    home: Home
    hidden: Hidden
    people: dict[str, Somebody]
    gates: Any  # the program, its handlers taken out
    program: Any


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    clock = Clock()
    settings = Settings(data=str(tmp_path_factory.mktemp("matrix") / "data"))
    async with opened(settings, clock=clock) as house:
        home, other = [await _home(house, domain) for domain in (DOMAIN, "bob.localhost")]
        await house.write(home, SYSTEM, auth.passphrase.keep, await auth.passphrase.seal(key()))
        token = await house.read(home, SYSTEM, auth.mint)
        headers = {"authorization": f"Bearer {token}"}
        transport = httpx2.ASGITransport(serving(house))
        async with Client(transport=transport, base_url=home.origin, headers=headers) as client:
            hidden = await _furnish(house, home, client)
            mine = (await client.mkdir("mine"))["id"]
            todo = (await client.put(f"/data/{TODOS}/mine", json={"list": "other"})).json()["id"]
        people = await everybody(house, home, other, clock, todo=todo, folder=mine)
        assert people.keys() == set(EVERYBODY)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server, "DOORS", [_gate(door) for door in DOORS])
            gates = serving(house)
        yield Scene(house, home, hidden, people, gates, serving(house))


async def _home(house: House, domain: str) -> Home:
    listing = await auth.open_home(house, domain, ALICE, origin_of(house.settings, domain))
    return home_of(house.settings, listing)


async def _furnish(house: House, home: Home, client: Client) -> Hidden:
    file_word, todo_word, link_word, app_word, client_word = WORDS
    folder = await client.mkdir("hidden")
    file = await client.upload(file_word, file_word.encode(), folder["id"])
    todo = (await client.post(f"/data/{TODOS}", json={"label": todo_word, "list": "hidden"})).json()
    body = {"data": {"attributes": {"permissions": {"todo": {"type": TODOS, "values": [todo["id"]]}}}}}
    link = (await client.post("/permissions", params={"codes": link_word}, json=body)).json()["data"]
    known = {"client_name": client_word, "redirect_uris": ["https://client.example.org/"], "software_id": "x"}
    registered = (await client.post("/auth/register", json=known)).json()
    rules = {"todos": Rule(TODOS, description=app_word)}
    await house.write(home, SYSTEM, permissions.grant, "app", "todos", rules)
    return Hidden(folder["id"], file["id"], todo["id"], todo["rev"], link["id"], registered["client_id"])


async def _reached(**_: Any) -> Response:
    return Response(status_code=REACHED)


async def _reached_socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


def _gate(door: Routes) -> Routes:
    """The door, each handler replaced by one that only says that it was reached."""
    gate = Routes(site=door.site)
    for route in door.table:
        if route.method == SOCKET:
            gate.table.append(dataclasses.replace(route, handler=_reached_socket, takes=("socket",)))
            continue
        takes = tuple(name for name in route.takes if name == "form")
        gate.table.append(dataclasses.replace(route, handler=_reached, is_async=True, body=None, takes=takes))
    return gate


def expected(who: Somebody, one: Known) -> int:
    """How a gate answers. On the origin of an app no token and no session of the home counts, and nothing can change."""
    route = one.route
    need, is_form, changes = needed(route), "form" in route.takes, route.method not in {*SAFE, SOCKET}
    if one.site == "app":
        assert (need, changes, is_form) == (OPEN, False, False)
        return REACHED
    if need == OWN_PROOF:
        return 403 if is_form and who.elsewhere else REACHED
    if who.standing == "dead" or (who.only and route.manner not in who.only):
        return 400
    is_owner = who.standing == "owner" and (route.is_page or not who.elsewhere)
    is_somebody = is_owner or who.standing == "holder"
    if need != OPEN and not (is_owner or (is_somebody and not need.owner)):
        return 303 if route.is_page else 401
    if need.verb and not is_owner and not any(allows(rule, need.verb, need.doctype) for rule in who.rules):
        return 403
    is_proved = who.standing == "holder" or (who.proof and not who.elsewhere)
    is_forgeable = is_form or (changes and "cookie" in who.headers)
    return 403 if is_forgeable and not is_proved else REACHED


def needed(route: Route) -> Need:
    """What a route needs at the address that we ask."""
    return route.need.at({"doctype": TODOS})


async def knock(app: Any, who: Somebody, one: Known, hidden: Hidden) -> int:
    """The status of a request without any body, or of a handshake."""
    url = f"{APP if one.site == 'app' else HOME}{hidden.path(one.route)}"
    if one.route.method != SOCKET:
        return (await ask(app, one.route.method, url, who.headers))[0]
    talk = Talk(app, url, who.headers)
    status = await talk.opened()
    await talk.hang_up()
    return REACHED if status == OPENED else status


@pytest.mark.parametrize("name", EVERYBODY)
async def test_every_gate_lets_in_whom_it_says_and_nobody_else(scene, name):
    who, wrong = scene.people[name], {}
    for one in EVERY:
        status = await knock(scene.gates, who, one, scene.hidden)
        if status != expected(who, one):
            wrong[one.name] = (status, expected(who, one))
    assert wrong == {}


@pytest.mark.parametrize("query", ["", "?sharecode=nonsense", "?bearer_token=nonsense"])
async def test_the_origin_of_an_app_looks_at_no_token(scene, query):
    for path in ("/", "/x"):
        assert (await ask(scene.gates, "GET", f"{APP}{path}{query}", {}))[0] == REACHED


@pytest.mark.parametrize("method", [SOCKET, "TRACE", "BREW"])
async def test_no_other_method_reaches_a_gate(scene, method):
    headers = scene.people["the command line"].headers
    for one in EVERY:
        if one.site == "home":
            status, _ = await ask(scene.gates, method, f"{HOME}{scene.hidden.path(one.route)}", headers)
            assert status in {404, 405}, one.name


async def test_there_are_gates_of_every_kind(scene):
    """Else the test above could agree with itself."""
    people = scene.people
    answers = {name: Counter(expected(people[name], one) for one in EVERY) for name in EVERYBODY}
    assert answers["nobody"][401] > 100
    assert answers["nobody"][303] > 20
    assert answers["the owner on a page"] == {REACHED: len(EVERY)}
    assert answers["the owner without the token of a page"][403] > 50
    assert answers["the command line"][REACHED] > 150
    for name in NARROW:
        assert answers[name][403] + answers[name][400] > 70
        assert answers[name][REACHED] > 20
    for name in DEAD:
        assert answers[name][400] > 250


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came of a request."""

    one: Known
    status: int
    words: tuple[str, ...]  # of what is hidden, in the answer
    changed: bool


def state(work: Work) -> tuple[int, int, int]:
    """What a request may have changed."""
    return documents.last_seq(work), len(auth.sessions.living(work)), len(permissions.all_(work))


async def answers(scene: Scene, who: Somebody) -> list[Answer]:
    """To every request that somebody may think of, about what is hidden."""
    given, before = [], await scene.house.read(scene.home, SYSTEM, state)
    for one in ASKED:
        for body in (None,) if one.route.method in SAFE or one.route.manner == "dav" else scene.hidden.bodies:
            url, headers = f"{HOME}{scene.hidden.url(one.route)}", {**who.headers, **DAV}
            status, text = await ask(scene.program, one.route.method, url, headers, body)
            after = await scene.house.read(scene.home, SYSTEM, state)
            given.append(Answer(one, status, tuple(word for word in WORDS if word in text), after != before))
            before = after
    return given


def is_whole(who: Somebody, need: Need) -> bool:
    """Whether they were given every document of the doctype that a route declares."""
    return need.verb is not None and allows_all(who.rules, need.verb, need.doctype)


def holds_hidden(who: Somebody) -> bool:
    """Whether they were given what is hidden, and may do with it what they like."""
    return any(allows_all(who.rules, verb, doctype) for doctype in ("io.cozy.files", TODOS) for verb in VERBS)


@pytest.mark.parametrize("name", NOBODY + NARROW)
async def test_nothing_is_told_of_what_is_not_theirs_and_nothing_changes(scene, name):
    """The dead get no further than the gates."""
    who = scene.people[name]
    if holds_hidden(who):
        return
    told = await answers(scene, who)
    theirs = {one.name for one in ASKED if is_whole(who, needed(one.route))}
    broken = {
        answer.one.name: answer.status
        for answer in told
        if answer.status >= 500 and answer.status not in {502, 503}
    }
    assert broken == {}
    leaks = {(answer.one.name, word) for answer in told for word in answer.words}
    assert {leak for leak in leaks if not allows_all(who.rules, "GET", WORDS[leak[1]])} == set()
    assert {answer.one.name for answer in told if answer.changed} - theirs == set()
    given = {answer.one.name for answer in told if answer.status < 300} - theirs
    assert (
        given - PUBLIC.keys() - FOR_THE_ASKING.keys() - (OF_HOLDERS.keys() if who.token else set()) == set()
    )


@pytest.mark.parametrize("name", EVERYBODY)
async def test_a_socket_tells_of_what_its_holder_may_read(scene, name):
    who = scene.people[name]
    headers = {header: value for header, value in who.headers.items() if header != "authorization"}
    topics = [
        {"type": doctype, "id": id_}
        for doctype, hidden in (
            (TODOS, scene.hidden.todo),
            ("io.cozy.files", scene.hidden.file),
            ("io.cozy.sessions", "x"),
        )
        for id_ in ("", hidden)
    ]
    for topic in topics:
        talk = Talk(scene.program, f"{HOME}/realtime", headers)
        assert await talk.opened() == OPENED
        if who.token:
            await talk.say("AUTH", who.token)
        await talk.say("SUBSCRIBE", topic)
        await talk.say("ECHO")
        assert await heard(talk) == hears(who, topic["type"])
        await talk.hang_up()


async def heard(talk: Talk) -> str:
    """What comes of a subscription."""
    first = await talk.error()
    if first.startswith("405"):  # to ECHO, once subscribed; or to SUBSCRIBE, where AUTH has to come first
        await talk.say("ECHO")
        return "subscribed" if await talk.error() else "hung up"
    return first


def hears(who: Somebody, doctype: str) -> str:
    """What has to come of it."""
    if who.standing == "dead" or who.only:
        return "401 Unauthorized"
    if who.standing == "nobody" or (who.standing == "owner" and who.elsewhere):
        return "hung up"
    may_hear = who.standing == "owner" or allows_all(who.rules, "GET", doctype)
    return "subscribed" if may_hear else "403 Forbidden"
