"""A home handed over to a Cozy of another make (cozy-stack docs/move.md): its archive is made, and that Cozy fetches it.

Nothing here is closed or erased: the owner goes on using this home, and removes it when they want to. What others shared with it goes on there. What the other Cozy is asked with,
and what it is to show when it tells how it went, is locked in an account.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import msgspec
import structlog
from msgspec.structs import replace

from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import iso, parse
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.ids import new_secret
from cozy.kernel.outside import BadAddress, RefusedAddress
from cozy.kernel.problem import Elsewhere, Problem
from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import BadTokenRequest, UnknownClient
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Query
from cozy.rooms.exports import service as exports
from cozy.rooms.exports.errors import NoExport
from cozy.rooms.exports.model import COZY_ARCHIVE, KEPT, Export
from cozy.rooms.files import service as files
from cozy.rooms.homes.model import SETTINGS
from cozy.rooms.permissions import service as permissions
from cozy.rooms.sharing import service as sharings

from ..errors import BadRequest, NoHanding, TargetAway
from ..events import QuestionOver
from ..model import ASKED_FOR, HANDINGS, Asker, Handing, HandingState, KeptHanding, Target

log = structlog.get_logger()
_ACCOUNT = "cozy-move"  # the type of their accounts
_CIPHERS = "com.bitwarden.ciphers"  # passwords
_CODE: HandingState = "code"  # what a document is that only says that the owner agreed to be asked
_TAKES = timedelta(days=8)  # longer than an export is made
_JSON = {"content-type": "application/vnd.api+json"}


def agree(work: Work) -> str:
    """A code, good once and for a while, with which somebody may ask the owner to hand this home over."""
    code = new_secret(24)
    body = Handing(state=_CODE, secret_sha256=_hash(code), asked_at=iso(work.now))
    documents.create(work, HANDINGS, msgspec.to_builtins(body))
    work.plan(QuestionOver(), work.now + ASKED_FOR)
    return code


def room(work: Work, quota: int | None) -> dict[str, str]:
    """What whoever leads a move wants to know of a home: the bytes in use and, where there is a limit, that; whether it has a vault."""
    said = {"vault": "true" if has_vault(work) else "false", "used": str(files.usage(work))}
    return said | ({"quota": str(quota)} if quota is not None else {})


def has_vault(work: Work) -> bool:
    """Whether passwords are kept here: then the other Cozy tells the owner how to take them along (cozy-stack model/move).

    They are locked by a key that is made of the passphrase and this address, so no other home can open what the archive holds.
    """
    said = documents.fetch_many(work, SETTINGS, [auth.passphrase.VAULT]).get(auth.passphrase.VAULT)
    return (said is not None and said.body.get("extension_installed") is True) or bool(
        documents.find(work, _CIPHERS, Query(selector={}, limit=1)).documents
    )


def ask(work: Work, asker: Asker, target: Target, *, ignores_vault: bool = False) -> str:
    """Ask the owner whether this home is to be handed over to there; the secret of the question.

    asker: a code of `agree`, or a client with its secret and its token of this home. ignores_vault: whoever leads the move looks after the
    passwords. Raises BadRequest.
    """
    if asker.code:
        documents.delete(work, _by_secret(work, asker.code, {_CODE}).document)
    else:
        _check_client(work, asker)
    address = _origin(target.url)
    if not address or not target.token or urlsplit(address).hostname == urlsplit(work.origin).hostname:
        raise BadRequest
    secret, word = new_secret(24), new_secret(32)
    held = {"url": address, "token": target.token, "secret": word}
    account = accounts.create(work, {"account_type": _ACCOUNT, "auth": held})
    body = Handing(
        state="asked", target=address, account=account.id, secret_sha256=_hash(secret), word_sha256=_hash(word), asked_at=iso(work.now),
        ignores_vault=ignores_vault,
    )  # fmt: skip
    documents.create(work, HANDINGS, msgspec.to_builtins(body))
    work.plan(QuestionOver(), work.now + ASKED_FOR)
    return secret


def _origin(url: str) -> str:
    """The scheme and host of an address; "" for what is none."""
    try:
        parts = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
        return (
            f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.hostname else ""
        )
    except ValueError:
        return ""


def _check_client(work: Work, asker: Asker) -> None:
    try:
        client = auth.clients.authenticated(work, asker.client_id, asker.client_secret)
        caller = auth.caller_of(work, asker.token)
    except (UnknownClient, BadTokenRequest) as error:
        raise BadRequest from error
    has_right = {"io.cozy.exports.requests", "io.cozy.imports"} <= {grant.doctype for grant in caller.grants}
    if caller.kind != "client" or caller.name != client.id or not has_right:
        raise BadRequest


def asked(work: Work, secret: str) -> KeptHanding:
    """The question with this secret, as long as it may be answered. Raises BadRequest, NobodyIn, NotAllowed."""
    permissions.guard(work, "GET", HANDINGS, None, None)
    return _by_secret(work, secret, {"asked"})


def _by_secret(work: Work, secret: str, states: set[HandingState]) -> KeptHanding:
    found = _find(work, {"secret_sha256": _hash(secret)})
    if found is None or found.body.state not in states or parse(found.body.asked_at) + ASKED_FOR <= work.now:
        raise BadRequest
    return found


async def begin(house: House, home: Home, secret: str) -> str:
    """Hand this home over, as the owner said: the other Cozy is told, and the archive is made. The address where one waits there.

    Raises BadRequest, TargetAway, AlreadyMaking, NoRoom.
    """
    found = await house.read(home, SYSTEM, asked, secret)
    await exports.check_room(house, home)
    await _send(house, home, found, f"/move/importing?{urlencode({'source': home.domain})}", b"")
    await house.write(home, SYSTEM, _begin, found.id)
    return f"{found.body.target}/move/importing"


def _begin(work: Work, id_: str) -> None:
    made = exports.begin(work, Export(kind=COZY_ARCHIVE, moves=True))
    _change(work, id_, replace(_fetch(work, id_).body, state="making", export=made.id, secret_sha256=""))


async def hand_over(house: House, home: Home, export_id: str) -> None:
    """Let the other Cozy fetch an export that is over, where it was made for that; the second time that was said. Raises TargetAway."""
    found = await house.read(home, SYSTEM, _find, {"export": export_id})
    if found is None or found.body.state != "making":
        return
    link = await house.read(home, SYSTEM, _link, export_id)
    if not link:
        await _give_up(house, home, found, "export")
        return
    moving = {"url": f"{home.origin}/", "token": (await house.read(home, SYSTEM, _opened, found))["secret"]}
    vault = not found.body.ignores_vault and await house.read(home, SYSTEM, has_vault)
    attributes = {"url": link, "vault": vault, "move_from": moving}
    body = msgspec.json.encode({"data": {"attributes": attributes}})
    await _send(house, home, found, "/move/imports", body)
    await house.write(home, SYSTEM, _note, found.id, "handed", "")


def _link(work: Work, export_id: str) -> str:
    """What a person would be shown of it; "" where it could not be made."""
    try:
        is_ready = exports.keeping.fetch(work, export_id).body.state == "ready"
    except NoExport:
        return ""
    return f"{work.origin}/#/exports/{exports.name_of(work, export_id)}" if is_ready else ""


async def _give_up(house: House, home: Home, found: KeptHanding, why: str) -> None:
    await house.write(home, SYSTEM, _note, found.id, "failed", why)
    try:
        await _send(house, home, found, "/move/abort", b"")
    except TargetAway as problem:
        log.warning("another Cozy could not be told that a move ended", home=home.id, said=problem.detail)


async def _send(house: House, home: Home, found: KeptHanding, path: str, body: bytes) -> None:
    token = (await house.read(home, SYSTEM, _opened, found)).get("token", "")
    headers = {"authorization": f"Bearer {token}", **(_JSON if body else {})}
    try:
        reply = await house.outside.fetch("POST", f"{found.body.target}{path}", headers=headers, body=body)
    except (Elsewhere, BadAddress, RefusedAddress) as error:
        raise TargetAway from error
    if reply.status >= 300:
        raise TargetAway(status=reply.status)


def _opened(work: Work, found: KeptHanding) -> dict[str, str]:
    try:
        account = accounts.fetch(work, found.body.account)
    except NoDocument as error:
        raise NoHanding from error
    if account.body.get("account_type") != _ACCOUNT:
        raise NoHanding
    return dict(accounts.secrets.opened(work, account.body)["auth"])


def heard(work: Work, token: str, *, is_done: bool) -> None:
    """The other Cozy tells that all came in, or that it did not; the second time it said so before. Raises NoHanding."""
    found = _find(work, {"word_sha256": _hash(token)}) if token else None
    if found is None or found.body.state not in {"making", "handed", "arrived", "failed"}:
        raise NoHanding
    if found.body.state != "arrived":
        _note(work, found.id, "arrived" if is_done else "failed", "" if is_done else "import")
        if is_done:
            sharings.moving.gone(work, found.body.target)


def may_import(work: Work, token: str) -> bool:
    """Whether this is a token of this home with which things may be brought in: another Cozy, which was to move here, gives it up."""
    try:
        caller = auth.caller_of(work, token)
    except Problem:
        return False
    return any(
        grant.doctype == "io.cozy.imports" and "POST" in grant.verbs and not grant.values
        for grant in caller.grants
    )


def last(work: Work) -> KeptHanding | None:
    """The newest that the owner agreed to."""
    found = _all(work, {"state": {"$in": ["making", "handed", "arrived", "failed"]}})
    return max(found, key=lambda each: each.body.asked_at, default=None)


def forget_old(work: Work) -> None:
    """Forget the questions that nobody answered, and what opens the other Cozy once a move is over, or was never begun there."""
    for state, within, why in (("making", _TAKES, "export"), ("handed", _TAKES + KEPT, "import")):
        for each in _all(work, {"state": state}):
            if parse(each.body.asked_at) + within < work.now:
                _note(work, each.id, "failed", why)
    for each in _all(work, {"state": {"$in": [_CODE, "asked", "arrived", "failed"]}}):
        if parse(each.body.asked_at) + ASKED_FOR > work.now:
            continue
        if each.body.account:
            _close(work, each)
        if each.body.state in {_CODE, "asked"}:
            documents.delete(work, each.document)


def _close(work: Work, each: KeptHanding) -> None:
    try:
        accounts.remove(work, accounts.fetch(work, each.body.account))
    except NoDocument:
        return


def _find(work: Work, selector: dict[str, str]) -> KeptHanding | None:
    return next(iter(_all(work, selector)), None)


def _all(work: Work, selector: dict[str, object] | dict[str, str]) -> list[KeptHanding]:
    found = documents.find(work, HANDINGS, Query(selector=selector, limit=200)).documents
    return [KeptHanding(each, msgspec.convert(dict(each.body), Handing)) for each in found]


def _fetch(work: Work, id_: str) -> KeptHanding:
    found = documents.fetch(work, HANDINGS, id_)
    return KeptHanding(found, msgspec.convert(dict(found.body), Handing))


def _change(work: Work, id_: str, body: Handing) -> None:
    documents.update(work, _fetch(work, id_).document, msgspec.to_builtins(body))


def _note(work: Work, id_: str, state: HandingState, why: str) -> None:
    """Note how far it is. Its archive, which holds what lets programs in, goes when it is over."""
    found = _fetch(work, id_).body
    _change(work, id_, replace(found, state=state, why=why))
    if state in {"arrived", "failed"} and found.export:
        exports.keeping.drop(work, found.export)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
