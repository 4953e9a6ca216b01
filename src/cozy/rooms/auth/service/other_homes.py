"""Homes of other people, which are clients here: each is let in to one sharing, and to nothing else (cozy-stack
docs/sharing.md).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.text import nfc
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule

from ..errors import NoClient
from ..model.clients import CLIENTS, SHARING, Client, Tokens, body_of
from . import clients, exchanging, scopes, tokens

SOFTWARE = "github.com/cozy/cozy-stack"  # what every home that speaks this protocol says it is
_NAME_LIMIT = 80


class LetIn(Struct, frozen=True):
    """A home that was let in: what it proves itself by, and its tokens."""

    client: Client
    secret: str
    registration: str  # the token to manage its registration
    tokens: Tokens


def let_in(work: Work, *, name: str, address: str, rule: Rule) -> LetIn:
    """Let the home at an address in, as far as a rule goes, until it is shown out. name: what its owner is called."""
    said = _said(name, address)
    kept = _client_of(work, said, address)
    made = documents.create(work, CLIENTS, body_of(kept))
    client = replace(kept, id=made.id, rev=made.rev)
    granted = _granted(work, client.id, said, address, rule)
    return LetIn(
        client, clients.secret_of(work, client), tokens.registration_token(work, client.id),
        exchanging.tokens_of(work, client, granted, str(granted.metadata["scope"])),
    )  # fmt: skip


def _said(name: str, address: str) -> str:
    return " ".join(nfc(name).split())[:_NAME_LIMIT] or address.partition("://")[2]


def _client_of(work: Work, said: str, address: str) -> Client:
    return Client(
        id="", rev="", client_name=clients.unused(work, f"Sharing {said}"), client_kind=SHARING, client_uri=f"{address}/",
        redirect_uris=(f"{address}/sharings/answer",), software_id=SOFTWARE, created_at=iso(work.now),
    )  # fmt: skip


def _granted(work: Work, client_id: str, said: str, address: str, rule: Rule) -> Permission:
    title = f"{said} ({address.partition('://')[2]})"
    scope = {"scope": scopes.spelled({"sharing": rule})}
    return permissions.grant(work, "oauth", client_id, {"sharing": rule}, title=title, metadata=scope)


def let_in_again(work: Work, id_: str, secret: str, *, name: str, address: str, rule: Rule) -> None:
    """Let a home in that was let in where this one was before: it goes on with the id and the secret that it has.

    Its tokens are those of `fresh_tokens`. Raises UpdateConflict when another client has this id here.
    """
    said = _said(name, address)
    if not _is_in(work, id_, secret):
        kept = replace(_client_of(work, said, address), brought=clients.locked(work, id_, secret))
        documents.create(work, CLIENTS, body_of(kept), id_=id_)
    _granted(work, id_, said, address, rule)


def _is_in(work: Work, id_: str, secret: str) -> bool:
    """Whether this very home is let in here still, from before this one moved away and came back."""
    try:
        client = clients.find(work, id_)
    except NoClient:
        return False
    return client.client_kind == SHARING and clients.is_secret(work, client, secret)


def told(work: Work, client_id: str) -> dict[str, Any]:
    """The document of a home that was let in, with its secret, for the home that this one becomes. Raises NoClient."""
    client = clients.find(work, client_id)
    body = {name: value for name, value in body_of(client).items() if name not in {"secrets", "brought"}}
    return {**body, "client_id": client.id, "client_secret": clients.secret_of(work, client)}


def fresh_tokens(work: Work, client_id: str) -> Tokens:
    """Further tokens for a home that was let in, made where this one is by now. Raises NoClient."""
    client = clients.find(work, client_id)
    granted = permissions.of_source(work, "oauth", client.id)
    if granted is None:
        raise NoClient(id=client_id)
    return exchanging.tokens_of(work, client, granted, str(granted.metadata.get("scope", "")))


def show_out(work: Work, client_id: str) -> None:
    """End what a home may do here, and the links that it made; one that is gone already is none the less."""
    if not client_id:
        return
    permissions.withdraw_links(work, client_id)
    try:
        client = clients.find(work, client_id)
    except NoClient:
        clients.forget(work, client_id)
        return
    if client.client_kind == SHARING:
        clients.remove(work, client)
