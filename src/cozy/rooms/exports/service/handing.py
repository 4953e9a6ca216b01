"""What an archive holds besides when a home is handed over with it: what its sharings and links go on with elsewhere, as cozy-stack has it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.errors import NoClient
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import PERMISSIONS
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import SHARED, SHARINGS, Rule, Sharing

_CLIENTS, _TRIGGERS = "io.cozy.oauth.clients", "io.cozy.triggers"
_DEBOUNCE = "5s"  # as cozy-stack waits for more changes


def filled(work: Work, document: Document, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document with what is kept apart from it here: of a link, what its password is known by; of a sharing, its triggers."""
    if document.doctype == PERMISSIONS and told.get("password"):
        sealed = permissions.passwords.sealed(work, document.id)
        return {**told, "password": base64.b64encode(sealed.encode()).decode()}
    if document.doctype == SHARINGS:
        sharing = sharings.keeping.of_document(document)
        ids = {kind: [id_ for id_, _ in rows] for kind, rows in _triggers(sharing).items()}
        named = {f"{kind}_id": ids[kind][0] for kind in ("replicate", "upload") if ids[kind]}
        return {**told, "triggers": {"track_ids": ids["track"], **named}}
    return told


def beside(work: Work) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Doctype, id and body of what has no document here: homes that were let in, with their secrets, and triggers of sharings."""
    for sharing in sharings.active(work):
        for secrets in sharing.credentials:
            if secrets.inbound_client_id:
                with suppress(NoClient):
                    told = auth.other_homes.told(work, secrets.inbound_client_id)
                    yield _CLIENTS, secrets.inbound_client_id, told
        for rows in _triggers(sharing).values():
            for id_, body in rows:
                yield _TRIGGERS, id_, {**body, "domain": work.domain}


def _triggers(sharing: Sharing) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """What makes cozy-stack follow a sharing (model/sharing/setup.go): of each kind ids and bodies."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {"track": [], "replicate": [], "upload": []}
    if sharing.drive:
        return found
    for index, rule in enumerate(sharing.rules):
        if not rule.local:
            said = {"rule_index": index, "doctype": rule.doctype}
            found["track"].append(_trigger(sharing, "track", _watched(rule), said, str(index)))
    if sharing.owner or not sharing.is_read_only(sharing.me):
        shared = f"{SHARED}:CREATED,UPDATED:{sharing.id}:sharing"
        found["replicate"].append(_trigger(sharing, "replicate", shared))
        if sharing.files_rule is not None:
            found["upload"].append(_trigger(sharing, "upload", shared))
    return found


def _trigger(
    sharing: Sharing, kind: str, watched: str, said: Mapping[str, Any] | None = None, which: str = ""
) -> tuple[str, dict[str, Any]]:
    id_ = hashlib.sha256(f"{sharing.id} {kind} {which}".encode()).hexdigest()[:32]
    waits = {} if kind == "track" else {"debounce": _DEBOUNCE}
    message = {"sharing_id": sharing.id, **(said or {})}
    return id_, {
        "type": "@event",
        "worker": f"share-{kind}",
        "arguments": watched,
        "message": message,
        **waits,
    }


def _watched(rule: Rule) -> str:
    """The changes of documents that a rule is about, as triggers spell them (model/sharing/rule.go)."""
    verbs = ["CREATED"]
    verbs += ["UPDATED"] if rule.update in {"sync", "push"} else []
    verbs += ["DELETED"] if rule.remove in {"sync", "push", "revoke"} else []
    selector = "" if rule.is_by_id else f":{rule.selector}"
    return f"{rule.doctype}:{','.join(verbs)}:{','.join(rule.values)}{selector}"
