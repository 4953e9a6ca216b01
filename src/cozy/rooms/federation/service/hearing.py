"""What other servers say of shares that both know."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions

from ..errors import CannotTake, Incomplete, NoShare
from ..model import Share, ocm
from ..model.ocm import Notification
from . import keeping, noticing


def hear(work: Work, told: Notification) -> None:
    """Take note of it. Who says it shows what opens the share. Raises Incomplete, NoShare, CannotTake."""
    details = told.notification or {}
    if not told.notification_type or told.provider_id == "":
        raise Incomplete(parameter="notificationType" if not told.notification_type else "providerId")
    secret = details.get("sharedSecret")
    if not isinstance(secret, str) or not secret:
        raise Incomplete(parameter="sharedSecret")
    match told.notification_type:
        case ocm.ACCEPTED | ocm.DECLINED:
            _answered(work, _sent(work, str(told.provider_id), secret), told.notification_type)
        case ocm.UNSHARED:
            _over(work, _received(work, str(told.provider_id), secret))
        case ocm.RIGHTS_CHANGED:
            _other_rights(work, _received(work, str(told.provider_id), secret), details)
        case _:
            raise CannotTake


def _sent(work: Work, share_id: str, secret: str) -> Share:
    share = keeping.fetch(work, share_id)
    if share.direction != "sent" or not _is_right(work, share, secret):
        raise NoShare
    return share


def _received(work: Work, remote_id: str, secret: str) -> Share:
    known = keeping.listed(work, direction="received", remote_id=remote_id)
    found = next((each for each in known if _is_right(work, each, secret)), None)
    if found is None:
        raise NoShare
    return found


def _is_right(work: Work, share: Share, secret: str) -> bool:
    return secrets.compare_digest(keeping.secret_of(work, share).encode(), secret.encode())


def _answered(work: Work, share: Share, answer: str) -> None:
    """They took it, or do not want it; who takes it and leaves later says the latter."""
    if not share.is_open:
        return
    if answer == ocm.ACCEPTED:
        if share.state == "waiting":
            noticing.accepted(work, keeping.put(work, share, state="accepted"))
        return
    had = share.state
    keeping.put(work, share, state="declined")
    grant = permissions.of_source(work, "federated", share.id)
    if grant is not None:
        permissions.withdraw(work, grant)
    noticing.declined(work, share, was_in=had == "accepted")


def _over(work: Work, share: Share) -> None:
    """They share it no more. Of what nobody answered, nothing is left."""
    if share.state == "accepted":
        keeping.put(work, share, state="ended")
        noticing.ended(work, share)
    elif share.state != "ended":
        keeping.remove(work, share)


def _other_rights(work: Work, share: Share, details: Mapping[str, Any]) -> None:
    """Nextcloud says it as a sum: 2 to change, 4 to add; others as words."""
    said = details.get("permission")
    if isinstance(said, int):
        may_write = bool(said & 6)
    elif isinstance(said, list):
        may_write = "write" in said
    else:
        raise Incomplete(parameter="permission")
    keeping.put(work, share, may_write=may_write)
