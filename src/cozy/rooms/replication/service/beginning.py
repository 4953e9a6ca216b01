"""From when on something is kept in step with whom, and until when."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.errors import NoSharing
from cozy.rooms.sharing.model import SHARINGS

from .. import store
from ..model.rules import FILES
from . import anchors, keeping, progress, rounds, tracking
from .scope import scope

_AT_ONCE = 200


def begin(work: Work, sharing_id: str) -> None:
    """What changes of what is shared is looked at from now on; on a member, the owner is told of it."""
    try:
        within = scope(work, sharing_id)
    except NoSharing:
        return
    if within.sharing.drive or not within.sharing.active:
        return
    tracking.begin(work, within)
    if within.by_owner or store.replica(work, within.id, 0) is not None:
        return
    store.enlist(work, within.id, 0, keeping.last_seq(work), is_initial=False)
    if within.sharing.files_rule is not None and not within.sharing.initial_number_of_files_to_sync:
        progress.end(work, within)


async def welcome(house: House, home: Home, sharing_id: str, member: int) -> None:
    """Give a member the first copy of everything; a second time goes on where the first one ended."""
    if await house.read(home, SYSTEM, _is_told, sharing_id, member):
        return
    await _note_all(house, home, sharing_id)
    await house.write(home, SYSTEM, _enlist, sharing_id, member)


async def go_on(house: House, home: Home, sharing_id: str) -> None:
    """Keep in step what others have already, and this home too: with each that this one talks to, what differs is found out and told."""
    await _note_all(house, home, sharing_id)
    await house.write(home, SYSTEM, _enlist_all, sharing_id)


async def _note_all(house: House, home: Home, sharing_id: str) -> None:
    wanted = await house.write(home, SYSTEM, _prepare, sharing_id)
    for rule, ids in wanted:
        for start in range(0, len(ids), _AT_ONCE):
            await house.write(home, SYSTEM, _note, sharing_id, rule, ids[start : start + _AT_ONCE])


def _is_told(work: Work, sharing_id: str, member: int) -> bool:
    return store.replica(work, sharing_id, member) is not None


def _prepare(work: Work, sharing_id: str) -> Sequence[tuple[str, Sequence[str]]]:
    """What is to be noted before the first member is told: doctypes and ids."""
    try:
        within = scope(work, sharing_id)
    except NoSharing:
        return []
    if within.sharing.drive or not within.sharing.active:
        return []
    tracking.catch_up(work)
    is_noted = bool(store.replicas(work, sharing_id))
    tracking.begin(work, within)
    return [] if is_noted else tracking.met(work, within)


def _note(work: Work, sharing_id: str, doctype: str, ids: Sequence[str]) -> None:
    tracking.look_at(work, [scope(work, sharing_id)], doctype, ids, is_first=True)


def _enlist(work: Work, sharing_id: str, member: int) -> None:
    try:
        within = scope(work, sharing_id)
    except NoSharing:
        return
    if within.peer(member) is not None and not within.sharing.drive:
        store.enlist(work, sharing_id, member, 0, is_initial=True)
        rounds.wake(work)


def _enlist_all(work: Work, sharing_id: str) -> None:
    try:
        within = scope(work, sharing_id)
    except NoSharing:
        return
    for peer in () if within.sharing.drive else within.peers:
        if store.replica(work, sharing_id, peer.index) is None:
            store.enlist(work, sharing_id, peer.index, 0, is_initial=False)
    rounds.wake(work)


def rights_changed(work: Work, sharing_id: str) -> None:
    """This home may write from now on, or only read: what changed here meanwhile is looked at again."""
    try:
        within = scope(work, sharing_id)
    except NoSharing:
        return
    if within.is_muted:
        return
    after = ""
    while some := store.shared_by(work, sharing_id, _AT_ONCE, after):
        after = some[-1].key
        for doctype in {one.doctype for one in some}:
            tracking.look_at(work, [within], doctype, [one.id for one in some if one.doctype == doctype])
    rounds.wake(work)


def member_left(work: Work, sharing_id: str, member: int) -> None:
    """A member is told of nothing any more."""
    store.delist(work, sharing_id, member)


def end(work: Work, sharing_id: str, *, keep: bool) -> None:
    """Nothing of this sharing is kept in step any more. keep: whether the copies that are here stay."""
    store.delist(work, sharing_id)
    while some := store.shared_by(work, sharing_id, _AT_ONCE):
        for one in some:
            if not keep and one.doctype != FILES and not one.infos[sharing_id].removed:
                _throw_away(work, one.doctype, one.id)
            del one.infos[sharing_id]
            keeping.put(work, one)
    _untrack(work)
    try:
        sharing = sharings.fetch(work, sharing_id)
    except NoSharing:
        return
    if not sharing.owner and sharing.files_rule is not None:
        _leave_folders(work, sharing_id, keep=keep)


def _throw_away(work: Work, doctype: str, id_: str) -> None:
    found = documents.fetch_many(work, doctype, [id_]).get(id_)
    if found is not None:
        documents.delete(work, found)
        documents.rules_of(work, doctype).follow(work, doctype, [id_])


def _untrack(work: Work) -> None:
    wanted = {
        rule.doctype
        for sharing in sharings.active(work)
        if not sharing.drive
        for rule in sharing.rules
        if not rule.local
    }
    for doctype in store.tracked(work):
        if doctype not in wanted:
            store.untrack(work, doctype)


def _leave_folders(work: Work, sharing_id: str, *, keep: bool) -> None:
    """What lay in the folder of the sharing stays there; the folder is one like others from now on."""
    target = files.Target(SHARINGS, sharing_id)
    for file in tree.look_at(work, tree.linked_to(work, SHARINGS, sharing_id)).values():
        left = files.unrefer(work, file.id, [target])
        if not keep and not left.is_trashed:
            files.trash(work, left.id)
        elif left.is_folder and not left.is_trashed:
            name = f"{left.name} ({anchors.ended(work)})"
            free = files.free_name(work, left.dir_id, name, is_folder=True)
            files.change(work, left.id, files.Change(name=free))
