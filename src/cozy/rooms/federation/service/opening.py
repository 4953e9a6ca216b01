"""Who comes from another server, with what opens a share of this home."""

from __future__ import annotations

import secrets

from msgspec import Struct

from cozy.kernel.caller import Caller
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.permissions import service as permissions

from ..errors import NoShare, WrongSecret
from . import keeping
from .sending import ID_DIGITS


class Opened(Struct, frozen=True):
    """An open share: who may do what, and where. path: of the folder or file; is_folder: which of both."""

    caller: Caller
    path: str
    is_folder: bool


def open_(work: Work, secret: str) -> Opened:
    """What a secret opens at this moment. Raises WrongSecret, NoShare."""
    try:
        share = keeping.fetch(work, secret[:ID_DIGITS])
    except NoShare as error:
        raise WrongSecret from error
    kept = keeping.secret_of(work, share) if share.direction == "sent" else ""
    if not kept or not secrets.compare_digest(kept.encode(), secret.encode()):
        raise WrongSecret
    grant = permissions.of_source(work, "federated", share.id)
    if grant is None or permissions.has_ended(work, grant):
        raise WrongSecret
    unasked = keeping.unasked(work)
    try:
        root = files.fetch(unasked, share.thing)
    except NoFile as error:
        raise NoShare from error
    if root.is_trashed:
        raise NoShare
    lives_at = share.server.partition("://")[2]
    caller = Caller(
        "share", grant.grants, name=grant.id, permission=grant.id, person=share.person, lives_at=lives_at
    )
    return Opened(caller, files.full_path(unasked, root), root.is_folder)
