"""Taking in what others may see of a Cozy that moves here: they go on seeing it, here."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections
from cozy.rooms.documents import service as documents
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import PERMISSIONS, Rule
from cozy.rooms.sharing import service as sharing
from cozy.rooms.sharing.errors import CannotFollow
from cozy.rooms.sharing.model import REFERRED, SHARINGS
from cozy.rooms.sharing.model.rules import WHOLE

from ...errors import Unreadable
from ...model import Share, reasons
from . import twins
from .outcomes import Outcome, digest_of

_sorted = msgspec.json.Encoder(order="sorted").encode


def take_share(work: Work, item: Share) -> Outcome:
    """A sharing, or a link. One that is here already stays as it is. Raises Unreadable, CannotFollow, and what links raise."""
    digest = digest_of(_sorted(item.body).decode())
    if item.doctype == SHARINGS:
        kept = sharing.arriving.arrive(work, item.id, item.body, item.clients, item.before)
        return Outcome("added", digest, SHARINGS, kept.id, kept.rev)
    ends = _text(item.body, "expires_at")
    if item.body.get("expires_at") is not None and (not ends or parse(ends) <= work.now):
        raise Unreadable(
            reasons.OVER
        )  # cozy-stack takes what is no time for one that is over (model/permission, `Expired`)
    link = permissions.links.bring(
        work, item.id, _wanted(work, item.body, ends), _codes(item.body, "shortcodes")
    )
    return Outcome("added", digest, PERMISSIONS, link.id, link.rev)


def _wanted(work: Work, told: Mapping[str, Any], ends: str) -> permissions.links.Wanted:
    rules = msgspec.convert(told.get("permissions") or {}, dict[str, Rule])
    return permissions.links.Wanted(
        rules={title: _here(work, rule) for title, rule in rules.items()},
        labels=list(_codes(told, "codes")),
        expires_at=ends,
        sealed=_sealed(told.get("password")),
        title=_text(told, "title"),
        look_only=told.get("look_only") is True,
        metadata=told["cozyMetadata"] if isinstance(told.get("cozyMetadata"), dict) else None,
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _codes(told: Mapping[str, Any], name: str) -> dict[str, str]:
    return msgspec.convert(told.get(name) or {}, dict[str, str])


def _here(work: Work, rule: Rule) -> Rule:
    """The rule with the ids that documents have here. One that names none opens more than anybody could look through before: all of a
    kind, or all that say something, such as that they are files.
    """
    if not rule.values or rule.selector not in {"", REFERRED}:
        raise Unreadable(reasons.OPENS_ALL)
    return replace(rule, values=tuple(_id_here(work, rule, value) for value in rule.values))


def _id_here(work: Work, rule: Rule, value: str) -> str:
    if rule.selector == REFERRED:
        doctype, slash, id_ = value.partition("/")
        return f"{doctype}{slash}{_of_its_own(work, doctype, id_)}"
    return _of_its_own(work, rule.doctype, value)


def _of_its_own(work: Work, doctype: str, id_: str) -> str:
    """The id that something has here. Raises CannotFollow for a folder, an album or the like that holds what was here before, too."""
    here, kind = twins.here(work, doctype, id_), collections.kinds.of_collections(work, doctype)
    if here in WHOLE or (kind is not None and here == kind.default):
        raise CannotFollow
    if here != id_ and (doctype in twins.SHELVES or _is_folder(work, doctype, here)):
        raise CannotFollow
    return here


def _is_folder(work: Work, doctype: str, id_: str) -> bool:
    found = documents.fetch_many(work, doctype, [id_]).get(id_)
    return found is not None and found.body.get("type") == "directory"


def _sealed(password: Any) -> str:
    """What is kept of a password: Go writes bytes in base64. Raises Unreadable: no link comes in without the password that it had."""
    if not password:
        return ""
    try:
        known = base64.b64decode(str(password), validate=True).decode()
    except ValueError:
        known = str(password)
    if not (sealed := permissions.passwords.brought(known)):
        raise Unreadable(reasons.NO_PASSWORD)
    return sealed
