"""What `/data` may do with accounts: everything; secrets are locked on the way in (cozy-stack docs/konnectors-workflow.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents.ports import Doctype

from ..model import ACCOUNTS, is_secret
from . import leaving, secrets


def kept(work: Work, id_: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """An account as it is kept: locked; a new one with its name and since when it is there."""
    now, by = iso(work.now), work.caller.name if work.caller.kind in {"app", "konnector"} else ""
    made = {
        "doctypeVersion": "1", "metadataVersion": 1, "createdAt": now, "updatedAt": now, **({"createdByApp": by} if by else {}),
    }  # fmt: skip
    said = body.get("cozyMetadata")
    metadata = {**made, **said} if isinstance(said, Mapping) else made
    named = body if id_ or not (name := _name(body)) else {**body, "name": name}
    return secrets.locked(work, {**named, "cozyMetadata": metadata})


def _name(body: Mapping[str, Any]) -> str:
    """What people know the account by: the member of `auth` that `identifier` names, else the login."""
    auth, identifier = body.get("auth"), body.get("identifier")
    found = auth.get(identifier or "login") if isinstance(auth, Mapping) else None
    is_open = isinstance(found, str) and not is_secret(identifier or "login")
    return str(found) if is_open else ""


def shown(work: Work, id_: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """An account as its connector sees it, with its secrets, or everybody else."""
    return secrets.opened(work, body) if secrets.is_for(work, id_, body) else body


def follow(work: Work, doctype: str, ids: Sequence[str] | None) -> None:
    """With accounts that are deleted go their triggers."""
    leaving.follow(work, ids)


DOCTYPES = [Doctype(ACCOUNTS, kept=kept, shown=shown, follow=follow)]
