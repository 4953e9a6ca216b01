"""The public keys of members, where passwords are shared end to end (cozy-stack docs/sharing.md, `public-key`)."""

from __future__ import annotations

from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from ..errors import WrongState
from ..model import Sharing
from ..model.addresses import host_of
from ..model.exchange import Bitwarden
from . import keeping, others

ORGANIZATIONS, CONTACTS = "com.bitwarden.organizations", "com.bitwarden.contacts"
_LIMIT = 4000


def receive(work: Work, sharing_id: str, told: Bitwarden) -> None:
    """The home of a member tells the public key that its owner has by now. Raises NoSharing, NotAllowed, WrongState."""
    index = others.member_who_asks(work, sharing_id)
    sharing = keeping.fetch(work, sharing_id)
    if not sharing.owner:
        raise WrongState
    keep(work, sharing, index, told)


def keep(work: Work, sharing: Sharing, index: int, told: Bitwarden) -> None:
    """Keep the public key of a member, who has to be confirmed again when it is another. Nothing happens where no passwords are shared.

    Raises WrongState.
    """
    rule = next((each for each in sharing.rules if each.doctype == ORGANIZATIONS and not each.local), None)
    if rule is None:
        return
    if not told.user_id or max(len(told.user_id), len(told.public_key)) > _LIMIT:
        raise WrongState
    member = sharing.members[index]
    found = documents.fetch_many(work, ORGANIZATIONS, rule.values[:1]).get(rule.values[0])
    people: dict[str, Any] = dict(found.body.get("members") or {}) if found else {}
    host = host_of(member.instance)
    key = str((people.get(host) or {}).get("key", ""))
    if told.public_key and not _is_known(work, told, member.email):
        key = ""  # it was locked for another key
    if found is None:
        return
    status = 2 if key else 1 if told.public_key else 0  # Bitwarden's: invited, accepted, confirmed
    people[host] = {
        "user_id": told.user_id, "email": member.email, "name": member.called, "key": key, "status": status,
        "read_only": sharing.is_read_only(index),
    }  # fmt: skip
    documents.update(work, found, {**found.body, "members": people})


def _is_known(work: Work, told: Bitwarden, email: str) -> bool:
    """Whether this is the key that was known; it is from now on."""
    known = documents.fetch_many(work, CONTACTS, [told.user_id]).get(told.user_id)
    if known is not None and known.body.get("public_key") == told.public_key:
        return True
    now = iso(work.now)
    body = {
        "email": email,
        "public_key": told.public_key,
        "confirmed": False,
        "cozyMetadata": {"updatedAt": now},
    }
    if known is None:
        documents.create(work, CONTACTS, body, id_=told.user_id)
        return True
    documents.update(work, known, {**known.body, **body, "email": known.body.get("email", email)})
    return False
