"""What files are part of (albums, playlists…), and which devices leave a folder out.

Both are a member of the file's document; `file_links` is the index behind them, and is written with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cozy.kernel.work import Work

from .. import access
from ..model import File
from ..store import links, tree
from .metadata import touched


class Target(Struct, frozen=True, rename={"doctype": "type"}):
    """A document that a file is linked to: `{"type": "io.cozy.photos.albums", "id": "…"}`."""

    doctype: str
    id: str


class Linked(Struct, frozen=True):
    """A page of the files linked to a document. last: the key and id to go on after."""

    files: list[File]
    ids: list[str]
    count: int
    last: tuple[str, str] | None


def refer(work: Work, file_id: str, targets: Sequence[Target]) -> File:
    """Say that a file or folder is part of documents. Raises NoFile, NotAllowed."""
    return _link(work, "referenced_by", access.file(work, file_id, "PATCH"), targets)


def unrefer(work: Work, file_id: str, targets: Sequence[Target]) -> File:
    """Say that it no longer is. Raises NoFile, NotAllowed."""
    return _unlink(work, "referenced_by", access.file(work, file_id, "DELETE"), targets)


def leave_out(work: Work, dir_id: str, devices: Sequence[Target]) -> File:
    """Keep a folder from being synchronised on some devices. Raises NoFile, NotAllowed, IsFile."""
    return _link(work, "not_synchronized_on", access.folder(work, dir_id, "PATCH"), devices)


def take_in(work: Work, dir_id: str, devices: Sequence[Target]) -> File:
    """Let devices synchronise a folder again. Raises NoFile, NotAllowed, IsFile."""
    return _unlink(work, "not_synchronized_on", access.folder(work, dir_id, "PATCH"), devices)


def refer_all(work: Work, target: Target, file_ids: Sequence[str]) -> None:
    """Say that many files are part of a document. Raises NoFile, NotAllowed, NobodyIn."""
    access.target(work, "PUT", target.doctype, target.id, "PATCH")
    for file in _each(work, file_ids):
        _link(work, "referenced_by", file, [target])


def unrefer_all(work: Work, target: Target, file_ids: Sequence[str]) -> None:
    """Say that they no longer are. Raises NoFile, NotAllowed, NobodyIn."""
    access.target(work, "DELETE", target.doctype, target.id, "PATCH")
    for file in _each(work, file_ids):
        _unlink(work, "referenced_by", file, [target])


def leave_out_all(work: Work, device: Target, dir_ids: Sequence[str]) -> None:
    """Keep many folders from being synchronised on a device. Raises NoFile, NotAllowed, NobodyIn, IsFile."""
    access.target(work, "PUT", device.doctype, device.id, "PATCH")
    for folder in _each(work, dir_ids):
        _link(work, "not_synchronized_on", access.only_folder(folder), [device])


def take_in_all(work: Work, device: Target, dir_ids: Sequence[str]) -> None:
    """Let a device synchronise many folders again. Raises NoFile, NotAllowed, NobodyIn, IsFile."""
    access.target(work, "DELETE", device.doctype, device.id, "PATCH")
    for folder in _each(work, dir_ids):
        _unlink(work, "not_synchronized_on", access.only_folder(folder), [device])


def _each(work: Work, ids: Sequence[str]) -> list[File]:
    return [access.file(work, id_, "PATCH") for id_ in dict.fromkeys(ids)]


def _link(work: Work, kind: links.Kind, file: File, targets: Sequence[Target]) -> File:
    known = links_of(file, kind)
    new = [target for target in dict.fromkeys(targets) if target not in known]
    for target in new:
        links.add(work, kind, file.id, target.doctype, target.id)
    return _write(work, kind, file, [*known, *new]) if new else file


def _unlink(work: Work, kind: links.Kind, file: File, targets: Sequence[Target]) -> File:
    known = links_of(file, kind)
    for target in targets:
        links.remove(work, kind, file.id, target.doctype, target.id)
    kept = [target for target in known if target not in targets]
    return _write(work, kind, file, kept) if len(kept) < len(known) else file


def _write(work: Work, kind: links.Kind, file: File, targets: Sequence[Target]) -> File:
    body: dict[str, Any] = {k: v for k, v in file.body.items() if k != kind}
    if targets:
        body[kind] = [{"type": target.doctype, "id": target.id} for target in targets]
    return tree.replace(work, file, {**body, "cozyMetadata": touched(work, body)})


def links_of(file: File, kind: links.Kind) -> list[Target]:
    """What a file is linked to."""
    return [Target(link["type"], link["id"]) for link in file.body.get(kind, ())]


def linked(
    work: Work, kind: links.Kind, target: Target, *, order: links.Order = "id", descending: bool = False,
    after: tuple[str, str] | None = None, start: tuple[str, str] | None = None, skip: int = 0, limit: int = 100,
    whole: bool = False,
) -> Linked:  # fmt: skip
    """The files linked to a document, a page at a time; whole: with their documents. Raises NotAllowed, NobodyIn.

    after: the key and id of the last that was seen; start: those of the first that is wanted.
    """
    access.target(work, "GET", target.doctype, target.id, "GET")
    rows = links.linked(
        work, kind, target.doctype, target.id, order=order, descending=descending, after=after, start=start,
        skip=skip, limit=limit + 1,
    )  # fmt: skip
    page = rows[:limit]
    ids = [id_ for _, id_ in page]
    known = tree.by_ids(work, ids) if whole else {}
    return Linked(
        access.readable(work, [known[id_] for id_ in ids if id_ in known]), ids, links.count(work, kind, target.doctype, target.id),
        page[-1] if len(rows) > limit else None,
    )  # fmt: skip
