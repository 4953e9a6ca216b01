"""Everybody who may knock at a home: what they send, and what they were given."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from joserfc import jwt
from joserfc.jwk import OctKey

from cozy.kernel.clock import iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model.device_passwords import Wanted
from cozy.rooms.auth.service import tokens
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule
from tests.conftest import OWNER, Clock

HOME = "http://alice.localhost:8080"
APP = "http://drive.alice.localhost:8080"
TODOS = "io.cozy.todos"
UNSIGNED = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")

Standing = Literal["nobody", "owner", "holder", "dead"]


@dataclass(frozen=True)
class Somebody:
    """Who asks. `dead`: brings what opens nothing any more, or never did, and is told so.

    only: the manners of the routes where what they bring counts, where it does not everywhere. elsewhere: a page of another origin makes their browser ask; proof: they send the token of a page of ours.
    """

    standing: Standing
    headers: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    elsewhere: bool = False
    proof: bool = False
    only: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """What they bring; "" for nothing."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


NOBODY = ("nobody",)
OWNERS = (
    "the owner on a page",
    "the owner without the token of a page",
    "the owner's browser on a page of an app",
    "the owner's browser on a page of another home",
    "the owner's browser on another site",
    "the owner's browser on a page without an origin",
    "the owner's old browser on a page of an app",
    "the owner's old browser on a page of another scheme",
    "the owner's old browser on a page of another port",
    "a session that was ended",
    "a session of another home",
    "a session of an app's origin",
)
WHOLE = ("the command line", "a client that may do everything")
NARROW = (
    "an app in its session", "a service of an app", "a connector", "a client", "a client linked to an app",
    "the command line with a narrow scope", "a link", "a short code", "a tiny code", "a link whose password was given",
    "one doctype", "one verb", "one document", "one value", "one value inside another", "one folder", "a wildcard", "a device with a password",
)  # fmt: skip
DEAD = (
    "an app without its session", "an app in another session", "an app whose grant ended", "an app whose grant was taken back",
    "a client whose grant ended", "a client whose grant was taken back", "a client linked to an app whose grant ended", "a client linked to an app that is gone",
    "a connector whose grant was taken back",
    "a link that ended", "a short code of a link that ended", "a link that was taken back", "a code that the link lost",
    "a link before its password", "a link with a wrong password", "a link with the password of another",
    "a token of another home", "a token in another home's name", "a token whose time is over", "a token signed by somebody else",
    "a token that nobody signed", "a token whose signature was cut", "a token to register with", "a token to refresh with",
    "a code that there never was", "nonsense",
)  # fmt: skip
EVERYBODY = NOBODY + OWNERS + WHOLE + NARROW + DEAD


async def everybody(
    house: House, home: Home, other_home: Home, clock: Clock, *, todo: str, folder: str
) -> dict[str, Somebody]:
    """All of them. todo, folder: a document and a folder that the narrow ones may use; none of them may use any other."""
    people = await house.write(home, OWNER, _here, todo, folder)
    people |= await house.write(other_home, OWNER, _from_next_door)
    people |= await _with_passwords(house, home, todo)
    people["a device with a password"] = await _device(house, home, folder)
    clock.advance(minutes=2)  # what was given for a minute is over
    return people


def _here(work: Work, todo: str, folder: str) -> dict[str, Somebody]:
    people = {
        "nobody": Somebody("nobody"),
        **_owners(work),
        **_holders(work),
        **_links(work, folder),
        **_dead(work),
    }
    scopes = {
        "one doctype": TODOS, "one verb": f"{TODOS}:DELETE", "one document": f"{TODOS}:ALL:{todo}",
        "one value": f"{TODOS}:ALL:mine:list", "one value inside another": f"{TODOS}:ALL:mine:owner.name",
        "one folder": f"io.cozy.files:ALL:{folder}", "a wildcard": "io.cozy.oauth.*:GET", "the command line": "*",
        "the command line with a narrow scope": "io.cozy.settings:PUT,PATCH io.cozy.apps:POST:none",
    }  # fmt: skip
    for name, scope in scopes.items():
        people[name] = _holder(auth.mint(work, scope), *map(rule_of, scope.split()))
    return people


def rule_of(scope: str) -> Rule:
    """A part of a scope."""
    doctype, verbs, values, selector = [*scope.split(":"), "", "", ""][:4]
    wanted = () if verbs in {"", "ALL"} else tuple(verbs.split(","))
    return Rule(doctype, wanted, tuple(filter(None, values.split(","))), selector)


def _bearing(token: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", **more}


def _holder(token: str, *rules: Rule, cookie: str = "") -> Somebody:
    return Somebody("holder", _bearing(token, **({"cookie": cookie} if cookie else {})), rules)


def _dead_with(token: str, **more: str) -> Somebody:
    return Somebody("dead", _bearing(token, **more))


def _session(work: Work) -> str:
    return f"cozy-session={auth.sessions.open_(work, Visitor(address='192.0.2.1')).session}"


def _owners(work: Work) -> dict[str, Somebody]:
    cookie, over = _session(work), _session(work)
    auth.sessions.end(work, _id_in(over))
    handed = auth.sessions.take_over(work, auth.sessions.hand_over(work, _id_in(cookie), "drive"), "drive")
    assert handed is not None
    ours = {"cookie": f"{cookie}; cozy-csrf=ours", "x-csrf-token": "ours"}

    def elsewhere(site: str, origin: str) -> Somebody:
        """A page that has planted the token of a page, which a neighbour may. site: "" where the browser does not say."""
        said = {"sec-fetch-site": site} if site else {}
        return Somebody("owner", {**ours, **said, "origin": origin}, elsewhere=True, proof=True)

    return {
        "the owner on a page": Somebody("owner", {**ours, "sec-fetch-site": "same-origin"}, proof=True),
        "the owner without the token of a page": Somebody("owner", {"cookie": cookie, "sec-fetch-site": "same-origin"}),
        "the owner's browser on a page of an app": elsewhere("same-site", APP),
        "the owner's browser on a page of another home": elsewhere("same-site", "http://bob.localhost:8080"),
        "the owner's browser on another site": elsewhere("cross-site", "https://evil.example.org"),
        "the owner's browser on a page without an origin": elsewhere("cross-site", "null"),
        "the owner's old browser on a page of an app": elsewhere("", APP),
        "the owner's old browser on a page of another scheme": elsewhere("", "https://alice.localhost:8080"),
        "the owner's old browser on a page of another port": elsewhere("", "http://alice.localhost"),
        "a session that was ended": Somebody("nobody", {"cookie": over}),
        "a session of an app's origin": Somebody("nobody", {"cookie": f"cozy-session={handed[1]}"}),
    }  # fmt: skip


def _id_in(cookie: str) -> str:
    return cookie.partition("=")[2].partition(".")[0]


SETTINGS = Rule("io.cozy.settings")
SOME_FILES = Rule("io.cozy.files", ("GET",), ("nothing-there",))


def _holders(work: Work) -> dict[str, Somebody]:
    cookie = _session(work)
    permissions.grant(work, "app", "other", {"a": SETTINGS, "b": SOME_FILES})
    permissions.grant(work, "konnector", "other", {"a": Rule("io.cozy.apps", ("POST",), ("none",))})
    client = permissions.grant(
        work, "oauth", "other", {"a": Rule("io.cozy.files", ("PATCH",), ("nothing-there",))}
    )
    maximal = permissions.grant(work, "oauth", "flagship", {"a": Rule("*")})
    linked = permissions.grant(work, "oauth", "mobile", {}, metadata={"linked_app": "other"})
    bound = tokens.for_app(work, "other", _id_in(cookie))
    return {
        "an app in its session": _holder(bound, SETTINGS, SOME_FILES, cookie=cookie),
        "an app without its session": _dead_with(bound),
        "an app in another session": _dead_with(bound, cookie=_session(work)),
        "a service of an app": _holder(tokens.for_app(work, "other"), SETTINGS, SOME_FILES),
        "a connector": _holder(
            tokens.for_konnector(work, "other"), Rule("io.cozy.apps", ("POST",), ("none",))
        ),
        "a client": _holder(_access(work, client), Rule("io.cozy.files", ("PATCH",), ("nothing-there",))),
        "a client that may do everything": _holder(_access(work, maximal), Rule("*")),
        "a client linked to an app": _holder(_access(work, linked), SETTINGS, SOME_FILES),
    }


def _access(work: Work, grant: Permission, audience: tokens.Audience = "access") -> str:
    return tokens.signed(work, audience, grant.source_id, grant=grant.id)


def _linked(
    work: Work, rule: Rule, *, ends_at: str = "", sealed: str = "", is_tiny: bool = False
) -> Permission:
    wanted = permissions.links.Wanted(
        rules={"a": rule}, labels=["bob", "eve"], expires_at=ends_at, sealed=sealed, is_tiny=is_tiny
    )
    return permissions.links.make(work, wanted)


def _links(work: Work, folder: str) -> dict[str, Somebody]:
    rule = Rule("io.cozy.files", ("GET",), (folder,))
    link, tiny = _linked(work, rule), _linked(work, rule, is_tiny=True)
    over = _linked(work, Rule(TODOS), ends_at=iso(work.now + timedelta(minutes=1)))
    gone, fewer = _linked(work, Rule(TODOS)), _linked(work, Rule(TODOS))
    permissions.withdraw(work, gone)
    permissions.links.change(work, fewer, permissions.links.Patch(labels=["bob"]))
    return {
        "a link": _holder(link.codes["bob"], rule),
        "a short code": _holder(link.shortcodes["eve"], rule),
        "a tiny code": _holder(tiny.shortcodes["bob"], rule),
        "a link that ended": _dead_with(over.codes["bob"]),
        "a short code of a link that ended": _dead_with(over.shortcodes["bob"]),
        "a link that was taken back": _dead_with(gone.codes["bob"]),
        "a code that the link lost": _dead_with(fewer.codes["eve"]),
        "a code that there never was": _dead_with("abcdefghijkl"),
    }


async def _device(house: House, home: Home, folder: str) -> Somebody:
    made = await auth.device_passwords.make(
        house, home, OWNER, Wanted(name="phone", areas=("files",), may_write=True, folder=folder)
    )
    said = base64.b64encode(f"anybody:{made.password}".encode()).decode()
    return Somebody(
        "holder",
        {"authorization": f"Basic {said}"},
        (Rule("io.cozy.files", (), (folder,)),),
        only=("dav", "ocs"),
    )


async def _with_passwords(house: House, home: Home, todo: str) -> dict[str, Somebody]:
    sealed = await permissions.passwords.seal("tilleul")
    return await house.write(home, OWNER, _locked, sealed, todo)


def _locked(work: Work, sealed: str, todo: str) -> dict[str, Somebody]:
    rule = Rule(TODOS, (), (todo,))
    link, other = _linked(work, rule, sealed=sealed), _linked(work, rule, sealed=sealed)

    def cookie(of: Permission) -> str:
        return f"cozy-pass{link.id}={permissions.passwords.cookie_for(work, of.id)}"

    return {
        "a link whose password was given": _holder(link.codes["bob"], rule, cookie=cookie(link)),
        "a link before its password": _dead_with(link.codes["bob"]),
        "a link with a wrong password": _dead_with(
            link.shortcodes["bob"], cookie=f"cozy-pass{link.id}=guessed"
        ),
        "a link with the password of another": _dead_with(link.codes["bob"], cookie=cookie(other)),
    }


def _dead(work: Work) -> dict[str, Somebody]:
    soon = iso(work.now + timedelta(minutes=1))
    ending = {"a": Rule("io.cozy.files"), "b": Rule(TODOS)}
    given: dict[str, Any] = {
        "over": permissions.grant(work, "oauth", "over", ending, expires_at=soon),
        "gone": permissions.grant(work, "oauth", "gone", ending),
        "app": permissions.grant(work, "app", "gone", ending),
        "konnector": permissions.grant(work, "konnector", "gone", ending),
        "linked": permissions.grant(work, "oauth", "linked", {}, metadata={"linked_app": "over"}),
        "orphan": permissions.grant(work, "oauth", "orphan", {}, metadata={"linked_app": "gone"}),
    }
    permissions.grant(work, "app", "over", ending, expires_at=soon)
    living = permissions.grant(work, "oauth", "living", ending)
    for name in ("gone", "app", "konnector"):
        permissions.withdraw(work, given[name])
    whole = auth.mint(work)
    said, signature = whole.rpartition(".")[::2]
    return {
        "an app whose grant ended": _dead_with(tokens.for_app(work, "over")),
        "an app whose grant was taken back": _dead_with(tokens.for_app(work, "gone")),
        "a client whose grant ended": _dead_with(_access(work, given["over"])),
        "a client whose grant was taken back": _dead_with(_access(work, given["gone"])),
        "a client linked to an app whose grant ended": _dead_with(_access(work, given["linked"])),
        "a client linked to an app that is gone": _dead_with(_access(work, given["orphan"])),
        "a connector whose grant was taken back": _dead_with(tokens.for_konnector(work, "gone")),
        "a token whose time is over": _dead_with(auth.mint(work, lifetime=timedelta(minutes=1))),
        "a token signed by somebody else": _dead_with(_forged(work)),
        "a token that nobody signed": _dead_with(f"{UNSIGNED}.{said.partition('.')[2]}."),
        "a token whose signature was cut": _dead_with(f"{said}.{signature[:-4]}"),
        "a token to register with": _dead_with(tokens.registration_token(work, living.source_id)),
        "a token to refresh with": _dead_with(_access(work, living, "refresh")),
        "nonsense": _dead_with("a.b.c"),
    }


def _forged(work: Work, key: bytes = b"k" * 64) -> str:
    claims = {"aud": "cli", "iss": work.domain, "sub": "command line", "iat": 0, "scope": "*"}
    return jwt.encode({"alg": "HS512"}, claims, OctKey.import_key(key), algorithms=["HS512"])


def _from_next_door(work: Work) -> dict[str, Somebody]:
    """Bob's home is on the same server."""
    said = {"aud": "cli", "iss": "alice.localhost", "sub": "command line", "iat": 0, "scope": "*"}
    key = OctKey.import_key(tokens._secret(work, "cli"))
    return {
        "a token of another home": _dead_with(auth.mint(work)),
        "a token in another home's name": _dead_with(
            jwt.encode({"alg": "HS512"}, said, key, algorithms=["HS512"])
        ),
        "a session of another home": Somebody("nobody", {"cookie": _session(work)}),
    }
