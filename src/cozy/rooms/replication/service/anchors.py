"""Where in a home lies what others share with it: in a folder of its own, which its owner may put elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import File
from cozy.rooms.files.service import replicas as tree
from cozy.rooms.homes import service as homes
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import SHARINGS

from ..errors import NoFolder
from .scope import Scope

ENDED = {"en": "no longer shared", "fr": "partage annulé"}


def ended(work: Work) -> str:
    """What the name of a folder says of it once the sharing is over."""
    return ENDED.get(homes.profile(work).locale, ENDED["en"])


def anchor(work: Work, scope: Scope, at: int) -> File:
    """The folder of a rule, made where it is missing. Raises NoFolder on the owner's home, where nobody else makes it."""
    rule = scope.rules[at]
    found = tree.look(work, _id_of(scope, at)) or _referred(work, scope)
    if found is not None and found.is_folder and not found.is_trashed:
        return found
    if scope.by_owner and rule.is_by_id:
        raise NoFolder(id=rule.values[0])
    around = _place(work, scope)
    if found is not None:
        tree.move_aside(work, found)
    name = files.free_name(
        work, around.id, rule.title or scope.sharing.description or scope.id, is_folder=True
    )
    wanted = tree.Replica(
        id=_id_of(scope, at), dir_id=around.id, name=name, members={"tags": []}, links=[_link(scope)]
    )  # fmt: skip
    made = tree.put_folder(work, wanted)
    scope.forget_roots()
    return made


def beside(work: Work, scope: Scope, at: int, id_: str) -> File:
    """Where something goes that has no place of its own: a file that is shared alone, or for what it is part of."""
    rule = scope.rules[at]
    if id_ in rule.values:
        return _place(work, scope)
    return anchor(work, scope, at)


def _place(work: Work, scope: Scope) -> File:
    """Where what was accepted is put: in place of its shortcut, which its owner may have put somewhere."""
    _, folder_id = sharings.shortcuts.take_away(work, sharings.fetch(work, scope.id))
    found = tree.look(work, folder_id) if folder_id else None
    return found if found is not None and not found.is_trashed else files.shared_with_me(work)


def links_of_root(scope: Scope, at: int, id_: str, known: File | None) -> Sequence[Mapping[str, str]] | None:
    """A file that is shared alone says itself which sharing it is in; what others are part of stays."""
    if id_ not in scope.rules[at].values or known is not None:
        return None
    return [_link(scope)]


def _link(scope: Scope) -> dict[str, str]:
    return {"type": SHARINGS, "id": scope.id}


def _id_of(scope: Scope, at: int) -> str:
    return scope.rules[at].values[0].rpartition("/")[2]


def _referred(work: Work, scope: Scope) -> File | None:
    """The folder that says it belongs to this sharing, where its id is another one."""
    known = tree.look_at(work, tree.linked_to(work, SHARINGS, scope.id)).values()
    return next((file for file in known if file.is_folder), None)
