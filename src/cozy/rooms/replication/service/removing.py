"""What others took out of a sharing goes here too: into the bin, from which its owner may take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import File
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.sharing.model import REFERRED, Rule

from ..model import Info, Shared, revisions, rules
from ..model.revisions import is_later
from ..model.rules import FILES
from ..model.wire import Arrival
from . import keeping
from .scope import Scope


def remove(work: Work, scope: Scope, removed: Mapping[str, Arrival], *, by_owner: bool) -> None:
    """Take these files and folders out, as somebody else did. What changed here since stays, and they will hear of it."""
    known = keeping.fetch_many(work, [f"{FILES}/{id_}" for id_ in removed])
    going: dict[str, Shared] = {}
    for arrival in removed.values():
        shared = known.get(f"{FILES}/{arrival.id}") or Shared(FILES, arrival.id)
        if scope.id not in shared.infos:
            _remember(work, scope, shared, arrival, by_owner=by_owner)
        elif _goes(work, scope, shared, arrival, by_owner=by_owner):
            going[arrival.id] = shared
    found = tree.look_at(work, list(going))
    for id_ in _outermost_first(work, found, going):
        _take_out(work, scope, going[id_], removed)


def _remember(work: Work, scope: Scope, shared: Shared, arrival: Arrival, *, by_owner: bool) -> None:
    """What is gone may come later, by a slower way, or as the copy that every home makes of a revision that lost."""
    at = next((i for i, rule in enumerate(scope.rules) if rule.doctype == FILES and not rule.local), None)
    if at is None or not rules.travels(scope.rules[at], "remove", by_owner=by_owner):
        return
    if tree.look(work, arrival.id) is None:
        shared.tree.insert(arrival.chain)
        shared.infos[scope.id] = Info(rule=at, removed=True, dissociated=True, rev=arrival.rev)
        keeping.put(work, shared)


def _goes(work: Work, scope: Scope, shared: Shared, arrival: Arrival, *, by_owner: bool) -> bool:
    """Whether a removal is the latest that is known. It is noted, whatever it is."""
    info = shared.infos[scope.id]
    if not rules.travels(scope.rules[info.rule], "remove", by_owner=by_owner):
        return False
    is_known = arrival.rev in shared.tree
    if not info.removed and arrival.rev == info.rev:
        return True  # what cozy-stack says of a file whose folder went elsewhere
    if is_known:
        return False
    shared.tree.insert(arrival.chain)
    if not is_later(arrival.rev, info.rev):
        keeping.put(work, shared)
        return False
    if info.removed:
        shared.infos[scope.id] = replace(info, rev=arrival.rev)
        keeping.put(work, shared)
        return False
    return True


def _outermost_first(work: Work, found: Mapping[str, File], going: Mapping[str, Shared]) -> list[str]:
    depth = {id_: tree.path_of(work, file).count("/") for id_, file in found.items()}
    return sorted(going, key=lambda id_: (depth.get(id_, 0), id_))


def _take_out(work: Work, scope: Scope, shared: Shared, removed: Mapping[str, Arrival]) -> None:
    """One of them, with what is in it; what went with the folder around it is only noted."""
    info = shared.infos[scope.id]
    rule, file = scope.rules[info.rule], tree.look(work, shared.id)
    _note(work, scope, shared, removed)
    if file is None or file.is_trashed:
        return
    if rule.selector == REFERRED:
        _let_go(work, scope, file, rule)
        return
    inside = list(_inside(work, file)) if file.is_folder else []
    files.trash(work, file.id)
    known = keeping.fetch_many(work, [f"{FILES}/{id_}" for id_ in inside])
    for each in known.values():
        its = each.infos.get(scope.id)
        if its is not None and not its.removed:
            _note(work, scope, each, removed)


def _inside(work: Work, folder: File) -> Iterator[str]:
    below = tree.folders_below(work, folder)
    yield from (each.id for each in below)
    yield from (file.id for file in tree.files_in(work, [folder.id, *(each.id for each in below)]))


def _note(work: Work, scope: Scope, shared: Shared, removed: Mapping[str, Arrival]) -> None:
    info, arrival = shared.infos[scope.id], removed.get(shared.id)
    if info.removed:
        return
    rev = revisions.gone(info.rev)
    if arrival is not None and is_later(arrival.rev, info.rev):
        rev = arrival.rev
        shared.tree.insert(arrival.chain)
    shared.tree.insert([*shared.tree.chain(info.rev)[-1:], rev])
    shared.infos[scope.id] = Info(rule=info.rule, removed=True, dissociated=True, rev=rev)
    keeping.put(work, shared)


def _let_go(work: Work, scope: Scope, file: File, rule: Rule) -> None:
    """It is no longer part of what the rule names. Where it is part of nothing else, a member's home has no use for it."""
    named = [
        link for link in files.links_of(file, "referenced_by") if f"{link.doctype}/{link.id}" in rule.values
    ]
    left = files.unrefer(work, file.id, named)
    if not scope.by_owner and not left.body.get("referenced_by"):
        files.trash(work, file.id)
