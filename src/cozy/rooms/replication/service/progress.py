"""How far the first copy is, for who watches it come (cozy-stack docs/sharing.md, `io.cozy.sharings.initial_sync`)."""

from __future__ import annotations

from msgspec.structs import replace

from cozy.kernel.bus import Change
from cozy.kernel.work import Work
from cozy.rooms.sharing import service as sharings

from .. import store
from ..model import INITIAL_SYNC
from . import anchors
from .scope import Scope


def count(work: Work, within: Scope) -> None:
    """One more file of the first copy is here."""
    total = within.sharing.initial_number_of_files_to_sync
    replica = store.replica(work, within.id, 0)
    if not total or replica is None:
        return
    received = replica.received + 1
    store.set_replica(work, replace(replica, received=received))
    if received >= total:
        end(work, within)
    else:
        work.changes.append(Change("UPDATED", INITIAL_SYNC, within.id, body={"count": received}))


def end(work: Work, within: Scope) -> None:
    """The first copy is whole. A folder in which nothing was is made now."""
    sharing = sharings.fetch(work, within.id)
    if not sharing.owner:
        for at, rule in enumerate(within.rules):
            if rule.doctype == "io.cozy.files" and rule.is_by_id and not rule.mime and not rule.local:
                anchors.anchor(work, within, at)
        sharing = sharings.fetch(work, within.id)
    if not sharing.initial_number_of_files_to_sync and not sharing.initial_sync:
        return
    sharings.keeping.put(work, replace(sharing, initial_number_of_files_to_sync=0, initial_sync=False))
    work.changes.append(Change("DELETED", INITIAL_SYNC, within.id))
