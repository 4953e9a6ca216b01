"""The bin: nothing is lost until the owner empties it, or an age that the owner set has passed."""

from __future__ import annotations

from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from .. import access
from ..model import TRASH, TRASH_PATH, File
from ..store import links, tree
from . import content
from .metadata import touched
from .reading import full_path
from .tree import check_rev, create_path, free_name, place


def trash(work: Work, id_: str, rev: str = "") -> File:
    """Put a file, or a folder with all that is in it, into the bin, under a name that is free there.

    Raises NoFile, NotAllowed, Untouchable, AlreadyInTrash, Changed.
    """
    file = access.untrashed(work, id_, "PATCH")
    check_rev(file, rev)
    path = full_path(work, file)
    body: dict[str, Any] = {
        **file.body, "dir_id": TRASH, "restore_path": path.rpartition("/")[0] or "/",
        "name": free_name(work, TRASH, file.name, is_folder=file.is_folder),
        "cozyMetadata": {**touched(work, file.body), "trashedAt": iso(work.now), "trashedBy": _who(work)},
    }  # fmt: skip
    if not file.is_folder:
        return place(work, file, {**body, "trashed": True})
    _mark(work, file, trashed=True)
    return place(work, file, body)


def _who(work: Work) -> dict[str, str]:
    """Whose hand it was, as apps show it: somebody's of another home, that of whoever has a link, or else the owner's."""
    if work.caller.person:
        return {"kind": "member", "displayName": work.caller.person, "domain": work.caller.lives_at}
    if work.caller.kind == "share":
        return {"kind": "anonymous-share"}
    return {"kind": "member", "displayName": homes.profile(work).public_name, "domain": work.domain}


def _mark(work: Work, folder: File, *, trashed: bool) -> None:
    """Tell every file in a folder, at any depth, that it is in the bin or out of it."""
    inside = [folder.id, *(below.id for below in tree.folders_below(work, folder.path))]
    for file in list(tree.files_in(work, inside)):
        tree.replace(work, file, {**file.body, "trashed": trashed})


def restore(work: Work, id_: str) -> File:
    """Put something back where it was; folders on the way that are gone are made again, a taken name gets a number.

    Raises NoFile, NotAllowed, Untouchable, NotInTrash.
    """
    file = access.trashed(work, id_, "PATCH")
    folder = _origin(work, file)
    body = {name: value for name, value in file.body.items() if name != "restore_path"}
    body["dir_id"] = folder.id
    body["name"] = free_name(work, folder.id, file.name, is_folder=file.is_folder)
    body["cozyMetadata"] = touched(work, file.body)
    if not file.is_folder:
        return place(work, file, {**body, "trashed": False})
    restored = place(work, file, body)
    _mark(work, restored, trashed=False)
    return restored


def _origin(work: Work, file: File) -> File:
    """The folder that something in the bin came from; for what lies deeper, the bin's own folders show the way."""
    path = str(file.body.get("restore_path", ""))
    if not path:
        inner = full_path(work, file).removeprefix(TRASH_PATH + "/").split("/")
        top = tree.child_named(work, TRASH, inner[0])
        base = str(top.body.get("restore_path", "/")) if top else "/"
        path = "/".join([base.rstrip("/"), *inner[:-1]])
    folder = create_path(work, path or "/")
    return folder if not folder.is_trashed else access.root(work)


def destroy(work: Work, id_: str, rev: str = "") -> File:
    """Remove what is in the bin for good, bytes included; returns what it was.

    Raises NoFile, NotAllowed, Untouchable, NotInTrash, Changed.
    """
    access.for_good(work)
    file = access.trashed(work, id_, "DELETE")
    check_rev(file, rev)
    _destroy(work, file)
    return file


def _destroy(work: Work, file: File) -> None:
    if not file.is_folder:
        content.drop_file(work, file)
        links.forget(work, file.id)
        return
    folders = [file, *tree.folders_below(work, file.path)]
    for child in list(tree.files_in(work, [folder.id for folder in folders])):
        content.drop_file(work, child)
        links.forget(work, child.id)
    for folder in reversed(folders):
        tree.remove(work, folder)
        links.forget(work, folder.id)


def empty_trash(work: Work, limit: int = 200) -> int:
    """Remove for good up to `limit` of the things that lie in the bin; returns how many, 0 when it is empty.

    Call it until it returns 0, so that a large bin does not hold other changes up. Raises NotAllowed.
    """
    access.file(work, TRASH, "DELETE")
    lying = tree.children(work, TRASH, limit=limit)
    for file in lying:
        _destroy(work, file)
    return len(lying)
