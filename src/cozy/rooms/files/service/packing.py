"""A zip in the home of files that are in it: what apps ask the worker `zip` for (cozy-stack docs/workers.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work

from .. import access
from ..errors import BadArchive
from ..model import File, clean_name
from ..store import tree
from .archives import Item, below, free_path
from .content import create_file
from .tree import free_name

MIME = "application/zip"


class Packing(Struct, frozen=True):
    """`{"files": {"letters/one.pdf": id}, "dir_id": id, "filename": "letters.zip"}`: paths in the zip, and where it goes."""

    files: Mapping[str, str]
    dir_id: str
    filename: str = "archive.zip"


def asked(message: Any) -> Packing:
    """What a message asks for. Raises BadArchive, BadName."""
    try:
        packing = msgspec.convert(message, Packing)
    except msgspec.ValidationError as error:
        raise BadArchive(
            "This needs: files, dir_id, filename.", pointer="/data/attributes/arguments"
        ) from error
    if not packing.files:
        raise BadArchive(
            "An archive needs at least one file or folder.", pointer="/data/attributes/arguments"
        )
    clean_name(packing.filename)
    return packing


def check(work: Work, message: Any) -> None:
    """Whether the caller may read what is to be packed, and make a file where the zip goes.

    Raises BadArchive, BadName, NoFile, NotAllowed, NoParent, ParentInTrash.
    """
    packing = asked(message)
    for id_ in packing.files.values():
        access.file(work, id_, "GET")
    access.parent(work, packing.dir_id, "POST")


def lines(work: Work, packing: Packing) -> list[Item]:
    """Every file and folder that is to be packed and still there."""
    known = tree.by_ids(work, list(packing.files.values()))
    taken: set[str] = set()
    held: list[Item] = []
    for path, id_ in packing.files.items():
        if id_ in known:
            steps = [step for step in path.split("/") if step not in {"", ".", ".."}]
            held += below(work, known[id_], free_path("/".join(steps) or known[id_].name, taken))
    return held


def keep(work: Work, packing: Packing, content: Content, quota: int | None) -> File:
    """The zip in its folder, under a name that is free there; the one that is there with these very bytes stays.

    Raises NoParent, ParentInTrash, OverQuota.
    """
    known = tree.child_named(work, packing.dir_id, clean_name(packing.filename))
    if known is not None and known.sha256 == content.sha256:
        if content.blob is not None:
            work.freed.append(content.blob)
        return known
    free = free_name(work, packing.dir_id, packing.filename)
    return create_file(work, packing.dir_id, free, content, MIME, quota=quota)
