"""Clients: programs that introduce themselves, and that the owner may let in (RFC 7591, 7592; cozy-stack docs/auth.md).

A client's secret is made of the home's key and the client's id, so it stands in no document.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.ids import hashed
from cozy.kernel.text import nfc
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument, UpdateConflict
from cozy.rooms.documents.model import Document
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from .. import store
from ..errors import (
    BadRegistration,
    BadServiceAddress,
    BadServiceName,
    BadToken,
    BadTokenRequest,
    ClientConflict,
    ExpiredToken,
    NoClient,
    NotItsToken,
    UnknownClient,
)
from ..events import ClientPending
from ..model import Visitor
from ..model.clients import CLIENTS, PENDING, SHARING, Client, Introduction, body_of, from_body, linked_app
from . import limits, tokens

LONGEST = 2000  # characters of anything that a client says of itself
ANNOUNCED = 20_000  # bytes of the notifications that it announces
NAME_LIMIT = 100
REDIRECTS = 20
PLATFORMS = ("", "firebase", "apns", "huawei", "ios", "android")
BY_HAND = "by-hand"  # what a service that the owner entered is made of: nobody knows
NO_LINK = ("store", "settings")  # apps that decide over others
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_FORBIDDEN = {
    "about", "blob", "data", "file", "filesystem", "ftp", "intent", "javascript", "mailto", "vbscript", "view-source", "ws", "wss",
}  # fmt: skip
_SAID = (
    "client_kind", "client_uri", "logo_uri", "policy_uri", "software_version", "notification_platform",
    "notification_device_token",
)  # fmt: skip
_LOOPBACK = re.compile(r"localhost|.+\.localhost|127(\.\d+){3}|::1")


def register(work: Work, visitor: Visitor, said: Introduction, *, may_log_in: bool = False) -> Client:
    """Keep a program that introduces itself; it is forgotten in an hour unless the owner agrees to something.

    may_log_in: it may ask for the scope `login`. Raises BadRegistration, TooManyAttempts. Plans ClientPending.
    """
    limits.count(work, "register", visitor)
    checked = _checked(work, said)
    checked["client_name"] = unused(work, checked["client_name"])
    client = Client(
        id="",
        rev="",
        pending=True,
        created_at=iso(work.now),
        allow_login_scope=may_log_in,
        onboarding_sha256=hashed(said.onboarding_secret) if said.onboarding_secret else "",
        cozyMetadata=_metadata(work, checked),
        **checked,
    )
    registered = _client(documents.create(work, CLIENTS, body_of(client)))
    work.plan(ClientPending(registered.id), work.now + PENDING)
    return registered


def enlist(work: Work, name: str, redirect_uri: str) -> Client:
    """Keep a service that the owner enters by hand, for one that cannot register by itself.

    Raises BadServiceName, BadServiceAddress.
    """
    said = Introduction(redirect_uris=(redirect_uri.strip(),), client_name=name, software_id=BY_HAND)
    try:
        checked = _checked(work, said)
    except BadRegistration as error:
        if error.facts["error"] == "invalid_redirect_uri":
            raise BadServiceAddress(parameter="redirect_uri") from error
        raise BadServiceName(parameter="name") from error
    checked |= {"client_name": unused(work, checked["client_name"]), "client_kind": "web"}
    metadata = _metadata(work, checked)
    client = Client(id="", rev="", created_at=iso(work.now), cozyMetadata=metadata, **checked)
    return _client(documents.create(work, CLIENTS, body_of(client)))


def _checked(work: Work, said: Introduction) -> dict[str, Any]:
    """What a program says of itself, as we keep it. Raises BadRegistration."""
    uris = said.redirect_uris or ()
    if not uris:
        raise _bad("invalid_redirect_uri", "redirect_uris is mandatory")
    for uri in uris:
        if not _may_lead_to(work, uri):
            raise _bad("invalid_redirect_uri", f"{uri[:LONGEST]} is invalid")
    name = nfc(said.client_name or "").strip()
    software_id = said.software_id or ""
    for member, value in (("client_name", name), ("software_id", software_id)):
        if not value:
            raise _bad("invalid_client_metadata", f"{member} is mandatory")
    others = {member: getattr(said, member) or "" for member in _SAID}
    announced = said.notifications or {}
    others["notification_platform"] = others["notification_platform"].lower()
    if others["client_kind"] == SHARING:
        others["client_kind"] = (
            ""  # only this home says so, of homes that it let in itself: lists leave those out
        )
    is_too_long = max(map(len, [software_id, *others.values()])) > LONGEST
    if len(uris) > REDIRECTS or is_too_long or len(msgspec.json.encode(announced)) > ANNOUNCED:
        raise _bad("invalid_client_metadata", "this is too long")
    if len(name) > NAME_LIMIT or not name.isprintable():
        raise _bad("invalid_client_metadata", "client_name is invalid")
    if others["notification_platform"] not in PLATFORMS:
        raise _bad("invalid_client_metadata", "notification_platform is invalid")
    if linked_app(software_id) in NO_LINK:
        raise _bad("unapproved_software_id", "Link with store/settings is forbidden")
    return {
        "redirect_uris": tuple(uris), "client_name": name, "software_id": software_id, "notifications": announced, **others,
    }  # fmt: skip


def _bad(error: str, description: str) -> BadRegistration:
    return BadRegistration(error=error, error_description=description)


def _may_lead_to(work: Work, uri: str) -> bool:
    """Whether the owner's browser may be sent there with a code (RFC 6749 §3.1.2, RFC 8252 §7).

    Plain http is for the device itself, or where this home has no better.
    """
    if len(uri) > LONGEST or re.search(r"[^\x21-\x7e]|[#\\<>\"']", uri):
        return False
    try:
        parsed = urlsplit(uri)
        host, _ = parsed.hostname or "", parsed.port
    except ValueError:
        return False
    if parsed.scheme not in {"http", "https"}:
        return bool(_SCHEME.fullmatch(parsed.scheme)) and parsed.scheme not in _FORBIDDEN
    is_clear = parsed.scheme == "http" and not work.origin.startswith("http:") and not is_loopback(host)
    return bool(host) and host != work.domain and "@" not in parsed.netloc and not is_clear


def is_loopback(host: str) -> bool:
    """Whether a host is the device itself (RFC 8252 §8.3)."""
    return bool(_LOOPBACK.fullmatch(host))


def unused(work: Work, name: str) -> str:
    """The name, with a number where another client has it: `Drive-2`."""
    taken = store.clients.named_like(work, name)
    if name not in taken:
        return name
    numbers = [
        int(found[1]) for each in taken if (found := re.fullmatch(re.escape(name) + r"-(\d{1,9})", each))
    ]
    return f"{name}-{max([1, *numbers]) + 1}"


def _metadata(work: Work, checked: dict[str, Any]) -> dict[str, Any]:
    now = iso(work.now)
    made = {"doctypeVersion": "1", "metadataVersion": 1, "createdAt": now, "updatedAt": now}
    slug = linked_app(checked["software_id"])
    return made | ({"createdByApp": slug, "createdByAppVersion": checked["software_version"]} if slug else {})


def change(work: Work, client: Client, said: Introduction) -> Client:
    """Keep what a client now says of itself, in place of what it said; with its secret it gets another.

    Raises BadRegistration, ClientConflict.
    """
    if said.client_id != client.id:
        raise _bad("invalid_client_id", "client_id is mandatory")
    checked = _checked(work, said)
    secrets, brought = client.secrets, client.brought
    if said.client_secret:
        if not is_secret(work, client, said.client_secret):
            raise _bad("invalid_client_secret", "client_secret is invalid")
        secrets, brought = secrets + 1, ""
    if checked["client_name"] != client.client_name:
        checked["client_name"] = unused(work, checked["client_name"])
    if client.client_kind == SHARING:
        checked["client_kind"] = SHARING
    metadata = {**client.cozyMetadata, "updatedAt": iso(work.now)}
    changed = replace(client, secrets=secrets, brought=brought, cozyMetadata=metadata, **checked)
    if changed.software_id != client.software_id:
        take_back(work, client)  # what the owner agreed to was for another program
        changed = replace(changed, flagship=False)
    return put(work, changed)


def put(work: Work, client: Client) -> Client:
    """Keep a client as it is now. Raises ClientConflict."""
    current = documents.fetch(work, CLIENTS, client.id)
    if current.rev != client.rev:
        raise ClientConflict
    return _client(documents.update(work, current, body_of(client)))


def touch(work: Work, client: Client, **seen: str) -> None:
    """Note when a client was in use; of two at once one is enough."""
    try:
        with work.attempt():
            put(work, replace(client, **seen))
    except (ClientConflict, UpdateConflict):
        pass


def find(work: Work, client_id: str) -> Client:
    """A client that is still connected, or waits for the owner. Raises NoClient.

    One whose grant has ended is gone, as if the owner had taken it back.
    """
    try:
        client = _client(documents.fetch(work, CLIENTS, client_id))
    except NoDocument as error:
        raise NoClient from error
    granted = permissions.of_source(work, "oauth", client_id)
    if (client.pending and client.created_at <= iso(work.now - PENDING)) or (
        granted and permissions.has_ended(work, granted)
    ):
        raise NoClient
    return client


def authenticated(work: Work, client_id: str, secret: str) -> Client:
    """The client that knows this secret. Raises UnknownClient, BadTokenRequest."""
    try:
        client = find(work, client_id)
    except NoClient as error:
        raise UnknownClient from error
    if not is_secret(work, client, secret):
        raise BadTokenRequest(error="invalid client_secret")
    return client


def managing(work: Work, client_id: str, token: str) -> Client:
    """The client that this registration token is of (RFC 7592 §2). Raises NoClient, NotItsToken."""
    client = find(work, client_id)
    try:
        claims = tokens.verified(work, token)
    except (BadToken, ExpiredToken) as error:
        raise NotItsToken from error
    if (claims["aud"], claims["sub"]) != ("registration", client.id):
        raise NotItsToken
    return client


def is_secret(work: Work, client: Client, secret: str) -> bool:
    """Whether this is the client's secret."""
    return hmac.compare_digest(secret_of(work, client).encode(), secret.encode())


def secret_of(work: Work, client: Client) -> str:
    """The secret of a client, which it shows when it asks for tokens."""
    if client.brought:
        nonce, locked = (base64.b64decode(each) for each in client.brought.split("."))
        return _lock(work).decrypt(nonce, locked, client.id.encode()).decode()
    said = f"{client.id} {client.secrets}".encode()
    made = hmac.new(homes.derived_key(work, "client secrets"), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:24]).decode()


def locked(work: Work, client_id: str, secret: str) -> str:
    """A secret that was made elsewhere, as it is kept."""
    nonce = os.urandom(12)
    sealed = _lock(work).encrypt(nonce, secret.encode(), client_id.encode())
    return ".".join(base64.b64encode(each).decode() for each in (nonce, sealed))


def _lock(work: Work) -> AESGCM:
    return AESGCM(homes.derived_key(work, "secrets from elsewhere")[:32])


def exchanged(work: Work, onboarding_secret: str) -> Client:
    """The client that was registered with this onboarding secret, which is used up. Raises NoClient."""
    found = store.clients.with_secret(work, hashed(onboarding_secret)) if onboarding_secret else None
    if found is None:
        raise NoClient
    return put(work, replace(find(work, found.id), onboarding_sha256=""))


def remove(work: Work, client: Client) -> None:
    """Forget a client, and take back what it was granted: its tokens open nothing from now on."""
    take_back(work, client)
    documents.delete(work, documents.fetch(work, CLIENTS, client.id))


def forget(work: Work, client_id: str) -> None:
    """Forget a client whose grant has ended; one that is gone already is none the less."""
    try:
        remove(work, _client(documents.fetch(work, CLIENTS, client_id)))
    except NoDocument:
        pass


def take_back(work: Work, client: Client) -> None:
    """Take back what a client was granted; it may ask again."""
    if granted := permissions.of_source(work, "oauth", client.id):
        permissions.withdraw(work, granted)


def remove_all_but(work: Work, client_id: str) -> None:
    """Forget every program and device of the owner's but one. Other homes that share with this one stay."""
    for client in listed(work):
        if client.id != client_id and client.client_kind != SHARING:
            remove(work, client)


def listed(work: Work, after: str = "", limit: int = 1000) -> list[Client]:
    """The clients by id, a page at a time, those that only wait for the owner too."""
    return [_client(found) for found in store.clients.page(work, after, limit)]


def connected(work: Work) -> list[Client]:
    """The programs and devices that the owner let in, the last seen first."""
    found = [client for client in listed(work) if not client.pending and client.client_kind != SHARING]
    return sorted(found, key=lambda client: client.seen_at or client.created_at, reverse=True)


def synchronized(work: Work, client_id: str) -> None:
    """Note that a client has just synchronised. Raises NoClient."""
    touch(work, find(work, client_id), synchronized_at=iso(work.now))


def linked_to(work: Work, slug: str) -> Sequence[Client]:
    """The connected programs that share the grant of an app."""
    return [client for client in connected(work) if client.linked_app == slug]


def forget_pending(work: Work, client_id: str) -> None:
    """Forget a program that nobody agreed to in time."""
    found = documents.fetch_many(work, CLIENTS, [client_id]).get(client_id)
    if found is not None and _client(found).pending:
        documents.delete(work, found)


def _client(found: Document) -> Client:
    return from_body(found.id, found.rev, found.body)
