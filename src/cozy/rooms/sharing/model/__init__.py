"""Sharing, and who is in it (cozy-stack docs/sharing.md)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

SHARINGS, SHARED = "io.cozy.sharings", "io.cozy.shared"
ANSWER, MOVED, MEMBERS = "io.cozy.sharings.answer", "io.cozy.sharings.moved", "io.cozy.sharings.members"
SECRETS = "credentials"  # the member by which homes trust each other, which no app sees

Action = Literal["none", "push", "sync", "revoke"]
Status = Literal["owner", "mail-not-sent", "pending", "seen", "ready", "revoked"]
WAITING: frozenset[Status] = frozenset({"mail-not-sent", "pending", "seen"})  # invited, and not in yet
BY_ID = frozenset({"", "id", "_id"})  # how a rule spells that its values are ids of documents
REFERRED = "referenced_by"  # how it spells that they are what files refer to: `io.cozy.photos.albums/<id>`


class Rule(Struct, frozen=True, omit_defaults=True):
    """Which documents are shared, and which changes of them travel. local: none of them does."""

    doctype: str
    title: str = ""
    values: tuple[str, ...] = ()
    selector: str = ""
    mime: str = ""  # of the one file that is shared; "" for a folder
    local: bool = False
    add: str = ""  # an Action, once the rule was checked
    update: str = ""
    remove: str = ""

    @property
    def is_by_id(self) -> bool:
        """Whether its values are ids of documents."""
        return self.selector in BY_ID

    @property
    def syncs(self) -> bool:
        """Whether any change that a member makes travels."""
        return "sync" in {self.add, self.update, self.remove}


class Member(Struct, frozen=True, omit_defaults=True):
    """Somebody who is in a sharing; the first one is its owner.

    name: as the contacts of this home call them. instance: the address of their home; a member's home knows its own and
    the owner's only. groups: indexes of those they are in.
    """

    status: Status = "mail-not-sent"
    name: str = ""
    public_name: str = ""
    email: str = ""
    instance: str = ""
    read_only: bool = False
    only_in_groups: bool = False
    groups: tuple[int, ...] = ()

    @property
    def called(self) -> str:
        """What to call them."""
        return self.name or self.public_name or self.email or self.instance.partition("://")[2]

    @property
    def is_waiting(self) -> bool:
        """Whether they were invited, and have not said yes."""
        return self.status in WAITING


class Group(Struct, frozen=True, rename={"added_by": "addedBy"}):
    """A group of contacts that is in a sharing. added_by: the index of the member whose group it is."""

    id: str = ""
    name: str = ""
    color: str | UnsetType = UNSET  # "#22AA55", where it has one
    added_by: int = 0
    read_only: bool = False
    revoked: bool = False


class Token(Struct, frozen=True):
    """What another home gave this one to be let in with."""

    access_token: str
    refresh_token: str = ""
    token_type: str = "bearer"  # noqa: S105
    scope: str = ""


class Credentials(Struct, frozen=True, omit_defaults=True):
    """The secrets between this home and that of a member.

    state: proves that somebody was invited. client, access_token: how this home is let in there. xor_key: changes ids from
    one home to the other, in base64. inbound_client_id: the client that the other home is here. drive_token: what opens a
    shared drive. Ours: code, link and origin, where it came from, of an invitation that waits; answered_at, when a member said yes; by, the index of the
    member who invited them: what is answered to others tells nothing of whose mail address that is.
    """

    state: str = ""
    client: Mapping[str, Any] | None = None
    access_token: Token | None = None
    drive_token: str = ""
    xor_key: str = ""
    inbound_client_id: str = ""
    code: str = ""
    link: str = ""
    origin: str = ""
    answered_at: str = ""
    by: int = 0

    @property
    def key(self) -> bytes:
        """The sixteen nibbles of the key."""
        return base64.b64decode(self.xor_key)


class Sharing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who shares what with whom: a document of the same id in every home that is in it.

    On the owner, credentials[i] are those of members[i + 1]; on a member there are the owner's only.
    """

    id: str = ""
    rev: str = ""
    owner: bool = False
    active: bool = False
    drive: bool = False
    drive_root_type: str = ""
    org_drive: bool = False
    open_sharing: bool = False
    description: str = ""
    app_slug: str = ""
    preview_path: str = ""
    created_at: str = ""
    updated_at: str = ""
    initial_number_of_files_to_sync: int = 0
    initial_sync: bool = False
    shortcut_id: str = ""
    moved_from: str = ""
    moved_to: str = ""  # ours: where this home, or what it shared, goes on, once it is over here
    rules: tuple[Rule, ...] = ()
    members: tuple[Member, ...] = ()
    groups: tuple[Group, ...] = ()
    credentials: tuple[Credentials, ...] = ()

    @property
    def me(self) -> int:
        """The index of the member that this home is; -1 when it is none of them."""
        if self.owner:
            return 0
        return next((i for i, member in enumerate(self.members) if i and member.instance), -1)

    @property
    def is_waiting(self) -> bool:
        """Whether this home was invited, and has not answered."""
        return not self.owner and not self.active and self.me > 0 and self.members[self.me].is_waiting

    @property
    def pushes_only(self) -> bool:
        """Whether by its rules nothing that members change travels; in a drive, members' own flags decide."""
        return not self.drive and not any(rule.syncs for rule in self.rules)

    @property
    def files_rule(self) -> Rule | None:
        """The first rule about files that travels."""
        return next((rule for rule in self.rules if rule.doctype == "io.cozy.files" and not rule.local), None)

    def is_read_only(self, index: int) -> bool:
        """Whether what this member changes stays with them."""
        return index > 0 and (self.pushes_only or self.members[index].read_only)

    def secrets_of(self, index: int) -> Credentials | None:
        """What this home and that of a member trust each other by, if anything."""
        at = index - 1 if self.owner else -abs(index)
        return self.credentials[at] if 0 <= at < len(self.credentials) else None


class Peer(Struct, frozen=True):
    """A member's home that this one talks to: each ready member's for the owner, the owner's for a member.

    read_only: of the one of both that is not the owner. key: sixteen nibbles. client: who that home is here.
    """

    sharing_id: str
    index: int
    address: str  # https://bob.example.org
    key: bytes
    read_only: bool
    client: str = ""


class Standing(Struct, frozen=True):
    """How it went with a peer. Times are RFC 3339, "" for never. away_since: since when it does not answer."""

    heard_at: str = ""
    away_since: str = ""
    trouble: str = ""  # `gone`: it knows this home no more; `refused`: it says no; `stranger`: it shows another key, and is asked nothing


class Reference(Struct, frozen=True, rename={"doctype": "type"}):
    """A document by its doctype and id."""

    doctype: str
    id: str


class Listed(Struct, frozen=True):
    """A sharing, with what is in it, where that was asked."""

    sharing: Sharing
    shared: tuple[Reference, ...] = ()


def from_body(id_: str, rev: str, body: Mapping[str, Any]) -> Sharing:
    """The sharing that a document, or another home, tells of. Raises msgspec.ValidationError."""
    return msgspec.convert({**without_nulls(body), "id": id_, "rev": rev}, Sharing)


def without_nulls(value: Any) -> Any:
    """The same without members that are null, which Go writes for what is empty."""
    if isinstance(value, Mapping):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def body_of(sharing: Sharing) -> dict[str, Any]:
    """The members of the document."""
    raw: dict[str, Any] = _plain(sharing)
    body = {name: value for name, value in raw.items() if name not in {"id", "rev", "members"}}
    return {**body, "members": people(sharing.members)}


def people(members: Sequence[Member]) -> list[dict[str, Any]]:
    """Members as documents and other homes have them: their status is always said."""
    return [{"status": member.status, **_plain(member)} for member in members]


def _plain(value: Any) -> Any:
    """A struct as JSON gives it back: with lists, as documents hold."""
    return msgspec.json.decode(msgspec.json.encode(value))


FIELDS = frozenset(Sharing.__struct_fields__)


def shown(sharing: Sharing) -> dict[str, Any]:
    """The attributes that apps see: no secret."""
    body = {name: value for name, value in body_of(sharing).items() if name != SECRETS}
    return {"app_slug": "", "rules": [], **body}


def without(values: Sequence[int], gone: int) -> tuple[int, ...]:
    """These numbers but one."""
    return tuple(value for value in values if value != gone)
